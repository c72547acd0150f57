import type { Arm, Arms } from '../analysis/arms.ts';
import { advance, type Book, EMPTY_BOOK } from '../analysis/increments.ts';
import { addTick, beginStep, type Judgement, newJudgement, verdictsOf, withLifetimes } from '../analysis/judgement.ts';
import type { JudgementPlan } from '../analysis/judgement-plan.ts';
import {
  type Measured,
  type MeasuredGate,
  type MeasuredStage,
  type MeasuredTick,
  withTick,
} from '../analysis/measured.ts';
import type { Sides } from '../analysis/metric-evidence.ts';
import type { Judged } from '../analysis/verdicts.ts';
import type { GateLook, WatchedGate } from '../checks/watched-gate.ts';
import { type CounterSource, MetricsError, type Reading, type TracksNow } from '../metrics/source.ts';
import type { EvidenceView } from '../release/observation.ts';
import { formatDuration } from '../report/duration.ts';
import type { Clock } from './clock.ts';
import type { Looks } from './measures.ts';
import { type PodCounts, RestartCounter } from './restart-counter.ts';
import type { Teller } from './teller.ts';

export interface MeasuringParts {
  readonly clock: Clock;
  readonly teller: Teller;
  readonly looks: Looks;
  readonly plan: JudgementPlan;
  /** What an earlier run knew; null: nothing. */
  readonly known: Judgement | null;
}

/** A stage of the release, as far as measuring has to know it. */
export interface Stage {
  /** See `stageOf`. */
  readonly index: number;
  /** For a person: `5 %`, `bake`. */
  readonly name: string;
  /** The tracks that users are on. */
  readonly sides: Sides;
  /** Requests of users, or copies of them, reach the candidate. */
  readonly isReached: boolean;
  /** Nobody asked to stay in it: all of the users by the route, for as long as the switch takes. */
  readonly isPassing: boolean;
}

/** What the release sees of its pods, for those who count. */
export interface Counted extends PodCounts {
  readonly tracks: TracksNow;
}

/** A source that has failed for so many ticks is one that says nothing. */
const TROUBLE_TICKS = 2;

/**
 * Looks at counters and gates, a tick after the other, beside the release's own rounds, and keeps what is known of the candidate by stage.
 * A source that fails is asked again at the next tick; nothing of it ever throws into the release.
 */
export class Measuring {
  /** Rung when something changed that a decision may rest on. */
  onChange: () => void = () => undefined;
  readonly #parts: MeasuringParts;
  readonly #stop = new AbortController();
  readonly #restarts = new RestartCounter();
  readonly #found = new Map<string, GateLook>();
  /** Null: the candidate is not there yet. */
  #gates: readonly WatchedGate[] | null = null;
  /** Each kind of note once, as it was told last. */
  readonly #notes = new Map<string, string>();
  readonly #stages: MeasuredStage[] = [];
  #ticks: readonly MeasuredTick[] = [];
  #book: Book = EMPTY_BOOK;
  #judgement: Judgement;
  #judged: Judged;
  #counted: Counted | null = null;
  #stage: (Stage & { readonly startedAt: number }) | null = null;
  #trouble: { readonly since: number; readonly message: string } | null = null;
  #freshAt: number | null = null;
  #told = 0;
  readonly #loops: Promise<void>[] = [];
  #closing: Promise<void> | null = null;

  constructor(parts: MeasuringParts) {
    this.#parts = parts;
    this.#judgement = parts.known ?? newJudgement(parts.plan);
    this.#judged = verdictsOf(parts.plan, this.#judgement);
  }

  /** What is known so far, for the record: another run may go on with it. */
  get judgement(): Judgement {
    return this.#judgement;
  }

  /** Begins to look, until `close`. */
  start(): void {
    const { looks, plan, teller } = this.#parts;
    if (looks.source !== null) teller.fact(`counted by ${looks.source.name}, every ${formatDuration(plan.tickMs)}`);
    if (plan.metrics.length > 0) this.#loops.push(this.#repeat(() => this.#count()));
  }

  /** Ends it; what was measured stays. */
  async close(): Promise<void> {
    this.#endStage();
    this.#stage = null;
    this.#stop.abort();
    this.#closing ??= Promise.all(this.#loops).then(() => this.#parts.looks.source?.close());
    await this.#closing;
  }

