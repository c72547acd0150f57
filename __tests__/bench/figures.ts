import type { Bundle } from './bundle.ts';
import type { MeasuredRamp } from './ramp.ts';
import type { Measured } from './release.ts';
import type { StartUp } from './start-up.ts';
import { durations, range, type Spread, spreadOf } from './statistics.ts';

/** Everything that was measured. */
export interface Results {
  readonly bundle: Bundle;
  readonly startUp: StartUp;
  readonly releases: {
    /** Good ones of 4 pods, straight to the API server: the ones that are timed. */
    readonly timed: readonly Measured[];
    /** The same through the forwarder that counts connections. */
    readonly counted: readonly Measured[];
    readonly crash: readonly Measured[];
    readonly missing: readonly Measured[];
    /** Good ones of 100 pods, through the forwarder. */
    readonly large: readonly Measured[];
    /** Of 4 pods and of 40 with few steps, then of 4 with many. */
    readonly ramps: readonly MeasuredRamp[];
  };
}

/** One row of the table. */
export interface Figure {
  readonly figure: string;
  readonly toReach: string;
  readonly measured: string;
  readonly met: boolean;
  readonly comparison: string;
  /** What was held against `limit`, in `unit`. */
  readonly value: number;
  readonly limit: number;
  readonly unit: 'bytes' | 'ms' | 'requests' | 'connections' | 'times' | 'part';
  readonly samples: readonly number[];
}

export const TARGETS = {
  bundleBytes: 5_000_000,
  /** Where `node -e 0` takes so long; on a slower machine in proportion. */
  badInputMs: { limit: 130, nothing: 25 },
  requests: 40,
  connections: 4,
  releaseMs: 2000,
  ownMs: 700,
  switchMs: 100,
  turnBackMs: 5000,
  memoryBytes: 150_000_000,
  stepRequests: 6,
  decidedMs: 50,
  thawedMs: 100,
  /** Bytes by which fifty steps may need more than a few: noise of the collector. */
  growthBytes: 15_000_000,
} as const;

/** The rows, in the order of the table in issue 3, section 5. What the peers need is measured on a control plane like this one. */
export function figuresOf(results: Results): Figure[] {
  const { bundle, releases } = results;
  const { timed, counted, large } = releases;
  const good = [...counted, ...timed];
  const own = spreadOf(timed.map(ownTime));
  const wall = spreadOf(timed.map(wallTime));
  const moved = spreadOf(timed.map(({ promotion }) => between(promotion?.allReady, promotion?.live)));
  return [
    figure({
      figure: 'bundle, without licences',
      toReach: '≤ 5 MB',
      measured: megabytes(bundle.bytes, 2),
      comparison: '1.2 MB, with none of the features',
      value: bundle.bytes,
      limit: TARGETS.bundleBytes,
      unit: 'bytes',
      samples: [bundle.bytes],
    }),
    startUpFigure(results.startUp),
    requestsFigure('API requests, 4 pods', '≤ 40', 'Azure 74', good),
    requestsFigure('API requests, 100 pods', '≤ 40, further list pages apart', '', large),
    connectionsFigure(results),
    figure({
      figure: 'whole release, process start included',
      toReach: '≤ 2.0 s median',
      measured: durations(wall),
      comparison: 'Azure 7.7 s',
      value: wall.median,
      limit: TARGETS.releaseMs,
      unit: 'ms',
      samples: wall.samples,
    }),
    figure({
      figure: 'own time: without the pods’ own',
      toReach: '≤ 0.7 s median',
      measured: durations(own),
      comparison: '',
      value: own.median,
      limit: TARGETS.ownMs,
      unit: 'ms',
      samples: own.samples,
    }),
    figure({
      figure: 'last pod Ready → live endpoints all candidate',
      toReach: '≤ 100 ms median',
      measured: durations(moved),
      comparison: 'Argo 8–15 ms to its patch, unchecked',
      value: moved.median,
      limit: TARGETS.switchMs,
      unit: 'ms',
      samples: moved.samples,
    }),
    turnBackFigure('crash', releases.crash),
    turnBackFigure('image missing', releases.missing),
    memoryFigure(results),
    ...rampFigures(releases.ramps),
  ];
}

