import { percent } from '../../src/release/route.ts';
import type { Request } from '../../src/action/request.ts';
import { parseDuration } from '../../src/action/durations.ts';
import type { Parsed } from '../../src/action/parsed.ts';
import { parseAmount, parseBatches } from '../../src/action/batches.ts';
import { parseSteps } from '../../src/action/steps.ts';
import { parseHeaderLine } from '../../src/action/testers.ts';
import { parseWord } from '../../src/action/words.ts';
import { Refused } from '../../src/engine/refusal.ts';
import type { Action } from '../../src/release/action.ts';
import type { EvidenceView, Observation, Track } from '../../src/release/observation.ts';
import { REPOSITORY } from '../contract/cluster.ts';
import { type Round, Stage } from './stage.ts';

/*
 * Interaction tests in plain text. A block is a command, a line of dashes and everything that then happened:
 *
 *     release image=v2 bake=10s
 *     ----
 *     …
 *
 * Lines that begin with # are comments. Everything below the dashes is written by the test and compared exactly; `REWRITE=1` rewrites it.
 *
 * | command | what it does |
 * | --- | --- |
 * | `cluster image=v1 replicas=4 [route=httproute spec={…}]` | a Deployment and its Service (and a route to it) on a new cluster, all pods Ready |
 * | `command dies` | when it is told a share next, it and the process are killed, and nobody knows what came of it |
 * | `verify not yet` / `verify yes` | what the user's own second command answers from here on |
 * | `gateway refuses` | the Gateway does not accept the route as it is from here on |
 * | `release image=v2 [bake= drain= settle= timeout= switch= on-failure= checks=1]` | preflight, then rounds until time or the cluster is waited for |
 * | `release … strategy=canary [steps=10%_2s;50%_2s pause-at=10% header=x-canary:true]` | a ramp |
 * | `release … strategy=canary router=command[;httproute/web]` | a ramp by the user's own command |
 * | `promote [pause-at=50%]` | another process goes on from the pause |
 * | `release … writes=3` | the same, and the process is killed after the third write |
 * | `resume writes=3` | the same process goes on after all, to the third further write, and is killed there |
 * | `tick-cluster 5s` | time passes for the cluster alone: no process is at work |
 * | `show fields` | the fields of the Deployment that a hold changes |
 * | `tick 5s` | time passes; rounds as things change |
 * | `check healthy` / `check unhealthy WHY` | the result of the checks arrives |
 * | `evidence enough` / `lacking WHY` / `condemned WHY` / `certified` | what is measured of the candidate from here on |
 * | `release … [on-inconclusive=pause early=true patience=10s check-at=every-step restarts=ignore]` | what is done with evidence |
 * | `cancel` | the run is cancelled |
 * | `release … keep-warm=true` | stable stays when users are on the candidate for good |
 * | `finish [writes=3]` | another process ends the release |
 * | `rollback [writes=3]` | another process takes users back to the stable that is there still |
 * | `take-back` | another process finds the release unfinished in the record |
 * | `kubectl set-image v9` / `scale 6` / `patch deployment {…}` / `patch service {…}` / `delete-pod stable` … | somebody else |
 */
export interface Block {
  /** Comment lines and the command, as they stand. */
  readonly head: readonly string[];
  readonly command: string;
  readonly expected: string;
}

