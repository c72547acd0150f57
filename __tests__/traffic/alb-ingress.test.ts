import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { albIngress } from '../../src/traffic/alb-ingress.ts';
import { type Intent, ORIGINAL } from '../../src/traffic/router.ts';
import {
  type Ingress,
  PREFIX,
  app,
  direct,
  forward,
  group,
  ingress,
  pathOf,
  rule,
  serve,
  service,
  uses,
} from './alb-objects.ts';
import { appliedAll, edited, objectsOf, settled, storeOf } from './route-store.ts';
import { type RouterFixture, routerContract } from './router-contract.ts';

const fixture: Omit<RouterFixture, 'name' | 'objects' | 'requests' | 'originalShare' | 'shares' | 'inexpressible'> = {
  router: albIngress,
  app,
  route: 'alb/web',
  path: pathOf,
  serve,
  capabilities: { headers: [], cookies: false, mirror: false, level: 'held' },
  declared: [
    '/metadata/annotations',
    '/spec/rules/*/http/paths/*/backend/service/port',
    '/spec/defaultBackend/service/port',
  ],
  opaque: ['/spec/rules/*/http/paths/*/backend/service/port', '/spec/defaultBackend/service/port'],
  foreignWeight: (object) => {
    const annotations = Object.entries(object.metadata?.annotations ?? {}).map(([key, text]) => {
      if (!text.includes(app.candidate)) return [key, text];
      const action = JSON.parse(text);
      for (const target of action.forwardConfig.targetGroups)
        if (target.serviceName === app.candidate) target.weight += 7;
      return [key, JSON.stringify(action)];
    });
    return { ...object, metadata: { ...object.metadata, annotations: Object.fromEntries(annotations) } };
  },
  insertRule: (object) => {
    if (object.kind !== 'Ingress') return object;
    const { spec, ...rest } = object as Ingress; // by its kind
    const rules = [rule({ '/never': direct('legacy') }, 'never.example.com'), ...(spec.rules ?? [])];
    return { ...rest, ...{ spec: { ...spec, rules } } };
  },
  status: { unknown: (object) => object },
  meanings: [
    {
      name: 'absent in a single target group is all',
      objects: () => [ingress({ rules: [rule({ '/': uses('split') })] }, { split: forward(group('web')) })],
      share: 0,
    },
    {
      name: 'zero is nothing',
      objects: () => [
        ingress(
          { rules: [rule({ '/': uses('split') })] },
          { split: forward(group('web', 0), group('web-candidate', 5)) },
        ),
      ],
      share: 10_000,
    },
    {
      name: 'absent among several is invalid',
      objects: () => [
        ingress({ rules: [rule({ '/': uses('split') })] }, { split: forward(group('web'), group('legacy', 5)) }),
      ],
      share: 'refused',
    },
  ],
  notApplicable: {
    9: 'testers would need rules of their own',
    10: 'testers would need rules of their own',
    16: 'one object',
  },
};

const requests = [
  { name: 'any', path: '/', headers: {} },
  { name: 'api', path: '/api/users', headers: {} },
  { name: 'static', path: '/static/a.css', headers: {}, fixed: true },
] as const;

routerContract({
  ...fixture,
  name: 'ALB with actions',
  objects: () => [
    ingress(
      { rules: [rule({ '/': uses('split'), '/api': uses('api'), '/static': direct('assets') })] },
      {
        split: forward(group('web', 1)),
        api: forward(group('web'), ...[]),
        unused: forward(group('web', 3)),
        redirect: '{"type":"redirect","redirectConfig":{"port":"443","protocol":"HTTPS","statusCode":"HTTP_301"}}',
      },
    ),
    service('web'),
  ],
  requests,
  originalShare: 0,
  shares: [0, 10, 1000, 3330, 10_000],
  inexpressible: [1, 1234],
});

