import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pod } from '../../src/cluster/wire.ts';
import { IMAGE } from '../contract/cluster.ts';
import { expectFailure, expectOriginal, expectPromoted, expectSuccess } from '../contract/endings.ts';
import type { Scene } from '../contract/scene.ts';
import type { RunningAction, RunResult } from '../runner/runner.ts';
import { paths } from './api.ts';
import { type NodeCluster, startNode } from './node.ts';
import {
  BY_HTTP_ROUTE,
  BY_INGRESS,
  BY_REFUSED_HTTP_ROUTE,
  BY_TRAEFIK_SERVICE,
  type Leading,
  routeAsWritten,
  startTraefik,
} from './traefik.ts';
import { BusyScene, type Setting, type Traffic } from './under-load.ts';

/**
 * Canary ramps of a real app with real users: the committed bundle, as the runner runs it, under 200 requests a second through a real
 * Traefik, or through the ClusterIP alone. In every one of them no request fails and no WebSocket breaks, the shares are those that
 * were asked for, nobody but a tester meets the new version before its first step, and nobody the version that was left.
 */

let node: NodeCluster;
beforeAll(async () => {
  node = await startNode();
  await startTraefik(node);
});
afterAll(() => node?.stop());

/** 200 requests a second, a quarter of them by kept-alive clients; beside them testers and WebSockets. */
const USERS = { perSecond: 150, keptAlive: 5, testers: 2, sockets: 4 } as const;
const APP = { replicas: 4 } as const;
const TESTERS = { headers: 'x-canary: true' } as const;
const TIMES = { 'settle-time': '3s', 'bake-time': '3s', 'drain-time': '3s' } as const;

/** Milliseconds of the settle time, after which every proxy has to have followed. */
const SETTLE = 3000;
/** Milliseconds from the write that takes users back to the last answer that the candidate gives. */
const BACK = 1000;
/**
 * The same on a ClusterIP when a pod that is not Ready any more is the cause: its endpoint has just gone, and kube-proxy, which writes
 * its rules once a second at most, has a second to wait before it can follow. Another is for a machine that has others to serve, too.
 */
const BACK_AFTER_CHANGE = 2000;
/**
 * Milliseconds for which users may reach a candidate that is not frozen: a ramp without a route resizes unpaused. It is 100 to 400;
 * the rest is for a machine that has others to serve, too.
 */
const RESIZE = 2000;
/**
 * Standard deviations on both sides of the mean: every share of the suite lies in its interval in 99.9 % of all runs of the suite,
 * for which each of the seven that chance decides needs 99.986 %.
 */
const DEVIATIONS = 3.81;

const FOREVER = Number.POSITIVE_INFINITY;

/** Ramps that are played at the same time: most of one is waiting, but 200 requests a second want their processor. */
const AT_ONCE = 2;
/** They wait for one another, too. */
const TIMEOUT = 600_000;

function ramp(name: string, setting: Setting, script: (busy: BusyScene) => Promise<void>): void {
  const complete = { app: APP, users: USERS, ...setting };
  test.concurrent(name, () => inTurn(() => BusyScene.play(node, name, script, complete)), TIMEOUT);
}

interface Routed {
  readonly leading: Leading;
  /** Plural of the kind that is written. */
  readonly resource: string;
  /** It can tell requests by a header. */
  readonly testers: boolean;
}

const HTTP_ROUTE: Routed = { leading: BY_HTTP_ROUTE, resource: 'httproutes', testers: true };
const INGRESS: Routed = { leading: BY_INGRESS, resource: 'ingresses', testers: true };
const TRAEFIK_SERVICE: Routed = { leading: BY_TRAEFIK_SERVICE, resource: 'traefikservices', testers: false };

/** Why a ramp is taken back, in the middle of its step of 50 %. */
interface Turn {
  readonly name: string;
  turn(scene: Scene, action: RunningAction): Promise<void>;
  judge(scene: Scene, result: RunResult): Promise<void>;
}

