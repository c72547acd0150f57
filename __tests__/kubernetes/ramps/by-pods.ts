import { expect } from '@jest/globals';
import { IMAGE } from '../../contract/cluster.ts';
import { expectPromoted, expectSuccess } from '../../contract/endings.ts';
import type { BusyScene } from '../under-load.ts';
import { BACK, BACK_AFTER_CHANGE, expectBack } from './in-time.ts';
import { allowResizes, expectGone, expectSockets, FOREVER, lateness, say, share, took } from './judgements.ts';
import { RAMP, type Ramp, SETTLE } from './ramp.ts';
import { CANCELLED, ILL, pause, type Turn } from './turns.ts';

export function rampsByPods(ramp: Ramp): void {
  ramp('by numbers of pods moves users step by step', {}, async (busy) => {
    const { scene } = busy;
    allowResizes(busy);
    const result = await busy.run({ ...RAMP, steps: '20% 5s, 50% 5s' });
    expectSuccess(result);
    const [first, resized, switched, closed] = await Promise.all([
      busy.wrote('unpin'),
      busy.wrote('resize'),
      busy.wrote('select candidate'),
      busy.wrote('close'),
    ]);
    const half = busy.told(/50 % of the users are on the candidate/);
    const traffic = await busy.end(took(result));
    expect(traffic.answers('v2', 0, first)).toEqual([]);
    // Connections that are kept stay where they are: only new ones are shared out.
    const shares = [
      share(traffic, 20, first + SETTLE, resized, 'fresh'),
      share(traffic, 50, half + SETTLE, switched, 'fresh'),
      share(traffic, 100, switched + SETTLE, closed, 'fresh'),
    ];
    const late = lateness(traffic, 'v1', switched, 'fresh');
    say(`${shares.join(', ')}; last new connection to stable ${late} ms after the PATCH to 100 %`);
    expect(traffic.answers('v1', closed, FOREVER, 'fresh')).toEqual([]);
    expectGone(traffic, 'v1', scene.stable.hash);
    expect(closed - switched).toBeGreaterThanOrEqual(5000);
    expectSockets(traffic, closed);
    await expectPromoted(scene);
  });

  for (const [turn, within] of [
    [ILL, BACK_AFTER_CHANGE],
    [CANCELLED, BACK],
  ] as const)
    ramp(`by numbers of pods is taken back ${turn.name}`, {}, (busy) => isTakenBack(busy, turn, within));
}

async function isTakenBack(busy: BusyScene, { turn, judge }: Turn, within: number): Promise<void> {
  const { scene } = busy;
  allowResizes(busy);
  const action = busy.start({ ...RAMP, steps: '20% 5s, 50% 30s' });
  await action.line(/50 % of the users are on the candidate/);
  await pause(SETTLE + 1500);
  await turn(busy, action);
  const result = await action.done;
  const [first, resized, back] = await Promise.all([
    busy.wrote('unpin'),
    busy.wrote('resize'),
    // From both tracks to stable alone.
    busy.wrote('pin', 2),
  ]);
  const half = busy.told(/50 % of the users are on the candidate/);
  const candidate = await scene.hash(IMAGE.v2);
  const traffic = await busy.end(took(result));
  expect(traffic.answers('v2', 0, first)).toEqual([]);
  const shares = [
    share(traffic, 20, first + SETTLE, resized, 'fresh'),
    share(traffic, 50, half + SETTLE, back, 'fresh'),
  ];
  const late = lateness(traffic, 'v2', back, 'fresh');
  say(`${shares.join(', ')}; last new connection to the candidate ${late} ms after the PATCH back`);
  expectBack(traffic, back, late, { within });
  expectGone(traffic, 'v2', candidate);
  expectSockets(traffic, back);
  await judge(scene, result);
}