export function parseTranscript(text: string): Block[] {
  return text
    .trimEnd()
    .split(/\n\n+(?=(?:#|[a-z]))/)
    .map((block) => {
      const [head = '', expected = ''] = block.split(/\n----\n?/);
      const lines = head.split('\n');
      return { head: lines, command: lines.find((line) => !line.startsWith('#')) ?? '', expected };
    });
}

/** The transcript with what really happened. */
export async function play(blocks: readonly Block[]): Promise<string> {
  const player = new Player();
  const played: string[] = [];
  for (const block of blocks) {
    const lines = await player.play(block.command);
    played.push([...block.head, '----', ...lines].join('\n'));
  }
  return `${played.join('\n\n')}\n`;
}

/** Milliseconds by which time is moved while something is waited for. */
const TICK = 250;
/** Rounds without time passing: more of them would be a release that turns in circles. */
const MOST_ROUNDS = 300;

class Player {
  #stage: Stage | null = null;
  #startedAt = 0;
  #lines: string[] = [];
  #lastState = '';
  #lastWait = '';

  async play(command: string): Promise<string[]> {
    this.#lines = [];
    const [verb = '', ...words] = command.split(' ');
    const rest = words.join(' ');
    const options = Object.fromEntries(
      words
        .filter((word) => /^[a-z-]+=/.test(word))
        .map((word) => [word.split('=')[0], word.slice(word.indexOf('=') + 1)]),
    );
    switch (verb) {
      case 'cluster':
        this.#stage = new Stage({
          image: `${REPOSITORY}:${options.image ?? 'v1'}`,
          replicas: Number(options.replicas ?? 4),
          routed: options.route === 'httproute',
          ...(options.spec === undefined ? {} : { spec: JSON.parse(options.spec) as object }),
        });
        break;
      case 'release':
        await this.#release(options);
        break;
      case 'resume':
        this.#advanceRun(Number(options.writes));
        break;
      case 'tick-cluster':
        this.#theStage.model.advance(ms(rest));
        this.#lastState = '';
        break;
      case 'command':
        this.#theStage.commandDies = rest === 'dies';
        break;
      case 'verify':
        this.#theStage.verify = rest === 'yes' ? 'yes' : 'not yet';
        break;
      case 'gateway':
        this.#theStage.refuses = rest === 'refuses';
        break;
      case 'show':
        this.#lines.push(JSON.stringify(this.#theStage.observe().deployment.fields));
        break;
      case 'tick':
        this.#tick(ms(rest));
        break;
      case 'check':
        this.#theStage.checked(
          parsed(parseWord(words[0] ?? '', ['healthy', 'unhealthy', 'inconclusive'])),
          words.slice(1).join(' '),
        );
        this.#run();
        break;
      case 'evidence':
        this.#theStage.evidence = evidenceOf(words);
        this.#run();
        break;
      case 'cancel':
        this.#theStage.killed = false;
        this.#theStage.turnBack('cancelled', 'The run was cancelled.');
        this.#run();
        break;
      case 'promote':
        this.#theStage.promote(options['pause-at'] === undefined ? null : parsed(parseAmount(options['pause-at'])));
        this.#run(Number(options.writes ?? Number.POSITIVE_INFINITY));
        break;
      case 'take-back':
        this.#theStage.takeBack();
        this.#run(Number(options.writes ?? Number.POSITIVE_INFINITY));
        break;
      case 'rollback':
        this.#theStage.takeBack('wanted-back', 'A person asked for it (action: rollback).');
        this.#run(Number(options.writes ?? Number.POSITIVE_INFINITY));
        break;
      case 'finish': {
        const wasWarm = this.#theStage.warm;
        this.#theStage.finish();
        this.#run(Number(options.writes ?? Number.POSITIVE_INFINITY));
        if (wasWarm || !this.#theStage.warm) break;
        this.#theStage.finish();
        this.#run(Number(options.writes ?? Number.POSITIVE_INFINITY));
        break;
      }
      case 'kubectl':
        this.#kubectl(words);
        break;
      default:
        throw new Error(`no such command: ${command}`);
    }
    return this.#lines;
  }

  get #theStage(): Stage {
    if (this.#stage === null) throw new Error('begin with a cluster');
    return this.#stage;
  }

  async #release(options: Record<string, string>): Promise<void> {
    const stage = this.#theStage;
    this.#startedAt = stage.now;
    this.#lastState = '';
    this.#lastWait = '';
    try {
      await stage.begin(requestOf(options), Number(options.checks ?? 0));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#lines.push(...error.findings.map((finding) => `refused: ${finding.message}`));
      return;
    }
    this.#run(Number(options.writes ?? Number.POSITIVE_INFINITY));
  }

  /** Rounds until the release ends, waits for time, or (`writes`) is killed. Answers until when it waits (epoch ms). */
  #run(writes = Number.POSITIVE_INFINITY): number | null {
    const stage = this.#theStage;
    if (stage.ended || stage.killed || stage.plan === null) return null;
    let written = 0;
    for (let rounds = 0; ; rounds += 1) {
      if (rounds > MOST_ROUNDS) throw new Error(`no end after ${rounds} rounds:\n${this.#lines.slice(-10).join('\n')}`);
      const route = this.#routeLine();
      const round = stage.round();
      this.#tell(round, route);
      const { action } = round;
      if (action.do === 'finish') return null;
      if (stage.killed) {
        this.#lines.push('killed');
        return null;
      }
      if (round.wrote !== null) {
        written += 1;
        if (written >= writes) {
          this.#lines.push('killed');
          stage.killed = true;
          return null;
        }
      }
      if (action.do !== 'wait' && action.do !== 'check') continue;
      const before = JSON.stringify(stage.observe());
      stage.model.settle();
      stage.gateway();
      if (JSON.stringify(stage.observe()) === before) return action.do === 'wait' ? action.until : null;
    }
  }

  /** As `tick`, until so many writes were made. */
  #advanceRun(writes: number): void {
    const stage = this.#theStage;
    stage.killed = false;
    for (let left = writes; left > 0; ) {
      const written = this.#lines.filter((line) => / write \S+: /.test(line)).length;
      this.#run(left);
      left -= this.#lines.filter((line) => / write \S+: /.test(line)).length - written;
      if (stage.ended) throw new Error('the release ended before so many writes');
      if (left > 0) stage.model.advance(TICK);
    }
  }

  #tick(duration: number): void {
    const stage = this.#theStage;
    const end = stage.now + duration;
    while (stage.now < end && !stage.ended) {
      const until = this.#run() ?? end;
      stage.model.advance(Math.max(1, Math.min(TICK, end - stage.now, until > stage.now ? until - stage.now : TICK)));
    }
    this.#run();
  }

  #kubectl([verb = '', ...words]: string[]): void {
    const stage = this.#theStage;
    const rest = words.join(' ');
    if (verb === 'set-image') {
      const template = { spec: { containers: [{ name: 'web', image: `${REPOSITORY}:${rest}` }] } };
      stage.foreign('PATCH', 'deployment', 'web', { spec: { template } });
    } else if (verb === 'scale') stage.foreign('PATCH', 'deployment', 'web', { spec: { replicas: Number(rest) } });
    else if (verb === 'patch' && words[0] === 'route')
      stage.foreign('PATCH', 'route', 'web', JSON.parse(words.slice(1).join(' ')) as object);
    else if (verb === 'patch') {
      const kind = words[0] === 'service' ? 'service' : 'deployment';
      stage.foreign('PATCH', kind, 'web', JSON.parse(words.slice(1).join(' ')) as object);
    } else if (verb === 'delete') stage.foreign('DELETE', rest === 'service' ? 'service' : 'deployment', 'web');
    else if (verb === 'delete-pod') {
      const track = rest === 'stable' ? stage.observe().stable : stage.observe().candidate;
      stage.foreign('DELETE', 'pod', track?.pods[0]?.name ?? '');
    } else throw new Error(`no such kubectl: ${verb}`);
    this.#run();
  }

  #tell({ seen, action, wrote, refused }: Round, route: string): void {
    const text = describe(action, wrote, refused);
    const lasts = action.do === 'wait' || action.do === 'check';
    if (lasts && text === this.#lastWait) return;
    this.#lastWait = lasts ? text : '';
    const at = ((this.#theStage.now - this.#startedAt) / 1000).toFixed(2);
    const state = `${stateLine(seen)}${route}`;
    if (state !== this.#lastState) this.#lines.push(`        ${state}`);
    this.#lastState = state;
    this.#lines.push(action.do === 'finish' ? `finished ${text}` : `${at.padStart(6)}s ${this.#named(text, seen)}`);
  }

  /** ` | route → web 80, web-candidate 20`. */
  #routeLine(): string {
    const rules = this.#theStage.route()?.spec?.rules ?? [];
    const rule = ({ backendRefs = [] }: (typeof rules)[number]): string =>
      backendRefs.map(({ name, weight }) => (weight === undefined ? name : `${name} ${weight}`)).join(', ');
    return rules.length === 0 ? '' : ` | route → ${rules.map(rule).join('; ')}`;
  }

  /** Hashes and pod names by what they are: the story is the same for any hash. */
  #named(text: string, seen: Observation): string {
    const name = (track: Track | null, word: string): [string, string][] =>
      track === null
        ? []
        : [...track.pods.map((pod, at): [string, string] => [pod.name, `${word}-${at}`]), [track.hash, word]];
    const names = [...name(seen.stable, 'stable'), ...name(seen.candidate, 'candidate')];
    return names.reduce((result, [from, to]) => result.replaceAll(from, to), text);
  }
}