const ILL: Turn = {
  name: 'because a pod is not Ready any more',
  turn: fallIll,
  async judge(scene, result) {
    expectFailure(result, 'rolled-back', /pod web-\S+ of the candidate is no longer Ready while users are on it/);
    await expectOriginal(scene);
  },
};

const CANCELLED: Turn = {
  name: 'because the job is cancelled',
  async turn(_, action) {
    action.cancel();
  },
  async judge(scene, result) {
    expect(result).toMatchObject({
      conclusion: 'cancelled',
      outputs: { outcome: 'aborted', reason: 'The run was cancelled.' },
      post: { conclusion: 'success' },
    });
    expect(result.signal).toBeUndefined();
    await expectOriginal(scene, 'aborted');
  },
};

describe('a ramp through a route', () => {
  for (const [kind, routed, turns] of [
    ['HTTPRoute', HTTP_ROUTE, [ILL, CANCELLED]],
    ['Ingress', INGRESS, [ILL]],
    ['TraefikService', TRAEFIK_SERVICE, [ILL]],
  ] as const) {
    const { leading, testers } = routed;
    const setting: Setting = { lead: leading.lead, users: { ...USERS, testers: testers ? USERS.testers : 0 } };
    const inputs = { strategy: 'canary', images: `web=${IMAGE.v2}`, ...TIMES, ...(testers ? TESTERS : {}) };

    ramp(`by ${kind} moves users step by step`, setting, async (busy) => {
      const { scene } = busy;
      const before = await routeAsWritten(scene.api, leading.path(scene.namespace));
      const result = await busy.run({ ...inputs, steps: '10% 4s, 50% 5s' });
      expectSuccess(result);
      const [tested, first, half, all, home] = await moments(busy, routed);
      const [switched, closed] = await Promise.all([busy.wrote('select candidate'), busy.wrote('close')]);
      const traffic = await busy.end(took(result));
      expect(traffic.answers('v2', 0, first)).toEqual([]);
      const shares = [
        share(traffic, 10, first + SETTLE, half),
        share(traffic, 50, half + SETTLE, all),
        share(traffic, 100, all + SETTLE, home),
      ];
      say(`${shares.join(', ')}; last answer of stable ${last(traffic, 'v1', all) - all} ms after the PATCH to 100 %`);
      expect(traffic.answers('v1', all + SETTLE, FOREVER)).toEqual([]);
      if (testers) expectTesters(traffic, tested + SETTLE, FOREVER);
      expect(switched).toBeGreaterThan(all);
      // Bake, and then drain; the bake begins when the live Service is over.
      expect(closed - switched).toBeGreaterThanOrEqual(6000);
      expect(closed - home).toBeGreaterThanOrEqual(SETTLE);
      expectSockets(traffic, closed);
      await expectPromoted(scene);
      expect(await routeAsWritten(scene.api, leading.path(scene.namespace))).toEqual(before);
    });

    for (const { name, turn, judge } of turns)
      ramp(`by ${kind} is taken back ${name}`, setting, async (busy) => {
        const { scene } = busy;
        const before = await routeAsWritten(scene.api, leading.path(scene.namespace));
        const action = busy.start({ ...inputs, steps: '10% 4s, 50% 30s' });
        await action.line(/50 % of the users are on the candidate/);
        await settled();
        await turn(scene, action);
        const result = await action.done;
        const [tested, first, half] = await moments(busy, routed);
        const back = await busy.wrote('web-candidate: select stable');
        const traffic = await busy.end(took(result));
        expect(traffic.answers('v2', 0, first)).toEqual([]);
        const shares = [share(traffic, 10, first + SETTLE, half), share(traffic, 50, half + SETTLE, back)];
        const late = Math.max(last(traffic, 'v2', back), last(traffic, 'v2', back, 'tester')) - back;
        say(`${shares.join(', ')}; last answer of the candidate ${late} ms after the PATCH back`);
        expect(late).toBeLessThanOrEqual(BACK);
        if (testers) expectTesters(traffic, tested + SETTLE, back);
        expectSockets(traffic, back);
        await judge(scene, result);
        expect(await routeAsWritten(scene.api, leading.path(scene.namespace))).toEqual(before);
      });
  }

  ramp('that a parent refuses moves nobody', { lead: BY_REFUSED_HTTP_ROUTE.lead }, async (busy) => {
    const { scene } = busy;
    const route = BY_REFUSED_HTTP_ROUTE.path(scene.namespace);
    const before = await routeAsWritten(scene.api, route);
    const inputs = { strategy: 'canary', images: `web=${IMAGE.v2}`, ...TIMES, ...TESTERS, steps: '10% 4s, 50% 5s' };
    const result = await busy.run(inputs);
    const reason =
      /HTTPRoute web at Gateway gateway, section no-such-listener: traefik\S* does not accept it: NoMatchingParent/;
    expectFailure(result, 'rolled-back', reason);
    expect(result.summary).toContain('NoMatchingParent');
    const traffic = await busy.end(took(result));
    expect(traffic.answers('v2', 0, FOREVER)).toEqual([]);
    await expectOriginal(scene);
    expect(await routeAsWritten(scene.api, route)).toEqual(before);
  });
});

