import { AMOUNT_FORM, type Amount, BATCHES_FORM, parseAmount, parseBatches } from './batches.ts';
import { DURATION_FORM, parseDuration } from './durations.ts';
import { ENV_LINE_FORM, envTarget, parseEnvLine, shownEnvLine } from './env.ts';
import { IMAGE_LINE_FORM, imageTarget, parseImageLine } from './images.ts';
import { hidden, InputErrors, type InputProblem, shown } from './input-errors.ts';
import { type ReadInputs, togetherProblems } from './inputs-together.ts';
import { KUBECONFIG_FORM, parseKubeconfig } from './kubeconfig.ts';
import { linesOf } from './lines.ts';
import { parseDeploymentName, parseLabelName } from './names.ts';
import { misunderstood, type Parsed } from './parsed.ts';
import type { Step } from '../release/plan.ts';
import type { Request } from './request.ts';
import { parseRouterLine, ROUTER_FORM } from './router-names.ts';
import { parseShare, SHARE_FORM } from './shares.ts';
import { parseSteps, STEPS_FORM } from './steps.ts';
import { COOKIE_FORM, HEADER_FORM, parseCookieLine, parseHeaderLine } from './testers.ts';
import { parseSmokeTestLine, SMOKE_TEST_FORM } from './smoke-test-lines.ts';
import { parseBoolean, parseWord } from './words.ts';

/** An input as `action.yml` declares it. */
export interface Input {
  readonly name: string;
  /** Used when nothing is given, '' when there is none; the same as in `action.yml`. */
  readonly default: string;
  /** The runner does not enforce it, `readRequest` does. */
  readonly required: boolean;
  /** Its value must be masked first of all, and never shown. */
  readonly secret: boolean;
}

const NO_INPUT = { default: '', required: false, secret: false };

/** Every input, in the order of `action.yml`. A test holds the two together. */
export const INPUTS = [
  { ...NO_INPUT, name: 'action', default: 'deploy' },
  { ...NO_INPUT, name: 'strategy', default: 'blue-green' },
  { ...NO_INPUT, name: 'steps', default: '5% 2m, 20% 5m, 50% 5m' },
  { ...NO_INPUT, name: 'batches' },
  { ...NO_INPUT, name: 'batch-size' },
  { ...NO_INPUT, name: 'batch-time', default: '1m' },
  { ...NO_INPUT, name: 'pause-at' },
  { ...NO_INPUT, name: 'router', default: 'auto' },
  { ...NO_INPUT, name: 'router-command' },
  { ...NO_INPUT, name: 'router-verify' },
  { ...NO_INPUT, name: 'headers' },
  { ...NO_INPUT, name: 'cookie' },
  { ...NO_INPUT, name: 'mirror' },
  { ...NO_INPUT, name: 'candidate-replicas' },
  { ...NO_INPUT, name: 'deployment', required: true },
  { ...NO_INPUT, name: 'images' },
  { ...NO_INPUT, name: 'env' },
  { ...NO_INPUT, name: 'service' },
  { ...NO_INPUT, name: 'candidate-service' },
  { ...NO_INPUT, name: 'kubeconfig', secret: true },
  { ...NO_INPUT, name: 'context' },
  { ...NO_INPUT, name: 'namespace' },
  { ...NO_INPUT, name: 'smoke-test' },
  { ...NO_INPUT, name: 'smoke-command' },
  { ...NO_INPUT, name: 'bake-time', default: '1m' },
  { ...NO_INPUT, name: 'drain-time', default: '30s' },
  { ...NO_INPUT, name: 'settle-time', default: '3s' },
  { ...NO_INPUT, name: 'timeout', default: '15m' },
  { ...NO_INPUT, name: 'lock-timeout', default: '10m' },
  { ...NO_INPUT, name: 'on-failure', default: 'rollback' },
  { ...NO_INPUT, name: 'switch', default: 'cut' },
  { ...NO_INPUT, name: 'dry-run', default: 'false' },
  { ...NO_INPUT, name: 'summary', default: 'true' },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression for the runner, which fills it in
  { ...NO_INPUT, name: 'job-status', default: '${{ job.status }}' },
] as const satisfies readonly Input[];

export type InputName = (typeof INPUTS)[number]['name'];

/**
 * The request of the inputs, checked whole and frozen. `get` gives an input by its name in `action.yml`, '' when not set.
 * Asynchronous only because the YAML parser is loaded when a kubeconfig's content is given.
 * @throws {InputErrors} naming every input that cannot be used.
 */
