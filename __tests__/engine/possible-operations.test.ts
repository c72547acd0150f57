import { expect, test } from '@jest/globals';
import { possibleOperations, type Situation, type Standing } from '../../src/engine/possible-operations.ts';

type Rest = Pick<Situation, 'share' | 'goesBack' | 'rollbackPossible' | 'isHeldBack'>;
const REST: Rest = { share: 0, goesBack: false, rollbackPossible: true, isHeldBack: false };

function told(is: Standing, more: Rest = REST): string[] {
  const release = is === 'idle' ? null : 'r-1';
  return possibleOperations({ is, release, standsAt: is === 'paused' ? 1250 : null, ...more }).map(
    ({ action, text }) => `${action}: ${text}`,
  );
}

const ON = 'resume: It goes on with release r-1 from where the cluster says it is.';
const LIKE_ABORT = 'rollback: It takes release r-1 back, as abort does.';
const BACK = 'abort: It takes release r-1 back: users to stable, then the pods.';
const ANEW = 'deploy: It takes release r-1 back first, and then begins another.';

test.each([
  ['idle', ['rollback: It releases the version from before.', 'deploy: It begins a release.']],
  ['paused', ['promote: It goes on from 12.5 %.', BACK, LIKE_ABORT, ANEW]],
  ['standing', [ON, BACK, LIKE_ABORT, ANEW]],
  ['unfinished', [ON, BACK, LIKE_ABORT, ANEW]],
  ['in-progress', ['abort: It asks the run that is at work to take release r-1 back.']],
] as const)('%s', (is, wanted) => {
  expect(told(is)).toEqual(wanted);
});

test('a run that has the lock and no release yet can only be waited for', () => {
  expect(possibleOperations({ is: 'in-progress', release: null, standsAt: null, ...REST })).toEqual([]);
});

test('a version from before that is gone cannot be gone back to', () => {
  const gone = { ...REST, rollbackPossible: false };
  expect(told('idle', gone)).toEqual(['deploy: It begins a release.']);
  expect(told('paused', gone)).toEqual(['promote: It goes on from 12.5 %.', BACK, ANEW]);
});

test('what is paused by somebody, or scaled to zero, cannot be released', () => {
  expect(told('idle', { ...REST, isHeldBack: true })).toEqual([]);
});

test('a rollback that is asked for once more goes on to where it was to go', () => {
  expect(told('unfinished', { ...REST, goesBack: true })).toEqual([
    ON,
    BACK,
    'rollback: It brings users to where release r-1 was to bring them.',
    ANEW,
  ]);
});

test('users are all on the new version', () => {
  const all = { ...REST, share: 10_000 };
  expect(told('unfinished', all)).toContain('finish: It ends release r-1 on its new version.');
  expect(told('kept-warm', all)).toEqual([
    'finish: It lets the old version of release r-1 go.',
    'rollback: It takes users back to the old version of release r-1, by one write.',
    'deploy: It lets the old version of release r-1 go first, and then begins another.',
  ]);
});
