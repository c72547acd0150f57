import type { ApiPort } from '../cluster/api.ts';
import { ApiError } from '../cluster/errors.ts';
import { knativePermissions, missingPermissions, neededPermissions, type Permission } from '../cluster/permissions.ts';
import { isKnative } from '../release/knative/plan.ts';
import { isByPods, isPlain } from '../release/sizes.ts';
import { permissionFinding } from './preflight.ts';
import type { OpenRelease } from './record-store.ts';
import { Refused } from './refusal.ts';
import { permissionsOf, USING } from './route-permissions.ts';

/*
 * What it takes to take a release back, in two parts: what users' own way needs, without which nothing is begun; and the rest, without
 * which they are taken back all the same, and what cannot be done then stands until somebody may do it.
 */

type Release = Pick<OpenRelease, 'plan' | 'warm'>;

/** Beyond what a way back asks for, a release needs these: to explain a failure, and to make something new. */
const NOT_FOR_THE_WAY_BACK = ['pods/log get', 'events list', 'services list', 'services create', 'configmaps create'];
/**
 * What has to be read to know where users are, and who is at work on the release. Watches are not among it: lists tell the same, later.
 * That of a Knative Service is the Service itself and its Revisions.
 */
const TO_LOOK = [
  'deployments get',
  'deployments list',
  'replicasets list',
  'pods list',
  'services get',
  'endpointslices list',
  'configmaps get',
  'leases get',
];
const TO_LOOK_AT_KNATIVE = ['services get', 'services list', 'revisions list', 'configmaps get', 'leases get'];

/**
 * What of the whole way back its user lacks. Empty where that cannot be asked: the way back must not depend on it.
 * @throws {Refused} when users cannot be taken back with what there is; or what a request throws
 */
export async function lackingOnTheWayBack(
  api: ApiPort,
  namespace: string,
  release: Release,
): Promise<readonly Permission[]> {
  const missing = await missingPermissions(api, namespace, neededToGoBack(release)).catch((error: unknown) => {
    if (error instanceof ApiError) return [];
    throw error;
  });
  if (missing.some((permission) => movesUsers(release, permission)))
    throw new Refused([permissionFinding(namespace, missing)]);
  return missing;
}

function neededToGoBack({ plan }: Release): Permission[] {
  if (isKnative(plan)) return knativePermissions({ proxy: false }).filter(isForTheWayBackOfKnative);
  const ofRoutes = plan.routes.flatMap(({ paths }) => paths.flatMap((path) => permissionsOf(path, USING)));
  return [...neededPermissions({ proxy: false }).filter(isForTheWayBack), ...ofRoutes];
}

function isForTheWayBack(permission: Permission): boolean {
  return !NOT_FOR_THE_WAY_BACK.includes(nameOf(permission));
}

function isForTheWayBackOfKnative(permission: Permission): boolean {
  return permission.resource === 'services' || isForTheWayBack(permission);
}

/** Without it users could not be moved, or it could not be seen that they are. */
function movesUsers({ plan, warm }: Release, permission: Permission): boolean {
  const name = nameOf(permission);
  // Users of a version that was promoted are moved when every other run knows of it.
  if (warm !== null && name === 'configmaps update') return true;
  if (isKnative(plan)) return [...TO_LOOK_AT_KNATIVE, 'services patch'].includes(name);
  // The candidate Service leads routed users back, whatever becomes of the route: it need only be read.
  const isOfRoute = plan.routes.some(({ paths }) => paths.some((path) => isSame(permission, path)));
  if (isOfRoute) return permission.verb === 'get' || permission.verb === 'list';
  const ofPods = isByPods(plan) ? ['deployments patch'] : [];
  return [...TO_LOOK, ...ofPods, ...(isPlain(plan) ? [] : ['services patch'])].includes(name);
}

function isSame(permission: Permission, path: string): boolean {
  return permissionsOf(path, USING).some(
    ({ group, resource }) => group === permission.group && resource === permission.resource,
  );
}

function nameOf({ resource, verb }: Permission): string {
  return `${resource} ${verb}`;
}
