import type { Request } from '../action/request.ts';
import { knativePermissions, neededPermissions, type Permission } from '../cluster/permissions.ts';
import { metricsPermissions } from '../metrics/prepare.ts';

/*
 * What a release has to be allowed to do, from its inputs. The preflight asks the cluster for exactly these, and `action: role` prints
 * exactly these; those of its routes are in route-permissions.ts.
 */

/** In the namespace of the workload. */
export function releasePermissions(
  request: Pick<Request, 'knativeService' | 'smokeTests' | 'job'>,
): readonly Permission[] {
  const proxy = request.smokeTests.length > 0;
  return request.knativeService === null
    ? neededPermissions({ proxy, job: request.job !== null })
    : knativePermissions({ proxy });
}

/** To read what the candidate is judged by. `namespace`: null: that of the workload. */
export function measuresPermissions({ metrics, alertmanager }: Pick<Request, 'metrics' | 'alertmanager'>): readonly {
  readonly namespace: string | null;
  readonly permission: Permission;
}[] {
  const proxy: Permission = { group: '', resource: 'services/proxy', verb: 'get' };
  return [
    ...(metrics === null ? [] : metricsPermissions(metrics)),
    ...(alertmanager?.kind === 'service' ? [{ namespace: alertmanager.namespace, permission: proxy }] : []),
  ];
}
