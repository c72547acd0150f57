import { expect } from '@jest/globals';
import { IMAGE } from '../../contract/cluster.ts';
import {
  expectFailure,
  expectOriginal,
  expectPromoted,
  expectSuccess,
  expectWholeAgain,
} from '../../contract/endings.ts';
import type { Scene } from '../../contract/scene.ts';
import type { BusyScene } from '../under-load.ts';
import { BACK_AFTER_CHANGE, expectBack } from './in-time.ts';
import { allowResizes, expectDrained, expectGone, FOREVER, lateness, say, share, took } from './judgements.ts';
import { type Ramp, RAMP, SETTLE } from './ramp.ts';
import { CANCELLED, ILL, pause, type Turn } from './turns.ts';

/** At 100 % it stands for a second after the settle time at least. */
const ROLLING = { ...RAMP, strategy: 'rolling', 'bake-time': '5s' } as const;

/** How a Deployment replaces its pods, and what that makes of a release. */
interface Manner {
  readonly name: string;
  readonly app: {
    readonly replicas: number;
    readonly preStopSeconds: number;
    readonly spec: Readonly<Record<string, unknown>>;
  };
  /** Pods that are Ready at any time, at least. */
  readonly fewest: number;
  readonly batches: string;
  /** The share of each batch, and which resize ends it: where pods surge, every wave needs another to shrink again. */
  readonly shares: readonly { readonly percent: number; readonly ended: number }[];
  /** Which resize takes the last pod of stable. */
  readonly last: number;
}

/**
 * Seconds. A pod that makes way is told to leave in the moment in which proxies are told, as in every rolling update: its preStop is all
 * that carries its users over. On a node with much to do kube-proxy needed more than three seconds once.
 */
const PRE_STOP = 6;
const PLAIN = { replicas: 4, preStopSeconds: PRE_STOP } as const;

/** Old pods make way for new ones. */
const ONE_MISSING: Manner = {
  name: 'where one pod may be missing',
  app: { replicas: 4, preStopSeconds: PRE_STOP, spec: limits(0, 1) },
  fewest: 3,
  batches: '1 5s, 50% 5s',
  shares: [
    { percent: 25, ended: 1 },
    { percent: 50, ended: 2 },
  ],
  last: 3,
};
/** New pods are there before old ones go. */
const NONE_MISSING: Manner = {
  name: 'where no pod may be missing',
  app: { replicas: 2, preStopSeconds: PRE_STOP, spec: limits(1, 0) },
  fewest: 2,
  batches: '50% 5s',
  shares: [{ percent: 50, ended: 2 }],
  last: 3,
};

