import { describe, expect, test } from '@jest/globals';
import { httpRoute } from '../../src/traffic/gateway-route.ts';
import type { RouteVerdict } from '../../src/traffic/router.ts';
import { type JsonObject, objectsAt } from '../simulator/json.ts';
import { GATEWAY, MESH, accepted, bound, condition, route, service, withConditions } from './gateway-objects.ts';
import { objectsOf } from './route-store.ts';

describe('verdict', () => {
  const refs = condition('ResolvedRefs', 'False', 7, { reason: 'BackendNotFound', message: 'no web-candidate.' });

  test.each<[string, JsonObject, Partial<RouteVerdict>, RegExp]>([
    ['accepted', accepted([GATEWAY], 7), { is: 'yes', level: 'accepted' }, /^$/],
    ['accepted, no ResolvedRefs', withConditions([GATEWAY], [condition('Accepted', 'True', 8)]), { is: 'yes' }, /^$/],
    ['Linkerd: unversioned', accepted([GATEWAY]), { is: 'yes', level: 'accepted' }, /accepted, unversioned/],
    [
      'programmed',
      withConditions([GATEWAY], [condition('Accepted', 'True', 7), condition('Programmed', 'True', 7)]),
      { is: 'yes', level: 'programmed' },
      /^$/,
    ],
    [
      'not yet programmed',
      withConditions([GATEWAY], [condition('Accepted', 'True', 7), condition('Programmed', 'True', 6)]),
      { is: 'unknown', level: 'stored' },
      /accepted generation 7 and not yet programmed it/,
    ],
    ['stale', accepted([GATEWAY], 6), { is: 'unknown' }, /has not yet seen generation 7 \(it has seen 6\)/],
    [
      'a stale refusal',
      withConditions([GATEWAY], [condition('Accepted', 'False', 6)]),
      { is: 'unknown' },
      /not yet seen/,
    ],
    [
      'refused',
      withConditions([GATEWAY], [condition('Accepted', 'False', 7, { reason: 'NoMatchingParent', message: '' })]),
      { is: 'no', level: 'stored' },
      /HTTPRoute web at Gateway public in infra, section https: gateway.envoyproxy.io\/gatewayclass-controller does not accept it: NoMatchingParent\./,
    ],
    [
      'a backend that is not there',
      withConditions([GATEWAY], [condition('Accepted', 'True', 7), refs]),
      { is: 'no' },
      /ResolvedRefs=False: BackendNotFound: no web-candidate\.$/,
    ],
    [
      'a backend that was not there',
      withConditions([GATEWAY], [condition('Accepted', 'True', 7), { ...refs, observedGeneration: 6 }]),
      { is: 'unknown' },
      /does not say so of generation 7/,
    ],
    [
      'partly invalid',
      withConditions([GATEWAY], [condition('Accepted', 'True', 7), condition('PartiallyInvalid', 'True', 7)]),
      { is: 'no' },
      /PartiallyInvalid=True/,
    ],
    ['no decision', withConditions([GATEWAY], [condition('Accepted', 'Unknown', 7)]), { is: 'unknown' }, /not decided/],
    ['no condition', withConditions([GATEWAY], []), { is: 'unknown' }, /not yet said/],
    ['nothing', {}, { is: 'unknown' }, /no controller has said anything for Gateway public in infra/],
    ['another parent only', accepted([MESH], 7), { is: 'unknown' }, /no controller has said anything/],
  ])('%s', (_name, status, expected, reason) => {
    const { binding, store } = bound(route('HTTPRoute', [{ backendRefs: [service('web', 1)] }], [GATEWAY], { status }));
    const verdict = httpRoute.verdict(binding, objectsOf(binding, store));
    expect(verdict).toMatchObject(expected);
    expect(verdict.reasons.join(' ')).toMatch(reason);
  });

  test.each<[string, JsonObject, RouteVerdict['is'], RegExp]>([
    ['both', accepted([GATEWAY, MESH], 7), 'yes', /^$/],
    ['one is missing', accepted([GATEWAY], 7), 'unknown', /for Service web, port 80/],
    [
      'one refuses',
      {
        parents: [
          ...objectsAt(accepted([GATEWAY], 7), 'parents'),
          ...objectsAt(withConditions([MESH], [condition('Accepted', 'False', 7)]), 'parents'),
        ],
      },
      'no',
      /at Service web, port 80/,
    ],
  ])('two parents: %s', (_name, status, is, reason) => {
    const { binding, store } = bound(
      route('HTTPRoute', [{ backendRefs: [service('web', 1)] }], [GATEWAY, MESH], { status }),
    );
    const verdict = httpRoute.verdict(binding, objectsOf(binding, store));
    expect(verdict.is).toBe(is);
    expect(verdict.reasons.join(' ')).toMatch(reason);
  });

  test('a route that tells of its programming shows that level', () => {
    const status = withConditions([GATEWAY], [condition('Accepted', 'True', 7), condition('Programmed', 'True', 7)]);
    const { binding } = bound(route('HTTPRoute', [{ backendRefs: [service('web', 1)] }], [GATEWAY], { status }));
    expect(httpRoute.capabilities(binding).level).toBe('programmed');
  });
});
