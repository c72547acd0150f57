import { isDeepStrictEqual } from 'node:util';
import type { JsonPatchOperation, KubeObject } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import { driverRefusal, ownerWarnings } from './drivers.ts';
import { type RuleEdits, nearestOf, restoredRules, routedRules } from './gateway-edits.ts';
import { type RouteJournal, type RouteKind, type Rule, keep, namesLive, readRules } from './gateway-rules.ts';
import { assertMirrors } from './gateway-mirrors.ts';
import { reviewRules } from './gateway-review.ts';
import { type ParentRef, type RouteStatus, judgeParents, tellsProgrammed } from './gateway-status.ts';
import { patchOf } from './patch.ts';
import { nameIn, nameOf, objectIn, ofKind } from './route-objects.ts';
import {
  type Binding,
  CannotRoute,
  type Discovery,
  GONE,
  type Intent,
  NOTHING_TO_SAY,
  ORIGINAL,
  percent,
  type RouteObjects,
  type RouteResource,
  type RoutedApp,
  type Router,
} from './router.ts';

/*
 * Gateway API: the weights of `spec.rules[].backendRefs[]`. The candidate Service stands beside the live one; testers have rules of
 * their own at the end of the list; a mirror is a filter more. One PATCH, so one state after another and none in between.
 */

const GROUP = 'gateway.networking.k8s.io';

interface Route extends KubeObject {
  readonly spec?: { readonly parentRefs?: readonly ParentRef[]; readonly rules?: readonly Rule[] };
  readonly status?: RouteStatus;
}

/** Also for a Service in a mesh: a parentRef of kind Service (GAMMA) makes no difference to its rules. */
export const httpRoute: Router = gatewayRoute('httproute', {
  group: GROUP,
  versions: ['v1', 'v1beta1'],
  resource: 'httproutes',
  kind: 'HTTPRoute',
});

export const grpcRoute: Router = gatewayRoute('grpcroute', {
  group: GROUP,
  versions: ['v1', 'v1alpha2'],
  resource: 'grpcroutes',
  kind: 'GRPCRoute',
});

function gatewayRoute(kind: RouteKind, resource: RouteResource): Router {
  return {
    kind,
    resources: [resource],
    discover: (app, objects) => discover(kind, resource, app, objects),
    read(binding, objects) {
      const route = routeOf(binding, objects);
      if (route === null) return GONE;
      const rules = rulesOf(route);
      const journal = journalOf(binding);
      const { changed } = restoredRules(rules, journal, binding.app);
      return { ...readRules(rules, journal, binding.app), original: changed.size === 0 };
    },
    plan: (binding, objects, wanted) => plan(kind, resource, binding, objects, wanted),
    review(binding, objects, testers) {
      const route = routeOf(binding, objects);
      if (route === null) return NOTHING_TO_SAY;
      const title = titleOf(resource, binding);
      return reviewRules(rulesOf(route), journalOf(binding), binding.app, kind, testers, title);
    },
    verdict(binding, objects) {
      const route = routeOf(binding, objects);
      const title = titleOf(resource, binding);
      if (route === null) return { is: 'no', level: 'stored', reasons: [`${title} is gone: somebody deleted it.`] };
      return judgeParents({
        title,
        namespace: binding.app.namespace,
        generation: route.metadata?.generation ?? 0,
        parentRefs: route.spec?.parentRefs ?? [],
        status: route.status,
      });
    },
    capabilities: (binding) => ({
      nearest: (share) => nearestOf(journalOf(binding), share),
      headers: ['exact', 'regex'],
      cookies: true,
      mirror: true,
      level: journalOf(binding).level,
    }),
  };
}

function discover(kind: RouteKind, resource: RouteResource, app: RoutedApp, objects: readonly KubeObject[]): Discovery {
  const bindings: Binding[] = [];
  const refusals: string[] = [];
  const warnings: string[] = [];
  const routes: Route[] = ofKind(resource.kind, app.namespace, objects).filter(isOfGroup);
  for (const route of routes) {
    const rules = rulesOf(route);
    const title = `${resource.kind} ${nameOf(route)}`;
    if (!rules.some((rule) => namesLive(rule, app))) continue;
    const { journal, shares } = keep(
      rules,
      app,
      freeSum(route),
      tellsProgrammed(route.status) ? 'programmed' : 'accepted',
    );
    const refusal = driverRefusal(route, title) ?? whyUnfit(route, title, app, shares);
    if (refusal !== null) {
      refusals.push(refusal);
      continue;
    }
    warnings.push(...ownerWarnings(route, title, '.spec.rules'));
    if (rules.some((rule) => namesLive(rule, app) && rule.sessionPersistence !== undefined))
      warnings.push(
        `${title} has sessionPersistence: users with a session stay with their version, so a share counts new sessions only.`,
      );
    const version = (route.apiVersion ?? `${GROUP}/${resource.versions[0]}`).split('/')[1];
    bindings.push({
      router: `${kind}/${nameOf(route)}`,
      app,
      paths: [`/apis/${GROUP}/${version}/namespaces/${app.namespace}/${resource.resource}/${nameOf(route)}`],
      originalShare: shares[0] ?? 0,
      journal,
    });
  }
  return { bindings, refusals, warnings };
}

