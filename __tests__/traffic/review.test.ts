import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { apisixRoute } from '../../src/traffic/apisix-route.ts';
import { contourHttpProxy } from '../../src/traffic/contour-http-proxy.ts';
import { grpcRoute, httpRoute } from '../../src/traffic/gateway-route.ts';
import { openshiftRoute } from '../../src/traffic/openshift-route.ts';
import type { Intent, Review, RoutedApp, Router } from '../../src/traffic/router.ts';
import { traefikIngressRoute } from '../../src/traffic/traefik-ingress-route.ts';
import { traefikService } from '../../src/traffic/traefik-service.ts';
import { virtualService } from '../../src/traffic/virtual-service.ts';

/*
 * What is said of a route before a release begins with it: whose share a share is, and which testers the user's own rules take away.
 */

const APP: RoutedApp = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };
const NOBODY = { headers: [], cookies: [] };
const CANARY = { headers: [{ name: 'x-canary', value: 'true', kind: 'exact' }], cookies: [] } as const;

function review(
  router: Router,
  spec: object,
  testers: Pick<Intent, 'headers' | 'cookies'> = NOBODY,
  { app = APP, root }: { readonly app?: RoutedApp; readonly root?: object } = {},
): Review {
  const object = objectOf(router, 'web', spec);
  const others = root === undefined ? [] : [objectOf(router, 'root', root)];
  const { bindings, refusals } = router.discover(app, [object, ...others]);
  const [binding] = bindings;
  if (binding === undefined) throw new Error(JSON.stringify(refusals));
  const objects = new Map(binding.paths.map((path) => [path, path.endsWith('s/web') ? object : null]));
  return router.review(binding, new Map([...objects, ...others.map((other) => ['root', other] as const)]), testers);
}

function objectOf({ resources: [resource] }: Router, name: string, spec: object): KubeObject {
  const object: KubeObject & { readonly spec: object } = {
    apiVersion: `${resource?.group}/${resource?.versions[0]}`,
    kind: resource?.kind ?? '',
    metadata: { name, namespace: 'shop', uid: `uid-${name}` },
    spec,
  };
  return object;
}

describe('others beside the pair keep their part', () => {
  test.each([
    [
      'VirtualService web',
      'http rule 1',
      'Service legacy',
      virtualService,
      istio([{ route: [to('web', 90), to('legacy', 10)] }]),
    ],
    [
      'VirtualService web',
      'http rule all',
      'a.b.example',
      virtualService,
      istio([{ name: 'all', route: [to('web', 90), to('a.b.example', 10)] }]),
    ],
    [
      'HTTPRoute web',
      'rule 1',
      'Service legacy',
      httpRoute,
      gateway([{ backendRefs: [ref('web', 9), ref('legacy', 1)] }]),
    ],
    [
      'IngressRoute web',
      'route Host(`a`)',
      'Service legacy',
      traefikIngressRoute,
      { routes: [{ match: 'Host(`a`)', services: [member('web', 900), member('legacy', 100)] }] },
    ],
    [
      'TraefikService web',
      'its list of services',
      'TraefikService old',
      traefikService,
      { weighted: { services: [member('web', 900), { ...member('old', 100), kind: 'TraefikService' }] } },
    ],
    [
      'HTTPProxy web',
      'the route of all requests',
      'Service legacy',
      contourHttpProxy,
      {
        routes: [
          {
            services: [
              { name: 'web', weight: 90 },
              { name: 'legacy', weight: 10 },
            ],
          },
        ],
      },
    ],
    [
      'Route web',
      'its list of backends',
      'Service legacy',
      openshiftRoute,
      { to: { name: 'web', weight: 90 }, alternateBackends: [{ name: 'legacy', weight: 10 }] },
    ],
    [
      'ApisixRoute web',
      'its entry all',
      'Service legacy',
      apisixRoute,
      {
        http: [
          {
            name: 'all',
            backends: [
              { serviceName: 'web', weight: 90 },
              { serviceName: 'legacy', weight: 10 },
            ],
          },
        ],
      },
    ],
  ] as const)('%s: %s', (title, rule, other, router, spec) => {
    expect(review(router, spec)).toEqual({
      refusals: [],
      warnings: [
        `${title}: ${rule} gives 10 % of the requests to ${other}, and these stay there. Shares of this release, 100 % too, are of the other 90 %.`,
      ],
    });
  });

  test('rules that say the same are named together', () => {
    const route = [to('web', 2), to('legacy', 1), to('older', 0)];
    const { warnings } = review(virtualService, istio([{ match: [path('/a')], route }, { route }]));
    expect(warnings).toEqual([
      'VirtualService web: http rule 1, http rule 2 each give 33.33 % of the requests to Service legacy, and these stay there. ' +
        'Shares of this release, 100 % too, are of the other 66.67 %.',
    ]);
  });

  test.each([
    ['nobody else is there', istio([{ route: [to('web')] }])],
    ['the others have no weight', istio([{ route: [to('web', 100), to('legacy', 0)] }])],
    ['the pair is among itself', istio([{ route: [to('web', 90), to('web-candidate', 10)] }])],
    [
      'others have a rule of their own',
      istio([{ match: [path('/old')], route: [to('legacy')] }, { route: [to('web')] }]),
    ],
  ])('nothing is said where %s', (_, spec) => {
    expect(review(virtualService, spec)).toEqual({ refusals: [], warnings: [] });
  });
});

