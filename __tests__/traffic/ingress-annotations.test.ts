import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { canaryName } from '../../src/traffic/canary-ingress.ts';
import { ingressAnnotations } from '../../src/traffic/ingress-annotations.ts';
import { ALL, CannotRoute, type Intent, ORIGINAL } from '../../src/traffic/router.ts';
import { type Ingress, NGINX, SHOP, app, ingress, isUsers, pathOf, ruleFor, serve } from './ingress-objects.ts';
import { applied, appliedAll, edited, objectsOf, refusalCode, type Store, settled, storeOf } from './route-store.ts';
import { routerContract } from './router-contract.ts';

const EXACT = { name: 'x-canary', value: 'true', kind: 'exact' } as const;
const PATTERN = { name: 'x-user', value: 'qa-[0-9]+', kind: 'regex' } as const;
const COOKIE = { name: 'canary', value: 'always' } as const;

const foreignWeight = (object: KubeObject): KubeObject =>
  isUsers(object)
    ? object
    : {
        ...object,
        metadata: {
          ...object.metadata,
          annotations: { ...object.metadata?.annotations, [`${NGINX}canary-weight`]: '3' },
        },
      };
const insertRule = (object: KubeObject): KubeObject => {
  if (!isUsers(object) || object.metadata?.name !== 'web') return object;
  const { spec } = object as Ingress; // all objects here are
  const rules = [ruleFor('new.example.com', ['/', 'other']), ...(spec?.rules ?? [])];
  return { ...object, ...{ spec: { ...spec, rules } } };
};

routerContract({
  name: 'Ingress with canary annotations',
  router: ingressAnnotations,
  app,
  route: 'ingress/web',
  objects: () => [
    ingress(
      'web',
      [SHOP, ruleFor(null, ['/health', 'web']), ruleFor('other.example.com', ['/', 'other'])],
      { [`${NGINX}proxy-read-timeout`]: '30', 'cert-manager.io/cluster-issuer': 'letsencrypt' },
      { tls: [{ hosts: ['shop.example.com'], secretName: 'shop-tls' }, { hosts: ['other.example.com'] }] },
    ),
    ingress('static', [ruleFor('static.example.com', ['/', 'static'])]),
  ],
  path: pathOf,
  serve,
  requests: [
    { name: 'shop', host: 'shop.example.com', path: '/cart', headers: {} },
    { name: 'no host', host: 'any.example.com', path: '/health', headers: {} },
    { name: 'static', host: 'shop.example.com', path: '/static/a.css', headers: { 'x-canary': 'true' }, fixed: true },
    { name: 'other', host: 'other.example.com', path: '/', headers: { cookie: 'canary=always' }, fixed: true },
  ],
  originalShare: 0,
  shares: [0, 1, 500, 1234, 5000, ALL],
  inexpressible: [0.5],
  capabilities: { headers: ['exact', 'regex'], cookies: true, mirror: false, level: 'held' },
  testers: [
    { headers: [EXACT], cookies: [], samples: [{ 'x-canary': 'true' }] },
    { headers: [PATTERN], cookies: [], samples: [{ 'x-user': 'qa-7' }] },
    { headers: [], cookies: [COOKIE], samples: [{ cookie: 'theme=dark; canary=always; lang=en' }] },
    { headers: [EXACT], cookies: [COOKIE], samples: [{ 'x-canary': 'true' }, { cookie: 'canary=always' }] },
  ],
  declared: ['/metadata/annotations', '/spec/rules', '/spec/tls'],
  foreignWeight,
  insertRule,
  status: { unknown: (same) => same },
  meanings: [{ name: 'no canary', objects: () => [ingress('web', [SHOP])], share: 0 }],
  elsewhere: () => [
    { ...ingress('web', [SHOP]), metadata: { name: 'web', namespace: 'another', uid: 'u' } },
    ingress('same', [ruleFor('a.example.com', ['/', 'web-2'])]),
  ],
  notApplicable: {
    7: 'the user’s Ingress is never written: its rules are copied, not counted (see “rules” below)',
    8: 'going back deletes an object of ours, whoever changed its weight (see “a foreign weight” below)',
    15: 'the user’s Ingress is never written, so its owner undoes nothing (drivers: see “refused” below)',
  },
});

const NOBODY = { headers: [], cookies: [], mirror: 0 } as const;
const share = (wanted: number, more: Partial<Intent> = {}): Intent => ({ share: wanted, ...NOBODY, ...more });

