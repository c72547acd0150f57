import type { Request } from '../action/request.ts';
import type { ApiPort } from '../cluster/api.ts';
import { ApiError } from '../cluster/errors.ts';
import { knativePermissions, missingPermissions, neededPermissions, type Permission } from '../cluster/permissions.ts';
import { type AnyPlan, isKnative } from '../release/knative/plan.ts';
import { permissionsOf, USING } from './route-permissions.ts';
import { permissionFinding } from './preflight.ts';
import { Refused } from './refusal.ts';

/**
 * Whoever goes on with a release, or takes it back, may have fewer rights than whoever began it, and a write that is refused half-way
 * leaves it worse than it was found.
 * @param plan null: the record itself may not be read
 * @throws {Refused} naming what is missing, or what a request throws
 */
export async function assertMayGoOn(
  api: ApiPort,
  namespace: string,
  request: Request,
  plan: AnyPlan | null,
): Promise<void> {
  const needed = neededToGoOn(request, plan);
  const missing = await missingPermissions(api, namespace, needed).catch((error: unknown) => {
    // A cluster in which nobody may ask: the way back must not depend on that.
    if (error instanceof ApiError) return [];
    throw error;
  });
  if (missing.length > 0) throw new Refused([permissionFinding(namespace, missing)]);
}

function neededToGoOn({ action, smokeTests, job, knativeService }: Request, plan: AnyPlan | null): Permission[] {
  // Neither tests anything, nor makes anything new.
  const isEnding = action === 'abort' || action === 'finish';
  const options = { proxy: !isEnding && smokeTests.length > 0, job: !isEnding && job !== null };
  const isOfKnative = plan === null ? knativeService !== null : isKnative(plan);
  const all = isOfKnative ? knativePermissions(options) : neededPermissions(options);
  return [...(isEnding ? all.filter(isForTheEnd) : all), ...routePermissions(plan)];
}

/** What only explains a failure, or makes something new, is not asked of whoever only ends a release. */
function isForTheEnd({ resource, verb }: Permission): boolean {
  return resource !== 'pods/log' && resource !== 'events' && !(resource === 'services' && verb === 'create');
}

function routePermissions(plan: AnyPlan | null): Permission[] {
  if (plan === null || isKnative(plan)) return [];
  return plan.routes.flatMap(({ paths }) => paths.flatMap((path) => permissionsOf(path, USING)));
}