function startUpFigure({ badInput, nothing }: StartUp): Figure {
  const { limit, nothing: expected } = TARGETS.badInputMs;
  const fair = limit * Math.max(1, nothing.median / expected);
  const scaled = fair > limit ? `, so here ≤ ${fair.toFixed(0)} ms` : '';
  return figure({
    figure: 'start-up: a bad input is told',
    toReach: `≤ 130 ms where \`node -e 0\` takes 25 ms${scaled}`,
    measured: `${durations(badInput)}; \`node -e 0\` ${durations(nothing)}`,
    comparison: '87 ms, with none of the features',
    value: badInput.median,
    limit: fair,
    unit: 'ms',
    samples: badInput.samples,
  });
}

function requestsFigure(name: string, toReach: string, comparison: string, releases: readonly Measured[]): Figure {
  const total = spreadOf(releases.map(({ requests }) => requests.total));
  const pages = spreadOf(releases.map(({ requests }) => requests.listPages));
  return figure({
    figure: name,
    toReach,
    measured: `${range(total)} (further list pages: ${range(pages)})`,
    comparison,
    value: total.max,
    limit: TARGETS.requests,
    unit: 'requests',
    samples: total.samples,
  });
}

function connectionsFigure({ releases }: Results): Figure {
  const opened = (of: readonly Measured[]): Spread =>
    spreadOf(of.flatMap(({ connections }) => (connections === undefined ? [] : [connections.opened])));
  const good = opened([...releases.counted, ...releases.large]);
  const broken = opened([...releases.crash, ...releases.missing]);
  return figure({
    figure: 'TCP connections to the API server',
    toReach: '≤ 4',
    // Its own connection for what may be slow, so that it never stands before a write.
    measured: `${range(good)}; ${range(broken)} when the logs of a broken candidate are read`,
    comparison: 'one a kubectl (Azure: 31)',
    value: good.max,
    limit: TARGETS.connections,
    unit: 'connections',
    samples: [...good.samples, ...broken.samples],
  });
}

/** From the first look at the sign: where the sign must last to be certain, that grace is part of the time. */
function turnBackFigure(name: string, releases: readonly Measured[]): Figure {
  const found = releases.flatMap(({ turnBack }) => (turnBack === undefined ? [] : [turnBack]));
  const verdict = spreadOf(found.map((back) => back.verdict - back.sign.at));
  const over = spreadOf(found.map((back) => Math.max(back.podsGone, back.restored) - back.sign.at));
  return figure({
    figure: `broken image (${name}): sign → verdict; → all as before`,
    toReach: '≤ 5 s',
    measured: `${durations(verdict)}; ${durations(over)}`,
    comparison: 'Argo 61 s, Flagger 65 s, Azure never',
    value: over.max,
    limit: TARGETS.turnBackMs,
    unit: 'ms',
    samples: over.samples,
  });
}

function memoryFigure({ releases }: Results): Figure {
  const peak = (of: readonly Measured[]): Spread => spreadOf(of.map(({ peakMemoryMiB }) => peakMemoryMiB * 1024 ** 2));
  const { timed, counted, crash, missing, large } = releases;
  const small = peak([...counted, ...timed, ...crash, ...missing]);
  const many = peak(large);
  return figure({
    figure: 'peak memory',
    toReach: '≤ 150 MB',
    measured: `${megabytes(small.max)} with 4 pods, ${megabytes(many.max)} with 100`,
    comparison: '',
    value: Math.max(small.max, many.max),
    limit: TARGETS.memoryBytes,
    unit: 'bytes',
    samples: [...small.samples, ...many.samples],
  });
}

