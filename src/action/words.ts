import { misunderstood, understood, type Parsed } from './parsed.ts';

/** One of a fixed list of words, exactly as written there. */
export function parseWord<W extends string>(given: string, words: readonly W[]): Parsed<W> {
  const word = words.find((candidate) => candidate === given);
  if (word !== undefined) return understood(word);
  return misunderstood(`It is not one of the accepted words.${didYouMean(nearest(given, words))}`);
}

/** Words that mean true and false elsewhere: suggested, not accepted. */
const MEANT: Readonly<Record<string, string>> = {
  yes: 'true',
  on: 'true',
  '1': 'true',
  no: 'false',
  off: 'false',
  '0': 'false',
};

/** A boolean of the YAML 1.2 core schema, the words that `core.getBooleanInput` takes. */
export function parseBoolean(given: string): Parsed<boolean> {
  if (['true', 'True', 'TRUE'].includes(given)) return understood(true);
  if (['false', 'False', 'FALSE'].includes(given)) return understood(false);
  const meant = MEANT[given.toLowerCase()] ?? nearest(given, ['true', 'false']);
  return misunderstood(`It is neither true nor false.${didYouMean(meant)}`);
}

/** The word that was probably meant; null when none is near. */
export function nearest<W extends string>(given: string, words: readonly W[]): W | null {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[\s_-]/g, '');
  const ranked = words
    .map((word) => ({ word, distance: editDistance(plain(given), plain(word)) }))
    .filter(({ word, distance }) => distance <= Math.max(1, Math.floor(word.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.word ?? null;
}

/** ` Did you mean blue-green?`, or nothing. Begins with a space, so that it can follow a sentence. */
export function didYouMean(meant: string | null): string {
  return meant === null ? '' : ` Did you mean ${meant}?`;
}

/** Insertions, deletions and replacements between two texts (Levenshtein). */
function editDistance(a: string, b: string): number {
  // Inputs can be as long as a file, and no word is: beyond this the distance does not matter.
  if (Math.abs(a.length - b.length) > 20) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