/** Rolling releases: pods of the candidate take the place of stable's. */
export function rolling(ramp: Ramp): void {
  for (const manner of [ONE_MISSING, NONE_MISSING])
    ramp(`in batches replaces pods ${manner.name}`, manner, (busy) => replaces(busy, manner));

  for (const [turn, manner] of [
    [CANCELLED, ONE_MISSING],
    [ILL, NONE_MISSING],
  ] as const)
    ramp(`in batches ${manner.name} is taken back ${turn.name}`, manner, (busy) => isTakenBack(busy, turn, manner));

  ramp('by Kubernetes’ own rolling update replaces pods', { app: PLAIN }, async (busy) => {
    const { scene } = busy;
    allowUpdate(scene);
    const result = await busy.run(ROLLING);
    expectSuccess(result);
    const rolled = await busy.wrote('roll');
    const baked = busy.told(/waiting: users are on the candidate/);
    const traffic = await busy.end(took(result));
    expect(traffic.answers('v2', 0, rolled)).toEqual([]);
    expect(traffic.answers('v1', baked + SETTLE, FOREVER, 'fresh')).toEqual([]);
    expectGone(traffic, 'v1', scene.stable.hash);
    expect(traffic.fewestReady()).toBe(4);
    say(expectDrained(traffic, scene));
    await expectPromoted(scene);
  });

  ramp('by Kubernetes’ own rolling update goes back when pods crash', { app: PLAIN }, async (busy) => {
    const { scene } = busy;
    allowUpdate(scene);
    const result = await busy.run({ ...ROLLING, images: `web=${IMAGE.crash}` });
    expectFailure(result, 'rolled-back', /container web of pod web-\S+: (CrashLoopBackOff|Error) \(exit code 3/);
    const traffic = await busy.end(took(result));
    expect([...traffic.report.versions.keys()]).toEqual(['v1']);
    expect(traffic.fewestReady()).toBe(4);
    say(expectDrained(traffic, scene));
    // It surges, and no new pod ever was Ready: stable never lost one.
    await expectOriginal(scene);
  });
}

async function replaces(busy: BusyScene, { fewest, batches, shares, last }: Manner): Promise<void> {
  const { scene } = busy;
  allowResizes(busy);
  const result = await busy.run({ ...ROLLING, batches });
  expectSuccess(result);
  const [first, over, closed] = await Promise.all([
    busy.wrote('unpin'),
    busy.wrote('resize', last),
    busy.wrote('close'),
  ]);
  const held = await Promise.all(
    shares.map(async ({ percent, ended }) => ({
      percent,
      from: reached(busy, percent),
      to: await busy.wrote('resize', ended),
    })),
  );
  const traffic = await busy.end(took(result));
  expect(traffic.answers('v2', 0, first)).toEqual([]);
  const words = [...held, { percent: 100, from: over, to: closed }].map(({ percent, from, to }) =>
    share(traffic, percent, from + SETTLE, to, 'fresh'),
  );
  const late = lateness(traffic, 'v1', over, 'fresh');
  say(`${words.join(', ')}; last new connection to stable ${late} ms after the PATCH that took its last pod`);
  expect(traffic.answers('v1', closed, FOREVER, 'fresh')).toEqual([]);
  expectGone(traffic, 'v1', scene.stable.hash);
  expect(traffic.fewestReady()).toBe(fewest);
  say(expectDrained(traffic, scene));
  await expectPromoted(scene);
}

/** Going back takes as long as pods need to start. In time is what follows when stable is whole again. */
async function isTakenBack(busy: BusyScene, cause: Turn, { app, fewest }: Manner): Promise<void> {
  const { scene } = busy;
  allowResizes(busy);
  const action = busy.start({ ...ROLLING, batches: '50% 30s' });
  await action.line(/50 % of the users are on the candidate/);
  await pause(SETTLE + 1500);
  const turned = Date.now();
  await cause.turn(busy, action);
  const result = await action.done;
  const [first, back] = await Promise.all([
    busy.wrote('unpin'),
    // From both tracks to stable alone.
    busy.wrote('pin', 2),
  ]);
  const decided = busy.told(/::group::Go back/);
  const candidate = await scene.hash(IMAGE.v2);
  const traffic = await busy.end(took(result));
  expect(traffic.answers('v2', 0, first)).toEqual([]);
  const half = share(traffic, 50, reached(busy, 50) + SETTLE, turned, 'fresh');
  const whole = traffic.whole(scene.stable.hash, app.replicas, decided);
  const late = lateness(traffic, 'v2', back, 'fresh');
  say(
    `${half}; last new connection to the candidate ${back + late - decided} ms after the decision: stable was whole after ${whole - decided} ms, the PATCH back came ${back - whole} ms later, and the connection ${late} ms after that`,
  );
  // Both wait for endpoints that have just come: stable's last pod is listed, and then users are led to stable alone.
  expectBack(traffic, whole, back - whole, { within: BACK_AFTER_CHANGE });
  expectBack(traffic, back, late, { within: BACK_AFTER_CHANGE });
  expectGone(traffic, 'v2', candidate);
  expect(traffic.fewestReady()).toBe(cause === ILL ? fewest - 1 : fewest);
  say(expectDrained(traffic, scene));
  await cause.judge(scene, result, expectWholeAgain);
}

/** When a batch was complete, and its time began. */
function reached(busy: BusyScene, percent: number): number {
  return busy.told(new RegExp(`waiting: ${percent} % of the users are on the candidate`));
}

/** Nothing is held: users reach pods of both versions as Kubernetes replaces them. */
function allowUpdate(scene: Scene): void {
  scene.judge = (violations) =>
    expect(violations.filter(({ rule }) => rule === 'empty' || rule === 'pinned')).toEqual([]);
}

function limits(maxSurge: number, maxUnavailable: number): Readonly<Record<string, unknown>> {
  return { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } };
}
