import { describe, expect, test } from '@jest/globals';
import type { Request } from '../../src/action/request.ts';
import type { ApiPort } from '../../src/cluster/api.ts';
import { ApiError } from '../../src/cluster/errors.ts';
import type { KubeList, KubeObject } from '../../src/cluster/wire.ts';
import { findRoutes } from '../../src/engine/find-routes.ts';
import { Refused } from '../../src/engine/refusal.ts';
import { ROUTES, type RouteOnServer } from '../kubernetes/routes-on-server.ts';

/*
 * Rule by rule, for every route of every kind: with all verbs it may be used, without any one of them that one is named. That the real
 * API server agrees is shown for each kind in routers.e2e.ts.
 */

const APP = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };

/** As `get httproutes.gateway.networking.k8s.io`. */
type Rule = string;

function named(verb: string, resource: string, group: string): Rule {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}

/** An API server with the objects of a fixture, whose user may do everything but one thing. Notes what was asked for. */
function server(fixture: RouteOnServer, denied: Rule | null, asked: Set<Rule>): ApiPort {
  const versions = new Map<string, Set<string>>();
  const { resources } = fixture.router;
  for (const { group, versions: known } of resources)
    versions.set(group, new Set([...(versions.get(group) ?? []), known[0] ?? '']));
  const objects = fixture.objects.map((object, at) => ({
    ...object,
    metadata: { ...object.metadata, namespace: APP.namespace, uid: `u${at}` },
  }));
  const isDenied = (rule: Rule): boolean => {
    asked.add(rule);
    return rule === denied;
  };
  const stub: Pick<ApiPort, 'list' | 'ask'> = {
    async list<T extends KubeObject>(path: string): Promise<KubeList<T>> {
      const [, group = '', resource = ''] = /^\/apis?(?:\/([^/]+))?\/[^/]+\/namespaces\/shop\/(\w+)$/.exec(path) ?? [];
      if (isDenied(named('list', resource, group))) throw new ApiError(`GET ${path}`, 403, 'Forbidden', 'no');
      const kind = resources.find((each) => each.resource === resource && each.group === group)?.kind;
      const items = objects.filter(
        (object) => object.kind === kind && (group === '' || object.apiVersion?.startsWith(`${group}/`)),
      );
      return { metadata: {}, items: structuredClone(items) as unknown as T[] }; // of the kind that the path names
    },
    async ask<T>(path: string, body: object | null): Promise<T> {
      if (path === '/apis') {
        const groups = [...versions].map(([name, all]) => ({
          name,
          versions: [...all].map((version) => ({ version })),
        }));
        return { groups } as T; // as the API server lists them
      }
      // No rules are listed: each is asked for.
      const { spec } = body as { spec: { resourceAttributes?: { verb: string; resource: string; group: string } } };
      const of = spec.resourceAttributes;
      if (of === undefined) return { status: { resourceRules: [] } } as T;
      return { status: { allowed: !isDenied(named(of.verb, of.resource, of.group)) } } as T;
    },
  };
  return stub as ApiPort; // nothing else is asked of it
}

function request(fixture: RouteOnServer): Request {
  const known: Partial<Request> = {
    strategy: 'canary',
    steps: [{ share: fixture.shares[0] ?? 5000, stay: 0 }],
    routers: [fixture.route],
    testers: { headers: [], cookies: [] },
    mirror: null,
    candidateReplicas: null,
  };
  return known as Request; // all that is read of it is there
}

describe.each(ROUTES)('$name', (fixture) => {
  test('each verb is asked for, and named when it alone is missing', async () => {
    const rules = new Set<Rule>();
    const found = await findRoutes(server(fixture, null, rules), request(fixture), APP);
    const written = new Set(found.writes.map(({ verb }) => (verb === 'create' ? 'create' : 'patch')));
    const verbs = new Set([...rules].map((rule) => rule.split(' ')[0]));
    expect([...verbs]).toEqual(expect.arrayContaining(['list', 'get', 'watch', 'patch', ...written]));
    if (written.has('create')) expect([...verbs]).toContain('delete');
    for (const rule of rules) {
      const refused = findRoutes(server(fixture, rule, new Set()), request(fixture), APP);
      await expect(refused).rejects.toBeInstanceOf(Refused);
      await expect(refused).rejects.toThrow(`that its user lacks: ${rule}. Add them to its Role`);
    }
  });
});