export async function readRequest(get: (name: string) => string): Promise<Request> {
  const inputs = new Reader(get);
  const kubeconfig = await inputs.kubeconfig();
  const request: Request = {
    action: inputs.word('action', ['deploy', 'promote', 'abort']),
    strategy: inputs.word('strategy', ['blue-green', 'canary', 'rolling']),
    steps: inputs.steps(),
    batches: inputs.batches(),
    batchTime: inputs.duration('batch-time'),
    pauseAt: inputs.amount('pause-at'),
    testers: {
      headers: inputs.lines('headers', HEADER_FORM, parseHeaderLine, ({ name, value }) => `${name}: ${value}`),
      cookies: inputs.lines('cookie', COOKIE_FORM, parseCookieLine, ({ name, value }) => `${name}=${value}`),
    },
    mirror: inputs.mirror(),
    candidateReplicas: inputs.count('candidate-replicas'),
    routers: inputs.routers(),
    routerCommand: inputs.routerCommand(),
    cluster: {
      kubeconfig,
      context: inputs.text('context'),
      namespace: inputs.name('namespace'),
    },
    deployment: inputs.deployment(),
    service: inputs.name('service'),
    candidateService: inputs.name('candidate-service'),
    images: inputs.lines('images', IMAGE_LINE_FORM, parseImageLine, imageTarget),
    env: inputs.lines('env', ENV_LINE_FORM, parseEnvLine, envTarget, shownEnvLine),
    smokeTests: inputs.lines('smoke-test', SMOKE_TEST_FORM, parseSmokeTestLine),
    smokeCommand: inputs.text('smoke-command'),
    bakeTime: inputs.duration('bake-time'),
    drainTime: inputs.duration('drain-time'),
    settleTime: inputs.duration('settle-time'),
    timeout: inputs.duration('timeout', 'A release needs time: it must be longer than 0s.'),
    lockTimeout: inputs.duration('lock-timeout'),
    onFailure: inputs.word('on-failure', ['rollback', 'hold']),
    switch: inputs.word('switch', ['cut', 'overlap']),
    dryRun: inputs.boolean('dry-run'),
    summary: inputs.boolean('summary'),
  };
  const problems = [...inputs.problems, ...togetherProblems(request, inputs)];
  if (problems.length > 0) throw new InputErrors(problems.sort((a, b) => place(a) - place(b)));
  return deepFreeze(request);
}

/** Problems are told in the order of `action.yml`. */
function place(problem: InputProblem): number {
  return INPUTS.findIndex(({ name }) => name === problem.input);
}

/**
 * Reads inputs one by one and collects what is wrong with them. A reading that failed gives a stand-in of the right type,
 * which nobody sees: with a problem collected, no request leaves `readRequest`.
 */
class Reader implements ReadInputs {
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
    return this.#parse(name, accepted, (given) => parseWord(given, words), words[0]);
  }

  boolean(name: InputName): boolean {
    return this.#parse(name, `true or false, for example ${name}: true`, parseBoolean, false);
  }

  /** Milliseconds. `zeroProblem`: what is wrong with no time at all, if something is. */
  duration(name: InputName, zeroProblem?: string): number {
    const parse = (given: string) => {
      const parsed = parseDuration(given);
      return parsed.ok && parsed.value === 0 && zeroProblem !== undefined ? misunderstood(zeroProblem) : parsed;
    };
    return this.#parse(name, DURATION_FORM, parse, 0);
  }

  steps(): readonly Step[] {
    return this.#parse('steps', STEPS_FORM, parseSteps, []);
  }

  batches(): Request['batches'] {
    const some = (given: string): Parsed<Amount> => {
      const amount = parseAmount(given);
      return amount.ok && 'share' in amount.value && amount.value.share === 0
        ? misunderstood('A batch of no pods.')
        : amount;
    };
    const size = this.#given('batch-size') === '' ? null : this.#parse('batch-size', AMOUNT_FORM, some, null);
    if (this.#given('batches') !== '') return this.#parse('batches', BATCHES_FORM, parseBatches, []);
    return size === null ? null : { size };
  }

  amount(name: InputName): Amount | null {
    return this.#given(name) === '' ? null : this.#parse(name, AMOUNT_FORM, parseAmount, null);
  }

  isSaid(name: InputName): boolean {
    return this.#given(name) !== this.#defaultOf(name);
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
    return this.#parse('mirror', form, one, null);
  }

  /** A whole number, at least 1; null when not given. */
  count(name: InputName): number | null {
    if (this.#given(name) === '') return null;
    const whole = (given: string): Parsed<number> =>
      /^[1-9]\d{0,5}$/.test(given) ? { ok: true, value: Number(given) } : misunderstood('It is not such a number.');
    return this.#parse(name, `a whole number of pods, at least 1, such as ${name}: 2`, whole, null);
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
    const accepted = `the name of a ${name === 'namespace' ? 'namespace, such as shop' : 'Service, such as web'}`;
    return this.#given(name) === '' ? null : this.#parse(name, accepted, parseLabelName, null);
  }

  deployment(): string {
    const accepted = 'the name of the Deployment to release, for example deployment: web';
    if (this.#given('deployment') !== '') return this.#parse('deployment', accepted, parseDeploymentName, '');
    this.#fail('deployment', { input: 'deployment', line: null, given: null, problem: 'It is required.', accepted });
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

  /** `target`: what no second line may name again. `fitToShow`: the line without what must not be shown. */
  lines<T>(
    name: InputName,
    accepted: string,
    parse: (line: string) => Parsed<T>,
    target: (value: T) => string | null = () => null,
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
      const named = target(parsed.value);
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

  #parse<T, S>(name: InputName, accepted: string, parse: (given: string) => Parsed<T>, standIn: S): T | S {
    const given = this.#given(name);
    const parsed = parse(given);
    if (parsed.ok) return parsed.value;
    this.#fail(name, { input: name, line: null, given: shown(given), problem: parsed.problem, accepted });
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

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