describe('a ramp by the numbers of pods', () => {
  const users = { ...USERS, testers: 0 };
  const inputs = { strategy: 'canary', images: `web=${IMAGE.v2}`, ...TIMES };

  ramp('moves users step by step', { users }, async (busy) => {
    const { scene } = busy;
    allowResizes(scene);
    const result = await busy.run({ ...inputs, steps: '20% 5s, 50% 5s' });
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
    say(
      `${shares.join(', ')}; last new connection to stable ${last(traffic, 'v1', switched, 'fresh') - switched} ms after the PATCH to 100 %`,
    );
    expect(traffic.answers('v1', closed, FOREVER, 'fresh')).toEqual([]);
    expect(traffic.answers('v1', traffic.lastGone(scene.stable.hash), FOREVER)).toEqual([]);
    expect(closed - switched).toBeGreaterThanOrEqual(6000);
    expectSockets(traffic, closed);
    await expectPromoted(scene);
  });

  for (const { name, turn, judge, limit } of [
    { ...ILL, limit: BACK_AFTER_CHANGE },
    { ...CANCELLED, limit: BACK },
  ])
    ramp(`is taken back ${name}`, { users }, async (busy) => {
      const { scene } = busy;
      allowResizes(scene);
      const action = busy.start({ ...inputs, steps: '20% 5s, 50% 30s' });
      await action.line(/50 % of the users are on the candidate/);
      await settled();
      await turn(scene, action);
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
      const late = last(traffic, 'v2', back, 'fresh') - back;
      say(`${shares.join(', ')}; last new connection to the candidate ${late} ms after the PATCH back`);
      expect(late).toBeLessThanOrEqual(limit);
      expect(traffic.answers('v2', traffic.lastGone(candidate), FOREVER)).toEqual([]);
      expectSockets(traffic, back);
      await judge(scene, result);
    });
});

/** When the action wrote the route: testers (if it can), 10 %, 50 %, and, when it got so far, 100 % and as it was. */
async function moments(
  busy: BusyScene,
  { resource, testers }: Routed,
): Promise<readonly [tested: number, first: number, half: number, all: number, home: number]> {
  const writes = await busy.writesTo(resource);
  const [first = Number.NaN] = writes;
  const [tested, ...steps] = testers ? writes : [first, ...writes];
  const [ten = Number.NaN, half = Number.NaN, all = Number.NaN, home = Number.NaN] = steps;
  return [tested ?? Number.NaN, ten, half, all, home];
}

