import { oursIn, ownersAt } from '../cluster/field-owners.ts';
import { difference, type FieldPath, isEmpty } from '../cluster/field-sets.ts';
import type { Deployment, ObjectMeta } from '../cluster/wire.ts';
import type { Kept } from '../release/hold.ts';
import type { Plan } from '../release/plan.ts';
import { limitsAreOurs } from '../workload/tracks.ts';

/* Who has written an object of a release, as `managedFields` tells it. */

export const PAUSED: FieldPath = ['f:spec', 'f:paused'];
export const STRATEGY: FieldPath = ['f:spec', 'f:strategy'];

type ManagedFields = NonNullable<ObjectMeta['managedFields']>[number];
type Known = Pick<Plan, 'editors'>;

/** Writers of an object, but for us, the cluster's own controllers and status updates. */
export function editorsOf(metadata: ObjectMeta | undefined): string[] {
  return edits(metadata).map(editorOf);
}

function edits(metadata: ObjectMeta | undefined): ManagedFields[] {
  const own = /^(crossfade|kube-controller-manager)$/;
  return (metadata?.managedFields ?? []).filter(
    (entry) => entry.subresource === undefined && !own.test(entry.manager ?? ''),
  );
}

/** `kubectl-set at 12:03:22 UTC`. */
function editorOf({ manager, time }: Pick<ManagedFields, 'manager'> & { readonly time?: string | null }): string {
  return `${manager ?? 'somebody'} at ${(time ?? '').slice(11, 19)} UTC`;
}

/** Who wrote the object since the release began, the latest of them; null: nobody left a trace (a field that is removed leaves none). */
export function lastEditor(metadata: ObjectMeta | undefined, plan: Known): string | null {
  return latest(edits(metadata), plan);
}

/** Who has set what stands at a path, since the release began; null: it is ours, or has been there from before. */
export function editorAt(metadata: ObjectMeta | undefined, plan: Known, path: FieldPath): string | null {
  const owners = ownersAt(metadata, [path]);
  // For most objects and most paths there is nobody.
  if (owners.length === 0) return null;
  const ours = oursIn(metadata);
  const theirs = owners.filter(({ fields }) => !isEmpty(difference(fields, ours)));
  return latest(theirs, plan);
}

/** What the last step of a release leaves as it is, because somebody else has set it since. */
export function keptFor(deployment: Deployment, plan: Known): Kept {
  const { metadata } = deployment;
  return {
    paused: editorAt(metadata, plan, PAUSED) !== null,
    strategy: !limitsAreOurs(deployment) && editorAt(metadata, plan, STRATEGY) !== null,
  };
}

function latest(
  entries: readonly (Pick<ManagedFields, 'manager'> & { readonly time?: string | null })[],
  { editors }: Known,
): string | null {
  const since = entries.filter((entry) => !editors.includes(editorOf(entry)));
  const [last] = since.toSorted((a, b) => Date.parse(b.time ?? '') - Date.parse(a.time ?? ''));
  return last === undefined ? null : editorOf(last);
}
