const POINTS = 24;
const NEAREST = 1.25;
const FARTHEST = 300;

/** Multiples of what is tolerated against which the count tests bet: 24, log-spaced from 1.25 to 300. */
export const MULTIPLES: readonly number[] = Array.from(
  { length: POINTS },
  (_, point) => NEAREST * (FARTHEST / NEAREST) ** (point / (POINTS - 1)),
);