function rampFigures(ramps: readonly MeasuredRamp[]): Figure[] {
  const [few, many] = [ramps.filter(({ steps }) => steps < 10), ramps.filter(({ steps }) => steps >= 10)];
  const requests = few.map((ramp) => ({ ramp, spread: spreadOf(ramp.requests) }));
  const decided = spreadOf(ramps.flatMap((ramp) => ramp.decided));
  const thawed = spreadOf(ramps.flatMap((ramp) => ramp.thawed));
  const memory = (of: readonly MeasuredRamp[]): number =>
    Math.max(...of.map(({ peakMemoryMiB }) => peakMemoryMiB * 1024 ** 2));
  const longest = Math.max(...many.map(({ steps }) => steps));
  return [
    figure({
      figure: 'ramp: API requests per step that needs pods',
      toReach: '≤ 6, whatever the pods',
      measured: requests.map(({ ramp, spread }) => `${ramp.replicas} pods ${range(spread)}`).join(', '),
      comparison: '',
      value: Math.max(...requests.map(({ spread }) => spread.max)),
      limit: TARGETS.stepRequests,
      unit: 'requests',
      samples: requests.flatMap(({ spread }) => spread.samples),
    }),
    figure({
      figure: 'ramp: decision → weight written',
      toReach: '≤ 50 ms median',
      measured: durations(decided),
      comparison: '',
      value: decided.median,
      limit: TARGETS.decidedMs,
      unit: 'ms',
      samples: decided.samples,
    }),
    figure({
      figure: 'ramp: unpaused by a resize',
      toReach: '≤ 100 ms median',
      measured: durations(thawed),
      comparison: '',
      value: thawed.median,
      limit: TARGETS.thawedMs,
      unit: 'ms',
      samples: thawed.samples,
    }),
    figure({
      figure: `ramp: memory that ${longest} steps need more than a few`,
      toReach: 'no growth (≤ 15 MB, the collector’s noise)',
      measured: `${megabytes(memory(many))} after ${megabytes(memory(few))}`,
      comparison: '',
      value: memory(many) - memory(few),
      limit: TARGETS.growthBytes,
      unit: 'bytes',
      samples: ramps.map(({ peakMemoryMiB }) => peakMemoryMiB * 1024 ** 2),
    }),
  ];
}

export function figure(of: Omit<Figure, 'met'>): Figure {
  return { ...of, met: of.value <= of.limit };
}

export function wallTime({ startedAt, endedAt }: Measured): number {
  return endedAt - startedAt;
}

/** What the release itself costs: all the time but that from the opening PATCH to the last pod's readiness. */
function ownTime(release: Measured): number {
  return wallTime(release) - between(release.opening.open, release.promotion?.allReady);
}

/** Where the time of a good release goes, one after the other. */
export function stretchesOf(
  releases: readonly Measured[],
): readonly { readonly stretch: string; readonly time: Spread }[] {
  const stretch = (name: string, of: (release: Measured) => number): { stretch: string; time: Spread } => ({
    stretch: name,
    time: spreadOf(releases.map(of)),
  });
  return [
    stretch('process start → first request', ({ startedAt, opening }) => opening.firstRequest - startedAt),
    stretch(
      '→ PATCH that opens (preflight, lock, record, pause, pin)',
      ({ opening }) => opening.open - opening.firstRequest,
    ),
    stretch('→ last pod Ready (the pods’ own time)', ({ opening, promotion }) =>
      between(opening.open, promotion?.allReady),
    ),
    stretch('→ listed by the candidate Service', ({ promotion }) => between(promotion?.allReady, promotion?.listed)),
    stretch('→ PATCH that moves users', ({ promotion }) => between(promotion?.listed, promotion?.switched)),
    stretch('→ live endpoints all candidate', ({ promotion }) => between(promotion?.switched, promotion?.live)),
    stretch('→ last request (close, unpin, restore, clean up)', ({ opening, promotion }) =>
      between(promotion?.live, opening.lastRequest),
    ),
    stretch('→ process end', ({ endedAt, opening }) => endedAt - opening.lastRequest),
  ];
}

function between(from: number | undefined, to: number | undefined): number {
  if (from === undefined || to === undefined) throw new Error('a good release has all its moments');
  return to - from;
}

function megabytes(bytes: number, digits = 0): string {
  return `${(bytes / 1e6).toFixed(digits)} MB`;
}
