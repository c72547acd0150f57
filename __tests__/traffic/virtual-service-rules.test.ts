import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { ALL, ORIGINAL } from '../../src/traffic/router.ts';
import { virtualService as router } from '../../src/traffic/virtual-service.ts';
import {
  APP,
  bound,
  changeRoute,
  type Fields,
  istio,
  listAt,
  planned,
  rich,
  route,
  rulesAfter,
  specOf,
  stream,
  to,
} from './istio-objects.ts';
import { appliedAll, edited, objectsOf, refusalCode } from './route-store.ts';

const CANARY = { name: 'x-canary', value: 'true', kind: 'exact' } as const;

describe('weights', () => {
  const alone = [route({ http: [{ route: [to('web')] }] })];

  test.each([
    ['whole percents have a sum of 100', 700, [93, 7]],
    ['hundredths a sum of 10000', 33, [9967, 33]],
    ['all', ALL, [0, 100]],
  ] as const)('%s', (_name, share, weights) => {
    expect(rulesAfter(alone, { share })).toEqual([{ route: [to('web', weights[0]), to('web-candidate', weights[1])] }]);
  });

  test('nothing is written for nobody: the route is left as it is', () => {
    expect(planned(bound(alone), { share: 0 })).toEqual([]);
  });

  test('a live destination that was alone keeps what it had when somebody put another one beside it', () => {
    const start = bound(alone);
    const released = appliedAll(start.store, planned(start, { share: 1000 }));
    const third = changeRoute('http', (rules) =>
      rules.map((rule) => ({ ...rule, route: [...listAt(rule, 'route'), to('legacy', 20)] })),
    );
    const store = edited(released, third);
    const restored = appliedAll(store, planned({ ...start, store }, ORIGINAL));
    expect(listAt(specOf([...restored.values()][0]), 'http')).toEqual([{ route: [to('web', 100), to('legacy', 20)] }]);
  });

  test('a rule that gives live nothing is not ours to change', () => {
    const objects = [route({ http: [{ name: 'old', route: [to('legacy', 9), to('web')] }, { route: [to('web')] }] })];
    expect(rulesAfter(objects, { share: ALL })[0]).toEqual({ name: 'old', route: [to('legacy', 9), to('web')] });
  });

  test.each([
    ['web', 'web-candidate'],
    ['web.shop', 'web-candidate.shop'],
    ['web.shop.svc', 'web-candidate.shop.svc'],
    ['web.shop.svc.cluster.local', 'web-candidate.shop.svc.cluster.local'],
    ['web.shop.svc.corp.example', 'web-candidate.shop.svc.corp.example'],
  ])('host %s is live, and the candidate is %s', (live, candidate) => {
    expect(rulesAfter([route({ http: [{ route: [to(live)] }] })], { share: 100 })[0]).toEqual({
      route: [to(live, 99), to(candidate, 1)],
    });
  });

  test.each([
    'web.another',
    'web.shop.example',
    'web.shopping',
    'webshop',
    'api',
    'web-candidate',
  ])('host %s is another', (host) => {
    expect(router.discover(APP, [route({ http: [{ route: [to(host)] }] })])).toEqual({
      bindings: [],
      refusals: [],
      warnings: [],
    });
  });
});

describe('testers', () => {
  test('one rule before each source rule, the header in each match, everything else as in the source', () => {
    const rules = rulesAfter(rich(), { headers: [CANARY], cookies: [{ name: 'a.b', value: 'x' }] });
    expect(rules.map(({ name }) => name)).toEqual([
      'static',
      'crossfade-testers-1',
      'api',
      'crossfade-testers-2',
      undefined,
      'crossfade-testers-3',
      undefined,
    ]);
    const cookie = { regex: '^(.*;\\s*)?a\\.b=x(\\s*;.*)?$' };
    expect(rules[1]).toEqual({
      name: 'crossfade-testers-1',
      match: [
        { uri: { prefix: '/api/' }, ignoreUriCase: true, headers: { 'x-canary': { exact: 'true' } } },
        { uri: { prefix: '/api/' }, ignoreUriCase: true, headers: { cookie } },
        { uri: { exact: '/api' }, headers: { 'x-plan': { exact: 'gold' }, 'x-canary': { exact: 'true' } } },
        { uri: { exact: '/api' }, headers: { 'x-plan': { exact: 'gold' }, cookie } },
      ],
      timeout: '3s',
      retries: { attempts: 2, retryOn: '5xx' },
      rewrite: { uri: '/v1/' },
      route: [
        { destination: { host: 'web-candidate', port: { number: 80 } }, headers: { request: { set: { a: 'b' } } } },
      ],
    });
    expect(rules.filter(({ name }) => !`${name}`.startsWith('crossfade-'))).toEqual(specOf(rich()[0]).http);
    expect(rules[5]?.match).toEqual([{ headers: { 'x-canary': { exact: 'true' } } }, { headers: { cookie } }]);
  });

  test('a source rule that asks for another value of that header has no testers; for a prefix of it, it has', () => {
    const asks = (value: Fields): KubeObject[] => [
      route({ http: [{ match: [{ headers: { 'X-Canary': value } }], route: [to('web')] }] }),
    ];
    expect(rulesAfter(asks({ exact: 'never' }), { headers: [CANARY] })).toHaveLength(1);
    expect(rulesAfter(asks({ prefix: 'f' }), { headers: [CANARY] })).toHaveLength(1);
    for (const value of [{ prefix: 'tr' }, {}, { exact: 'true' }])
      expect(rulesAfter(asks(value), { headers: [CANARY] })[0]).toMatchObject({
        match: [{ headers: { 'X-Canary': { exact: 'true' } } }],
      });
    expect(() => rulesAfter(asks({ regex: 't.*' }), { headers: [CANARY] })).toThrow(
      'Wanted testers by header x-canary in VirtualService web; a rule of it asks for a value of that header already ({"regex":"t.*"})',
    );
  });

  test('other testers replace the ones before in one PATCH', () => {
    const start = bound(rich());
    const store = appliedAll(start.store, planned(start, { headers: [CANARY] }));
    const [patch, ...others] = planned({ ...start, store }, { headers: [{ ...CANARY, value: 'yes' }] });
    expect(others).toEqual([]);
    const changed = appliedAll(store, patch === undefined ? [] : [patch]);
    expect(changed).toEqual(
      new Map(
        [...appliedAll(start.store, planned(start, { headers: [{ ...CANARY, value: 'yes' }] }))].map(
          ([path, object]) => [
            path,
            object.kind === 'VirtualService' ? { ...object, metadata: { ...object.metadata, generation: 3 } } : object,
          ],
        ),
      ),
    );
  });

  test('are refused where only connections are seen', () => {
    const start = bound(stream('tcp', (key) => ({ port: key })));
    expect(() => planned(start, { headers: [CANARY] })).toThrow('by tls and tcp rules alone');
  });
});