  /** What the release sees now, and the stage in which it is. To be told before `view`. */
  follow(counted: Counted, stage: Stage): void {
    if (this.#stop.signal.aborted) return;
    this.#counted = counted;
    if (this.#gates === null && counted.tracks.candidate !== null) this.#watch(counted.tracks);
    if (stage.index === this.#stage?.index) {
      this.#stage = { ...this.#stage, ...stage };
      return;
    }
    // Where the release went on without a word there is nothing to tell of.
    if (this.#stage?.isPassing !== true || this.#judged.condemned) this.#endStage();
    const { plan, clock } = this.#parts;
    this.#stage = { ...stage, startedAt: clock.now() };
    this.#judgement = beginStep(plan, this.#judgement, stage.index, stage.sides);
    this.#judged = verdictsOf(plan, this.#judgement);
    this.#told = 0;
    this.#freshAt = null;
  }

  /** What is known of the present stage. */
  view(): EvidenceView {
    const { plan } = this.#parts;
    const looks = (this.#gates ?? []).flatMap((gate) => {
      const look = this.#found.get(gate.name);
      return look === undefined ? [] : [{ gate, look }];
    });
    const reached = this.#stage?.isReached === true;
    const bad = looks.find(({ gate, look }) => look.verdict === 'unhealthy' && (reached || gate.kind === 'alert'));
    const doubtful = looks.find(({ look }) => look.verdict === 'inconclusive');
    const judged = this.#judged;
    const condemned = bad === undefined ? null : `${bad.gate.kind} “${bad.gate.name}”: ${bad.look.detail}`;
    const silent =
      plan.metrics.length === 0
        ? null
        : (this.#silence() ?? (judged.verdict === 'inconclusive' ? judged.sentence : null));
    const unseen = looks.length < (this.#gates?.length ?? 0) ? 'not every threshold and alert was looked at yet' : null;
    return {
      condemned: judged.condemned ? judged.sentence : condemned,
      certified: plan.metrics.length > 0 && judged.certified && looks.every(({ look }) => look.verdict === 'healthy'),
      lacking:
        silent ??
        (doubtful === undefined ? unseen : `${doubtful.gate.kind} “${doubtful.gate.name}”: ${doubtful.look.detail}`),
    };
  }

  /** Everything that was measured, the present stage included. */
  measured(): Measured {
    const { source } = this.#parts.looks;
    const present = this.#presentStage();
    return {
      source: source?.name ?? null,
      queries: source?.queries ?? [],
      notes: [...this.#notes.values()],
      stages: present === null ? this.#stages : [...this.#stages, present],
      ticks: this.#ticks,
    };
  }

  #watch(tracks: TracksNow): void {
    this.#gates = this.#parts.looks.gates(tracks);
    this.#loops.push(...this.#gates.map((gate) => this.#repeat(() => this.#lookAt(gate))));
  }

  async #repeat(look: () => Promise<void>): Promise<void> {
    const { clock, plan } = this.#parts;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const next = clock.now() + plan.tickMs;
      await look().catch((error: unknown) => {
        // A fault of ours in looking is no reason to leave users half-way: it is one more thing that says nothing.
        if (!signal.aborted) this.#fails(`looking failed: ${error instanceof Error ? error.message : String(error)}`);
      });
      await clock.sleep(Math.max(0, next - clock.now()), signal).catch(() => undefined);
    }
  }

  async #lookAt(gate: WatchedGate): Promise<void> {
    const before = this.#found.get(gate.name);
    const look = await gate.look(this.#stop.signal);
    this.#found.set(gate.name, look);
    if (before?.verdict === look.verdict) return;
    if (before !== undefined || look.verdict !== 'healthy')
      this.#parts.teller.fact(`${gate.kind} “${gate.name}” is ${look.verdict}: ${look.detail}`);
    this.onChange();
  }

  async #count(): Promise<void> {
    const { looks, clock } = this.#parts;
    const counted = this.#counted;
    if (counted === null) return;
    const at = clock.now();
    const arms: Record<string, Arms | null> = {};
    // Restarts can be counted whatever becomes of the source.
    if (this.#parts.plan.metrics.some(({ name }) => name === 'restarts'))
      arms.restarts = this.#restarts.advance(counted, at);
    if (looks.source !== null) Object.assign(arms, await this.#read(looks.source, counted.tracks));
    this.#judge(clock.now(), arms);
  }

  async #read(source: CounterSource, tracks: TracksNow): Promise<Record<string, Arms | null>> {
    const { signal } = this.#stop;
    try {
      const reading = await source.read(tracks, signal);
      this.#recovered();
      if (reading.note !== null) this.#note(reading.note);
      this.#judgement = withLifetimes(this.#judgement, lifetimesIn(reading));
      const { book, arms } = advance(this.#book, reading, this.#needed());
      this.#book = book;
      return arms;
    } catch (error) {
      if (!(error instanceof MetricsError)) throw error;
      this.#fails(error.message);
      return {};
    }
  }

  /** The tracks without which there is nothing to compare. */
  #needed(): 'stable' | 'candidate' | 'both' {
    const stage = this.#stage;
    return stage === null || !stage.isReached ? 'stable' : stage.sides;
  }

  #note(text: string): void {
    const kind = text.replaceAll(/\d+/g, 'n');
    if (!this.#notes.has(kind)) this.#parts.teller.fact(text);
    this.#notes.set(kind, text);
  }

  #fails(message: string): void {
    const { clock, teller } = this.#parts;
    if (this.#trouble === null) teller.fact(`counters cannot be read: ${message}`);
    this.#trouble = { since: this.#trouble?.since ?? clock.now(), message };
  }

  #recovered(): void {
    if (this.#trouble === null) return;
    const { clock, teller } = this.#parts;
    teller.fact(`counters are read again, after ${formatDuration(clock.now() - this.#trouble.since)}`);
    this.#trouble = null;
  }

  #judge(at: number, counted: Readonly<Record<string, Arms | null>>): void {
    const { plan } = this.#parts;
    const reached = this.#stage?.isReached === true;
    const arms = Object.fromEntries(
      Object.entries(counted).map(([name, tick]) => [name, tick === null || reached ? tick : stableAlone(tick)]),
    );
    const requests = plan.metrics.filter(({ kind }) => kind === 'requests');
    if (requests.length === 0 || requests.some(({ name }) => (arms[name] ?? null) !== null)) this.#freshAt = at;
    const before = this.view();
    this.#judgement = addTick(plan, this.#judgement, { at, arms });
    this.#judged = verdictsOf(plan, this.#judgement);
    for (const [metric, tick] of Object.entries(arms))
      if (tick !== null && tick.candidate.n > 0) this.#ticks = withTick(this.#ticks, { at, metric, ...tick });
    this.#tell();
    const now = this.view();
    if (
      now.condemned !== before.condemned ||
      now.certified !== before.certified ||
      (now.lacking === null) !== (before.lacking === null)
    )
      this.onChange();
  }

  /** One line when evidence is half way to condemning, when it has, and when the candidate is certified; not one a tick. */
  #tell(): void {
    const { teller } = this.#parts;
    const { metrics, condemned, certified, sentence } = this.#judged;
    const strongest = Math.max(0, ...metrics.map(({ lnEvidence, threshold }) => lnEvidence / threshold));
    const level = condemned ? 3 : certified ? 2 : strongest >= 0.5 ? 1 : 0;
    if (level <= this.#told) return;
    this.#told = level;
    if (level === 1) {
      const worst = metrics.find(({ lnEvidence, threshold }) => lnEvidence / threshold >= 0.5);
      // What the sentence concludes is not what is said here.
      teller.fact(`evidence is gathering: ${worst?.sentence.split(': ')[0]}`);
    }
    if (level === 2) teller.fact(`the candidate is certified: ${sentence}`);
  }

  /** Nothing new for longer than counters may take to come; null: there was. */
  #silence(): string | null {
    const { clock, plan } = this.#parts;
    const stage = this.#stage;
    if (stage === null) return null;
    const failing = this.#trouble === null ? 0 : clock.now() - this.#trouble.since;
    if (this.#trouble !== null && failing >= TROUBLE_TICKS * plan.tickMs)
      return `counters cannot be read for ${formatDuration(Math.round(failing / 1000) * 1000)}: ${this.#trouble.message}`;
    const since = this.#freshAt ?? stage.startedAt;
    const silent = clock.now() - since;
    return silent <= plan.staleMs ? null : `no new counters for ${formatDuration(Math.round(silent / 1000) * 1000)}`;
  }

  #endStage(): void {
    const ended = this.#presentStage();
    if (ended === null) return;
    this.#stages.push(ended);
    // A candidate that is condemned is the reason of what follows, and told as such.
    for (const { name, sentence, condemned } of ended.metrics)
      if (!condemned) this.#parts.teller.fact(`${ended.name}, ${name}: ${sentence}`);
  }

  #presentStage(): MeasuredStage | null {
    const stage = this.#stage;
    if (stage === null || !stage.isReached) return null;
    const { plan, clock } = this.#parts;
    // Too short to be judged.
    if (clock.now() - stage.startedAt < plan.tickMs && !this.#judged.condemned) return null;
    const gates: MeasuredGate[] = (this.#gates ?? []).flatMap(({ name, kind }) => {
      const look = this.#found.get(name);
      return look === undefined ? [] : [{ name, kind, ...look }];
    });
    const { name, startedAt } = stage;
    return { name, startedAt, endedAt: clock.now(), metrics: this.#judged.metrics, gates };
  }
}

/** Before users reach the candidate only stable is watched: what smoke tests do is no traffic. */
function stableAlone({ stable }: Arms): Arms {
  return { stable, candidate: { n: 0, x: 0 } };
}

/** What stable's counters show, by metric. */
function lifetimesIn({ counters }: Reading): Record<string, Arm> {
  const sums: Record<string, Arm> = {};
  for (const { metric, track, total, bad } of counters) {
    if (track !== 'stable') continue;
    const { n, x } = sums[metric] ?? { n: 0, x: 0 };
    sums[metric] = { n: n + total, x: x + bad };
  }
  return sums;
}
