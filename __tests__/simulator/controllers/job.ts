import { timestamp } from '../clock.ts';
import { equal } from '../json.ts';
import { controllerOf, controllerReference } from '../objects.ts';
import { type Context, CONTROLLER, type Job, type Pod } from './context.ts';

type Status = NonNullable<Job['status']>;
type Condition = NonNullable<Status['conditions']>[number];

/** One look at a Job: its next pod, or its end. One pod at a time, once well. Returns when its deadline will have passed. */
export function reconcileJob(context: Context, namespace: string, name: string): number | undefined {
  const job = context.store.get('jobs.batch', namespace, name);
  if (job === undefined || job.metadata.deletionTimestamp !== undefined || isOver(job)) return undefined;
  const pods = context.store.list('pods', namespace).filter((pod) => controllerOf(pod)?.uid === job.metadata.uid);
  const inPhase = (phase: string): Pod[] => pods.filter((pod) => pod.status?.phase === phase);
  const [succeeded, failed] = [inPhase('Succeeded').length, inPhase('Failed').length];
  const active = pods.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  const startTime = String(job.status?.startTime ?? timestamp(context.clock.now()));
  const { activeDeadlineSeconds } = job.spec;
  const left =
    activeDeadlineSeconds === undefined
      ? undefined
      : Date.parse(startTime) + activeDeadlineSeconds * 1000 - context.clock.now();
  const conditions = endOf(context, job, { succeeded, failed, isLate: left !== undefined && left <= 0 });
  if (conditions.length > 0)
    for (const pod of active) context.writes.remove('pods', namespace, pod.metadata.name, {}, CONTROLLER);
  else if (active.length === 0) createPod(context, job);
  const isComplete = conditions.some(({ type }) => type === 'Complete');
  const status: Status = {
    startTime,
    ...(conditions.length > 0 ? { conditions } : { active: 1 }),
    ...(succeeded > 0 ? { succeeded } : {}),
    ...(failed > 0 ? { failed } : {}),
    ...(isComplete ? { completionTime: timestamp(context.clock.now()) } : {}),
  };
  if (!equal(status, job.status))
    context.writes.update('jobs.batch', namespace, name, (current) => ({ ...current, status }), CONTROLLER, 'status');
  return conditions.length > 0 ? undefined : left;
}

function isOver({ status }: Job): boolean {
  return status?.conditions?.some(({ type }) => type === 'Complete' || type === 'Failed') ?? false;
}

/** The conditions of its end; none: it goes on. Types, reasons and messages are the real controller's. */
function endOf(
  context: Context,
  { spec }: Job,
  seen: { readonly succeeded: number; readonly failed: number; readonly isLate: boolean },
): Condition[] {
  const now = timestamp(context.clock.now());
  const both = (first: string, last: string, reason: string, message: string): Condition[] =>
    [first, last].map((type) => ({
      type,
      status: 'True',
      reason,
      message,
      lastProbeTime: now,
      lastTransitionTime: now,
    }));
  if (seen.isLate)
    return both('FailureTarget', 'Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline');
  if (seen.succeeded > 0)
    return both('SuccessCriteriaMet', 'Complete', 'CompletionsReached', 'Reached expected number of succeeded pods');
  if (seen.failed > (spec.backoffLimit ?? 6))
    return both('FailureTarget', 'Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  return [];
}

function createPod(context: Context, job: Job): void {
  const { metadata, spec } = job.spec.template;
  const { name, uid, namespace } = job.metadata;
  context.writes.create(
    'pods',
    namespace,
    {
      metadata: {
        ...metadata,
        generateName: `${name}-`,
        labels: {
          ...metadata?.labels,
          'batch.kubernetes.io/controller-uid': uid,
          'batch.kubernetes.io/job-name': name,
          'controller-uid': uid,
          'job-name': name,
        },
        ownerReferences: [controllerReference('batch/v1', 'Job', job)],
      },
      spec,
    },
    CONTROLLER,
  );
}
