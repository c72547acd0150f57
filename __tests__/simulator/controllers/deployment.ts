import { canonical, equal } from '../json.ts';
import { controllerOf, controllerReference } from '../objects.ts';
import { ApiError } from '../status.ts';
import { SUFFIX_LETTERS } from '../store.ts';
import { type Context, CONTROLLER, type Deployment, type ReplicaSet } from './context.ts';
import {
  hasDeadline,
  isComplete,
  newCondition,
  progressing,
  syncRolloutStatus,
  syncStatus,
  withCondition,
  writeStatus,
} from './deployment-status.ts';
import { copyAnnotations, newRevision, REVISION, withRevision } from './revisions.ts';
import { rollRecreate, rollSets, sizeOfNew } from './rollout.ts';
import { DESIRED_REPLICAS, active, byAge, replicaAnnotations, scale, wantedReplicas } from './scaling.ts';

const HASH = 'pod-template-hash';
const KEEP_ALL = 2_147_483_647;

/** One look at a Deployment, as the real controller takes it. Returns when its progress deadline has to be looked at. */
export function reconcileDeployment(context: Context, namespace: string, name: string): number | undefined {
  const found = context.store.get('deployments.apps', namespace, name);
  if (found === undefined) return undefined;
  if (found.metadata.deletionTimestamp !== undefined) {
    const { deployment, newSet, oldSets } = findSets(context, found);
    syncStatus(context, deployment, newSet, oldSets);
    return undefined;
  }
  const noted = noteOfPause(context, found);
  if (noted.spec.paused === true) return resize(context, noted);
  const sets = findSets(context, noted);
  // The real one goes on with its cached set here, gets a conflict and comes back: after the set's own controller has counted.
  if (sets.updated) return undefined;
  const { deployment } = sets;
  if (isResized(sets)) return resize(context, deployment);
  return deployment.spec.strategy?.type === 'Recreate' ? recreate(context, deployment) : roll(context, deployment);
}

/** The Deployment with its ReplicaSets: of its present template (null: none yet), and all others. */
interface Sets {
  readonly deployment: Deployment;
  readonly newSet: ReplicaSet | null;
  readonly oldSets: readonly ReplicaSet[];
  /** The set's annotations or `minReadySeconds` have just been changed. */
  readonly updated: boolean;
}

function resize(context: Context, found: Deployment): undefined {
  const { deployment, newSet, oldSets } = findSets(context, found);
  scale(context, deployment, newSet, oldSets);
  if (deployment.spec.paused === true) removeOldHistory(context, deployment, oldSets);
  // Like the real one this counts the sets as they were before the scaling; the next look has the new sizes.
  syncStatus(context, deployment, newSet, oldSets);
}

function roll(context: Context, found: Deployment): number | undefined {
  const { deployment, newSet, oldSets } = findOrCreateSets(context, found);
  if (newSet === null) return undefined;
  const changed = rollSets(context, deployment, newSet, oldSets);
  if (!changed && isComplete(deployment, deployment.status)) removeOldHistory(context, deployment, oldSets);
  return syncRolloutStatus(context, deployment, newSet, oldSets);
}

function recreate(context: Context, found: Deployment): number | undefined {
  const before = findSets(context, found);
  if (!rollRecreate(context, before.deployment, before.newSet, before.oldSets))
    return syncRolloutStatus(context, before.deployment, before.newSet, before.oldSets);
  const { deployment, newSet, oldSets } = findOrCreateSets(context, before.deployment);
  if (newSet !== null) rollSets(context, deployment, newSet, []);
  if (isComplete(deployment, deployment.status)) removeOldHistory(context, deployment, oldSets);
  return syncRolloutStatus(context, deployment, newSet, oldSets);
}

