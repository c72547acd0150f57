import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { HAS_ENDED } from '../contract/endings.ts';
import { Api } from './api.ts';
import { createApp, readyEndpoints, setImage } from './app.ts';
import { ByHand, HOLD, PAUSED, ROLLING, rolling } from './by-hand.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { type InvariantsWatch, type Violation, watchInvariants } from './invariants.ts';
import { until } from './processes.ts';

/**
 * Proves the checker of invariants, and with it the order of writes that design rests on: a release by hand, in plain PATCHes,
 * is free of violations; each of them done in the wrong order is not.
 */

let cluster: ControlPlane;
let api: Api;
let namespace: string;
let watch: InvariantsWatch;
let hand: ByHand;
let stable: string;

beforeAll(async () => {
  cluster = await startControlPlane();
  api = await Api.from(cluster.kubeconfig);
});
afterAll(async () => {
  await api?.close();
  await cluster?.stop();
});
beforeEach(async () => {
  namespace = await cluster.namespace('invariants');
  await createApp(api, { namespace });
  hand = new ByHand(api, { namespace });
  stable = await hand.version(IMAGE.v1);
  watch = await watchInvariants({ kubeconfig: cluster.kubeconfig, namespace, deployment: 'web', service: 'web' });
});
afterEach(() => watch.stop().catch(() => undefined));

async function violations(): Promise<Violation[]> {
  const found = await watch.stop();
  expect(watch.timeline()).not.toBe('');
  return found;
}

describe('a release in the right order violates nothing', () => {
  test('promoted', async () => {
    const candidate = await hand.open(stable, IMAGE.v2);
    await hand.switchTo(candidate);
    await hand.close(IMAGE.v2, IMAGE.v1);
    await hand.reached(candidate);
    expect(await violations()).toEqual([]);
  });

  test('there, back, there again and taken back', async () => {
    const candidate = await hand.open(stable, IMAGE.v2);
    for (const version of [candidate, stable, candidate, stable]) await hand.switchTo(version);
    await hand.close(IMAGE.v1, IMAGE.v2);
    expect(await violations()).toEqual([]);
    expect(watch.timeline().split('\n').length).toBeGreaterThan(10);
  });

  test('promoted, and another release after it', async () => {
    const candidate = await hand.open(stable, IMAGE.v2);
    await hand.switchTo(candidate);
    await hand.close(IMAGE.v2, IMAGE.v1);
    await hand.write(PAUSED);
    await hand.pin(candidate);
    await hand.write(hand.image(IMAGE.v3), HOLD, rolling('100%', 0), ROLLING);
    const next = await hand.version(IMAGE.v3);
    await hand.sized(IMAGE.v3, 3);
    await hand.write(PAUSED);
    await hand.ready(IMAGE.v3, 3);
    await hand.switchTo(next);
    expect(await violations()).toEqual([]);
  });

  test('a ramp without a router, frozen between its steps', async () => {
    await watch.stop();
    const options = { kubeconfig: cluster.kubeconfig, namespace, deployment: 'web', service: 'web' };
    watch = await watchInvariants({ ...options, exposureAllowedMs: HAS_ENDED });
    await hand.write(PAUSED);
    await hand.write(hand.image(IMAGE.v2), HOLD, rolling(1, 0), ROLLING);
    const candidate = await hand.version(IMAGE.v2);
    await hand.sized(IMAGE.v2, 1);
    await hand.write(PAUSED);
    await hand.ready(IMAGE.v2, 1);
    await hand.reached(stable, candidate);
    await hand.write(rolling(3, 0), ROLLING);
    await hand.sized(IMAGE.v2, 3);
    await hand.write(PAUSED);
    await hand.ready(IMAGE.v2, 3);
    await hand.close(IMAGE.v2, IMAGE.v1);
    await hand.reached(candidate);
    expect(await violations()).toEqual([]);
    expect(watch.exposures()).toHaveLength(1);
  });
});

describe('a release in the wrong order is found out', () => {
  test('a plain rolling update exposes users', async () => {
    await setImage(api, { namespace }, IMAGE.v2);
    const candidate = await hand.version(IMAGE.v2);
    await hand.reached(candidate);
    expect(await violations()).toMatchObject([{ rule: 'exposed', message: expect.stringContaining(candidate) }]);
  });

  test('switched while not paused', async () => {
    const candidate = await hand.open(stable, IMAGE.v2);
    await hand.write(ROLLING);
    await hand.switchTo(candidate);
    await hand.write(PAUSED);
    expect(await violations()).toMatchObject([{ rule: 'exposed', ms: expect.any(Number) }]);
  });

  test('unpaused before the endpoints are back on stable', async () => {
    const candidate = await hand.open(stable, IMAGE.v2);
    await hand.switchTo(candidate);
    await hand.write(ROLLING);
    await hand.pin(stable);
    await hand.reached(stable);
    const found = await violations();
    expect(found).toMatchObject([{ rule: 'exposed' }]);
    expect(found[0]?.ms).toBeLessThan(HAS_ENDED);
  });

  test('pinned before the pause', async () => {
    await hand.pin(stable);
    await hand.write(PAUSED);
    expect(await violations()).toMatchObject([{ rule: 'pinned', message: expect.stringContaining(stable) }]);
  });

  test('closed in one write, with the pin still there', async () => {
    const candidate = await hand.open(stable, IMAGE.v2);
    await hand.switchTo(candidate);
    await hand.write({ minReadySeconds: null, progressDeadlineSeconds: null }, rolling(1, 0), ROLLING);
    await hand.ready(IMAGE.v1, 0);
    await hand.pin(null);
    expect(await violations()).toMatchObject([{ rule: 'pinned' }]);
  });

  test('a Service that selects nobody', async () => {
    await hand.write(PAUSED);
    await hand.pin('0000000000');
    await until('no endpoints', 30_000, async () => (await readyEndpoints(api, namespace, 'web')).length === 0);
    await hand.pin(stable);
    await hand.reached(stable);
    const found = await violations();
    expect(found.map(({ rule }) => rule).sort()).toEqual(['empty', 'stranger']);
  });

  test('a foreign image while users are on the candidate and nothing is paused', async () => {
    const candidate = await hand.open(stable, IMAGE.v2);
    await hand.pin(null);
    await hand.reached(stable, candidate);
    await hand.write(ROLLING);
    await setImage(api, { namespace }, IMAGE.v3);
    const stranger = await hand.version(IMAGE.v3);
    await until('it is reached', 30_000, async () =>
      (await readyEndpoints(api, namespace, 'web')).some((pod) => pod.startsWith(`web-${stranger}-`)),
    );
    const rules = new Set((await violations()).map(({ rule, message }) => `${rule} ${message.includes(stranger)}`));
    expect([...rules].sort()).toEqual(['exposed false', 'exposed true', 'stranger true']);
  });
});