/**
 * Expects the candidate's part of the users' answers in this time to be as wanted, within what chance explains in 99.9 % of cases.
 * @returns the figures in words
 */
function share(traffic: Traffic, percent: number, from: number, to: number, kind?: 'fresh'): string {
  const candidate = traffic.answers('v2', from, to, kind).length;
  const total = candidate + traffic.answers('v1', from, to, kind).length;
  // Half a second's worth would prove nothing.
  expect(total).toBeGreaterThan(100);
  const mean = (total * percent) / 100;
  const chance = DEVIATIONS * Math.sqrt((mean * (100 - percent)) / 100);
  const words = `${percent} %: ${candidate} of ${total} (${((100 * candidate) / total).toFixed(1)} %)`;
  if (Math.abs(candidate - mean) > chance) throw new Error(`${words}, wanted ${mean} ± ${chance.toFixed(0)}`);
  return words;
}

/** When a version last answered users after a moment; that moment when it did not. */
function last(traffic: Traffic, version: string, after: number, kind?: 'fresh' | 'tester'): number {
  return traffic.answers(version, after, FOREVER, kind).at(-1)?.at ?? after;
}

function expectTesters(traffic: Traffic, from: number, to: number): void {
  expect(traffic.answers('v1', from, to, 'tester')).toEqual([]);
  expect(traffic.answers('v2', from, to, 'tester').length).toBeGreaterThan(50);
}

/** Every WebSocket was kept until its pod was told to leave, which stable's were not before `closed`. */
function expectSockets(traffic: Traffic, closed: number): void {
  const { sockets } = traffic.report;
  const ended = sockets.filter(({ ours }) => ours !== true);
  for (const { pod = '', at } of ended) {
    const told = traffic.toldToLeave(pod);
    if (told === undefined || at < told)
      throw new Error(`the WebSocket on ${pod} ended before its pod was told to leave`);
  }
  const first = Math.min(...sockets.map(({ at, ms }) => at - ms));
  // All of them were opened before the release, and so on stable.
  const early = sockets.filter(({ at, ms }) => at - ms < first + 1000);
  expect(early.map(({ version }) => version)).toEqual(Array(USERS.sockets).fill('v1'));
  for (const { at } of early) expect(at).toBeGreaterThan(closed);
  // A word comes every 100 ms.
  for (const { ms, words = 0 } of sockets) expect(words).toBeGreaterThan(ms / 200);
}

/** The users’ share is that of the step, and for a second at least. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE + 1500));
}

/** One pod of the candidate is not Ready any more, and goes on serving. */
async function fallIll(scene: Scene): Promise<void> {
  const [name] = await scene.podsOf(await scene.hash(IMAGE.v2));
  const { status } = await scene.api.get<Pod>(paths.core(scene.namespace, 'pods', name));
  const answer = await node.inside([node.web, 'get', `http://${status?.podIP}:8080/fall-ill`]);
  expect(answer).toMatchObject({ code: 0, stdout: 'ill\n' });
}

function allowResizes(scene: Scene): void {
  scene.judge = (violations) => {
    const resizes = violations.filter(({ rule, ms = FOREVER }) => rule === 'exposed' && ms <= RESIZE);
    for (const { ms } of resizes) say(`unpaused for ${ms} ms while users reached the candidate`);
    expect(violations.filter((violation) => !resizes.includes(violation))).toEqual([]);
  };
}

let playing = 0;
const waiting: (() => void)[] = [];

async function inTurn(play: () => Promise<void>): Promise<void> {
  if (playing >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  playing += 1;
  try {
    await play();
  } finally {
    playing -= 1;
    waiting.shift()?.();
  }
}

function took(result: RunResult): string {
  return `run ${(result.durationMs / 1000).toFixed(1)} s`;
}

function say(text: string): void {
  process.stderr.write(`    ${text}\n`);
}