/** Pausing and resuming are noted in the Progressing condition, so that the deadline does not count a pause. */
function noteOfPause(context: Context, deployment: Deployment): Deployment {
  const condition = progressing(deployment.status);
  if (!hasDeadline(deployment) || condition?.reason === 'ProgressDeadlineExceeded') return deployment;
  const paused = deployment.spec.paused === true;
  const noted = condition?.reason === 'DeploymentPaused';
  if (paused === noted) return deployment;
  const note = paused
    ? newCondition(context, 'Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused')
    : newCondition(context, 'Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed');
  const conditions = withCondition(deployment.status?.conditions, note);
  return writeStatus(context, { ...deployment, status: { ...deployment.status, conditions } });
}

/** `replicas` has changed since an active set was last sized. */
function isResized({ deployment, newSet, oldSets }: Sets): boolean {
  return active([...oldSets, newSet]).some((set) => {
    const desired = set.metadata.annotations?.[DESIRED_REPLICAS];
    return desired !== undefined && Number(desired) !== wantedReplicas(deployment);
  });
}

/**
 * Finds the ReplicaSet of the Deployment's template (templates are equal when all but the hash label is) and brings its
 * annotations and `minReadySeconds` up to date: of all sets, only this one ever gets the Deployment's `minReadySeconds`.
 */
function findSets(context: Context, deployment: Deployment): Sets {
  const sets = ownedSets(context, deployment);
  const template = withoutHash(deployment.spec.template);
  const existing = sets.find((set) => equal(withoutHash(set.spec.template), template)) ?? null;
  const oldSets = sets.filter((set) => set !== existing);
  if (existing === null) return { deployment, newSet: null, oldSets, updated: false };
  const annotations = withRevision(copyAnnotations(deployment, existing), newRevision(oldSets));
  const minReady = deployment.spec.minReadySeconds ?? 0;
  if (!equal(annotations, existing.metadata.annotations ?? {}) || (existing.spec.minReadySeconds ?? 0) !== minReady) {
    const newSet = context.writes.update(
      'replicasets.apps',
      existing.metadata.namespace,
      existing.metadata.name,
      (current) => ({
        ...current,
        metadata: { ...current.metadata, annotations },
        spec: { ...current.spec, minReadySeconds: minReady },
      }),
      CONTROLLER,
    );
    return { deployment, newSet, oldSets, updated: true };
  }
  return { deployment: noteOfSet(context, deployment, existing), newSet: existing, oldSets, updated: false };
}

/** Copies the set's revision to the Deployment, and begins a Progressing condition where there is none. */
function noteOfSet(context: Context, deployment: Deployment, set: ReplicaSet): Deployment {
  const revision = set.metadata.annotations?.[REVISION] ?? '';
  const unnoted = hasDeadline(deployment) && progressing(deployment.status) === undefined;
  if (deployment.metadata.annotations?.[REVISION] === revision && !unnoted) return deployment;
  const condition = newCondition(
    context,
    'Progressing',
    'True',
    'FoundNewReplicaSet',
    `Found new replica set "${set.metadata.name}"`,
  );
  return writeStatus(context, {
    ...deployment,
    metadata: { ...deployment.metadata, annotations: { ...deployment.metadata.annotations, [REVISION]: revision } },
    status: {
      ...deployment.status,
      conditions: unnoted
        ? withCondition(deployment.status?.conditions, condition)
        : [...(deployment.status?.conditions ?? [])],
    },
  });
}

