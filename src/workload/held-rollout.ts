import type { Deployment, JsonPatch, JsonPatchOperation, PodTemplate } from '../cluster/wire.ts';
import { deploymentPath, type WriteRequest } from '../cluster/write-request.ts';
import { EVICT, FULL_SURGE, HOLD_MIN_READY_SECONDS, HOLD_PROGRESS_DEADLINE, restoredFields } from '../release/hold.ts';
import type { Plan, RolloutStrategy } from '../release/plan.ts';
import { holdFieldsOf } from './tracks.ts';

/*
 * The writes of a held rollout (design §2), each one PATCH of the Deployment. They test `metadata.generation`, which the API server
 * counts up with every change of the spec and with nothing else: a compare-and-swap of the whole spec that status updates cannot break.
 */

/** A paused Deployment ignores template changes and still follows `replicas`. */
export function pause(deployment: Deployment): WriteRequest {
  return patch(
    deployment,
    [set('paused', true)],
    'pause the Deployment: no template change has an effect from here on',
  );
}

/** Template and hold in one write, because `minReadySeconds` is copied only to the newest ReplicaSet. */
export function open(deployment: Deployment, candidate: PodTemplate, size: RolloutStrategy): WriteRequest {
  return patch(
    deployment,
    [set('template', candidate), ...hold(size), set('paused', false)],
    'new template and hold: the candidate’s pods start beside stable’s',
  );
}

/** The candidate's size of the next step. Unpaused until it is reached, which takes the controller some milliseconds. */
export function resize(deployment: Deployment, size: RolloutStrategy): WriteRequest {
  const { maxSurge } = size.rollingUpdate ?? {};
  const pods = maxSurge === '100%' ? 'as many pods as stable' : `${maxSurge} pod${maxSurge === 1 ? '' : 's'}`;
  return patch(deployment, [set('strategy', size), set('paused', false)], `give the candidate ${pods}`);
}

/** Pods go on starting under the ReplicaSet controller; nothing else can move any more. */
export function freeze(deployment: Deployment): WriteRequest {
  return patch(deployment, [set('paused', true)], 'pause again, now with both tracks: nothing else can move them');
}

/** The candidate becomes the track that stays. Surge stays as it is: `replicas` + surge must equal the pods there are. */
export function close(deployment: Deployment, plan: Pick<Plan, 'original' | 'strategy'>): WriteRequest {
  const { minReadySeconds } = restoredFields(holdFieldsOf(deployment), plan);
  return patch(
    deployment,
    [set('paused', true), set('minReadySeconds', minReadySeconds)],
    'the candidate counts as available: the controller retires stable',
  );
}

/** Takes a close back before it had its effect: nothing is available again, so the controller retires nobody. */
export function holdAgain(deployment: Deployment): WriteRequest {
  return patch(deployment, [...hold(FULL_SURGE), set('paused', true)], 'stop the close, so that no pods leave');
}

/** The same on stable's template. */
export function closeBack(
  deployment: Deployment,
  stable: PodTemplate,
  plan: Pick<Plan, 'original' | 'strategy'>,
): WriteRequest {
  const { minReadySeconds } = restoredFields(holdFieldsOf(deployment), plan);
  return patch(
    deployment,
    [set('template', stable), set('paused', true), set('minReadySeconds', minReadySeconds)],
    'stable’s template is back: the controller retires the candidate',
  );
}

/** When stable is not whole (it was not before the release either), a paused close would wait for ever. Held, so that the pin may stay. */
export function evictCandidate(deployment: Deployment): WriteRequest {
  return patch(
    deployment,
    [...hold(EVICT), set('paused', false)],
    'remove the candidate’s pods without waiting for stable to be whole',
  );
}

/** The last step: deadline, strategy and pause as they were. */
export function restore(deployment: Deployment, plan: Pick<Plan, 'original' | 'strategy'>): WriteRequest {
  const fields = restoredFields(holdFieldsOf(deployment), plan);
  const deadline: JsonPatchOperation =
    fields.progressDeadlineSeconds === null
      ? { op: 'remove', path: '/spec/progressDeadlineSeconds' }
      : set('progressDeadlineSeconds', fields.progressDeadlineSeconds);
  return patch(
    deployment,
    [
      set('minReadySeconds', fields.minReadySeconds),
      deadline,
      set('strategy', fields.strategy),
      set('paused', fields.paused),
    ],
    'put the Deployment’s own fields back',
  );
}

function hold(strategy: RolloutStrategy): JsonPatch {
  return [
    set('minReadySeconds', HOLD_MIN_READY_SECONDS),
    set('progressDeadlineSeconds', HOLD_PROGRESS_DEADLINE),
    set('strategy', strategy),
  ];
}

function set(field: string, value: unknown): JsonPatchOperation {
  return { op: 'add', path: `/spec/${field}`, value };
}

function patch(deployment: Deployment, changes: JsonPatch, why: string): WriteRequest {
  const { namespace = '', name = '', uid, generation } = deployment.metadata ?? {};
  return {
    verb: 'patch',
    path: deploymentPath(namespace, name),
    tests: [
      { op: 'test', path: '/metadata/uid', value: uid },
      { op: 'test', path: '/metadata/generation', value: generation },
    ],
    changes,
    why,
  };
}
