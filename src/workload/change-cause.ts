import type { Deployment, JsonPatch, ReplicaSet } from '../cluster/wire.ts';

/**
 * What `kubectl rollout history` shows beside a revision. It stands on the Deployment, whose controller copies it to the ReplicaSet of the
 * template: a template that comes back has to bring its own along, as `kubectl rollout undo` does it, or it gets that of the version it
 * takes the place of.
 */
const CHANGE_CAUSE = 'kubernetes.io/change-cause';

/** Changes of the Deployment that give it the cause of this version. */
export function changeCauseOf(deployment: Deployment, version: ReplicaSet | undefined): JsonPatch {
  const path = `/metadata/annotations/${CHANGE_CAUSE.replace('/', '~1')}`;
  const annotations = deployment.metadata?.annotations;
  const [now, value] = [annotations?.[CHANGE_CAUSE], version?.metadata?.annotations?.[CHANGE_CAUSE]];
  if (version === undefined || now === value) return [];
  if (value === undefined) return [{ op: 'remove', path }];
  if (annotations === undefined)
    return [{ op: 'add', path: '/metadata/annotations', value: { [CHANGE_CAUSE]: value } }];
  return [{ op: 'add', path, value }];
}
