import type { Request } from '../action/request.ts';
import { formatShare } from '../action/shares.ts';
import type { ApiPort } from '../cluster/api.ts';
import { isStatus } from '../cluster/errors.ts';
import { missingPermissions, type Permission, missingRoleFor } from '../cluster/permissions.ts';
import type { KubeObject } from '../cluster/wire.ts';
import type { Binding, RoutedApp } from '../release/route.ts';
import { CannotRoute, type RouteObjects, type Router, type RouteResource } from '../traffic/router.ts';
import { capabilitiesOf, ROUTERS, routerOf } from '../traffic/routers.ts';
import { COMMAND, commandBinding, isCommand } from '../traffic/command-route.ts';
import { type Allowance, ALL_NEEDED } from './allowance.ts';
import { type Finding, Refused } from './refusal.ts';
import { permissionsOfFound, USING } from './route-permissions.ts';
import { type Served, unservedMessage } from './unserved.ts';

/** The routes of a canary, and the objects that they consist of. No bindings: the numbers of pods split the users. */
export interface FoundRoutes {
  readonly bindings: readonly Binding[];
  readonly objects: RouteObjects;
  /** The requests of the first share, and of the copies before it, for dry runs. */
  readonly writes: ReturnType<Router['plan']>;
  readonly warnings: readonly string[];
  /** Every kind of object that was looked through. */
  readonly looked: readonly RouteResource[];
}

const NONE: FoundRoutes = { bindings: [], objects: new Map(), writes: [], warnings: [], looked: [] };

/**
 * What splits the users of the live Service: every kind of route that the cluster serves is looked through, and exactly one route is
 * used, or those that input `router` names. Never a guess.
 * @throws {Refused} with all findings at once, or what a read throws
 */
export async function findRoutes(
  api: ApiPort,
  request: Request,
  app: RoutedApp,
  allowance: Allowance = ALL_NEEDED,
): Promise<FoundRoutes> {
  if (request.strategy !== 'canary') return NONE;
  if (request.routers !== 'auto' && request.routers.length === 0) return expressible(request, NONE);
  const wanted = request.routers === 'auto' ? ROUTERS : ROUTERS.filter(({ kind }) => isNamed(request, kind));
  const served = await servedVersions(api);
  const list = listedOnce(api);
  const looked = await Promise.all(wanted.map((router) => look(list, router, app, served)));
  const missing = looked.flatMap((each) => each.missing);
  if (missing.length > 0) throw new Refused([await lackingLists(api, request, app, wanted, missing, allowance)]);
  const bindings = looked.flatMap(({ discovery }) => discovery.bindings);
  const refusals = looked.flatMap(({ discovery }) => discovery.refusals);
  const warnings = looked.flatMap(({ discovery }) => discovery.warnings);
  const objects = new Map(looked.flatMap((each) => [...each.objects]));
  const verifies = (request.routerCommand?.verify ?? null) !== null;
  const isCommanded = request.routers !== 'auto' && request.routers.includes(COMMAND);
  const own = isCommanded ? [commandBinding(app, { verifies })] : [];
  const chosen = choose(request, app, [...bindings, ...own], refusals, unservedOf(request, wanted, looked, served));
  const resources = looked.flatMap((each) => each.resources);
  const found = expressible(request, { bindings: chosen, objects, writes: [], warnings, looked: resources });
  const writes = firstWrites(request, found);
  const told = reviewed(request, found);
  await allowed(api, app, { ...found, writes }, allowance);
  return { ...found, writes, warnings: [...warnings, ...told] };
}

/** What is to be known of the chosen routes. @throws {Refused} where testers would not be where they are wanted */
function reviewed({ testers }: Request, { bindings, objects }: FoundRoutes): readonly string[] {
  const onObjects = bindings.filter((binding) => !isCommand(binding));
  const reviews = onObjects.map((binding) => routerOf(binding).review(binding, objects, testers));
  const refusals = reviews.flatMap((review) => review.refusals);
  if (refusals.length > 0) throw new Refused(refusals.map((message) => ({ message })));
  return reviews.flatMap((review) => review.warnings);
}

function isNamed({ routers }: Request, kind: string): boolean {
  return routers !== 'auto' && routers.some((router) => router.startsWith(`${kind}/`));
}

/** Messages by name: routes of kinds of which the cluster has no objects at all. */
function unservedOf(
  { routers }: Request,
  wanted: readonly Router[],
  looked: readonly Looked[],
  served: Served,
): ReadonlyMap<string, string> {
  const missing = wanted.flatMap(({ kind, resources: [main] }, at) =>
    main === undefined || looked[at]?.isServed !== false ? [] : [[kind, main] as const],
  );
  const names = routers === 'auto' ? [] : routers;
  return new Map(
    missing.flatMap(([kind, main]) =>
      names
        .filter((name) => name.startsWith(`${kind}/`))
        .map((name) => [name, unservedMessage(name, main, served)] as const),
    ),
  );
}

