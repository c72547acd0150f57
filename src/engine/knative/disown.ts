import { givenBack, isApplied, type ManagedFields, ownersAt } from '../../cluster/field-owners.ts';
import type { FieldPath } from '../../cluster/field-sets.ts';
import type { WriteRequest } from '../../cluster/write-request.ts';
import type { OwnedObject } from '../../release/plan.ts';
import type { KnativePlan } from '../../release/knative/plan.ts';
import { type KnativeService, templateDigest } from '../../workload/knative-service.ts';
import { disownOf, short } from '../disown.ts';

const TRAFFIC: FieldPath = ['f:spec', 'f:traffic'];
const TEMPLATE: FieldPath = ['f:spec', 'f:template'];

/** Who has what a release is about to write, where somebody manages the Service by server-side apply: nobody else is ever in conflict. */
export function ownedService(service: KnativeService, path: string): readonly OwnedObject[] {
  if (!isApplied(service.metadata)) return [];
  return [{ of: 'service', path, owners: short(ownersAt(service.metadata, [TRAFFIC, TEMPLATE])) }];
}

type Owned = Pick<KnativePlan, 'owned' | 'knative' | 'stable'>;

export function claimsIn(plan: Owned, service: KnativeService | null): readonly number[] {
  return plan.owned.flatMap((owned, index) => (fieldsAfter(plan, owned, service) === null ? [] : [index]));
}

/** Undefined: there is nothing to give. */
export function disownRequest(plan: Owned, index: number, service: KnativeService): WriteRequest | undefined {
  const owned = plan.owned[index];
  const fields = owned === undefined ? null : fieldsAfter(plan, owned, service);
  return owned === undefined || fields === null ? undefined : disownOf(owned, service, fields);
}

function fieldsAfter(
  plan: Owned,
  { owners }: OwnedObject,
  service: KnativeService | null,
): readonly ManagedFields[] | null {
  if (service === null || service.metadata?.uid !== plan.knative.uid) return null;
  // What a promoted release has changed in the template is ours: whoever applies an older image is told of it.
  const isBack = templateDigest(service.spec?.template ?? {}) === plan.stable.digest;
  const paths = isBack ? [TRAFFIC, TEMPLATE] : [TRAFFIC];
  return givenBack(service.metadata, owners, { paths, freed: paths });
}
