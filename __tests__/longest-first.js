import { relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** What takes longer than the rest, by the beginning of its path; the longest first. */
const LONG = [
  'simulator/contract',
  'others/',
  'torture/',
  'crashes/',
  'transcripts/',
  'network/',
  'release/invariants',
  'simulator/judged',
  'simulator/kubeconfigs',
  'runner/runner',
  'workflows/',
  'knative/',
  'metrics/',
];

/**
 * Jest begins with the suites that took longest the last time. Where there was no last time, as in a fresh clone, it would begin with the
 * largest files, which says little here: a suite of the contract is a dozen lines. Then the order is ours.
 */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.some(({ duration }) => duration !== undefined)) return sorted;
    return sorted.toSorted((a, b) => rank(a.path) - rank(b.path));
  }
}

function rank(path) {
  const name = relative(import.meta.dirname, path).replaceAll('\\', '/');
  const found = LONG.findIndex((beginning) => name.startsWith(beginning));
  return found < 0 ? LONG.length : found;
}
