import { expect } from '@jest/globals';
import { expectFailure, expectOriginal, expectPromoted, expectSuccess } from '../../contract/endings.ts';
import {
  BY_HTTP_ROUTE,
  BY_HTTP_ROUTE_THROTTLED,
  BY_INGRESS,
  BY_REFUSED_HTTP_ROUTE,
  BY_TRAEFIK_SERVICE,
  type Leading,
  routeAsWritten,
} from '../traefik.ts';
import type { BusyScene, Setting } from '../under-load.ts';
import { BACK, expectBack, wholeAfter } from './in-time.ts';
import { expectSockets, expectTesters, FOREVER, lateness, say, share, took } from './judgements.ts';
import { BY_COOKIE, BY_EITHER, BY_HEADER, NO_TESTERS, RAMP, type Ramp, SETTLE, type Testers, USERS } from './ramp.ts';
import { CANCELLED, ILL, pause, type Turn } from './turns.ts';

/** A kind of route, and where the action writes it. */
export interface Routed {
  readonly leading: Leading;
  /** Plural of the kind that is written. */
  readonly resource: string;
  /** Milliseconds for which its proxy may wait before it takes up a change, beside what every proxy needs. */
  readonly throttle: number;
}

export const HTTP_ROUTE: Routed = { leading: BY_HTTP_ROUTE, resource: 'httproutes', throttle: 0 };
const THROTTLED: Routed = { leading: BY_HTTP_ROUTE_THROTTLED, resource: 'httproutes', throttle: 2000 };
const INGRESS: Routed = { leading: BY_INGRESS, resource: 'ingresses', throttle: 0 };
const TRAEFIK_SERVICE: Routed = { leading: BY_TRAEFIK_SERVICE, resource: 'traefikservices', throttle: 0 };

/** Milliseconds after a write, from which on users are where it sends them. */
const followed = ({ throttle }: Routed): number => SETTLE + throttle;

/** A step that is held until there is a second's worth of its share. */
const step = (percent: number, routed: Routed): string => `${percent}% ${(followed(routed) + 1000) / 1000}s`;

/** How users come to the app, and who of them are testers. */
export function settingOf({ leading }: Routed, testers: Testers): Setting {
  return { lead: leading.lead, users: { ...USERS, ...testers.users } };
}

export function rampsByRoute(ramp: Ramp): void {
  for (const [kind, routed, forward, turns] of [
    ['HTTPRoute', HTTP_ROUTE, BY_EITHER, [[ILL, BY_COOKIE] as const, [CANCELLED, BY_HEADER] as const]],
    ['HTTPRoute through a Traefik with its default throttle', THROTTLED, BY_EITHER, [[ILL, BY_EITHER] as const]],
    ['Ingress', INGRESS, BY_EITHER, [[ILL, BY_COOKIE] as const]],
    ['TraefikService', TRAEFIK_SERVICE, NO_TESTERS, [[ILL, NO_TESTERS] as const]],
  ] as const) {
    ramp(`by ${kind} moves users step by step`, settingOf(routed, forward), (busy) => moves(busy, routed, forward));
    for (const [turn, testers] of turns)
      ramp(`by ${kind} is taken back ${turn.name}`, settingOf(routed, testers), (busy) =>
        isTakenBack(busy, routed, testers, turn),
      );
  }

  ramp('by HTTPRoute that a parent refuses moves nobody', { lead: BY_REFUSED_HTTP_ROUTE.lead }, async (busy) => {
    const { scene } = busy;
    const route = BY_REFUSED_HTTP_ROUTE.path(scene.namespace);
    const before = await routeAsWritten(scene.api, route);
    const result = await busy.run({ ...RAMP, ...BY_HEADER.inputs, steps: '10% 4s, 50% 5s' });
    const reason =
      /HTTPRoute web at Gateway gateway, section no-such-listener: traefik\S* does not accept it: NoMatchingParent/;
    expectFailure(result, 'rolled-back', reason);
    expect(result.summary).toContain('NoMatchingParent');
    const traffic = await busy.end(took(result));
    expect(traffic.answers('v2', 0, FOREVER)).toEqual([]);
    await expectOriginal(scene);
    expect(await routeAsWritten(scene.api, route)).toEqual(before);
  });
}