routerContract({
  ...fixture,
  name: 'ALB with a third target group',
  objects: () => [
    ingress(
      { rules: [rule({ '/': uses('split') })] },
      { split: forward({ targetGroupARN: 'arn:legacy', weight: 20 }, group('web', 80)) },
    ),
  ],
  requests: [requests[0]],
  originalShare: 0,
  shares: [0, 125, 5000, 10_000],
  inexpressible: [100, 130],
});

routerContract({
  ...fixture,
  name: "ALB with the user's own split",
  objects: () => [
    ingress(
      { rules: [rule({ '/': uses('split') })] },
      { split: forward(group('web', 90), group('web-candidate', 10)) },
    ),
  ],
  requests: [requests[0]],
  originalShare: 1000,
  shares: [0, 1000, 5000, 10_000],
  inexpressible: [1234],
});

routerContract({
  ...fixture,
  name: 'ALB with backends that name the Service',
  objects: () => [
    ingress(
      {
        defaultBackend: direct('web'),
        rules: [rule({ '/api': direct('web'), '/static': direct('assets') })],
      },
      {},
      {
        [`${PREFIX}target-type`]: 'ip',
        [`${PREFIX}conditions.web`]: '[{"field":"http-request-method","httpRequestMethodConfig":{"values":["GET"]}}]',
      },
    ),
  ],
  requests,
  originalShare: 0,
  shares: [0, 10, 1000, 10_000],
  inexpressible: [1],
});

routerContract({
  ...fixture,
  name: 'ALB without any annotation',
  objects: () => [ingress({ rules: [rule({ '/': direct('web') })] }, {}, {})],
  requests: [requests[0]],
  originalShare: 0,
  shares: [0, 1000, 10_000],
  inexpressible: [1],
});

