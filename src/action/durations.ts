import { misunderstood, understood, type Parsed } from './parsed.ts';
import { didYouMean } from './words.ts';

const FORM = /^(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const SECOND = 1_000;

/** Five days: no job runs longer, and a timer of Node beyond 24.8 days would fire at once. */
export const LONGEST_DURATION = 120 * HOUR;

/** What the input `accepted` says everywhere a duration is meant. */
export const DURATION_FORM =
  'hours, minutes, seconds and milliseconds with their units and no spaces, such as 90s, 5m, 1h30m, 500ms or 0s';

/** Milliseconds of `90s`, `5m`, `1h30m`, `500ms`, `0s` or `0`, from largest unit to smallest, at most five days. */
export function parseDuration(given: string): Parsed<number> {
  if (given === '0') return understood(0);
  const parts = FORM.exec(given);
  if (parts === null) return misunderstood(complaint(given));
  const [, hours, minutes, seconds, milliseconds] = parts;
  const total =
    Number(hours ?? 0) * HOUR +
    Number(minutes ?? 0) * MINUTE +
    Number(seconds ?? 0) * SECOND +
    Number(milliseconds ?? 0);
  if (total > LONGEST_DURATION)
    return misunderstood(`It is longer than ${formatDuration(LONGEST_DURATION)}, the longest time that a job may run.`);
  return understood(total);
}

/** Milliseconds as the shortest text that `parseDuration` reads back: `1h30m`, `1m500ms`, `0s`. Whole numbers ≥ 0. */
export function formatDuration(milliseconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(milliseconds / HOUR), 'h'],
    [Math.floor((milliseconds % HOUR) / MINUTE), 'm'],
    [Math.floor((milliseconds % MINUTE) / SECOND), 's'],
    [milliseconds % SECOND, 'ms'],
  ];
  const text = parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join('');
  return text === '' ? '0s' : text;
}

function complaint(given: string): string {
  if (/^\d+$/.test(given)) return `A unit is missing.${didYouMean(`${given}s`)}`;
  if (given.startsWith('-')) return 'It is negative.';
  if (/^\d*\.\d+/.test(given))
    return `Fractions are not accepted; use a smaller unit, such as 1m30s for 1.5m or 500ms for 0.5s.`;
  const meant = UNIT_WORDS.reduce(
    (text, [word, unit]) => text.replace(word, unit),
    given.toLowerCase().replaceAll(/\s/g, ''),
  );
  if (FORM.test(meant)) return `It is not written as a duration.${didYouMean(meant)}`;
  const days = /^(\d{1,2})d(?:ays?)?$/.exec(meant)?.[1];
  if (days !== undefined) return `Days are not a unit here.${didYouMean(`${Number(days) * 24}h`)}`;
  return 'It is not a duration.';
}

/** `5 min`, `2hours`, `30 sec` … to the units that they mean; longer words first. */
const UNIT_WORDS: readonly (readonly [RegExp, string])[] = [
  [/(?<=\d)(?:milliseconds?|msecs?|millis)/, 'ms'],
  [/(?<=\d)(?:hours?|hrs?)/, 'h'],
  [/(?<=\d)(?:minutes?|mins?)/, 'm'],
  [/(?<=\d)(?:seconds?|secs?)/, 's'],
];