const NEVER =
  /^Testers by header x-canary: true \(input headers\) would never reach the candidate: (.*) takes their requests first, to (.*)\. Take that rule out, or choose another header/;
const NOT_ALWAYS =
  /^Testers by header x-canary: true do not always reach the candidate: (.*) takes those of their requests that it matches first, to (.*?)\. /;

describe('testers in a VirtualService, of which Istio takes the first rule that matches', () => {
  const web = { route: [to('web')] };

  test.each([
    ['asks for the same', [by('x-canary', { exact: 'true' })]],
    ['asks for the same in other letters', [by('X-Canary', { exact: 'true' })]],
    ['asks for its presence', [by('x-canary', {})]],
    ['asks for its beginning', [by('x-canary', { prefix: 't' })]],
    ['asks for it by a pattern', [by('x-canary', { regex: '(true|yes)' })]],
    ['asks for it among others', [by('x-beta', {}), by('x-canary', { exact: 'true' })]],
    ['asks for every path beside it', [{ ...by('x-canary', { exact: 'true' }), ...path('/') }]],
    ['asks for nothing', undefined],
  ])('are refused where a rule before ours %s', (_, match) => {
    const { refusals, warnings } = review(virtualService, istio([{ match, route: [to('web-canary')] }, web]), CANARY);
    expect(warnings).toEqual([]);
    expect(refusals).toEqual([expect.stringMatching(NEVER)]);
    expect(NEVER.exec(refusals[0] ?? '')?.slice(1)).toEqual([
      'http rule 1 of VirtualService web',
      'Service web-canary',
    ]);
    expect(refusals[0]).toMatch(
      /; if Service web-canary is there for the new version, name it with input candidate-service\.$/,
    );
  });

  test.each([
    ['asks for a path, too', [{ ...by('x-canary', { exact: 'true' }), ...path('/admin') }]],
    ['asks for another header', [by('x-beta', { exact: 'yes' })]],
    ['asks that another header is absent', [{ withoutHeaders: { 'x-beta': {} } }]],
    ['asks by a pattern that is not understood', [by('x-canary', { regex: '(?i)TRUE' })]],
    ['asks for a port, too', [{ ...by('x-canary', { exact: 'true' }), port: 8080 }]],
  ])('are warned of where a rule before ours %s', (_, match) => {
    const { refusals, warnings } = review(virtualService, istio([{ match, route: [to('beta')] }, web]), CANARY);
    expect(refusals).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(NOT_ALWAYS)]);
  });

  test.each([
    ['asks for another value', [by('x-canary', { exact: 'false' })]],
    ['asks for another beginning', [by('x-canary', { prefix: 'f' })]],
    ['asks for another pattern', [by('x-canary', { regex: 'no.*' })]],
    ['asks for a path alone', [path('/static')]],
    ['asks that the header is absent', [{ withoutHeaders: { 'x-canary': {} } }]],
    ['asks that the header has another value', [{ withoutHeaders: { 'x-canary': { exact: 'true' } } }]],
  ])('are not spoken of where a rule before ours %s', (_, match) => {
    const spec = istio([{ match, route: [to('beta')] }, web]);
    expect(review(virtualService, spec, CANARY)).toEqual({ refusals: [], warnings: [] });
  });

  test('are not spoken of where the rule stands behind, leads to the candidate Service, or nobody is a tester', () => {
    const rule = { match: [by('x-canary', { exact: 'true' })], route: [to('web-canary')] };
    const silent = { refusals: [], warnings: [] };
    expect(review(virtualService, istio([web, rule]), CANARY)).toEqual(silent);
    expect(review(virtualService, istio([rule, web]), CANARY, { app: { ...APP, candidate: 'web-canary' } })).toEqual(
      silent,
    );
    expect(review(virtualService, istio([rule, web]))).toEqual(silent);
  });

  test('are judged by every rule of the app: those of one alone are a warning', () => {
    const rule = { match: [{ ...by('x-canary', { exact: 'true' }), ...path('/api') }], route: [to('beta')] };
    const { refusals, warnings } = review(
      virtualService,
      istio([rule, { match: [path('/api')], ...web }, web]),
      CANARY,
    );
    expect(refusals).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(NOT_ALWAYS)]);
  });

  test('are judged by what a root asks before it delegates', () => {
    const rule = { match: [by('x-canary', { exact: 'true' })], route: [to('web-canary')] };
    const delegate = { match: [path('/shop')], delegate: { name: 'web' } };
    const said = (...http: object[]): Review => review(virtualService, istio([web]), CANARY, { root: istio(http) });
    const { refusals } = said(rule, delegate);
    expect(NEVER.exec(refusals[0] ?? '')?.slice(1)).toEqual([
      'http rule 1 of VirtualService root',
      'Service web-canary',
    ]);
    const narrow = { ...rule, match: [{ ...by('x-canary', { exact: 'true' }), ...path('/shop/admin') }] };
    expect(said(narrow, delegate).warnings).toEqual([expect.stringMatching(NOT_ALWAYS)]);
    const elsewhere = { ...rule, match: [{ ...by('x-canary', { exact: 'true' }), ...path('/blog') }] };
    for (const rules of [[delegate, rule], [elsewhere, delegate], [rule]])
      expect(said(...rules)).toEqual({ refusals: [], warnings: [] });
  });

  test('are refused each by itself', () => {
    const rule = { match: [by('x-canary', { exact: 'true' })], redirect: { uri: '/beta' } };
    const testers = { ...CANARY, cookies: [{ name: 'canary', value: 'always' }] };
    const { refusals, warnings } = review(virtualService, istio([rule, web]), testers);
    expect(refusals).toEqual([
      'Testers by header x-canary: true (input headers) would never reach the candidate: http rule 1 of VirtualService web takes their requests first, ' +
        'to somewhere else. Take that rule out, or choose another header for the testers.',
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Testers by cookie canary=always do not always reach the candidate: http rule 1 of VirtualService web /,
      ),
    ]);
  });
});

