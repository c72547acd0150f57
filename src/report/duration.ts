const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Milliseconds for a person, no more exact than they need: `0.4s`, `12s`, `1m32s`, `2h05m`. Negative times count as none. */
export function formatDuration(milliseconds: number): string {
  const tenths = Math.round(Math.max(0, milliseconds) / 100);
  if (tenths < 100) return `${tenths / 10}s`;
  const seconds = Math.round(milliseconds / SECOND);
  if (seconds < 60) return `${seconds}s`;
  if (seconds * SECOND < HOUR) return `${Math.floor(seconds / 60)}m${twoDigits(seconds % 60)}s`;
  const minutes = Math.round(milliseconds / MINUTE);
  return `${Math.floor(minutes / 60)}h${twoDigits(minutes % 60)}m`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
