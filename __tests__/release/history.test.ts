import { describe, expect, test } from '@jest/globals';
import { goalOf, type History, type KeptVersion, type Move, wayBackTo } from '../../src/release/history.ts';

/*
 * Versions are letters; a version's hash is its letter. A move is written as it happened: `a→b` was promoted, `a→b✗` was taken back,
 * `b⇒a` is a rollback that brought a back, `b⇒a✗` one that did not.
 */

const IMAGE = (version: string): string => `registry.test/web:${version}`;

/** Oldest first, as one tells a story. */
function past(...story: readonly string[]): Move[] {
  const moves = story.map((text, at): Move => {
    const [from = '', to = ''] = text.replace('✗', '').split(/[→⇒]/);
    const rollback = text.includes('⇒');
    const [good, bad] = rollback ? ['rolled-back', 'failed'] : ['promoted', 'rolled-back'];
    const hasFailed = text.endsWith('✗');
    return {
      release: id(at + 1),
      outcome: hasFailed ? bad : good,
      rollback,
      reason: hasFailed ? 'it crashed.' : null,
      stableHash: from,
      candidateHash: to,
      from: { web: IMAGE(from) },
      to: { web: IMAGE(to) },
    };
  });
  return moves.toReversed();
}

function id(number: number): string {
  return `r-20260101-000000-000${number}`;
}

/** Their revisions rise in this order. */
function kept(...versions: readonly string[]): KeptVersion[] {
  return versions.map((hash, at) => ({ hash, revision: at + 1, images: { web: IMAGE(hash) } }));
}

/** The letter, or what was said. */
function goal(to: string | null, history: Omit<History, 'title'>): string {
  const found = goalOf(to, { title: 'Deployment web', ...history });
  switch (found.is) {
    case 'version':
      return found.version.hash;
    case 'running':
      return `${history.running} already`;
    case 'none':
      return found.message;
  }
}

describe('without a name, back to what users had before for good', () => {
  test.each([
    [['a→b'], 'b', 'a'],
    [['a→b', 'b→c'], 'c', 'b'],
    // Not forth again: each goes one further back.
    [['a→b', 'b→c', 'c⇒b'], 'b', 'a'],
    [['a→b', 'b→c', 'c→d', 'd⇒b'], 'b', 'a'],
    [['a→b', 'b→c', 'c⇒b', 'b→d'], 'd', 'b'],
    [['a→b', 'b→c', 'c⇒a', 'a→d'], 'd', 'a'],
    // A release that was taken back brought nothing.
    [['a→b', 'b→c✗'], 'b', 'a'],
    [['a→b', 'b→c', 'c⇒b✗'], 'c', 'b'],
    [['a→b', 'b→c✗', 'b→c'], 'c', 'b'],
    // Old images by a release of their own: that is a version as any other.
    [['a→b', 'b→a'], 'a', 'b'],
    // kubectl rollout undo: what was left by it is left.
    [['a→b', 'b→c'], 'b', 'a'],
    // kubectl set image: what users had last by a release.
    [['a→b'], 'x', 'b'],
    [['a→b', 'x→c'], 'c', 'x'],
  ])('%j, users on %s: %s', (story, running, wanted) => {
    expect(goal(null, { past: past(...story), kept: kept('a', 'b', 'c', 'd', 'x'), running })).toBe(wanted);
  });

  test.each([
    ['never released: the revision before', [], ['a', 'b', 'c'], 'c', 'b'],
    ['never released, and nothing before', [], ['a'], 'a', NOTHING()],
    ['older than the record', ['b→c✗'], ['a', 'b', 'c'], 'b', 'a'],
    ['the record has failures alone', ['a→c✗'], ['a', 'c'], 'a', NOTHING()],
    // To one that was left before: what users had on the way to it counts no more.
    ['forth again', ['a→b', 'b→c', 'c⇒a', 'a⇒c'], ['a', 'b', 'c'], 'c', NOTHING()],
    ['rolled back to the first on record', ['b→c', 'c⇒b'], ['a', 'b', 'c'], 'b', 'a'],
  ])('%s', (_, story, versions, running, wanted) => {
    expect(goal(null, { past: past(...story), kept: kept(...versions), running })).toContain(wanted);
  });

  test('its ReplicaSet is gone: it is named, and so is what is possible', () => {
    const history = { past: past('a→b', 'b→c'), kept: kept('a', 'c'), running: 'c' };
    expect(goal(null, history)).toBe(
      `Release ${id(1)} (registry.test/web:b) is what to go back to; its ReplicaSet b is gone, and its template with it (Deployment web keeps as many as revisionHistoryLimit says). ` +
        'Possible in input to are: revision 1 (registry.test/web:a).',
    );
  });

  test('the record and the ReplicaSet disagree', () => {
    const [a, b] = kept('a', 'b');
    const changed = [{ ...a, images: { web: IMAGE('z') } } as KeptVersion, b as KeptVersion];
    expect(goal(null, { past: past('a→b'), kept: changed, running: 'b' })).toMatch(
      /registry\.test\/web:a.* is what to go back to; its ReplicaSet a has registry\.test\/web:z/,
    );
  });

  test('what it is told of the reason', () => {
    const told = (story: readonly string[], running: string): string => {
      const found = goalOf(null, { title: 'Deployment web', past: past(...story), kept: kept('a', 'b', 'x'), running });
      return found.is === 'version' ? found.told : '';
    };
    expect(told(['a→b'], 'b')).toBe('revision 1 (registry.test/web:a)');
    expect(told(['a→b'], 'x')).toBe(
      `release ${id(1)} (registry.test/web:b, revision 2): what users had last by a release; what Deployment web runs now came by other means`,
    );
    expect(told([], 'x')).toContain('so it is the Deployment’s own previous revision');
  });
});