describe('ALB Ingress', () => {
  const intent = (share: number): Intent => ({ share, headers: [], cookies: [], mirror: 0 });

  function bound(object: Ingress) {
    const { bindings, refusals } = albIngress.discover(app, [object]);
    const [binding] = bindings;
    if (binding === undefined) throw new Error(`no binding: ${refusals.join()}`);
    const store = storeOf([object], pathOf);
    return {
      binding,
      store,
      after: appliedAll(store, albIngress.plan(binding, objectsOf(binding, store), intent(1000))),
    };
  }

  test('one PATCH turns a backend that names the Service into one with an action', () => {
    const object = ingress({ rules: [rule({ '/': direct('web') })] });
    const { binding, store } = bound(object);
    const groups =
      '[{"serviceName":"web","servicePort":80,"weight":900},{"serviceName":"web-candidate","servicePort":80,"weight":100}]';
    expect(albIngress.plan(binding, objectsOf(binding, store), intent(1000))).toEqual([
      {
        verb: 'patch',
        path: '/apis/networking.k8s.io/v1/namespaces/shop/ingresses/web',
        tests: [
          { op: 'test', path: '/metadata/uid', value: 'u-web' },
          { op: 'test', path: '/metadata/annotations/alb.ingress.kubernetes.io~1actions.web', value: null },
          { op: 'test', path: '/spec/rules', value: object.spec.rules },
          { op: 'test', path: '/spec/defaultBackend', value: null },
        ],
        changes: [
          {
            op: 'add',
            path: '/metadata/annotations/alb.ingress.kubernetes.io~1actions.web',
            value: `{"type":"forward","forwardConfig":{"targetGroups":${groups}}}`,
          },
          {
            op: 'replace',
            path: '/spec/rules/0/http/paths/0/backend/service/port',
            value: { name: 'use-annotation' },
          },
        ],
        why: 'Ingress web: 10 % to web-candidate, the rest to web',
      },
    ]);
  });

  test('keys in any case, as Go reads them, stay as they are', () => {
    const text =
      '{ "Type": "forward", "ForwardConfig": { "TargetGroups": [ { "ServiceName": "web", "ServicePort": "80" } ] } }';
    const { binding, store, after } = bound(ingress({ rules: [rule({ '/': uses('split') })] }, { split: text }));
    const action = [...after.values()][0]?.metadata?.annotations?.[`${PREFIX}actions.split`] ?? '';
    expect(JSON.parse(action)).toEqual({
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: [
          { ServiceName: 'web', ServicePort: '80', weight: 900 },
          { ServiceName: 'web-candidate', ServicePort: '80', weight: 100 },
        ],
      },
    });
    const back = appliedAll(after, albIngress.plan(binding, objectsOf(binding, after), ORIGINAL));
    expect(settled(back)).toEqual(settled(store));
  });

  test("somebody else's edit of the action stays, in JSON of the same meaning", () => {
    const { binding, after } = bound(
      ingress({ rules: [rule({ '/': uses('split') })] }, { split: forward(group('web', 1)) }),
    );
    const key = `${PREFIX}actions.split`;
    const stickier = edited(after, (object) => {
      const action = JSON.parse(object.metadata?.annotations?.[key] ?? '');
      action.forwardConfig.targetGroupStickinessConfig = { enabled: true, durationSeconds: 60 };
      const annotations = { ...object.metadata?.annotations, [key]: JSON.stringify(action) };
      return { ...object, metadata: { ...object.metadata, annotations } };
    });
    const back = appliedAll(stickier, albIngress.plan(binding, objectsOf(binding, stickier), ORIGINAL));
    expect(JSON.parse([...back.values()][0]?.metadata?.annotations?.[key] ?? '')).toEqual({
      type: 'forward',
      forwardConfig: {
        targetGroups: [{ serviceName: 'web', servicePort: 80, weight: 1 }],
        targetGroupStickinessConfig: { enabled: true, durationSeconds: 60 },
      },
    });
  });

  test('somebody took our annotation away: Original turns the backends back all the same', () => {
    const { binding, store, after } = bound(ingress({ rules: [rule({ '/': direct('web') })] }));
    const without = edited(after, ({ metadata, ...object }) => {
      const { [`${PREFIX}actions.web`]: _ours, ...annotations } = metadata?.annotations ?? {};
      return { ...object, metadata: { ...metadata, annotations } };
    });
    const back = appliedAll(without, albIngress.plan(binding, objectsOf(binding, without), ORIGINAL));
    expect(settled(back)).toEqual(settled(store));
  });

  test('somebody took the candidate out of our annotation: Original takes the annotation away', () => {
    const { binding, store, after } = bound(ingress({ rules: [rule({ '/': direct('web') })] }));
    const alone = edited(after, ({ metadata, ...object }) => {
      const annotations = { ...metadata?.annotations, [`${PREFIX}actions.web`]: forward(group('web', 1)) };
      return { ...object, metadata: { ...metadata, annotations } };
    });
    expect(albIngress.read(binding, objectsOf(binding, alone))).toMatchObject({ share: 0, original: false });
    const back = appliedAll(alone, albIngress.plan(binding, objectsOf(binding, alone), ORIGINAL));
    expect(settled(back)).toEqual(settled(store));
  });

  test.each([
    ['the same port joins the split', 80, 1000],
    ['another port goes past it, and is seen', 8080, null],
  ])('a backend that somebody adds meanwhile: %s', (_name, port, share) => {
    const { binding, store, after } = bound(ingress({ rules: [rule({ '/': direct('web') })] }));
    const more = rule({ '/more': direct('web', port) }, 'more.example.com');
    const add = (object: KubeObject): KubeObject => {
      const { spec, ...rest } = object as Ingress; // the only kind here
      return { ...rest, ...{ spec: { ...spec, rules: [more, ...(spec.rules ?? [])] } } };
    };
    const added = edited(after, add);
    expect(albIngress.read(binding, objectsOf(binding, added)).share).toBeNull();
    const joined = appliedAll(added, albIngress.plan(binding, objectsOf(binding, added), intent(1000)));
    expect(albIngress.read(binding, objectsOf(binding, joined)).share).toBe(share);
    const back = appliedAll(joined, albIngress.plan(binding, objectsOf(binding, joined), ORIGINAL));
    expect(settled(back)).toEqual(settled(edited(store, add)));
  });

  test.each([
    [
      'two ports',
      ingress({ rules: [rule({ '/': direct('web'), '/admin': direct('web', 8080) })] }),
      [
        '`alb.ingress.kubernetes.io/actions.web-8080: \'{"type":"forward"',
        '`service: {name: web-8080, port: {name: use-annotation}}`',
      ],
    ],
    [
      'an action and a backend past it',
      ingress({ rules: [rule({ '/': uses('web'), '/api': direct('web') })] }, { web: forward(group('web')) }),
      ['let those backends say `service: {name: web, port: {name: use-annotation}}`'],
    ],
    [
      'an unused action of that name',
      ingress({ rules: [rule({ '/': direct('web') })] }, { web: forward(group('legacy')) }),
      ['`alb.ingress.kubernetes.io/actions.web`'],
    ],
    [
      'five target groups',
      ingress(
        { rules: [rule({ '/': uses('split') })] },
        { split: forward(...['web', 'a', 'b', 'c', 'd'].map((name) => group(name, 1))) },
      ),
      ['5 target groups'],
    ],
    [
      'targets that are instances',
      ingress({ rules: [rule({ '/': direct('web') })] }, {}, { [`${PREFIX}target-type`]: 'instance' }),
      ['`alb.ingress.kubernetes.io/target-type: ip`'],
    ],
  ])('refused: %s', (_name, object, parts) => {
    const { bindings, refusals } = albIngress.discover(app, [object]);
    expect(bindings).toEqual([]);
    for (const part of parts) expect(refusals.join()).toContain(part);
  });

  test('authentication on the Service would end with the second target group, so it is refused', () => {
    const object = ingress({ rules: [rule({ '/': direct('web') })] });
    const live = service('web', { [`${PREFIX}auth-type`]: 'oidc' });
    const { kind: _kind, ...item } = live;
    expect(albIngress.discover(app, [item, object]).bindings).toEqual([]);
    expect(albIngress.discover(app, [live, object]).refusals).toEqual([
      'Ingress web cannot be used: Service web has the annotation `alb.ingress.kubernetes.io/auth-type`, which the controller follows only while an action has one target group: users would get in without it; move `alb.ingress.kubernetes.io/auth-*` to the Ingress.',
    ]);
  });

  test('warnings: settings on the Service, an unsaid target type, sticky target groups', () => {
    const sticky = JSON.stringify({
      type: 'forward',
      forwardConfig: { targetGroups: [group('web')], targetGroupStickinessConfig: { enabled: true } },
    });
    const object = ingress({ rules: [rule({ '/': uses('split') })] }, { split: sticky }, {});
    const live = service('web', { [`${PREFIX}healthcheck-path`]: '/ready' });
    const { warnings } = albIngress.discover(app, [live, object]);
    expect(warnings).toEqual([
      expect.stringContaining('has no `alb.ingress.kubernetes.io/target-type`'),
      expect.stringContaining('`alb.ingress.kubernetes.io/healthcheck-path`'),
      expect.stringContaining('`targetGroupStickinessConfig`'),
    ]);
  });

  test('instances are fine with node ports', () => {
    const object = ingress({ rules: [rule({ '/': direct('web') })] }, {}, { [`${PREFIX}target-type`]: 'instance' });
    const candidate = service('web-candidate', {}, 'NodePort');
    expect(albIngress.discover(app, [object, candidate]).refusals).toEqual([]);
  });

  test('an Ingress of another class is none of ours', () => {
    const other = ingress({ ingressClassName: 'nginx', rules: [rule({ '/': direct('web') })] }, {}, {});
    expect(albIngress.discover(app, [other])).toEqual({ bindings: [], refusals: [], warnings: [] });
  });
});
