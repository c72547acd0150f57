import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { ALL, CannotRoute, type Intent, ORIGINAL, type RoutedApp } from '../../src/traffic/router.ts';
import type { Member } from '../../src/traffic/traefik-list.ts';
import { traefikService } from '../../src/traffic/traefik-service.ts';
import { appliedAll, objectsOf, type Store, settled, storeOf } from './route-store.ts';
import { type RouterFixture, routerContract, type Served } from './router-contract.ts';

const app: RoutedApp = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };

interface Spec {
  readonly weighted?: { readonly services?: readonly Member[]; readonly sticky?: unknown };
  readonly [kind: string]: unknown;
}
type TraefikService = KubeObject & { readonly spec: Spec };

function object(name: string, spec: Spec, namespace = app.namespace): TraefikService {
  return {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'TraefikService',
    metadata: { name, namespace, uid: `uid-${name}`, generation: 1 },
    spec,
  };
}

function weighted(...services: Member[]): TraefikService {
  return object('web', { weighted: { services } });
}

function pathOf({ metadata }: KubeObject): string {
  return `/apis/traefik.io/v1alpha1/namespaces/${metadata?.namespace}/traefikservices/${metadata?.name}`;
}

/** The pair's object in the tests is always called web. */
function edited(edit: (services: readonly Member[]) => readonly Member[]): (object: KubeObject) => KubeObject {
  return (object) => {
    const { spec } = object as TraefikService; // all objects here are
    if (object.metadata?.name !== 'web' || spec.weighted === undefined) return object;
    return {
      ...object,
      spec: { ...spec, weighted: { ...spec.weighted, services: edit(spec.weighted.services ?? []) } },
    };
  };
}

/** Traefik: an absent weight is 1, entries at 0 are dropped, a TraefikService is looked up and its weights are parts of the entry's. */
function serveFrom(entry: string): RouterFixture['serve'] {
  return (objects): Served => {
    const weights: Record<string, number> = {};
    const collect = (name: string, part: number): void => {
      const found = objects.find(({ metadata }) => metadata?.name === name) as TraefikService | undefined; // all are
      const services = (found?.spec.weighted?.services ?? []).filter(({ weight = 1 }) => weight > 0);
      const total = services.reduce((sum, { weight = 1 }) => sum + weight, 0);
      for (const { kind, name: service = '', weight = 1 } of services)
        if (kind === 'TraefikService') collect(service, (part * weight) / total);
        else weights[service] = (weights[service] ?? 0) + (part * weight) / total;
    };
    collect(entry, 1);
    const settings = objects.flatMap((each) => (each as TraefikService).spec.weighted?.services ?? []); // all are
    return { weights, settings: settings.find(({ name }) => name === 'web' || name === 'web-candidate')?.scheme };
  };
}

const base = {
  router: traefikService,
  app,
  route: 'traefikservice/web',
  path: pathOf,
  serve: serveFrom('web'),
  requests: [{ name: 'any', path: '/', headers: {} }],
  originalShare: 0,
  inexpressible: [],
  capabilities: { headers: [], cookies: false, mirror: false, level: 'held' },
  declared: ['/spec/weighted/services'],
  foreignWeight: edited((services) =>
    services.map((member) => (member.name === 'web' ? { ...member, weight: 1234 } : member)),
  ),
  insertRule: edited((services) => [{ name: 'spare', port: 80, weight: 0 }, ...services]),
  status: { unknown: (same) => same },
  meanings: [],
  notApplicable: {
    9: 'a TraefikService has no rules: testers are the IngressRoute’s',
    10: 'a TraefikService has no rules: testers are the IngressRoute’s',
    11: 'in the first fixture',
    16: 'one object',
  },
} satisfies Partial<RouterFixture>;