describe('mirrors', () => {
  test("the user's own mirror stays, and there is no second one", () => {
    const start = bound([
      route({ http: [{ route: [to('web')], mirror: { host: 'shadow' }, mirrorPercentage: { value: 5 } }] }),
    ]);
    expect(router.capabilities(start.binding).mirror).toBe(false);
    expect(() => planned(start, { mirror: 100 })).toThrow('a mirror of their own');
    const [rule] = rulesAfter([...start.store.values()], { headers: [CANARY], share: 1000 });
    expect(rule).toMatchObject({ mirror: { host: 'shadow' }, mirrorPercentage: { value: 5 } });
  });

  test('hundredths of a percent', () => {
    expect(rulesAfter([route({ http: [{ route: [to('web.shop')] }] })], { mirror: 7 })[0]).toEqual({
      route: [to('web.shop')],
      mirror: { host: 'web-candidate.shop' },
      mirrorPercentage: { value: 0.07 },
    });
  });
});

describe('which routes are found', () => {
  test('the delegate of a root is bound, the root is not', () => {
    const root = istio('VirtualService', 'root', {
      hosts: ['shop.example'],
      http: [{ match: [{ uri: { prefix: '/' } }], delegate: { name: 'web' } }],
    });
    const delegate = istio('VirtualService', 'web', { http: [{ route: [to('web')] }] });
    expect(router.discover(APP, [root, delegate])).toMatchObject({
      bindings: [{ router: 'virtualservice/web' }],
      refusals: [],
    });
  });

  test('a delegate in a namespace that is not read', () => {
    const http = [{ delegate: { name: 'routes', namespace: 'platform' } }];
    expect(router.discover(APP, [route({ http })]).refusals).toEqual([
      expect.stringContaining('delegates to VirtualService routes in namespace platform'),
    ]);
    expect(router.discover(APP, [route({ hosts: ['other'], http })]).refusals).toEqual([]);
  });

  test.each([
    ['live twice in a rule', [{ route: [to('web', 1), to('web', 9, { subset: 'b' })] }], 'more than once'],
    [
      'rules of different shares',
      [{ match: [{ uri: { exact: '/' } }], route: [to('web')] }, { route: [to('web', 9), to('web-candidate', 1)] }],
      '0 % and 10 %',
    ],
    ['no weight for live in any rule', [{ route: [to('legacy', 9), to('web')] }], 'no rule of it gives'],
  ])('refused: %s', (_name, http, reason) => {
    expect(router.discover(APP, [route({ http })])).toMatchObject({
      bindings: [],
      refusals: [expect.stringContaining(reason)],
    });
  });

  test('what an unfinished release left is told, and goes', () => {
    const objects = [
      route({ http: [{ name: 'crossfade-testers-1', route: [to('web-candidate')] }, { route: [to('web')] }] }),
    ];
    expect(router.discover(APP, objects).warnings.join()).toContain('crossfade-testers-1');
    expect(rulesAfter(objects, ORIGINAL)).toEqual([{ route: [to('web')] }]);
  });
});