function scene(...objects: Ingress[]) {
  const start = storeOf(objects, pathOf);
  const { bindings, refusals, warnings } = ingressAnnotations.discover(app, [...start.values()].reverse());
  const binding = bindings[0];
  const bound = () => {
    if (binding === undefined) throw new Error(refusals.join(' '));
    return binding;
  };
  const plan = (store: Store, wanted: Intent | typeof ORIGINAL) =>
    ingressAnnotations.plan(bound(), objectsOf(bound(), store), wanted);
  const written = (store: Store, wanted: Intent | typeof ORIGINAL) => appliedAll(store, plan(store, wanted));
  const read = (store: Store) => ingressAnnotations.read(bound(), objectsOf(bound(), store));
  const verdict = (store: Store) => ingressAnnotations.verdict(bound(), objectsOf(bound(), store));
  return { start, binding, refusals, warnings, plan, written, read, verdict };
}

describe('the canary Ingress', () => {
  test('has the rules to the live Service, their certificates, and the user’s annotations but for others’ marks', () => {
    const annotations = {
      [`${NGINX}rewrite-target`]: '/$1',
      'external-dns.alpha.kubernetes.io/ttl': '60',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'argocd.argoproj.io/tracking-id': 'shop:networking.k8s.io/Ingress:shop/web',
      'meta.helm.sh/release-name': 'shop',
      'cert-manager.io/cluster-issuer': 'letsencrypt',
    };
    const { start, plan } = scene(
      ingress('web', [SHOP, ruleFor('other.example.com', ['/', 'other'])], annotations, {
        tls: [
          { hosts: ['*.example.com'], secretName: 'wild' },
          { hosts: ['other.test'], secretName: 'other' },
          { secretName: 'default' },
        ],
      }),
    );
    expect(plan(start, share(500))).toEqual([
      {
        verb: 'create',
        path: '/apis/networking.k8s.io/v1/namespaces/shop/ingresses',
        body: {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'Ingress',
          metadata: {
            name: 'web-crossfade',
            namespace: 'shop',
            labels: { 'app.kubernetes.io/managed-by': 'crossfade' },
            annotations: {
              [`${NGINX}rewrite-target`]: '/$1',
              'external-dns.alpha.kubernetes.io/ttl': '60',
              [`${NGINX}canary`]: 'true',
              [`${NGINX}canary-weight`]: '5',
            },
            ownerReferences: [{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web', uid: 'uid-web' }],
          },
          spec: {
            ingressClassName: 'nginx',
            rules: [ruleFor('shop.example.com', ['/', 'web-candidate'])],
            tls: [{ hosts: ['*.example.com'], secretName: 'wild' }, { secretName: 'default' }],
          },
        },
        why: 'create Ingress web-crossfade beside Ingress web: 5 % of users to Service web-candidate',
      },
    ]);
  });

  test.each<[string, Intent, Record<string, string>]>([
    ['whole percents', share(2500), { weight: '25' }],
    ['hundredths', share(2501), { weight: '2501', 'weight-total': '10000' }],
    ['all', share(ALL), { weight: '100' }],
    ['a header', share(0, { headers: [EXACT] }), { weight: '0', 'by-header': 'x-canary', 'by-header-value': 'true' }],
    [
      'a pattern',
      share(0, { headers: [PATTERN] }),
      { weight: '0', 'by-header': 'x-user', 'by-header-pattern': 'qa-[0-9]+' },
    ],
    ['a cookie', share(100, { cookies: [COOKIE] }), { weight: '1', 'by-cookie': 'canary' }],
  ])('annotations for %s, made and changed', (_what, wanted, expected) => {
    const { start, written } = scene(ingress('web', [SHOP]));
    const annotations = Object.fromEntries(
      Object.entries({
        canary: 'true',
        ...Object.fromEntries(Object.entries(expected).map(([key, value]) => [`canary-${key}`, value])),
      }).map(([key, value]) => [`${NGINX}${key}`, value]),
    );
    const other = share(1234, { headers: [{ ...PATTERN, name: 'x-other' }], cookies: [{ ...COOKIE, name: 'c' }] });
    for (const store of [written(start, wanted), written(written(start, other), wanted)])
      expect([...store.values()].find((object) => !isUsers(object))?.metadata?.annotations).toEqual(annotations);
  });

  test('share 0 without testers: it is not there, for cookie affinity outlives a weight of 0', () => {
    const { start, plan, written } = scene(ingress('web', [SHOP]));
    expect(plan(start, share(0))).toEqual([]);
    const half = written(start, share(5000));
    expect(plan(half, share(0))).toEqual(plan(half, ORIGINAL));
    expect(plan(half, ORIGINAL)).toEqual([
      {
        verb: 'delete',
        path: '/apis/networking.k8s.io/v1/namespaces/shop/ingresses/web-crossfade',
        uid: expect.any(String),
        why: 'delete Ingress web-crossfade: all users of Ingress web to Service web',
      },
    ]);
  });

  test('its name fits 63 characters and tells long names apart', () => {
    expect(canaryName('web')).toBe('web-crossfade');
    const long = `${'a'.repeat(43)}.${'b'.repeat(60)}`;
    expect(canaryName(long)).toMatch(/^a{43}-[0-9a-f]{8}-crossfade$/);
    expect(canaryName(`${long}c`)).not.toBe(canaryName(long));
    expect(canaryName('a'.repeat(53))).toHaveLength(63);
    expect(canaryName('a'.repeat(54))).toHaveLength(63);
  });

  test('rules that the user adds come with the next write; one that disappears from the canary is seen', () => {
    const { start, written, read, verdict } = scene(ingress('web', [SHOP]));
    const half = written(start, share(5000));
    const grown = edited(half, (object) =>
      isUsers(object) ? { ...object, ...{ spec: { rules: [ruleFor('b.example.com', ['/', 'web']), SHOP] } } } : object,
    );
    expect(read(grown).share).toBe(5000);
    const next = written(grown, share(6000));
    const canary = [...next.values()].find((object) => !isUsers(object)) as Ingress; // it is there
    expect(canary.spec?.rules?.map(({ host }) => host)).toEqual(['b.example.com', 'shop.example.com']);
    const robbed = edited(half, (object) =>
      isUsers(object)
        ? object
        : { ...object, ...{ spec: { rules: [ruleFor('b.example.com', ['/', 'web-candidate'])] } } },
    );
    expect(read(robbed).share).toBeNull();
    expect(verdict(robbed).is).toBe('no');
  });

  test('a foreign weight is seen, gives 422 to what was planned before, and is no hindrance to going back', () => {
    const { start, plan, written, read } = scene(ingress('web', [SHOP]));
    const half = written(start, share(5000));
    const planned = plan(half, share(6000));
    const foreign = edited(half, foreignWeight);
    expect(read(foreign).share).toBe(300);
    expect(refusalCode(() => appliedAll(foreign, planned))).toBe(422);
    expect(read(written(foreign, share(6000))).share).toBe(6000);
    expect(settled(written(foreign, ORIGINAL))).toEqual(settled(start));
  });

  test('one that was made again by somebody else is neither changed nor deleted', () => {
    const { start, plan, written, read, verdict } = scene(ingress('web', [SHOP]));
    const half = written(start, share(5000));
    const again = edited(half, (object) =>
      isUsers(object) ? object : { ...object, metadata: { ...object.metadata, uid: 'another' } },
    );
    for (const request of plan(half, share(6000))) expect(refusalCode(() => applied(again, request))).toBe(422);
    for (const request of plan(half, ORIGINAL)) expect(refusalCode(() => applied(again, request))).toBe(409);
    const theirs = edited(half, (object) => ({ ...object, metadata: { ...object.metadata, labels: {} } }));
    expect(() => plan(theirs, share(6000))).toThrow(CannotRoute);
    expect(plan(theirs, ORIGINAL)).toEqual([]);
    expect(read(theirs)).toEqual({ share: null, overrides: false, mirror: 0, original: true });
    expect(verdict(theirs).is).toBe('no');
  });
});

test('one of the AWS Load Balancer Controller is another router’s', () => {
  const { binding, refusals } = scene(ingress('web', [SHOP], {}, { ingressClassName: 'alb' }));
  expect({ binding, refusals }).toEqual({ binding: undefined, refusals: [] });
});

describe('refused', () => {
  const web = (annotations: Record<string, string>, spec: Partial<Ingress['spec']> = {}): Ingress =>
    ingress('web', [SHOP], annotations, spec);

  test.each<[string, Ingress[], RegExp]>([
    ['canary annotations of its own', [web({ [`${NGINX}canary`]: 'true' })], /annotations of its own/],
    ['Google, by annotation', [ingressOfOldClass('gce')], /class gce/],
    ['Kong', [web({}, { ingressClassName: 'kong' })], /Kong/],
    ['Traefik’s own provider', [web({}, { ingressClassName: 'traefik' })], /kubernetesIngressNGINX/],
    ['F5’s controller', [web({ 'nginx.org/lb-method': 'least_conn' })], /F5’s NGINX/],
    ['default backend only', [ingress('web', [], {}, { defaultBackend: { service: { name: 'web' } } })], /path \//],
    ['a stranger in our place', [web({}), ingress('web-crossfade', [])], /has not made/],
    [
      'another canary for the same path',
      [web({}), ingress('mine', [ruleFor('shop.example.com', ['/', 'blue'])], { [`${NGINX}canary`]: 'true' })],
      /Ingress mine for the same host and path/,
    ],
    ['Flagger', [web({ 'flagger.app/x': '1' })], /Flagger/],
  ])('%s', (_what, objects, why) => {
    const { binding, refusals } = scene(...objects);
    expect(binding).toBeUndefined();
    expect(refusals).toEqual([expect.stringMatching(why)]);
  });

  test.each<[string, Partial<Intent>, RegExp]>([
    ['two headers', { headers: [EXACT, PATTERN] }, /by 2 headers/],
    ['two cookies', { cookies: [COOKIE, { ...COOKIE, name: 'b' }] }, /by 2 cookies/],
    ['another cookie value', { cookies: [{ name: 'canary', value: 'v2' }] }, /Use canary=always/],
    ['a value that ingress-nginx drops', { headers: [{ ...EXACT, value: 'a b' }] }, /drops such a value/],
    ['a pattern that it drops', { headers: [{ ...PATTERN, value: 'a"b' }] }, /drops such a pattern/],
    ['an empty value, which would match “always”', { headers: [{ ...EXACT, value: '' }] }, /drops such a value/],
    ['mirroring', { mirror: 100 }, /do not mirror/],
    ['half a hundredth of a percent', { share: 0.5 }, /finest step/],
  ])('%s', (_what, wanted, why) => {
    const { start, plan } = scene(web({}));
    const attempt = () => plan(start, share(100, wanted));
    expect(attempt).toThrow(CannotRoute);
    expect(attempt).toThrow(why);
  });

  test('no rule leads to the live Service any more', () => {
    const { start, plan, read, verdict } = scene(web({}));
    const gone = edited(start, (object) => ({ ...object, ...{ spec: { rules: [] } } }));
    expect(() => plan(gone, share(100))).toThrow(/no rule for Service web/);
    expect(read(gone).share).toBeNull();
    expect(verdict(gone).is).toBe('no');
  });

  function ingressOfOldClass(name: string): Ingress {
    const { spec, ...rest } = web({ 'kubernetes.io/ingress.class': name });
    const { ingressClassName: _name, ...others } = spec ?? {};
    return { ...rest, spec: others };
  }
});

describe('warned of', () => {
  test.each<[string, Ingress[], RegExp]>([
    ['an unknown class', [ingress('web', [SHOP], {}, { ingressClassName: 'edge' })], /class edge/],
    ['cookie affinity', [ingress('web', [SHOP], { [`${NGINX}affinity`]: 'cookie' })], /affinity: cookie/],
    [
      'a default backend',
      [ingress('web', [SHOP], {}, { defaultBackend: { service: { name: 'web' } } })],
      /only its rules get a share/,
    ],
    [
      'two Ingresses to one Service',
      [ingress('web', [SHOP]), ingress('www', [ruleFor('w', ['/', 'web'])])],
      /web, www/,
    ],
  ])('%s', (_what, objects, why) => {
    const { binding, warnings } = scene(...objects);
    expect(binding?.router).toBe('ingress/web');
    expect(warnings).toEqual([expect.stringMatching(why)]);
  });

  test('nothing, for a plain Ingress and one whose affinity leaves the choice to the shares', () => {
    expect(scene(ingress('web', [SHOP])).warnings).toEqual([]);
    const legacy = { [`${NGINX}affinity`]: 'cookie', [`${NGINX}affinity-canary-behavior`]: 'legacy' };
    expect(scene(ingress('web', [SHOP], legacy)).warnings).toEqual([]);
  });

  test('our own canary of a killed run is no route, and items of a list have no kind', () => {
    const { start, written } = scene(ingress('web', [SHOP]));
    const items = [...written(start, share(5000)).values()].map(
      ({ kind: _kind, apiVersion: _version, ...item }) => item,
    );
    expect(ingressAnnotations.discover(app, items).bindings.map(({ router }) => router)).toEqual(['ingress/web']);
  });
});
