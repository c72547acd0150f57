import { describe, expect, test } from '@jest/globals';
import { httpRoute } from '../../src/traffic/gateway-route.ts';
import { CannotRoute, ORIGINAL } from '../../src/traffic/router.ts';
import { isObject, objectsAt } from '../simulator/json.ts';
import { serveRoute } from './gateway-data-plane.ts';
import {
  APP,
  CANARY,
  HEADERS_FILTER,
  NOBODY,
  RICH_RULES,
  bound,
  pathOf,
  planned,
  route,
  service,
  withRules,
} from './gateway-objects.ts';
import { appliedAll, edited, objectsOf, refusalCode, settled, storeOf } from './route-store.ts';

describe('testers', () => {
  test('each match of the rule and the header; a name is not copied, it must be unique', () => {
    const { rules, requests } = planned(route('HTTPRoute', RICH_RULES), { share: 0, headers: [CANARY] });
    expect(rules).toHaveLength(RICH_RULES.length + 3);
    expect(rules[4]).toEqual({
      ...RICH_RULES[0],
      name: undefined,
      matches: [
        { path: { type: 'PathPrefix', value: '/api' }, headers: [{ type: 'Exact', name: 'x-canary', value: 'true' }] },
        {
          path: { type: 'PathPrefix', value: '/v1' },
          headers: [
            { type: 'Exact', name: 'X-Api', value: 'old' },
            { type: 'Exact', name: 'x-canary', value: 'true' },
          ],
        },
      ],
      backendRefs: [service('web-candidate', 1, { filters: [HEADERS_FILTER] })],
    });
    expect(requests[0]?.why).toContain('and all requests with header x-canary: true');
  });

  test('a cookie is matched in the whole cookie header, and nothing in it is a pattern', () => {
    const cookies = [{ name: 'a.b', value: 'x+y' }];
    const { after } = planned(route('HTTPRoute', [{ backendRefs: [service('web', 1)] }]), { cookies });
    const served = (cookie: string): unknown =>
      serveRoute([...after.values()], { name: '', path: '/', headers: { cookie } }, APP.candidate).weights;
    for (const cookie of ['a.b=x+y', 'z=1; a.b=x+y', 'a.b=x+y; z=1', 'z=1;a.b=x+y;q=2'])
      expect([cookie, served(cookie)]).toEqual([cookie, { 'web-candidate': 1 }]);
    for (const cookie of ['aab=x+y', 'a.b=xxy', 'xa.b=x+y', 'a.b=x+yz', 'z=1'])
      expect([cookie, served(cookie)]).toEqual([cookie, { web: 1 }]);
  });

  test('a rule that asks for another value of the header needs no override', () => {
    const stable = { headers: [{ name: 'X-Canary', value: 'false' }] };
    const { rules } = planned(route('HTTPRoute', [{ matches: [stable], backendRefs: [service('web', 1)] }]), {
      headers: [CANARY],
    });
    expect(rules).toHaveLength(1);
  });

  test.each<[string, object[], RegExp]>([
    [
      'a rule that asks for the header already',
      [{ matches: [{ headers: [{ name: 'X-Canary', value: 'true' }] }], backendRefs: [service('web', 1)] }],
      /rule 1 of HTTPRoute web matches that header already \(true\)/,
    ],
    [
      'nine rules',
      Array.from({ length: 9 }, (_, index) => ({
        matches: [{ path: { type: 'PathPrefix', value: `/${index}` } }],
        backendRefs: [service('web', 1)],
      })),
      /it would have 18, and 16 are the most/,
    ],
    [
      'many matches',
      [
        {
          matches: Array.from({ length: 65 }, (_, index) => ({ path: { type: 'PathPrefix', value: `/${index}` } })),
          backendRefs: [service('web', 1)],
        },
      ],
      /take 65 matches for rule 1 of HTTPRoute web; 64 are the most/,
    ],
    [
      'many matches in all',
      Array.from({ length: 2 }, (_, rule) => ({
        matches: Array.from({ length: 40 }, (_, index) => ({
          path: { type: 'PathPrefix', value: `/${rule}/${index}` },
        })),
        backendRefs: [service('web', 1)],
      })),
      /would have 160 matches, and 128 are the most/,
    ],
  ])('%s: refused', (_name, rules, message) => {
    const { binding, store } = bound(route('HTTPRoute', rules));
    const plan = (): unknown =>
      httpRoute.plan(binding, objectsOf(binding, store), { share: 0, ...NOBODY, headers: [CANARY] });
    expect(plan).toThrow(CannotRoute);
    expect(plan).toThrow(message);
  });

  test('a source rule edited between read and write: no copy of what it was', () => {
    const { binding, requests, store } = planned(route('HTTPRoute', RICH_RULES), { headers: [CANARY] });
    expect(requests).toHaveLength(1);
    const later = edited(
      store,
      withRules((rules) => rules.map((rule) => ({ ...rule, timeouts: { request: '1s' } }))),
    );
    expect(refusalCode(() => appliedAll(later, requests))).toBe(422);
    const again = appliedAll(
      later,
      httpRoute.plan(binding, objectsOf(binding, later), { share: 0, ...NOBODY, headers: [CANARY] }),
    );
    const [object] = again.values();
    const timeouts = objectsAt(isObject(object) ? object.spec : undefined, 'rules').map((rule) => rule.timeouts);
    expect(timeouts).toEqual(timeouts.map(() => ({ request: '1s' })));
  });

  test('rules of ours go even when their source has been changed meanwhile', () => {
    const { binding, after } = planned(route('HTTPRoute', RICH_RULES), { share: 1_000, headers: [CANARY] });
    const change = withRules((rules) =>
      rules.map((rule, index) =>
        index === 2 ? { ...rule, matches: [{ path: { type: 'Exact', value: '/basket' } }] } : rule,
      ),
    );
    const changed = edited(after, change);
    expect(() => httpRoute.plan(binding, objectsOf(binding, changed), { share: 0, ...NOBODY })).toThrow(
      /rule 3 no longer leads/,
    );
    const restored = appliedAll(changed, httpRoute.plan(binding, objectsOf(binding, changed), ORIGINAL));
    const original = storeOf([route('HTTPRoute', RICH_RULES)], pathOf);
    expect(settled(restored)).toEqual(settled(edited(original, change)));
  });
});