function describe(action: Action, wrote: string | null, refused: string | null): string {
  switch (action.do) {
    case 'write':
      return refused === null ? `write ${action.write}: ${wrote}` : `write ${action.write} refused: ${refused}`;
    case 'wait':
      return `wait for ${action.wait.for}: ${action.wait.text}`;
    case 'turn-back':
      return `turn back (${action.cause}): ${action.reason}`;
    case 'mark':
      return `mark ${action.mark}`;
    case 'next-step':
      return 'next step';
    case 'note-signs':
      return `note ${Object.keys(action.signsSince).length} grave signs`;
    case 'check':
      return 'check the candidate';
    case 'finish': {
      const { outcome } = action;
      if (outcome.outcome === 'paused')
        return `paused at ${percent(outcome.share)}${outcome.because.is === 'lacking' ? `: ${outcome.because.text}` : ''}`;
      if (outcome.outcome === 'promoted' && outcome.stable === 'warm') return 'promoted, stable kept warm';
      if (outcome.outcome === 'failed' && outcome.left === 'as-it-was')
        return `failed, left as it was: ${outcome.reason}`;
      return outcome.outcome === 'failed' ? `failed, left ${outcome.left}` : outcome.outcome;
    }
  }
}

/** The cluster in one line: Deployment | tracks as Ready/size | whom the Service reaches. */
function stateLine({ deployment, stable, candidate, others, live, lost, candidateService }: Observation): string {
  const fields = [
    deployment.template,
    ...(deployment.held ? ['held'] : []),
    ...(deployment.fields.paused ? ['paused'] : []),
  ];
  const track = (name: string, one: Track | null): string =>
    one === null
      ? `${name} -`
      : `${name} ${one.pods.filter((pod) => pod.ready && !pod.terminating).length}/${one.size}`;
  const pin =
    live.pin === null
      ? 'both'
      : live.pin === stable?.hash
        ? 'stable'
        : live.pin === candidate?.hash
          ? 'candidate'
          : live.pin;
  const { endpoints } = live;
  const reached = [
    `${endpoints.stable} stable`,
    `${endpoints.candidate} candidate`,
    ...(endpoints.other > 0 ? [`${endpoints.other} other`] : []),
  ];
  return [
    ...(lost === null ? [] : [`${lost} lost`]),
    fields.join(' '),
    [track('stable', stable), track('candidate', candidate), ...others.map((other) => track('other', other))].join(
      ', ',
    ),
    `users → ${pin}: ${reached.join(' + ')}`,
    ...(candidateService.state === 'absent' ? [] : [`candidate Service → ${candidateService.state}`]),
  ].join(' | ');
}

