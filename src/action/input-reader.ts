import { AMOUNT_FORM, type Amount, BATCHES_FORM, parseAmount, parseBatches } from './batches.ts';
import { DURATION_FORM, parseDuration } from './durations.ts';
import { hidden, type InputProblem, shown } from './input-errors.ts';
import { INPUTS, type InputName } from './input-table.ts';
import type { ReadInputs } from './inputs-together.ts';
import { KUBECONFIG_FORM, parseKubeconfig } from './kubeconfig.ts';
import { linesOf } from './lines.ts';
import { readMetrics } from './metrics-inputs.ts';
import { parseDeploymentName, parseLabelName } from './names.ts';
import { misunderstood, type Parsed } from './parsed.ts';
import type { Step } from '../release/plan.ts';
import type { Request } from './request.ts';
import { parseRouterLine, ROUTER_FORM } from './router-names.ts';
import { parseShare, SHARE_FORM } from './shares.ts';
import { parseSteps, STEPS_FORM } from './steps.ts';
import { parseBoolean, parseWord } from './words.ts';

const PLAIN = /^[\w.,% -]{1,60}$/;

/**
 * Reads inputs one by one and collects what is wrong with them. A reading that failed gives a stand-in of the right type,
 * which nobody sees: with a problem collected, no request leaves `readRequest`.
 */
export class Reader implements ReadInputs {
  readonly problems: InputProblem[] = [];
  readonly #get: (name: string) => string;
  readonly #bad = new Set<InputName>();

  constructor(get: (name: string) => string) {
    this.#get = get;
  }

