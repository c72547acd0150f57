import { expect, test } from '@jest/globals';
import type { Story } from '../../src/report/story.ts';
import { usersAfter } from '../../src/report/users.ts';
import { BAKED_BACK, CRASHED, DRY_RUN, HELD, PINNED, PROMOTED, REFUSED, span, UNCHANGED } from './stories.ts';

const TAKEN_BACK = [span('Take back an unfinished release', 0, 10)];
const SWITCHED = PROMOTED.writes.slice(0, 6);

test.each<[string, Story, ReturnType<typeof usersAfter>]>([
  ['promoted', PROMOTED, { on: 'new' }],
  ['where they were wanted, without the template', PINNED, { on: 'before' }],
  [
    'where they were wanted, and not for long',
    { ...PINNED, phases: [...PINNED.phases.slice(0, 2), span('Go back', 700, 900)] },
    { on: 'not-back', backFor: 500 },
  ],
  ['unchanged', UNCHANGED, { on: 'same' }],
  ['dry run', DRY_RUN, { on: 'untouched' }],
  ['refused', REFUSED, { on: 'untouched' }],
  ['taken back before the switch', CRASHED, { on: 'old', newFor: null }],
  ['cancelled before the switch', { ...CRASHED, outcome: 'aborted' }, { on: 'old', newFor: null }],
  ['cancelled before anything was written', { ...REFUSED, outcome: 'aborted' }, { on: 'untouched' }],
  ['taken back in the bake', BAKED_BACK, { on: 'old', newFor: 12_200 }],
  ['held before the switch', HELD, { on: 'old', newFor: null }],
  [
    'held after the way back of the users',
    { ...BAKED_BACK, outcome: 'failed', held: true },
    { on: 'old', newFor: 12_200 },
  ],
  ['failed before users were sent back', { ...BAKED_BACK, outcome: 'failed', writes: SWITCHED }, { on: 'uncertain' }],
  ['cancelled, and back in time', { ...BAKED_BACK, outcome: 'aborted' }, { on: 'old', newFor: 12_200 }],
  ['cancelled, and ended too soon', { ...BAKED_BACK, outcome: 'aborted', writes: SWITCHED }, { on: 'uncertain' }],
  ['taken back without its Service', { ...BAKED_BACK, writes: SWITCHED }, { on: 'uncertain' }],
  [
    'taken back from a rolling update of which no pod was Ready',
    { ...CRASHED, strategy: 'rolling', phases: [span('Open', 0, 5), span('Ramp', 5, 900)] },
    { on: 'old', newFor: null },
  ],
  [
    'taken back from a rolling update, some of whose pods were Ready',
    {
      ...CRASHED,
      strategy: 'rolling',
      phases: [span('Open', 0, 5), span('Ramp', 5, 900)],
      reachedAt: CRASHED.finishedAt - 300,
    },
    { on: 'old', newFor: 300 },
  ],
  [
    'left in the middle of a rolling update of which no pod was Ready yet',
    { ...CRASHED, strategy: 'rolling', outcome: 'failed', phases: [span('Open', 0, 5), span('Ramp', 5, 900)] },
    { on: 'uncertain' },
  ],
  ['taken back by another run', { ...CRASHED, phases: TAKEN_BACK }, { on: 'old-again', found: null }],
  [
    'taken back by the post step',
    { ...CRASHED, outcome: 'aborted', phases: TAKEN_BACK, writes: [] },
    { on: 'old-again', found: null },
  ],
  [
    'taken back by the post step, which sends users back itself',
    { ...CRASHED, outcome: 'aborted', phases: [...TAKEN_BACK, span('Go back', 10, 20)] },
    { on: 'old-again', found: null },
  ],
  [
    'not taken back by the post step, though it began to',
    { ...CRASHED, outcome: 'failed', phases: [...TAKEN_BACK, span('Go back', 10, 20)] },
    { on: 'uncertain' },
  ],
  [
    'refused, after an older one was taken back',
    { ...REFUSED, writes: SWITCHED, phases: [span('Preflight', 0, 5), ...TAKEN_BACK, span('Preflight', 10, 20)] },
    { on: 'old-again', found: null },
  ],
  [
    'taken back before the switch, after an older one was',
    { ...CRASHED, phases: [...TAKEN_BACK, ...CRASHED.phases] },
    { on: 'old', newFor: null },
  ],
  [
    'taken back by another run, which found half of them on the new one',
    { ...CRASHED, phases: TAKEN_BACK, foundAt: 5_000 },
    { on: 'old-again', found: 5_000 },
  ],
  ['completed by the post step', { ...PROMOTED, phases: TAKEN_BACK }, { on: 'new' }],
  [
    'left to a namespace that is being deleted',
    { ...BAKED_BACK, outcome: 'failed', lost: 'namespace' },
    { on: 'neither', goneWith: 'namespace' },
  ],
  [
    'its workload deleted while users were on it',
    { ...BAKED_BACK, outcome: 'failed', lost: 'workload' },
    { on: 'neither', goneWith: 'workload' },
  ],
  [
    'a template of others that rolls out by itself',
    { ...BAKED_BACK, outcome: 'failed', lost: 'template' },
    { on: 'theirs' },
  ],
  ['failed after the switch', { ...PROMOTED, outcome: 'failed', writes: SWITCHED }, { on: 'uncertain' }],
  [
    'failed while an older release was taken back',
    { ...CRASHED, outcome: 'failed', phases: TAKEN_BACK },
    { on: 'uncertain' },
  ],
])('%s', (_, story, users) => {
  expect(usersAfter(story)).toEqual(users);
});

test('a switch that was not confirmed counts from its beginning', () => {
  const story: Story = {
    ...BAKED_BACK,
    writes: BAKED_BACK.writes.filter(({ why }) => !why.startsWith('switch')),
  };
  expect(usersAfter(story)).toEqual({ on: 'old', newFor: 12_211 });
});