describe('testers in an HTTPRoute, of which the most specific match wins, and of equal ones the first', () => {
  const web = { backendRefs: [ref('web')] };
  const canary = { headers: [{ name: 'X-Canary', value: 'true' }] };

  function said(match: object, last = web): Review {
    return review(httpRoute, gateway([last, { matches: [match], backendRefs: [ref('beta')] }]), CANARY);
  }

  test('are refused where a rule is as specific as ours', () => {
    const { refusals } = said(canary);
    expect(refusals).toEqual([expect.stringMatching(NEVER)]);
    expect(NEVER.exec(refusals[0] ?? '')?.slice(1)).toEqual(['rule 2 of HTTPRoute web', 'Service beta']);
  });

  test.each([
    ['a longer path', { ...canary, path: { type: 'PathPrefix', value: '/admin' } }],
    ['a method, too', { ...canary, method: 'POST' }],
    ['another header in place of it', { headers: [{ name: 'x-beta', value: 'yes' }] }],
    ['a path by a pattern', { ...canary, path: { type: 'RegularExpression', value: '/.*' } }],
  ])('are warned of where a rule asks for %s', (_, match) => {
    const { refusals, warnings } = said(match);
    expect(refusals).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(NOT_ALWAYS)]);
  });

  test.each([
    ['asks for less', {}],
    ['asks for another value', { headers: [{ name: 'x-canary', value: 'false' }] }],
    ['asks for a path alone', { path: { type: 'PathPrefix', value: '/static' } }],
  ])('are not spoken of where a rule %s', (_, match) => {
    expect(said(match)).toEqual({ refusals: [], warnings: [] });
  });

  test('are told of in a GRPCRoute by service and method', () => {
    const method = { service: 'shop.Cart', method: 'Add' };
    const rules = (match: object): object =>
      gateway([
        { matches: [{ method: { service: 'shop.Cart' } }], ...web },
        { matches: [match], backendRefs: [ref('beta')] },
      ]);
    expect(review(grpcRoute, rules({ ...canary, method: { service: 'shop.Cart' } }), CANARY).refusals).toHaveLength(1);
    expect(review(grpcRoute, rules({ ...canary, method }), CANARY).warnings).toEqual([
      expect.stringMatching(NOT_ALWAYS),
    ]);
    for (const silent of [canary, { ...canary, method: { service: 'shop.Till' } }, { method }])
      expect(review(grpcRoute, rules(silent), CANARY)).toEqual({ refusals: [], warnings: [] });
  });

  test('are not spoken of where ours is more specific', () => {
    const shop = { matches: [{ path: { type: 'PathPrefix', value: '/shop' } }], ...web };
    expect(said(canary, shop)).toEqual({ refusals: [], warnings: [] });
  });
});