/** Versions by group, as the API server lists them. */
async function servedVersions(api: ApiPort): Promise<Served> {
  const list = await api.ask<{ groups?: { name?: string; versions?: { version?: string }[] }[] }>('/apis', null);
  return new Map(
    (list.groups ?? []).map(({ name = '', versions = [] }) => [name, versions.map(({ version = '' }) => version)]),
  );
}

interface Looked {
  readonly discovery: ReturnType<Router['discover']>;
  readonly objects: ReadonlyMap<string, KubeObject>;
  readonly missing: readonly Permission[];
  /** Those of the router whose group is served: a user without permission is told 403 of what is not there, too. */
  readonly resources: readonly RouteResource[];
  /** The cluster knows objects of the router's own kind. */
  readonly isServed: boolean;
}

type List = (path: string) => Promise<readonly KubeObject[]>;

/** Several routers look through the same collection. */
function listedOnce(api: ApiPort): List {
  const lists = new Map<string, Promise<readonly KubeObject[]>>();
  return (path) => {
    const known = lists.get(path) ?? api.list<KubeObject>(path).then(({ items }) => items);
    lists.set(path, known);
    return known;
  };
}

async function look(list: List, router: Router, app: RoutedApp, served: Served): Promise<Looked> {
  const found = new Map<string, KubeObject>();
  const missing: Permission[] = [];
  const unknown: RouteResource[] = [];
  for (const resource of router.resources) {
    const path = collectionPath(resource, app.namespace, served);
    if (path === null) {
      unknown.push(resource);
      continue;
    }
    try {
      for (const item of await list(path)) {
        const apiVersion = path.split('/namespaces/')[0]?.replace(/^\/apis?\//, '') ?? '';
        // Items of a list do not say what they are.
        found.set(`${path}/${item.metadata?.name}`, { ...item, apiVersion, kind: resource.kind });
      }
    } catch (error) {
      if (isStatus(error, 403)) missing.push({ group: resource.group, resource: resource.resource, verb: 'list' });
      else if (isStatus(error, 404)) unknown.push(resource);
      else throw error;
    }
  }
  const isServed = !unknown.some((resource) => resource === router.resources[0]);
  const resources = router.resources.filter((resource) => collectionPath(resource, app.namespace, served) !== null);
  return { discovery: router.discover(app, [...found.values()]), objects: found, missing, resources, isServed };
}

function collectionPath(
  { group, versions, resource }: RouteResource,
  namespace: string,
  served: Served,
): string | null {
  if (group === '') return `/api/${versions[0]}/namespaces/${namespace}/${resource}`;
  const version = versions.find((each) => served.get(group)?.includes(each));
  return version === undefined ? null : `/apis/${group}/${version}/namespaces/${namespace}/${resource}`;
}

/** Pure: exactly one route, or those that were named. `unserved`: why a named one cannot be there. */
export function choose(
  request: Pick<Request, 'routers'>,
  app: RoutedApp,
  bindings: readonly Binding[],
  refusals: readonly string[],
  unserved: ReadonlyMap<string, string>,
): readonly Binding[] {
  if (request.routers === 'auto') {
    if (refusals.length > 0)
      throw new Refused(
        refusals.map((message) => ({
          message: `${message} Or set router: none, and the numbers of pods split the users, whatever leads to the Service.`,
        })),
      );
    if (bindings.length <= 1) return bindings;
    const list = bindings.map(({ router }) => router);
    throw new Refused([
      {
        message:
          `Several routes lead to Service ${app.live}: ${list.join(', ')}. Name those that split its users with input router, ` +
          `for example router: ${list[0]}; or router: none to split them by the numbers of pods alone.`,
      },
    ]);
  }
  const findings: Finding[] = [];
  const chosen = request.routers.flatMap((name) => {
    const binding = bindings.find(({ router }) => router === name);
    if (binding !== undefined) return [binding];
    const [kind = '', object = ''] = name.split('/');
    const refusal =
      unserved.get(name) ?? refusals.find((text) => text.toLowerCase().includes(`${kind} ${object}`.toLowerCase()));
    const others = bindings.filter((other) => !isCommand(other)).map(({ router }) => router);
    const found = others.length === 0 ? 'none of this kind does' : `these do: ${others.join(', ')}`;
    findings.push({
      message:
        refusal ??
        `Wanted ${name} (input router), a route that leads to Service ${app.live} in namespace ${app.namespace}; ${found}.`,
    });
    return [];
  });
  if (findings.length > 0) throw new Refused(findings);
  return chosen;
}

/** What may not even be listed; of routes that are named, what else of theirs is not allowed, so that it is said once. */
async function lackingLists(
  api: ApiPort,
  { routers }: Request,
  { namespace }: RoutedApp,
  wanted: readonly Router[],
  lists: readonly Permission[],
  allowance: Allowance,
): Promise<Finding> {
  const verbs = USING.filter((verb) => verb !== 'list');
  const named = routers === 'auto' ? [] : wanted.flatMap(({ resources: [main] }) => main ?? []);
  const others = named.flatMap(({ group, resource }) => verbs.map((verb) => ({ group, resource, verb })));
  const missing = others.length === 0 ? [] : await missingPermissions(api, namespace, others);
  const lacking = [...lists, ...missing];
  allowance.fatal(lacking);
  return permissionFinding(namespace, lacking);
}

/** What writing the routes needs. */
async function allowed(api: ApiPort, app: RoutedApp, found: FoundRoutes, allowance: Allowance): Promise<void> {
  const needed = permissionsOfFound(found.bindings, found.writes);
  const missing = needed.length === 0 ? [] : allowance.fatal(await missingPermissions(api, app.namespace, needed));
  if (missing.length > 0) throw new Refused([permissionFinding(app.namespace, missing)]);
}

/** What the routes cannot express, in the user's words; all of it at once. */
function expressible(request: Request, found: FoundRoutes): FoundRoutes {
  const findings: Finding[] = found.bindings.length === 0 ? ratioFindings(request) : [];
  for (const binding of found.bindings) {
    const can = capabilitiesOf(binding);
    for (const { share } of request.steps) {
      const [below, above] = can.nearest(share);
      if (below === share && above === share) continue;
      findings.push({
        message: `Input steps asks for ${formatShare(share)}, which ${binding.router} cannot express; the nearest it can are ${nearby(below)} and ${nearby(above)}.`,
      });
    }
    for (const header of request.testers.headers)
      if (!can.headers.includes(header.kind))
        findings.push({
          message: `Input headers: ${binding.router} cannot route by ${header.kind === 'regex' ? 'a regular expression' : 'a header'} (${header.name}). ${can.headers.length > 0 ? `It can by ${can.headers.join(', ')} values.` : 'Leave it out.'}`,
        });
    if (request.testers.cookies.length > 0 && !can.cookies)
      findings.push({ message: `Input cookie: ${binding.router} cannot route by a cookie. Leave it out.` });
    if (request.mirror !== null && !can.mirror)
      findings.push({ message: `Input mirror: ${binding.router} cannot copy requests. Leave it out.` });
  }
  if (findings.length > 0) throw new Refused(findings);
  return found;
}

/** A hundredth of a percent is the finest that a person writes. */
function nearby(share: number): string {
  return `${Math.round(share) / 100}%`;
}

function ratioFindings(request: Request): Finding[] {
  const { testers, mirror, candidateReplicas } = request;
  const without = 'No route was found that leads to the live Service, so the numbers of pods split the users';
  const needing = [
    ...(testers.headers.length > 0 ? ['headers'] : []),
    ...(testers.cookies.length > 0 ? ['cookie'] : []),
    ...(mirror === null ? [] : ['mirror']),
    ...(candidateReplicas === null ? [] : ['candidate-replicas']),
  ];
  return needing.map((input) => ({ message: `${without}; input ${input} needs a router. Leave it out.` }));
}

function permissionFinding(namespace: string, missing: readonly Permission[]): Finding {
  const list = [
    ...new Set(missing.map(({ verb, resource, group }) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`)),
  ];
  return {
    message: `A canary needs permissions in namespace ${namespace} that its user lacks: ${list.join(', ')}. Add them to its Role as below, or use router: none.`,
    attachment: missingRoleFor(namespace, missing),
  };
}

/** What is written for the first share, and before it for the mirror: each as it would be written now. */
function firstWrites(request: Request, { bindings, objects }: FoundRoutes): FoundRoutes['writes'] {
  const { testers, steps, mirror } = request;
  const intents = [
    ...(mirror === null ? [] : [{ ...testers, share: 0, mirror: mirror.share }]),
    { ...testers, share: steps[0]?.share ?? 10_000, mirror: 0 },
  ];
  try {
    const onObjects = bindings.filter((binding) => !isCommand(binding));
    return onObjects.flatMap((binding) =>
      intents.flatMap((intent) => routerOf(binding).plan(binding, objects, intent)),
    );
  } catch (error) {
    if (error instanceof CannotRoute) throw new Refused([{ message: error.message }]);
    throw error;
  }
}
