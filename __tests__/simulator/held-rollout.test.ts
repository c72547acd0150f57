import { describe, expect, test } from '@jest/globals';
import { App, type Operation, hold, image, limits, minReady, paused, replicas, restore } from './app.ts';

/** Two versions side by side, then frozen. */
function frozen(count: number, maxSurge: number | string, maxUnavailable: number | string): App {
  const app = new App(count);
  app.patch(image('v2'), ...hold(maxSurge, maxUnavailable));
  app.patch(paused(true));
  return app;
}

describe('a held rollout', () => {
  test('S = 100 %: two full sets, both ready, the Deployment still available', () => {
    const app = new App(4);
    app.patch(image('v2'), ...hold('100%', 0));
    expect(app.ready()).toEqual({ v1: 4, v2: 4 });
    expect(app.condition('Available')).toBe('True: MinimumReplicasAvailable');
    expect(app.deployment.status).toMatchObject({
      replicas: 8,
      updatedReplicas: 4,
      readyReplicas: 8,
      availableReplicas: 4,
      unavailableReplicas: 4,
    });
    expect(app.set('v1').spec.minReadySeconds).toBeUndefined();
    expect(app.set('v2').spec.minReadySeconds).toBe(2_147_483_646);
  });

  test('S = 1, then 3: the candidate grows, and a lower S does not shrink it', () => {
    const app = new App(4);
    app.patch(image('v2'), ...hold(1, 0));
    expect(app.ready()).toEqual({ v1: 4, v2: 1 });
    app.patch(limits(3, 0));
    expect(app.ready()).toEqual({ v1: 4, v2: 3 });
    app.patch(limits(1, 0));
    expect(app.ready()).toEqual({ v1: 4, v2: 3 });
  });

  test.each([1, 2, 3])('S = 0, U = %i: the candidate takes exactly so many places', (unavailable) => {
    const app = new App(4);
    app.patch(image('v2'), ...hold(0, unavailable));
    expect(app.ready()).toEqual({ v1: 4 - unavailable, v2: unavailable });
    expect(app.endpoints()).toEqual({ v1: 4 - unavailable, v2: unavailable });
  });

  test('replicas 4 → 8 at 1:3 keep the ratio', () => {
    const app = new App(4);
    app.patch(image('v2'), ...hold(0, 3));
    app.patch(replicas(8));
    expect(app.ready()).toEqual({ v1: 2, v2: 6 });
  });

  test('back: the old template and fields in one write', () => {
    const app = new App(4);
    app.patch(image('v2'), ...hold('100%', 0));
    const pods = app.pods().filter((pod) => pod.spec.containers[0]?.image?.endsWith(':v1') === true);
    app.patch(image('v1'), minReady(0), ...restore());
    expect(app.ready()).toEqual({ v1: 4 });
    expect(app.pods().map((pod) => pod.metadata.name)).toEqual(pods.map((pod) => pod.metadata.name));
  });

  test('done: the old fields with the new template', () => {
    const app = new App(4);
    app.patch(image('v2'), ...hold('100%', 0));
    app.patch(minReady(0), ...restore());
    expect(app.ready()).toEqual({ v2: 4 });
    expect(app.condition('Progressing')).toBe('True: NewReplicaSetAvailable');
  });

  test('somebody’s set image: a third version takes the candidate’s size, stable keeps every pod', () => {
    const app = new App(4);
    app.patch(image('v2'), ...hold('100%', 0));
    app.patch(image('v3'));
    expect(app.ready()).toEqual({ v1: 4, v3: 4 });
  });

  test('somebody’s apply of the old manifest: the template is stable’s again, stable keeps every pod', () => {
    const app = new App(4);
    app.patch(image('v2'), ...hold('100%', 0));
    app.patch(image('v1'));
    expect(app.ready().v1).toBe(4);
    expect(app.deployment.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  test('a deleted stable pod is replaced by its own version', () => {
    const app = new App(4);
    app.patch(image('v2'), ...hold('100%', 0));
    const pod = app.pods().find((one) => one.spec.containers[0]?.image?.endsWith(':v1') === true);
    app.model.request({ method: 'DELETE', path: `/api/v1/namespaces/default/pods/${pod?.metadata.name}` });
    app.model.advance(5000);
    expect(app.ready()).toEqual({ v1: 4, v2: 4 });
    expect(app.pods().map((one) => one.metadata.name)).not.toContain(pod?.metadata.name);
  });

  test('Recreate can be replaced for the hold and put back', () => {
    const app = new App(4, { strategy: { type: 'Recreate' } });
    app.patch(image('v2'), ...hold('100%', 0));
    expect(app.ready()).toEqual({ v1: 4, v2: 4 });
    app.patch(minReady(0), paused(true));
    app.patch({ op: 'replace', path: '/spec/strategy', value: { type: 'Recreate' } }, paused(false));
    expect(app.ready()).toEqual({ v2: 4 });
  });

  test('a pause lets any tool change the template; it rolls with the write that unpauses', () => {
    const app = new App(4);
    app.patch(paused(true));
    app.patch(image('v2'));
    expect(app.ready()).toEqual({ v1: 4 });
    app.patch(paused(false), ...hold('100%', 0));
    expect(app.ready()).toEqual({ v1: 4, v2: 4 });
  });

  test('held without a freeze, after a switch: somebody’s set image takes the candidate’s pods at once', () => {
    const app = new App(4);
    app.patch(image('v2'), ...hold('100%', 0));
    app.patchService({
      op: 'add',
      path: '/spec/selector/pod-template-hash',
      value: app.set('v2').metadata.labels?.['pod-template-hash'],
    });
    expect(app.endpoints()).toEqual({ v2: 4 });
    app.patch(image('v3'));
    expect(app.endpoints()).toEqual({});
  });
});

describe('a pin', () => {
  test('to the only version does not change the EndpointSlice', () => {
    const app = new App(4);
    const [before] = app.model.store.list('endpointslices.discovery.k8s.io');
    app.patchService({
      op: 'add',
      path: '/spec/selector/pod-template-hash',
      value: app.set('v1').metadata.labels?.['pod-template-hash'],
    });
    const [after] = app.model.store.list('endpointslices.discovery.k8s.io');
    expect(after).toBe(before);
  });
});

describe('a frozen rollout', () => {
  test('somebody’s set image changes nothing', () => {
    const app = frozen(4, '100%', 0);
    app.patch(image('v3'));
    expect(app.ready()).toEqual({ v1: 4, v2: 4 });
  });

  test('replicas 4 → 6 gives 6 + 6', () => {
    const app = frozen(4, '100%', 0);
    app.patch(replicas(6));
    expect(app.ready()).toEqual({ v1: 6, v2: 6 });
  });

  test('at S = 2, replicas 4 → 6 give 5:3, and back to 4 give 4:2', () => {
    const app = frozen(4, 2, 0);
    expect(app.ready()).toEqual({ v1: 4, v2: 2 });
    app.patch(replicas(6));
    expect(app.ready()).toEqual({ v1: 5, v2: 3 });
    app.patch(replicas(4));
    expect(app.ready()).toEqual({ v1: 4, v2: 2 });
  });

  test('a ramp S = 1, 2, 4, then places of stable', () => {
    const app = frozen(4, 1, 0);
    const resize = (maxSurge: number, maxUnavailable: number) => {
      app.patch(limits(maxSurge, maxUnavailable), paused(false));
      app.patch(paused(true));
      return app.ready();
    };
    expect(app.ready()).toEqual({ v1: 4, v2: 1 });
    expect(resize(2, 0)).toEqual({ v1: 4, v2: 2 });
    expect(resize(4, 0)).toEqual({ v1: 4, v2: 4 });
  });

  test('a ramp by taking places: S = 2, U = 2 gives 2:4, S = 0, U = 4 gives 0:4', () => {
    const app = frozen(4, 2, 0);
    app.patch(limits(2, 2), paused(false));
    expect(app.ready()).toEqual({ v1: 2, v2: 4 });
    app.patch(limits(0, 4));
    expect(app.ready()).toEqual({ v2: 4 });
    app.patch(paused(true));
    app.patch(minReady(0));
    app.patch(...restore());
    expect(app.ready()).toEqual({ v2: 4 });
  });

  const closes = [4, 10].flatMap((count) =>
    [1, 3, '100%'].flatMap((maxSurge) => [0, 5].map((seconds) => ({ count, maxSurge, seconds }))),
  );

  test.each(closes)('closes on stable without losing a pod: N = $count, S = $maxSurge, minReadySeconds = $seconds', ({
    count,
    maxSurge,
    seconds,
  }) => {
    const app = new App(count, { minReadySeconds: seconds });
    app.patch(image('v2'), ...hold(maxSurge, 0));
    app.patch(paused(true));
    const least = leastReady(app, 'v1', () => {
      app.patch(image('v1'), minReady(seconds), paused(true));
      app.patch(...restore());
    });
    expect(app.ready()).toEqual({ v1: count });
    expect(least).toBe(count);
  });

  test.each([0, 5])('closes on a full candidate without losing a pod: minReadySeconds = %i', (seconds) => {
    const app = new App(10, { minReadySeconds: seconds });
    app.patch(image('v2'), ...hold('100%', 0));
    app.patch(paused(true));
    const least = leastReady(app, 'v2', () => {
      app.patch(minReady(seconds), paused(true));
      app.patch(...restore());
    });
    expect(app.ready()).toEqual({ v2: 10 });
    expect(least).toBe(10);
  });

  test.each([
    { strategy: limits(1, 0), left: 6 },
    { strategy: limits('25%', '25%'), left: 7 },
  ])('trap: all fields put back in one paused write rescale both tracks, the serving one 10 → $left', ({
    strategy,
    left,
  }) => {
    const app = frozen(10, '100%', 0);
    const least = leastReady(app, 'v2', () => app.patch(minReady(0), ...restore(), strategy, paused(true)));
    expect(least).toBe(left);
  });

  test('going back from 1:3: stable grows to 4 at once, the candidate leaves as those become available', () => {
    const app = frozen(4, 0, 3);
    expect(app.ready()).toEqual({ v1: 1, v2: 3 });
    const write: Operation[] = [image('v1'), minReady(0), limits('100%', 0), paused(false)];
    const sizes: (number | undefined)[] = [];
    const unsubscribe = app.model.store.subscribe((change) => {
      if (change.resource === 'replicasets.apps') sizes.push(app.set('v1').spec.replicas);
    });
    app.patch(...write);
    unsubscribe();
    expect(sizes[0]).toBe(1);
    expect(sizes).toContain(4);
    expect(sizes.filter((size) => size !== 1 && size !== 4)).toEqual([]);
    expect(app.ready()).toEqual({ v1: 4 });
    app.patch(...restore());
    expect(app.ready()).toEqual({ v1: 4 });
  });
});

/** Fewest ready pods of a version at any moment while `act` runs. */
function leastReady(app: App, tag: string, act: () => void): number {
  let least = app.ready()[tag] ?? 0;
  const unsubscribe = app.model.store.subscribe((change) => {
    if (change.resource === 'pods') least = Math.min(least, app.ready()[tag] ?? 0);
  });
  act();
  unsubscribe();
  return least;
}