routerContract({
  ...base,
  name: 'TraefikService of the live Service alone',
  objects: () => [
    object('web', {
      weighted: {
        services: [{ name: 'web', port: 80, scheme: 'http', passHostHeader: true, healthCheck: { path: '/healthz' } }],
        sticky: { cookie: { name: 'lb' } },
      },
    }),
    object('other', { weighted: { services: [{ name: 'other', port: 80, weight: 3 }] } }),
  ],
  shares: [0, 1, 500, 3333, 5000, 9999, ALL],
  elsewhere: () => [
    object('web', { weighted: { services: [{ name: 'web', namespace: 'another', port: 80 }] } }),
    object('same', { weighted: { services: [{ name: 'web', kind: 'TraefikService' }, { name: 'web@file' }] } }),
    object('web2', { weighted: { services: [{ name: 'web', port: 80 }] } }, 'another'),
  ],
  meanings: [
    { name: 'alone, absent', objects: () => [weighted({ name: 'web', port: 80 })], share: 0 },
    {
      name: 'both absent',
      objects: () => [weighted({ name: 'web', port: 80 }, { name: 'web-candidate', port: 80 })],
      share: 5000,
    },
    {
      name: '3 and absent',
      objects: () => [weighted({ name: 'web', weight: 3 }, { name: 'web-candidate', port: 80 })],
      share: 2500,
    },
    {
      name: 'absent and 0',
      objects: () => [weighted({ name: 'web', port: 80 }, { name: 'web-candidate', weight: 0 })],
      share: 0,
    },
    {
      name: '0 and absent',
      objects: () => [weighted({ name: 'web', weight: 0 }, { name: 'web-candidate' })],
      share: ALL,
    },
    { name: 'alone, 0', objects: () => [weighted({ name: 'web', weight: 0 })], share: 'refused' },
    {
      name: 'twice',
      objects: () => [weighted({ name: 'web', port: 80 }, { name: 'web', port: 81 })],
      share: 'refused',
    },
  ],
  notApplicable: { 9: base.notApplicable[9], 10: base.notApplicable[10], 16: base.notApplicable[16] },
});

routerContract({
  ...base,
  name: 'TraefikService that names the pair itself, 90/10',
  objects: () => [
    weighted({ name: 'web', port: 80, weight: 90 }, { name: 'web-candidate', port: 8080, weight: 10, scheme: 'h2c' }),
  ],
  serve: (objects, request) => ({ ...base.serve(objects, request), settings: null }),
  originalShare: 1000,
  shares: [0, 1000, 2500, ALL],
});

routerContract({
  ...base,
  name: 'TraefikService with third destinations, nested in another',
  objects: () => [
    object('edge', {
      weighted: { services: [{ name: 'web', kind: 'TraefikService', weight: 3 }, { name: 'static' }] },
    }),
    weighted({ name: 'old', kind: 'Service', port: 80, weight: 40 }, { name: 'web', namespace: 'shop', weight: 60 }),
  ],
  serve: serveFrom('edge'),
  shares: [0, 2500, 5000, ALL],
  inexpressible: [100, 1234],
});

function bindingOf(...objects: KubeObject[]) {
  const { bindings, refusals, warnings } = traefikService.discover(app, objects);
  const [binding] = bindings;
  if (binding === undefined) throw new Error(`nothing found: ${refusals.join(' ')}`);
  return { binding, warnings };
}

const NOBODY = { headers: [], cookies: [], mirror: 0 } as const;