async function moves(busy: BusyScene, routed: Routed, testers: Testers): Promise<void> {
  const { scene } = busy;
  const route = routed.leading.path(scene.namespace);
  const before = await routeAsWritten(scene.api, route);
  const steps = [step(10, routed), step(50, routed)].join();
  const result = await busy.run({ ...RAMP, ...testers.inputs, steps });
  expectSuccess(result);
  const [tested, first, half, all, home] = await moments(busy, routed, testers);
  const [switched, closed] = await Promise.all([busy.wrote('select candidate'), busy.wrote('close')]);
  const traffic = await busy.end(took(result));
  const whole = wholeAfter(traffic, all, routed.throttle);
  expect(traffic.answers('v2', 0, first)).toEqual([]);
  const shares = [
    share(traffic, 10, first + followed(routed), half),
    share(traffic, 50, half + followed(routed), all),
    share(traffic, 100, all + whole, home),
  ];
  say(`${shares.join(', ')}; last answer of stable ${lateness(traffic, 'v1', all)} ms after the PATCH to 100 %`);
  expect(traffic.answers('v1', all + whole, FOREVER)).toEqual([]);
  expectTesters(traffic, testers, { tested, first, to: FOREVER });
  expect(switched).toBeGreaterThan(all);
  // Bake, and then drain; the bake begins when the live Service is over.
  expect(closed - switched).toBeGreaterThanOrEqual(5000);
  expect(closed - home).toBeGreaterThanOrEqual(SETTLE);
  expectSockets(traffic, closed);
  await expectPromoted(scene);
  expect(await routeAsWritten(scene.api, route)).toEqual(before);
}

async function isTakenBack(busy: BusyScene, routed: Routed, testers: Testers, { turn, judge }: Turn): Promise<void> {
  const { scene } = busy;
  const route = routed.leading.path(scene.namespace);
  const before = await routeAsWritten(scene.api, route);
  const action = busy.start({ ...RAMP, ...testers.inputs, steps: `${step(10, routed)}, 50% 30s` });
  await action.line(/50 % of the users are on the candidate/);
  await pause(followed(routed) + 1500);
  await turn(busy, action);
  const result = await action.done;
  const [tested, first, half] = await moments(busy, routed, testers);
  const back = await busy.wrote('web-candidate: select stable');
  const traffic = await busy.end(took(result));
  expect(traffic.answers('v2', 0, first)).toEqual([]);
  const shares = [
    share(traffic, 10, first + followed(routed), half),
    share(traffic, 50, half + followed(routed), back),
  ];
  const late = Math.max(...[undefined, ...testers.kinds].map((kind) => lateness(traffic, 'v2', back, kind)));
  say(`${shares.join(', ')}; last answer of the candidate ${late} ms after the PATCH back`);
  expectBack(traffic, back, late, { within: BACK, throttle: routed.throttle });
  expectTesters(traffic, testers, { tested, first, to: back });
  expectSockets(traffic, back);
  await judge(scene, result);
  expect(await routeAsWritten(scene.api, route)).toEqual(before);
}

/**
 * When the action wrote the route: its testers (with the first share where there are none), then share by share, then, when it got so
 * far, as it was.
 */
export async function moments(
  busy: BusyScene,
  { resource }: Routed,
  { kinds }: Testers,
): Promise<readonly [tested: number, ...shares: [number, number, number, number]]> {
  const writes = await busy.writesTo(resource);
  const [tested = Number.NaN, ...steps] = kinds.length > 0 ? writes : [...writes.slice(0, 1), ...writes];
  const [first = Number.NaN, second = Number.NaN, third = Number.NaN, fourth = Number.NaN] = steps;
  return [tested, first, second, third, fourth];
}
