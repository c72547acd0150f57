/**
 * How a part of a cluster is at one moment. It is brought back in place: timers and listeners that refer to the part refer to it still, and
 * what has happened since never was. `text` tells two moments of one course of things apart: with the same text they are the same state.
 */
export interface Saved {
  readonly text: string;
  readonly restore: () => void;
}

/** Several parts as one. */
export function together(parts: readonly Saved[]): Saved {
  return {
    text: parts.map(({ text }) => text).join('\n'),
    restore: () => {
      for (const part of parts) part.restore();
    },
  };
}
