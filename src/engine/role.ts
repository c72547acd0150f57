import type { Request } from '../action/request.ts';
import type { ApiPort } from '../cluster/api.ts';
import { ApiError, ConnectionError, UnknownOutcome } from '../cluster/errors.ts';
import type { Permission } from '../cluster/permissions.ts';
import { type NamespaceRules, roleManifest } from '../cluster/role-manifest.ts';
import type { Deployment, Service } from '../cluster/wire.ts';
import { deploymentPath, servicePath } from '../cluster/write-request.ts';
import { Lenience } from './allowance.ts';
import { type DeployParts, NOTHING, type Result } from './deploy.ts';
import { findRoutes } from './find-routes.ts';
import { candidateNameOf, liveServiceOf } from './live-service.ts';
import { measuresPermissions, releasePermissions } from './needed-permissions.ts';
import { absentDeployment } from './preflight.ts';
import { Refused } from './refusal.ts';
import { permissionsOfFound, permissionsOfNamed, permissionsToLook } from './route-permissions.ts';
import { subjectOf } from './workload-kinds.ts';

/** What a configuration has to be allowed to do. */
export interface RoleNeeds {
  readonly namespace: string;
  readonly rules: readonly NamespaceRules[];
  /** ServiceAccount, Roles and RoleBindings. */
  readonly yaml: string;
  /** What it was made from; whole sentences. */
  readonly basis: readonly string[];
}

/**
 * `action: role`: the permissions that the inputs need, as objects to apply. Only `router: auto` needs the cluster for it.
 * @throws {Refused} when the route cannot be found
 */
export async function role(request: Request, { api, namespace }: DeployParts): Promise<Result> {
  const { key } = subjectOf(request);
  const routes = await routeNeeds(request, api, namespace);
  const everywhere = [
    ...[...releasePermissions(request), ...routes.permissions].map((permission) => ({ namespace, permission })),
    ...measuresPermissions(request).map((of) => ({ ...of, namespace: of.namespace ?? namespace })),
  ];
  const rules = [...new Set(everywhere.map((of) => of.namespace))].map((place) => ({
    namespace: place,
    permissions: everywhere.filter((of) => of.namespace === place).map(({ permission }) => permission),
  }));
  const unnamed = 'Input namespace is empty, and no context names another one: the namespace is `default`.';
  const basis = [...routes.basis, ...(request.cluster.namespace === null && namespace === 'default' ? [unnamed] : [])];
  const needs: RoleNeeds = { namespace, rules, yaml: roleManifest(key, namespace, rules), basis };
  return { ...NOTHING, outcome: 'unchanged', looked: { of: 'role', role: needs } };
}

interface RouteNeeds {
  readonly permissions: readonly Permission[];
  readonly basis: readonly string[];
}

const FROM_INPUTS = 'It was made from the inputs alone; the cluster was not asked.';

async function routeNeeds(request: Request, api: ApiPort, namespace: string): Promise<RouteNeeds> {
  const { strategy, knativeService, routers } = request;
  if (strategy !== 'canary' || knativeService !== null) return { permissions: [], basis: [FROM_INPUTS] };
  if (routers !== 'auto') return { permissions: permissionsOfNamed(routers), basis: [FROM_INPUTS] };
  try {
    return await foundNeeds(request, api, namespace);
  } catch (error) {
    const isUnread = [ConnectionError, UnknownOutcome, ApiError].some((kind) => error instanceof kind);
    if (!isUnread || !(error instanceof Error)) throw error;
    throw new Refused([
      {
        message:
          `Wanted to find the route of the canary (input router is auto); the cluster could not be asked: ${error.message} ` +
          'Name what splits the users with input router, for example router: httproute/web or router: none, and no cluster is needed.',
      },
    ]);
  }
}

async function foundNeeds(request: Request, api: ApiPort, namespace: string): Promise<RouteNeeds> {
  const [deployment, services] = await Promise.all([
    api.get<Deployment>(deploymentPath(namespace, request.deployment)),
    api.list<Service>(servicePath(namespace)),
  ]);
  if (deployment === null) throw new Refused([await absentDeployment(api, namespace, request.deployment)]);
  const live = liveServiceOf(request, deployment, services.items);
  if (!('service' in live)) throw new Refused(live.findings);
  const candidate = candidateNameOf(request, live.service);
  const app = { namespace, live: live.service.metadata?.name ?? '', candidate };
  // Whoever asks for the Role need not have it.
  const { bindings, writes, looked } = await findRoutes(api, request, app, new Lenience(() => false));
  const names = bindings.map(({ router }) => router);
  const found =
    names.length === 0
      ? `No route leads to Service ${app.live}: the numbers of pods split its users.`
      : `The route that leads to Service ${app.live} was found in the cluster: ${names.join(', ')}.`;
  const why =
    'With `router: auto` a release looks through every kind of route that the cluster serves, hence `list` of each; name the route with `router`, and those are not needed.';
  return {
    permissions: [...permissionsOfFound(bindings, writes), ...permissionsToLook(looked)],
    basis: [found, why],
  };
}