  understood(...names: InputName[]): boolean {
    return names.every((name) => !this.#bad.has(name));
  }

  text(name: InputName): string | null {
    const given = this.#given(name);
    return given === '' ? null : given;
  }

  word<W extends string>(name: InputName, words: readonly [W, ...W[]]): W {
    const accepted = `${words.join(', ').replace(/, (?=[^,]*$)/, ' or ')}, for example ${name}: ${words[0]}`;
    return this.parse(name, accepted, (given) => parseWord(given, words), words[0]);
  }

  boolean(name: InputName): boolean {
    return this.parse(name, `true or false, for example ${name}: true`, parseBoolean, false);
  }

  /** Milliseconds. `zeroProblem`: what is wrong with no time at all, if something is. */
  duration(name: InputName, zeroProblem?: string): number {
    const parse = (given: string) => {
      const parsed = parseDuration(given);
      return parsed.ok && parsed.value === 0 && zeroProblem !== undefined ? misunderstood(zeroProblem) : parsed;
    };
    return this.parse(name, DURATION_FORM, parse, 0);
  }

  steps(): readonly Step[] {
    return this.parse('steps', STEPS_FORM, parseSteps, []);
  }

  batches(): Request['batches'] {
    const some = (given: string): Parsed<Amount> => {
      const amount = parseAmount(given);
      return amount.ok && 'share' in amount.value && amount.value.share === 0
        ? misunderstood('A batch of no pods.')
        : amount;
    };
    const size = this.#given('batch-size') === '' ? null : this.parse('batch-size', AMOUNT_FORM, some, null);
    if (this.#given('batches') !== '') return this.parse('batches', BATCHES_FORM, parseBatches, []);
    return size === null ? null : { size };
  }

  amount(name: InputName): Amount | null {
    return this.#given(name) === '' ? null : this.parse(name, AMOUNT_FORM, parseAmount, null);
  }

  isSaid(name: InputName): boolean {
    return this.#given(name) !== this.#defaultOf(name);
  }

  /** Words and numbers; of what may hold a secret, or is long, no more than how long it is. */
  shown(name: InputName): string {
    const given = this.#given(name);
    const isPlain = !INPUTS.some((input) => input.name === name && input.secret) && PLAIN.test(given);
    return isPlain ? shown(given) : hidden(given);
  }

  /** `10% 2m`. */
  mirror(): Step | null {
    if (this.#given('mirror') === '') return null;
    const form = `${SHARE_FORM}, and how long to copy before the first step, such as mirror: 10% 2m`;
    const one = (given: string): Parsed<Step> => {
      const [share = '', stay = '', ...more] = given.split(/\s+/);
      if (stay === '' || more.length > 0) return misunderstood('It is not a share and a time.');
      const [part, time] = [parseShare(share), parseDuration(stay)];
      if (!part.ok) return part;
      if (!time.ok) return time;
      if (part.value === 0) return misunderstood('A mirror of nothing.');
      return { ok: true, value: { share: part.value, stay: time.value } };
    };
    return this.parse('mirror', form, one, null);
  }

  /** A whole number, at least 1; null when not given. */
  count(name: InputName): number | null {
    if (this.#given(name) === '') return null;
    const whole = (given: string): Parsed<number> =>
      /^[1-9]\d{0,5}$/.test(given) ? { ok: true, value: Number(given) } : misunderstood('It is not such a number.');
    return this.parse(name, `a whole number of pods, at least 1, such as ${name}: 2`, whole, null);
  }

  /** Null when not given. `fitToShow`: the value without what must not be shown. */
  optional<T>(
    name: InputName,
    accepted: string,
    parse: (given: string) => Parsed<T>,
    fitToShow: (given: string) => string = (given) => given,
  ): T | null {
    if (this.#given(name) === '') return null;
    return this.parse(name, accepted, parse, null, fitToShow);
  }

  routers(): Request['routers'] {
    const given = this.#given('router');
    if (given === 'auto') return 'auto';
    if (given === 'none') return [];
    return this.lines('router', ROUTER_FORM, parseRouterLine, (router) => router);
  }

  routerCommand(): Request['routerCommand'] {
    const command = this.text('router-command');
    return command === null ? null : { command, verify: this.text('router-verify') };
  }

  name(name: InputName): string | null {
    const what = { namespace: 'namespace, such as shop', 'knative-service': 'Knative Service, such as web' };
    const accepted = `the name of a ${name === 'namespace' || name === 'knative-service' ? what[name] : 'Service, such as web'}`;
    return this.#given(name) === '' ? null : this.parse(name, accepted, parseLabelName, null);
  }

  deployment(): string {
    const accepted =
      'the name of the Deployment to release, for example deployment: web, or of a Knative Service in knative-service';
    if (this.#given('deployment') !== '') return this.parse('deployment', accepted, parseDeploymentName, '');
    if (this.#given('knative-service') !== '') return '';
    const problem = 'Neither deployment nor knative-service says what to release.';
    this.#fail('deployment', { input: 'deployment', line: null, given: null, problem, accepted });
    return '';
  }

  async kubeconfig(): Promise<Request['cluster']['kubeconfig']> {
    const given = this.#given('kubeconfig');
    if (given === '') return null;
    const parsed = await parseKubeconfig(given);
    if (parsed.ok) return parsed.value;
    const problem = parsed.problem.replace(/^./, (first) => first.toUpperCase());
    this.#fail('kubeconfig', {
      input: 'kubeconfig',
      line: null,
      given: hidden(given),
      problem,
      accepted: KUBECONFIG_FORM,
    });
    return null;
  }

  metrics(): Promise<Request['metrics']> {
    // `readMetrics` asks for inputs of INPUTS only, and names them in its problems.
    return readMetrics(
      (name) => this.#given(name as InputName),
      (problem) => this.#fail(problem.input as InputName, problem),
    );
  }

  /** `target`: what no second line may name again. `fitToShow`: the line without what must not be shown. */
  lines<T>(
    name: InputName,
    accepted: string,
    parse: (line: string) => Parsed<T>,
    target: ((value: T) => string | null) | null = null,
    fitToShow: (line: string) => string = (line) => line,
  ): T[] {
    const values: T[] = [];
    const firstWith = new Map<string, { number: number; text: string }>();
    for (const { number, text } of linesOf(this.#given(name))) {
      const at = { input: name, line: number, given: shown(fitToShow(text)), accepted };
      const parsed = parse(text);
      if (!parsed.ok) {
        this.#fail(name, { ...at, problem: parsed.problem });
        continue;
      }
      const named = target === null ? null : target(parsed.value);
      const earlier = named === null ? undefined : firstWith.get(named);
      if (earlier !== undefined) {
        const problem = `It names ${named} again, and line ${earlier.number}, ${shown(fitToShow(earlier.text))}, already did. Remove one of the two.`;
        this.#fail(name, { ...at, problem });
        continue;
      }
      if (named !== null) firstWith.set(named, { number, text });
      values.push(parsed.value);
    }
    return values;
  }

  /** `standIn`: for a value that could not be understood. */
  parse<T, S>(
    name: InputName,
    accepted: string,
    parse: (given: string) => Parsed<T>,
    standIn: S,
    fitToShow: (given: string) => string = (given) => given,
  ): T | S {
    const given = this.#given(name);
    const parsed = parse(given);
    if (parsed.ok) return parsed.value;
    this.#fail(name, { input: name, line: null, given: shown(fitToShow(given)), problem: parsed.problem, accepted });
    return standIn;
  }

  /** The value as given, or the default. Outside the runner (and with `with: {timeout: ''}`) nobody filled the defaults in. */
  #given(name: InputName): string {
    const given = this.#get(name).trim();
    return given === '' ? this.#defaultOf(name) : given;
  }

  #defaultOf(name: InputName): string {
    return INPUTS.find((input) => input.name === name)?.default ?? '';
  }

  #fail(name: InputName, problem: InputProblem): void {
    this.#bad.add(name);
    this.problems.push(problem);
  }
}