function evidenceOf([word = '', ...rest]: readonly string[]): EvidenceView {
  const is = parsed(parseWord(word, ['enough', 'lacking', 'condemned', 'certified']));
  const why = rest.join(' ');
  return {
    condemned: is === 'condemned' ? why : null,
    certified: is === 'certified',
    lacking: is === 'lacking' ? why : null,
  };
}

function ms(text: string): number {
  return parsed(parseDuration(text));
}

function parsed<T>(result: Parsed<T>): T {
  if (!result.ok) throw new Error(result.problem);
  return result.value;
}

/** `1_5s;25%`: an option has no blanks. */
function listOf(option: string): string {
  return option.replaceAll('_', ' ').replaceAll(';', ', ');
}

export function requestOf(options: Record<string, string>): Request {
  const image =
    options.image === undefined
      ? []
      : [{ kind: 'container', container: 'web', image: `${REPOSITORY}:${options.image}` } as const];
  return {
    action: 'deploy',
    strategy: parsed(parseWord(options.strategy ?? 'blue-green', ['blue-green', 'canary', 'rolling'])),
    steps: parsed(parseSteps(listOf(options.steps ?? '') || '10% 2s')),
    batches: options.batches === undefined ? null : parsed(parseBatches(listOf(options.batches))),
    batchTime: ms(options['batch-time'] ?? '2s'),
    pauseAt: options['pause-at'] === undefined ? null : parsed(parseAmount(options['pause-at'])),
    testers: {
      headers: options.header === undefined ? [] : [parsed(parseHeaderLine(options.header))],
      cookies: [],
    },
    mirror: null,
    candidateReplicas: null,
    routers: options.router?.split(';') ?? 'auto',
    routerCommand: options.router === undefined ? null : { command: 'tell', verify: null },
    cluster: { kubeconfig: null, context: null, namespace: null, allowExec: 'auto' },
    deployment: 'web',
    knativeService: null,
    service: options.service ?? null,
    candidateService: null,
    images: image,
    env: [],
    smokeTests: [],
    smokeCommand: null,
    judging: {
      evidence: 'ticks',
      tick: 5_000,
      tolerance: 1.5,
      atMostWorse: 3,
      falseAlarms: 0.01,
      objective: null,
      restarts: parsed(parseWord(options.restarts ?? 'any', ['any', 'compare', 'ignore'])),
      minRequests: 50,
      patience: ms(options.patience ?? '10s'),
      onInconclusive: parsed(parseWord(options['on-inconclusive'] ?? 'pause', ['pause', 'promote', 'rollback'])),
      early: options.early === 'true',
    },
    job: null,
    webhook: null,
    checkAt: options['check-at'] === 'every-step' ? 'every-step' : 'start',
    thresholds: [],
    alerts: [],
    alertsSince: 'release',
    alertmanager: null,
    metrics: null,
    bakeTime: ms(options.bake ?? '10s'),
    drainTime: ms(options.drain ?? '5s'),
    settleTime: ms(options.settle ?? '3s'),
    timeout: ms(options.timeout ?? '5m'),
    lockTimeout: 0,
    onFailure: options['on-failure'] === 'hold' ? 'hold' : 'rollback',
    skipAnalysis: false,
    onCancel: 'take-back',
    onUnfinished: 'take-back',
    to: null,
    goOnTo: null,
    keepWarm: options['keep-warm'] === 'true',
    switch: options.switch === 'overlap' ? 'overlap' : 'cut',
    dryRun: false,
    summary: false,
    comment: null,
  };
}
