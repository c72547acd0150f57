/** Evidence over time, for a picture: thinned so that it never holds more than 120 points, however long the step. */
export interface Trace {
  readonly points: readonly TracePoint[];
  /** Of the ticks that bring evidence one in so many is kept. */
  readonly stride: number;
  /** Ticks since the last one kept. */
  readonly passed: number;
}

export interface TracePoint {
  /** Epoch ms. */
  readonly at: number;
  /** ln E against "no worse than tolerated", and against "worse than the certificate allows" (0 where there is no certificate). */
  readonly condemn: number;
  readonly certify: number;
}

export const MOST_POINTS = 120;

/** Points that are kept of a step that is over. */
const MOST_POINTS_OF_THE_PAST = 60;

export const EMPTY_TRACE: Trace = { points: [], stride: 1, passed: 0 };

/** Points are rounded to a thousandth: they are looked at, nothing is decided by them. */
export function addToTrace(trace: Trace, point: TracePoint): Trace {
  const passed = trace.passed + 1;
  if (passed < trace.stride && trace.points.length > 0) return { ...trace, passed };
  const points = [...trace.points, { at: point.at, condemn: rounded(point.condemn), certify: rounded(point.certify) }];
  if (points.length <= MOST_POINTS) return { points, stride: trace.stride, passed: 0 };
  return { points: everySecond(points), stride: trace.stride * 2, passed: 0 };
}

/** The picture of a step that is over, in fewer points. */
export function pastPoints(points: readonly TracePoint[]): readonly TracePoint[] {
  let kept = points;
  while (kept.length > MOST_POINTS_OF_THE_PAST) kept = everySecond(kept);
  return kept;
}

/** From the last backwards: the newest stays. */
function everySecond(points: readonly TracePoint[]): readonly TracePoint[] {
  return points.filter((_, index) => (points.length - 1 - index) % 2 === 0);
}

function rounded(value: number): number {
  // JSON knows no −0: what is kept is to be what it was.
  return Math.round(value * 1000) / 1000 + 0;
}
