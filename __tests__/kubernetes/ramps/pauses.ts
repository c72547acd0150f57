import { expect } from '@jest/globals';
import { IMAGE } from '../../contract/cluster.ts';
import { expectOriginal, expectPromoted, expectSuccess } from '../../contract/endings.ts';
import type { RunResult } from '../../runner/runner.ts';
import { routeAsWritten } from '../traefik.ts';
import type { BusyScene } from '../under-load.ts';
import { BACK, expectBack, wholeAfter } from './in-time.ts';
import { HTTP_ROUTE, moments, settingOf } from './by-route.ts';
import {
  allowResizes,
  expectGone,
  expectSockets,
  expectTesters,
  FOREVER,
  lateness,
  say,
  share,
  took,
} from './judgements.ts';
import { BY_EITHER, RAMP, type Ramp, SETTLE } from './ramp.ts';
import { pause } from './turns.ts';

/** Milliseconds in which nobody runs. */
const STANDING = 3000;

const TO_THE_PAUSE = { ...RAMP, steps: '50% 1s', 'pause-at': '50%' } as const;

/** Releases that stand still at a half of the users, with no process of ours anywhere, and then go on or back in another one. */
export function pauses(ramp: Ramp): void {
  const routed = settingOf(HTTP_ROUTE, BY_EITHER);

  ramp('by HTTPRoute stands still at 50 %, and is promoted by another run', routed, async (busy) => {
    const { scene } = busy;
    const route = HTTP_ROUTE.leading.path(scene.namespace);
    const before = await routeAsWritten(scene.api, route);
    const { first: paused, from, to } = await standStill(busy, BY_EITHER.inputs);
    const result = await busy.run({ action: 'promote' });
    expectSuccess(result);
    const [tested, half, all, home] = await moments(busy, HTTP_ROUTE, BY_EITHER);
    const closed = await busy.wrote('close');
    const traffic = await busy.end(took(paused, result));
    const whole = wholeAfter(traffic, all);
    expect(traffic.answers('v2', 0, half)).toEqual([]);
    const alone = share(traffic, 50, from, to);
    const shares = [share(traffic, 50, half + SETTLE, all), share(traffic, 100, all + whole, home)];
    say(`with nobody there ${alone}; in all ${shares.join(', ')}`);
    expect(all).toBeGreaterThan(to);
    expect(traffic.answers('v1', all + whole, FOREVER)).toEqual([]);
    expectTesters(traffic, BY_EITHER, { tested, first: half, to: FOREVER });
    expectSockets(traffic, closed);
    await expectPromoted(scene);
    expect(await routeAsWritten(scene.api, route)).toEqual(before);
  });

  ramp('by HTTPRoute stands still at 50 %, and is aborted by another run', routed, async (busy) => {
    const { scene } = busy;
    const route = HTTP_ROUTE.leading.path(scene.namespace);
    const before = await routeAsWritten(scene.api, route);
    const { first: paused, from, to } = await standStill(busy, BY_EITHER.inputs);
    const result = await busy.run({ action: 'abort' });
    expectSuccess(result, 'aborted');
    const [tested, half] = await moments(busy, HTTP_ROUTE, BY_EITHER);
    const back = await busy.wrote('web-candidate: select stable');
    const traffic = await busy.end(took(paused, result));
    expect(traffic.answers('v2', 0, half)).toEqual([]);
    const late = Math.max(...[undefined, ...BY_EITHER.kinds].map((kind) => lateness(traffic, 'v2', back, kind)));
    say(
      `with nobody there ${share(traffic, 50, from, to)}; last answer of the candidate ${late} ms after the PATCH back`,
    );
    expectBack(traffic, back, late, { within: BACK });
    expectTesters(traffic, BY_EITHER, { tested, first: half, to: back });
    expectSockets(traffic, back);
    await expectOriginal(scene, 'aborted');
    expect(await routeAsWritten(scene.api, route)).toEqual(before);
  });

  ramp('by numbers of pods stands still at 50 %, and is promoted by another run', {}, async (busy) => {
    const { scene } = busy;
    allowResizes(busy);
    const { first: paused, from, to } = await standStill(busy);
    const result = await busy.run({ action: 'promote' });
    expectSuccess(result);
    const [half, switched, closed] = await Promise.all([
      busy.wrote('unpin'),
      busy.wrote('select candidate'),
      busy.wrote('close'),
    ]);
    const traffic = await busy.end(took(paused, result));
    expect(traffic.answers('v2', 0, half)).toEqual([]);
    const shares = [share(traffic, 50, from, to, 'fresh'), share(traffic, 100, switched + SETTLE, closed, 'fresh')];
    say(`with nobody there ${shares.join(', ')}`);
    expect(switched).toBeGreaterThan(to);
    expect(traffic.answers('v1', closed, FOREVER, 'fresh')).toEqual([]);
    expectGone(traffic, 'v1', scene.stable.hash);
    expectSockets(traffic, closed);
    await expectPromoted(scene);
  });

  ramp('by numbers of pods stands still at 50 %, and is aborted by another run', {}, async (busy) => {
    const { scene } = busy;
    allowResizes(busy);
    const { first: paused, from, to } = await standStill(busy);
    const result = await busy.run({ action: 'abort' });
    expectSuccess(result, 'aborted');
    const [half, back] = await Promise.all([busy.wrote('unpin'), busy.wrote('pin', 2)]);
    const candidate = await scene.hash(IMAGE.v2);
    const traffic = await busy.end(took(paused, result));
    expect(traffic.answers('v2', 0, half)).toEqual([]);
    const late = lateness(traffic, 'v2', back, 'fresh');
    const alone = share(traffic, 50, from, to, 'fresh');
    say(`with nobody there ${alone}; last new connection to the candidate ${late} ms after the PATCH back`);
    expectBack(traffic, back, late, { within: BACK });
    expectGone(traffic, 'v2', candidate);
    expectSockets(traffic, back);
    await expectOriginal(scene, 'aborted');
  });
}

/** The first run ends at its pause, its post step included. @returns from when to when there was nobody but the users */
async function standStill(
  busy: BusyScene,
  inputs: Readonly<Record<string, string>> = {},
): Promise<{ readonly first: RunResult; readonly from: number; readonly to: number }> {
  const first = await busy.run({ ...TO_THE_PAUSE, ...inputs });
  const from = Date.now();
  expectSuccess(first, 'paused');
  expect(first.summary).toContain('50 % of the users are on the new version');
  expect(await busy.scene.record()).toMatchObject({ isOpen: true });
  expect((await busy.scene.objects()).leases).toEqual([]);
  await pause(STANDING);
  return { first, from, to: Date.now() };
}
