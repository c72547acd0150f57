import type { Deployment, JsonPatch, JsonPatchOperation, PodTemplate } from '../cluster/wire.ts';
import { deploymentPath, type WriteRequest } from '../cluster/write-request.ts';
import {
  EVICT,
  HOLD_MIN_READY_SECONDS,
  HOLD_PROGRESS_DEADLINE,
  type Kept,
  ownMinReady,
  restoredFields,
} from '../release/hold.ts';
import type { Plan, RolloutStrategy } from '../release/plan.ts';
import { holdFor, type Sizes } from '../release/sizes.ts';
import { digestOf } from './template.ts';
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

/** The plain rolling update, forward or back: the template alone. */
export function roll(deployment: Deployment, template: PodTemplate, why: string, cause: JsonPatch = []): WriteRequest {
  return patch(deployment, [set('template', template), ...cause], why);
}

/** Template and hold in one write, because `minReadySeconds` is copied only to the newest ReplicaSet. */
export function open(
  deployment: Deployment,
  candidate: PodTemplate,
  sizes: Sizes,
  cause: JsonPatch = [],
): WriteRequest {
  const replicas = replicasOf(deployment);
  const where = sizes.stable < replicas ? 'in the place of' : 'beside';
  return patch(
    deployment,
    [set('template', candidate), ...hold(holdFor(sizes, replicas)), set('paused', false), ...cause],
    `new template and hold: the candidate’s pods start ${where} stable’s`,
  );
}

/** The numbers of pods of the next step, or wave. Unpaused until they are reached, which takes the controller some milliseconds. */
export function resize(deployment: Deployment, sizes: Sizes): WriteRequest {
  return patch(
    deployment,
    [set('strategy', holdFor(sizes, replicasOf(deployment))), set('paused', false)],
    `${count(sizes.candidate, 'pod')} of the candidate beside ${count(sizes.stable, 'pod')} of stable`,
  );
}

/**
 * Stable's template, held: stable gets its pods back, and so many of the candidate's stay until it has them. The controller keeps
 * `replicas` − unavailable of them, counted without stable's; while the template changes it still counts those, and must be kept from
 * taking any away.
 */
export function regrow(
  deployment: Deployment,
  stable: PodTemplate,
  { candidate }: Sizes,
  cause: JsonPatch = [],
): WriteRequest {
  const replicas = replicasOf(deployment);
  const isStable = digestOf(deployment.spec?.template ?? {}) === digestOf(stable);
  const maxUnavailable = isStable || candidate === 0 ? replicas - candidate : 0;
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: candidate, maxUnavailable } };
  return patch(
    deployment,
    [set('template', stable), ...hold(strategy), set('paused', false), ...cause],
    `stable gets its ${count(replicas, 'pod')} back; ${candidate} of the candidate stay until then`,
  );
}

function replicasOf(deployment: Deployment): number {
  return deployment.spec?.replicas ?? 1;
}

/** Pods go on starting under the ReplicaSet controller; nothing else can move any more. */
export function freeze(deployment: Deployment): WriteRequest {
  return patch(deployment, [set('paused', true)], 'pause again, now with both tracks: nothing else can move them');
}

/**
 * The candidate becomes the track that stays. Surge stays as it is: `replicas` + surge must equal the pods there are.
 * @param candidate its template, where the Deployment has got another one since; null: it has not
 */
export function close(
  deployment: Deployment,
  plan: Pick<Plan, 'original'>,
  candidate: PodTemplate | null = null,
): WriteRequest {
  const minReadySeconds = ownMinReady(holdFieldsOf(deployment), plan.original);
  return patch(
    deployment,
    [
      ...(candidate === null ? [] : [set('template', candidate)]),
      set('paused', true),
      set('minReadySeconds', minReadySeconds),
    ],
    candidate === null
      ? 'the candidate counts as available: the controller retires stable'
      : 'the candidate’s template is back, and counts as available: the controller retires stable',
  );
}

/**
 * Takes a close back before it had its effect: nothing is available again, so the controller retires nobody.
 * `sizes`: the pods that there are; a paused Deployment with room for others would be given those.
 */
export function holdAgain(deployment: Deployment, sizes: Sizes): WriteRequest {
  const strategy = holdFor(sizes, replicasOf(deployment));
  return patch(deployment, [...hold(strategy), set('paused', true)], 'stop the close, so that no pods leave');
}

/** The same on stable's template. */
export function closeBack(
  deployment: Deployment,
  stable: PodTemplate,
  plan: Pick<Plan, 'original'>,
  cause: JsonPatch = [],
): WriteRequest {
  const minReadySeconds = ownMinReady(holdFieldsOf(deployment), plan.original);
  return patch(
    deployment,
    [set('template', stable), set('paused', true), set('minReadySeconds', minReadySeconds), ...cause],
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

/** The last step: deadline, strategy and pause as they were, or as somebody else has set them since. */
export function restore(deployment: Deployment, plan: Pick<Plan, 'original'>, kept: Kept): WriteRequest {
  const fields = restoredFields(holdFieldsOf(deployment), plan, kept);
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

function count(pods: number, noun: string): string {
  return `${pods} ${noun}${pods === 1 ? '' : 's'}`;
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
