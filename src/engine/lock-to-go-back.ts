import { type HeldLease, lookAtLock } from '../cluster/lease.ts';
import { missingRoleFor } from '../cluster/permissions.ts';
import { deniedBy } from './denied.ts';
import { Refused } from './refusal.ts';
import type { EngineParts } from './workload-kind.ts';

/**
 * The lock for a way back. It keeps runs apart that behave, and no more: whoever may not write it goes without, when nobody is at work.
 * A run that comes meanwhile finds on record, or in the objects, that the release goes back, and does the same. One that is at work would
 * go forward against us: then nothing is begun.
 * @param take takes it. Throws what that throws, but for a permission that is missing
 * @throws {Refused} when somebody is at work, and may neither be asked nor waited for
 */
export async function lockToGoBack(
  { api, clock, teller, helm, namespace }: Pick<EngineParts, 'api' | 'clock' | 'teller' | 'helm' | 'namespace'>,
  { key, holder }: { readonly key: string; readonly holder: string },
  take: () => Promise<HeldLease>,
): Promise<HeldLease> {
  try {
    return await take();
  } catch (error) {
    const denied = deniedBy(error);
    if (denied === null || denied.resource !== 'leases') throw error;
    const seen = await lookAtLock(api, clock, { namespace, deployment: key, signal: helm.signal });
    if (seen !== null && !seen.isStale && seen.holder !== holder)
      throw new Refused([
        {
          message:
            `Another run is at work on ${key}: ${seen.holder}. To ask it to take its release back, or to come after it, this run’s user needs permissions in ` +
            `namespace ${namespace} that it lacks: ${denied.verb} leases.coordination.k8s.io. Apply the Role below and bind it to that user, or cancel that run.`,
          attachment: missingRoleFor(namespace, [denied]),
        },
      ]);
    teller.fact(`goes on without the lock: nobody is at work on ${key}, and the user of this run may not take it`);
    return { waited: true, release: async () => undefined };
  }
}