describe('what others do meanwhile', () => {
  const objects = [
    route({
      http: [
        { name: 'a', match: [{ uri: { prefix: '/a' } }], route: [to('web')] },
        { name: 'b', route: [to('web')] },
      ],
    }),
  ];
  const start = bound(objects);
  const released = appliedAll(start.store, planned(start, { share: 1000, headers: [CANARY] }));
  const now = (edit: (rules: Fields[]) => Fields[]) => ({
    ...start,
    store: edited(released, changeRoute('http', edit)),
  });
  const restored = (state: typeof start): Fields[] => {
    const store = appliedAll(state.store, planned(state, ORIGINAL));
    expect(planned({ ...state, store }, ORIGINAL)).toEqual([]);
    return listAt(specOf([...store.values()][0]), 'http');
  };

  test('a rule with another match or another name is the same rule', () => {
    const state = now((rules) =>
      rules.map((rule) =>
        rule.name === 'a'
          ? { ...rule, match: [{ uri: { prefix: '/A' } }] }
          : rule.name === 'b'
            ? { ...rule, name: 'B' }
            : rule,
      ),
    );
    expect(router.read(state.binding, objectsOf(state.binding, state.store)).share).toBe(1000);
    expect(restored(state)).toEqual([
      { name: 'a', match: [{ uri: { prefix: '/A' } }], route: [to('web')] },
      { name: 'B', route: [to('web')] },
    ]);
  });

  test('a rule that is gone is an error for more users, never for going back', () => {
    const state = now((rules) => rules.filter(({ name }) => name !== 'a'));
    expect(router.read(state.binding, objectsOf(state.binding, state.store)).share).toBeNull();
    expect(() => planned(state, { share: 2000 })).toThrow('1 of its 2 rules that led to Service web');
    const back = appliedAll(state.store, planned(state, { share: 0 }));
    expect(listAt(specOf([...back.values()][0]), 'http')).toEqual([
      { name: 'b', route: [to('web', 100), to('web-candidate', 0)] },
    ]);
    expect(restored(state)).toEqual([{ name: 'b', route: [to('web')] }]);
  });

  test('a copy of our rule under a name that nobody knows loses the candidate too', () => {
    const state = now((rules) => [...rules, { ...rules.find(({ name }) => name === 'a'), name: 'c' }]);
    expect(restored(state).at(-1)).toMatchObject({ name: 'c', route: [to('web', 100)] });
  });

  test('live was taken away beside the candidate: it comes back, by either way', () => {
    const state = now((rules) =>
      rules.map((rule) => (rule.name === 'b' ? { ...rule, route: [to('web-candidate')] } : rule)),
    );
    expect(router.read(state.binding, objectsOf(state.binding, state.store)).share).toBeNull();
    expect(() => planned(state, { share: 2000 })).toThrow('must name Service web once');
    const back = appliedAll(state.store, planned(state, { share: 0 }));
    expect(listAt(specOf([...back.values()][0]), 'http').at(-1)).toEqual({ name: 'b', route: [to('web')] });
    expect(restored(state).at(-1)).toEqual({ name: 'b', route: [to('web')] });
  });

  test('applied again by its owner, without anything of ours: nothing to put back, not even weights', () => {
    const state = now(() => [
      { name: 'a', route: [to('web', 5), to('legacy', 5)] },
      { name: 'b', route: [to('web')] },
    ]);
    expect(planned(state, ORIGINAL)).toEqual([]);
  });
});

describe('tests of a PATCH', () => {
  test('hold every text of all rules, those too that JSON may write in two ways: a change of one is a change', () => {
    const http = [
      { match: [{ uri: { regex: '/a\\?b&c' } }, { uri: { prefix: '/x' } }], route: [to('web')] },
      { match: [{ uri: { regex: '/<id>' } }], route: [to('web')] },
    ];
    const start = bound([route({ http })]);
    const [patch] = planned(start, { share: 1000 });
    expect(patch?.verb === 'patch' ? patch.tests : []).toEqual([
      { op: 'test', path: '/metadata/uid', value: 'uid-web' },
      { op: 'test', path: '/spec/http', value: http },
    ]);
    const other = changeRoute('http', ([first, ...rest]) => [
      { ...first, match: [{ uri: { regex: '/d&e' } }] },
      ...rest,
    ]);
    const changed = edited(start.store, other);
    expect(refusalCode(() => appliedAll(changed, planned(start, { share: 1000 })))).toBe(422);
  });
});

describe('verdict', () => {
  test('Reconciled of this generation is more than held', () => {
    const start = bound([
      { ...route({ http: [{ route: [to('web')] }] }), status: reconciled('True', '1') } as KubeObject, // with a status
    ]);
    const verdict = router.verdict(start.binding, objectsOf(start.binding, start.store));
    expect(verdict).toEqual({ is: 'yes', level: 'programmed', reasons: [] });
  });

  test('without a generation it says nothing', () => {
    const start = bound([
      { ...route({ http: [{ route: [to('web')] }] }), status: reconciled('True') } as KubeObject, // with a status
    ]);
    expect(router.verdict(start.binding, objectsOf(start.binding, start.store)).is).toBe('unknown');
  });
});

function reconciled(status: string, observedGeneration?: string): Fields {
  return { conditions: [{ type: 'Reconciled', status, ...(observedGeneration ? { observedGeneration } : {}) }] };
}