describe('the 404 trap: an entry without endpoints takes the whole list down, whatever its weight', () => {
  const start = (): Store => storeOf([weighted({ name: 'web', port: 80 })], pathOf);
  const { binding } = bindingOf(weighted({ name: 'web', port: 80 }));
  const plan = (store: Store, wanted: Intent | typeof ORIGINAL) =>
    traefikService.plan(binding, objectsOf(binding, store), wanted);

  test('share 0 before the first share writes nothing', () => {
    expect(plan(start(), { share: 0, ...NOBODY })).toEqual([]);
  });

  test('share 0 afterwards takes our entry out, so that pods may go', () => {
    const half = appliedAll(start(), plan(start(), { share: 5000, ...NOBODY }));
    const none = appliedAll(half, plan(half, { share: 0, ...NOBODY }));
    expect(settled(none)).toEqual(settled(start()));
  });

  test('one PATCH sets both weights: an absent one would be an even split', () => {
    expect(plan(start(), { share: 1, ...NOBODY })).toEqual([
      {
        verb: 'patch',
        path: '/apis/traefik.io/v1alpha1/namespaces/shop/traefikservices/web',
        tests: [
          { op: 'test', path: '/metadata/uid', value: 'uid-web' },
          { op: 'test', path: '/spec/weighted/services', value: [{ name: 'web', port: 80 }] },
        ],
        changes: [
          { op: 'add', path: '/spec/weighted/services/0/weight', value: 9999 },
          { op: 'add', path: '/spec/weighted/services/-', value: { name: 'web-candidate', port: 80, weight: 1 } },
        ],
        why: 'TraefikService web: 0.01 % of users to Service web-candidate',
      },
    ]);
  });

  test('somebody took the live entry out: Original puts it in the place of ours, never an empty list', () => {
    const store = storeOf([weighted({ name: 'web-candidate', port: 80, weight: 5000 })], pathOf);
    expect(settled(appliedAll(store, plan(store, ORIGINAL)))).toEqual(settled(start()));
    expect(() => plan(store, { share: 5000, ...NOBODY })).toThrow(/Service web is not in/);
    expect(traefikService.read(binding, objectsOf(binding, store)).share).toBeNull();
    expect(traefikService.verdict(binding, objectsOf(binding, store)).is).toBe('no');
  });

  test('somebody took it out and left others: Original only removes ours', () => {
    const store = storeOf([weighted({ name: 'web-candidate', weight: 50 }, { name: 'old' })], pathOf);
    expect(settled(appliedAll(store, plan(store, ORIGINAL)))).toEqual(
      settled(storeOf([weighted({ name: 'old' })], pathOf)),
    );
  });
});

describe('what cannot be used is refused, and what is doubtful is said', () => {
  test.each<[string, Spec, RegExp]>([
    ['mirroring', { mirroring: { name: 'web', port: 80, mirrors: [] } }, /spec\.mirroring, which has no weights/],
    ['failover', { failover: { service: { name: 'web' }, fallback: { name: 'old' } } }, /spec\.failover/],
    ['rendezvous hashing', { highestRandomWeight: { services: [{ name: 'web' }] } }, /binds each client/],
    ['no traffic', { weighted: { services: [{ name: 'web', weight: 0 }, { name: 'old' }] } }, /weight 0/],
  ])('%s', (_what, spec, why) => {
    const { bindings, refusals } = traefikService.discover(app, [object('web', spec)]);
    expect(bindings).toEqual([]);
    expect(refusals).toEqual([expect.stringMatching(why)]);
  });

  test('a mirror that gets copies only is nobody’s route', () => {
    const mirrors = object('copies', { mirroring: { name: 'old', mirrors: [{ name: 'web', percent: 10 }] } });
    expect(traefikService.discover(app, [mirrors])).toEqual({ bindings: [], refusals: [], warnings: [] });
  });

  test('sticky cookies are warned of', () => {
    const sticky = object('web', { weighted: { services: [{ name: 'web' }], sticky: { cookie: {} } } });
    expect(bindingOf(sticky).warnings).toEqual([expect.stringContaining('spec.weighted.sticky')]);
  });

  test('weights too small for a ramp are warned of, and the nearest shares are told', () => {
    const small = weighted({ name: 'web' }, { name: 'old' });
    const { binding, warnings } = bindingOf(small);
    expect(warnings).toEqual([expect.stringContaining('steps of 100 %')]);
    expect(traefikService.capabilities(binding).nearest(1000)).toEqual([0, ALL]);
    const plan = () =>
      traefikService.plan(binding, objectsOf(binding, storeOf([small], pathOf)), { share: 1000, ...NOBODY });
    expect(plan).toThrow(CannotRoute);
    expect(plan).toThrow('nearest shares are 0 % and 100 %');
  });

  test('items of a list have no kind', () => {
    const { kind: _kind, apiVersion: _version, ...item } = weighted({ name: 'web' });
    expect(traefikService.discover(app, [item]).bindings).toHaveLength(1);
  });
});
