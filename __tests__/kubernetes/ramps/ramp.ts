import { test } from '@jest/globals';
import { IMAGE } from '../../contract/cluster.ts';
import type { Inputs } from '../../contract/scene.ts';
import type { LoadOptions, Tester } from '../load.ts';
import type { NodeCluster } from '../node.ts';
import { BusyScene, type Setting } from '../under-load.ts';

/** Registers a ramp under load as a test. Its app has four pods, its users are `USERS`, if the setting does not say otherwise. */
export type Ramp = (name: string, setting: Setting, script: (busy: BusyScene) => Promise<void>) => void;

/** 200 requests a second, a quarter of them by kept-alive clients, and WebSockets. */
export const USERS = { perSecond: 150, keptAlive: 5, sockets: 4 } as const;
const APP = { replicas: 4 } as const;

/** Inputs of every ramp. */
export const RAMP = {
  strategy: 'canary',
  images: `web=${IMAGE.v2}`,
  // That is the default, too.
  'settle-time': '3s',
  'bake-time': '3s',
  'drain-time': '2s',
} as const;

/** Milliseconds of the settle time, after which every proxy has to have followed. */
export const SETTLE = 3000;

/** Ramps that are played at the same time: most of one is waiting, but 200 requests a second want their processor. */
const AT_ONCE = 2;
/** They wait for one another, too. */
const TIMEOUT = 600_000;

export function rampsOn(node: () => NodeCluster): Ramp {
  return (name, setting, script) => {
    const complete = { app: APP, users: USERS, ...setting };
    test.concurrent(name, () => inTurn(() => BusyScene.play(node(), name, script, complete)), TIMEOUT);
  };
}

/** Testers: how the action is told of them, and clients that are such. */
export interface Testers {
  readonly kinds: readonly Tester[];
  readonly inputs: Inputs;
  readonly users: Pick<LoadOptions, 'byHeader' | 'byCookie'>;
}

export const NO_TESTERS: Testers = { kinds: [], inputs: {}, users: {} };
export const BY_HEADER: Testers = {
  kinds: ['by-header'],
  inputs: { headers: 'x-canary: true' },
  users: { byHeader: 2 },
};
export const BY_COOKIE: Testers = {
  kinds: ['by-cookie'],
  inputs: { cookie: 'canary=always' },
  users: { byCookie: 2 },
};
/** Each by itself is enough. */
export const BY_EITHER: Testers = {
  kinds: ['by-header', 'by-cookie'],
  inputs: { ...BY_HEADER.inputs, ...BY_COOKIE.inputs },
  users: { ...BY_HEADER.users, ...BY_COOKIE.users },
};

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