describe('testers in an IngressRoute, of which the route with the highest priority is asked first', () => {
  const web = { match: 'Host(`a`)', services: [member('web')] };

  function said(match: string, more: object = {}, source: object = web): Review {
    return review(traefikIngressRoute, { routes: [source, { match, ...more, services: [member('beta')] }] }, CANARY);
  }

  test.each([
    ['Host(`a`) && Header(`X-Canary`, `true`)', {}],
    ['(Host("a")) && (HeaderRegexp(`x-canary`, `^(true|yes)$`))', {}],
    ['Header(`x-canary`, `true`)', { priority: 1000 }],
    ['Host(`b`) || Host(`a`) && Header(`x-canary`, `true`)', {}],
  ])('are refused: %s', (match, more) => {
    const { refusals } = said(match, more);
    expect(refusals).toEqual([expect.stringMatching(NEVER)]);
    expect(NEVER.exec(refusals[0] ?? '')?.slice(1)).toEqual([`route ${match} of IngressRoute web`, 'Service beta']);
  });

  test.each([
    'Host(`a`) && Header(`x-canary`, `true`) && PathPrefix(`/admin`)',
    'Host(`a`) && Header(`x-beta`, `yes`)',
    'Host(`a`) && (Header(`x-canary`, `true`) || Header(`x-beta`, `yes`))',
  ])('are warned of: %s', (match) => {
    const { refusals, warnings } = said(match);
    expect(refusals).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(NOT_ALWAYS)]);
  });

  test.each([
    ['Host(`b`) && Header(`x-canary`, `true`)', {}],
    ['Host(`a`) && PathPrefix(`/static/of/all`)', {}],
    ['Host(`a`) && !Header(`x-canary`, `true`)', {}],
    ['Host(`a`) && Header(`x-canary`, `true`)', { priority: 1 }],
  ])('are not spoken of: %s', (match, more) => {
    expect(said(match, more)).toEqual({ refusals: [], warnings: [] });
  });
});

function istio(http: readonly object[]): object {
  return { hosts: ['web'], http };
}

function to(host: string, weight?: number): object {
  return { destination: { host }, ...(weight === undefined ? {} : { weight }) };
}

function by(header: string, value: object): object {
  return { headers: { [header]: value } };
}

function path(prefix: string): object {
  return { uri: { prefix } };
}

function gateway(rules: readonly object[]): object {
  return { parentRefs: [{ name: 'public' }], rules };
}

function ref(name: string, weight?: number): object {
  return { name, port: 80, ...(weight === undefined ? {} : { weight }) };
}

function member(name: string, weight?: number): { name: string; port: number; weight?: number } {
  return { name, port: 80, ...(weight === undefined ? {} : { weight }) };
}