/** Why no share can be set in a route that names the live Service; null: it can. */
function whyUnfit(route: Route, title: string, app: RoutedApp, shares: readonly number[]): string | null {
  if (route.metadata?.deletionTimestamp !== undefined)
    return `${title} is being deleted. Wait until it is gone, or name another route.`;
  if (shares.length === 0)
    return `${title} names Service ${app.live} with a weight of 0 only: it gets no traffic there. Give it a weight, or name another route.`;
  if (shares.length === 1) return null;
  return (
    `${title} gives Service ${app.candidate} different shares in different rules (${shares.map(percent).join(', ')}). ` +
    'Give all rules that lead to the pair the same one.'
  );
}

/**
 * The sum of the pair's weights where nobody else takes part: hundredths of a percent, unless a cloud's load balancer behind the
 * controller takes small weights only. AWS: 0 to 999 (so 100 % must be less); Google's URL maps: 0 to 1000.
 */
function freeSum({ status }: Route): number {
  const controllers = (status?.parents ?? []).map(({ controllerName }) => controllerName ?? '');
  if (controllers.some((name) => /^(gateway\.k8s\.aws|application-networking\.k8s\.aws)\//.test(name))) return 100;
  if (controllers.some((name) => name.startsWith('networking.gke.io/'))) return 1000;
  return 10_000;
}

function plan(
  kind: RouteKind,
  resource: RouteResource,
  binding: Binding,
  objects: RouteObjects,
  wanted: Intent | typeof ORIGINAL,
): readonly WriteRequest[] {
  const route = routeOf(binding, objects);
  const title = titleOf(resource, binding);
  if (route === null) {
    // Nothing of ours is left in what is gone.
    if (wanted === ORIGINAL) return [];
    throw new CannotRoute(
      `Wanted to split the traffic of ${title}, and it is gone. Apply it again, or take the release back.`,
    );
  }
  if (wanted !== ORIGINAL && wanted.mirror > 0) assertMirrors(route.status, title, wanted.mirror);
  const rules = rulesOf(route);
  const journal = journalOf(binding);
  const edits =
    wanted === ORIGINAL
      ? restoredRules(rules, journal, binding.app)
      : routedRules(rules, journal, binding.app, wanted, kind, title);
  const tested = [...new Set([...edits.changed.keys(), ...edits.witnesses])].sort((a, b) => a - b);
  // The whole rule: it is what stands at that index, with the weights that were read, and what testers' copies are made of.
  const tests = tested.map((index) => ({ op: 'test', path: `/spec/rules/${index}`, value: rules[index] }) as const);
  return patchOf(binding, route, { tests, changes: changesOf(rules, edits) }, whyOf(title, binding.app, wanted));
}

function changesOf(rules: readonly Rule[], { changed, added }: RuleEdits): JsonPatchOperation[] {
  const entries = [...changed].sort(([a], [b]) => a - b);
  const replaced = entries.flatMap(([index, rule]) =>
    rule === null ? [] : changesOfRule(index, rules[index] ?? {}, rule),
  );
  // From the end, so that every index is still the one that was read.
  const removed = entries.filter(([, rule]) => rule === null).reverse();
  return [
    ...replaced,
    ...removed.map(([index]) => ({ op: 'remove', path: `/spec/rules/${index}` }) as const),
    ...added.map((rule) => ({ op: 'add', path: '/spec/rules/-', value: rule }) as const),
  ];
}

function changesOfRule(index: number, old: Rule, rule: Rule): JsonPatchOperation[] {
  return (['backendRefs', 'filters'] as const).flatMap((field): JsonPatchOperation[] => {
    const path = `/spec/rules/${index}/${field}`;
    const value = rule[field];
    if (isDeepStrictEqual(old[field], value)) return [];
    return value === undefined
      ? [{ op: 'remove', path }]
      : [{ op: old[field] === undefined ? 'add' : 'replace', path, value }];
  });
}

function whyOf(title: string, { candidate }: RoutedApp, wanted: Intent | typeof ORIGINAL): string {
  if (wanted === ORIGINAL) return `put ${title} back: its rules are again as you wrote them`;
  const { share, headers, cookies, mirror } = wanted;
  const testers = [
    ...headers.map(({ name, value }) => `header ${name}: ${value}`),
    ...cookies.map(({ name, value }) => `cookie ${name}=${value}`),
  ];
  return (
    `give Service ${candidate} ${percent(share)} of the traffic of ${title}` +
    (testers.length === 0 ? '' : ` and all requests with ${testers.join(' or ')}`) +
    (mirror === 0 ? '' : `, and copies of ${percent(mirror)}`)
  );
}

/** Items of a list may come without a version. */
function isOfGroup({ apiVersion }: KubeObject): boolean {
  return apiVersion?.startsWith(`${GROUP}/`) ?? true;
}

function routeOf(binding: Binding, objects: RouteObjects): Route | null {
  return objectIn(binding, objects);
}

function rulesOf({ spec }: Route): readonly Rule[] {
  return spec?.rules ?? [];
}

function journalOf({ journal }: Binding): RouteJournal {
  return journal as RouteJournal; // our own, from `discover`
}

function titleOf({ kind }: RouteResource, binding: Binding): string {
  return `${kind} ${nameIn(binding)}`;
}
