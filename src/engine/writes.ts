import type { PodTemplate } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import type { Write } from '../release/action.ts';
import type { Plan } from '../release/plan.ts';
import * as selector from '../traffic/service-selector.ts';
import * as rollout from '../workload/held-rollout.ts';
import { digestOf, withoutHash } from '../workload/template.ts';
import type { Snapshot } from './snapshot.ts';

/** What a write needs is not in the snapshot (any more): the release cannot take this step. */
export class CannotWrite extends Error {}

/**
 * The request for a write that `decide` asked for, made for the objects as they were read. Pure.
 * `candidateTemplate`: null in a run that only takes a release back.
 */
export function requestFor(
  write: Write,
  plan: Plan,
  snapshot: Snapshot,
  candidateTemplate: PodTemplate | null,
): WriteRequest {
  const deployment = (): NonNullable<Snapshot['deployment']> =>
    snapshot.deployment ?? missing(`Deployment ${plan.deployment.name} is not there any more`);
  const live = (): NonNullable<Snapshot['liveService']> =>
    snapshot.liveService ?? missing(`Service ${plan.service.name} is not there any more`);
  const helper = (): NonNullable<Snapshot['candidateService']> =>
    snapshot.candidateService ?? missing(`Service ${plan.candidateService.name} is not there any more`);
  const candidateHash = (): string =>
    hashByDigest(snapshot, plan.candidate.digest) ?? missing('the candidate’s ReplicaSet is not there');
  switch (write) {
    case 'pause':
      return rollout.pause(deployment());
    case 'pin':
      return selector.pin(live(), plan.stable.hash);
    case 'open':
      return rollout.open(
        deployment(),
        candidateTemplate ?? missing('this run does not know the candidate’s template'),
      );
    case 'freeze':
      return rollout.freeze(deployment());
    case 'create-candidate-service':
      return selector.createCandidateService(plan, live(), candidateHash());
    case 'point-candidate-service':
      return selector.pointCandidateService(helper(), candidateHash());
    case 'watch-stable':
      return selector.watchStable(helper(), plan.stable.hash);
    case 'overlap':
      return selector.overlap(live());
    case 'switch':
      return selector.switchTo(live(), candidateHash());
    case 'close':
      return rollout.close(deployment(), plan.original);
    case 'hold-again':
      return rollout.holdAgain(deployment());
    case 'traffic-back':
      return selector.switchBack(live(), plan.stable.hash);
    case 'close-back':
      return rollout.closeBack(deployment(), stableTemplate(plan, snapshot), plan.original);
    case 'evict-candidate':
      return rollout.evictCandidate(deployment());
    case 'unpin':
      return selector.unpin(live());
    case 'restore':
      return rollout.restore(deployment(), plan.original);
    case 'delete-candidate-service':
      return selector.deleteCandidateService(helper());
    case 'restore-candidate-service':
      return selector.restoreCandidateService(
        helper(),
        plan.candidateService.kind === 'users' ? plan.candidateService.selector : {},
      );
  }
}

function hashByDigest(snapshot: Snapshot, digest: string): string | undefined {
  const found = snapshot.replicaSets.find((replicaSet) => digestOf(replicaSet.spec?.template ?? {}) === digest);
  return found?.metadata?.labels?.['pod-template-hash'];
}

function stableTemplate(plan: Plan, snapshot: Snapshot): PodTemplate {
  const found = snapshot.replicaSets.find(
    (entry) => entry.metadata?.labels?.['pod-template-hash'] === plan.stable.hash,
  );
  const template = found?.spec?.template;
  if (template === undefined) return missing(`the ReplicaSet of stable (${plan.stable.hash}) is not there any more`);
  return withoutHash(template);
}

function missing(what: string): never {
  throw new CannotWrite(what);
}