describe('by a name', () => {
  const DIGEST = `sha256:${'1'.repeat(64)}`;
  const versions: readonly KeptVersion[] = [
    ...kept('a', 'b', 'c', 'd'),
    { hash: 'e', revision: 5, images: { web: IMAGE('d'), proxy: 'docker.io/envoyproxy/envoy:v1.36.2' } },
    { hash: 'f', revision: 9, images: { web: `registry.test/web:7@${DIGEST}` } },
    { hash: 'g', revision: 7, images: { web: IMAGE('g') } },
  ];
  const history = { past: past('a→b', 'b→c✗', 'b→g', 'z→f'), kept: versions, running: 'f' };

  test.each([
    ['a release', id(1), 'b'],
    ['a tag', 'b', 'b'],
    ['an image', 'registry.test/web:b', 'b'],
    ['an image of Docker Hub, in short', 'envoyproxy/envoy:v1.36.2', 'e'],
    ['a revision', '2', 'b'],
    ['a digest', DIGEST, 'f already'],
    ['an image with its digest', `registry.test/web@${DIGEST}`, 'f already'],
    ['a revision that is running', '9', 'f already'],
    ['a release that is running', id(4), 'f already'],
  ])('%s: %s', (_, to, wanted) => {
    expect(goal(to, history)).toBe(wanted);
  });

  test.each([
    [
      'two versions with one tag',
      'd',
      'Input to: d means 2 versions of Deployment web: revision 4 (registry.test/web:d); revision 5',
    ],
    ['a tag of one and a revision of another', '7', 'Input to: 7 means 2 versions of Deployment web: release'],
    [
      'a release that failed',
      id(2),
      `Wanted to go back to release ${id(2)}; users never had it for good (rolled-back: it crashed).`,
    ],
    ['a tag that only failed', 'c', `Wanted to go back to release ${id(2)}; users never had it for good`],
    ['a release that is not on record', 'r-20250101-000000-abcd', 'it is not among the 4 on record.'],
    ['a version that is gone', 'z', 'its ReplicaSet z is gone'],
    [
      'nothing',
      'nightly',
      'Input to: nightly is no release, revision, image or image tag that Deployment web has had.',
    ],
    ['a repository alone', 'registry.test/web', 'is no release, revision, image'],
  ])('%s: %s', (_, to, message) => {
    expect(goal(to, history)).toContain(message);
  });

  test('what is possible is listed, newest first, without what failed and what runs', () => {
    expect(goal('nightly', history)).toContain(
      `Possible in input to are: release ${id(3)} (registry.test/web:g, revision 7); revision 5 (registry.test/web:d, docker.io/envoyproxy/envoy:v1.36.2); ` +
        `revision 4 (registry.test/web:d); release ${id(1)} (registry.test/web:b, revision 2); revision 1 (registry.test/web:a).`,
    );
    const many = { past: [], kept: kept(...'abcdefghijklmnop'), running: 'a' };
    expect(goal('nightly', many)).toContain('; revision 7 (registry.test/web:g), and 5 more.');
  });
});

describe('the way back to what a release of the record brought', () => {
  const [a, b, c, d] = kept('a', 'b', 'c', 'd') as [KeptVersion, KeptVersion, KeptVersion, KeptVersion];
  const changed = { ...b, images: { web: IMAGE('z') } };

  test.each([
    ['users have it', ['a→b'], [a, b], 'b', 'now'],
    ['users had it', ['a→b', 'b→c'], [a, b, c], 'c', 'kept'],
    ['it is gone', ['a→b', 'b→c'], [a, c], 'c', 'gone'],
    ['it was changed by hand', ['a→b', 'b→c'], [a, changed, c], 'c', 'changed'],
    ['it failed, and its ReplicaSet is there', ['a→b✗', 'a→c'], [a, b, c], 'c', 'never-had'],
    ['it failed, and its ReplicaSet is gone', ['a→b✗', 'a→c'], [a, c], 'c', 'never-had'],
    ['it failed, and another release brought it', ['a→b✗', 'a→b'], [a, b], 'b', 'now'],
    ['a rollback that brought it', ['a→b', 'b→c', 'c⇒b', 'b→d'], [a, b, c, d], 'd', 'kept'],
  ] as const)('%s, and rollback has it so, too', (_, story, versions, running, wanted) => {
    const history = { title: 'Deployment web', past: past(...story), kept: versions, running };
    const first = history.past.find(({ candidateHash }) => candidateHash === 'b') as Move;
    expect(wayBackTo(first, history)).toBe(wanted);
    const is = wanted === 'now' ? 'running' : wanted === 'kept' ? 'version' : 'none';
    expect(goalOf(first.release, history).is).toBe(is);
  });
});

function NOTHING(): string {
  return 'Deployment web has no version before the one that it runs, neither on record nor by its ReplicaSets.';
}