/** As `findSets`, and makes the ReplicaSet of the present template when there is none. */
function findOrCreateSets(context: Context, found: Deployment): Sets {
  const sets = findSets(context, found);
  if (sets.newSet !== null) return sets;
  const { deployment, oldSets } = sets;
  const hash = templateHash(deployment);
  const name = `${deployment.metadata.name}-${hash}`;
  const revision = newRevision(oldSets);
  const size = sizeOfNew(deployment, oldSets, 0);
  const labels = { ...deployment.spec.template.metadata?.labels, [HASH]: hash };
  let created: ReplicaSet;
  try {
    created = context.writes.create(
      'replicasets.apps',
      deployment.metadata.namespace,
      {
        metadata: {
          name,
          labels,
          annotations: {
            ...withRevision(copyAnnotations(deployment, null), revision),
            ...replicaAnnotations(deployment),
          },
          ownerReferences: [controllerReference('apps/v1', 'Deployment', deployment)],
        },
        spec: {
          replicas: size,
          minReadySeconds: deployment.spec.minReadySeconds ?? 0,
          selector: {
            ...deployment.spec.selector,
            matchLabels: { ...deployment.spec.selector.matchLabels, [HASH]: hash },
          },
          template: {
            ...deployment.spec.template,
            metadata: { ...deployment.spec.template.metadata, labels },
          },
        },
      },
      CONTROLLER,
    );
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'AlreadyExists') noteCollision(context, deployment);
    throw error;
  }
  if (size > 0)
    context.events.record(
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: deployment.metadata },
      {
        type: 'Normal',
        reason: 'ScalingReplicaSet',
        message: `Scaled up replica set ${name} from 0 to ${size}`,
        component: 'deployment-controller',
      },
    );
  const condition = newCondition(
    context,
    'Progressing',
    'True',
    'NewReplicaSetCreated',
    `Created new replica set "${name}"`,
  );
  const noted = writeStatus(context, {
    ...deployment,
    metadata: {
      ...deployment.metadata,
      annotations: { ...deployment.metadata.annotations, [REVISION]: String(revision) },
    },
    status: {
      ...deployment.status,
      conditions: hasDeadline(deployment)
        ? withCondition(deployment.status?.conditions, condition)
        : [...(deployment.status?.conditions ?? [])],
    },
  });
  return { deployment: noted, newSet: created, oldSets, updated: true };
}

/** The name is taken by a set that is not ours: the count goes into the next hash. */
function noteCollision(context: Context, deployment: Deployment): void {
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
  writeStatus(context, { ...deployment, status: { ...deployment.status, collisionCount } });
}

function ownedSets(context: Context, deployment: Deployment): ReplicaSet[] {
  return context.store
    .list('replicasets.apps', deployment.metadata.namespace)
    .filter((set) => controllerOf(set)?.uid === deployment.metadata.uid)
    .sort(byAge);
}

function withoutHash(template: Deployment['spec']['template'] | undefined): unknown {
  const { [HASH]: _, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, labels } };
}

/** FNV-1a of the template in the alphabet of generated names; the same template always gives the same hash. */
function templateHash(deployment: Deployment): string {
  const collisions = deployment.status?.collisionCount;
  const text = canonical(withoutHash(deployment.spec.template)) + (collisions === undefined ? '' : `#${collisions}`);
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return [...String(hash)].map((digit) => SUFFIX_LETTERS[digit.charCodeAt(0) % SUFFIX_LETTERS.length]).join('');
}

/** Deletes the oldest empty sets beyond `revisionHistoryLimit`. */
function removeOldHistory(context: Context, deployment: Deployment, oldSets: readonly ReplicaSet[]): void {
  const limit = deployment.spec.revisionHistoryLimit ?? KEEP_ALL;
  const surplus = oldSets.length - limit;
  if (limit === KEEP_ALL || surplus <= 0) return;
  const revision = (set: ReplicaSet) => Number(set.metadata.annotations?.[REVISION] ?? 0);
  const oldestFirst = oldSets.toSorted((a, b) => revision(a) - revision(b) || byAge(a, b));
  for (const set of oldestFirst.slice(0, surplus)) {
    const observed = set.status?.observedGeneration ?? 0;
    if (wantedReplicas(set) !== 0 || (set.status?.replicas ?? 0) !== 0 || (set.metadata.generation ?? 0) > observed)
      continue;
    context.writes.remove('replicasets.apps', set.metadata.namespace, set.metadata.name, {}, CONTROLLER);
  }
}
