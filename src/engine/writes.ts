import type { JsonPatch, PodTemplate, ReplicaSet } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import type { Target, Write } from '../release/action.ts';
import type { Plan } from '../release/plan.ts';
import { intentOf } from '../release/ramp.ts';
import type { Intent } from '../release/route.ts';
import { type CommandRun, commandRun, isCommand } from '../traffic/command-route.ts';
import { ORIGINAL } from '../traffic/router.ts';
import { routerOf } from '../traffic/routers.ts';
import * as selector from '../traffic/service-selector.ts';
import * as rollout from '../workload/held-rollout.ts';
import { changeCauseOf } from '../workload/change-cause.ts';
import { digestOf, withoutHash } from '../workload/template.ts';
import { disownRequest } from './disown.ts';
import { keptFor } from './editors.ts';
import type { Snapshot } from './snapshot.ts';

/** What a write needs is not in the snapshot (any more): the release cannot take this step. */
export class CannotWrite extends Error {}

/**
 * The request for a write that `decide` asked for, made for the objects as they were read. Pure.
 * `candidateTemplate`: null in a run that only takes a release back.
 */
export function requestFor(
  write: Write,
  target: Target,
  plan: Plan,
  snapshot: Snapshot,
  candidateTemplate: PodTemplate | null,
): WriteRequest | CommandRun {
  const deployment = (): NonNullable<Snapshot['deployment']> =>
    snapshot.deployment ?? missing(`Deployment ${plan.deployment.name} is not there any more`);
  const live = (): NonNullable<Snapshot['liveService']> =>
    snapshot.liveService ?? missing(`Service ${plan.service.name} is not there any more`);
  const helper = (): NonNullable<Snapshot['candidateService']> =>
    snapshot.candidateService ?? missing(`Service ${plan.candidateService.name} is not there any more`);
  const candidateHash = (): string =>
    hashByDigest(snapshot, plan.candidate.digest) ?? missing('the candidate’s ReplicaSet is not there');
  // A version from before brings its own along, and one that takes its place again does, too.
  const cause = (digest: string): JsonPatch =>
    plan.rollback ? changeCauseOf(deployment(), replicaSetBy(snapshot, digest)) : [];
  const step = () => plan.steps[target.step ?? 0] ?? plan.steps[0];
  const sizes = () => target.sizes ?? missing(`the decision does not say how many pods ${write} is to give`);
  switch (write) {
    case 'pause':
      return rollout.pause(deployment());
    case 'pin':
      return selector.pin(live(), plan.stable.hash);
    case 'open':
      return rollout.open(
        deployment(),
        candidateTemplate ?? broughtByOthers(plan, deployment().spec?.template),
        sizes(),
        cause(plan.candidate.digest),
      );
    case 'roll':
      return rollout.roll(
        deployment(),
        candidateTemplate ?? missing('this run does not know the candidate’s template'),
        'the new template: the Deployment’s own rolling update begins',
        cause(plan.candidate.digest),
      );
    case 'roll-back':
      return rollout.roll(
        deployment(),
        stableTemplate(plan, snapshot),
        'the old template: the rolling update goes back',
        cause(plan.stable.digest),
      );
    case 'resize':
      return rollout.resize(deployment(), sizes());
    case 'regrow':
      return rollout.regrow(deployment(), stableTemplate(plan, snapshot), sizes(), cause(plan.stable.digest));
    case 'route':
      return routeRequest(plan, target, snapshot, intentOf(plan, step()));
    case 'route-home':
      return routeRequest(plan, target, snapshot, homeOf(plan, target));
    case 'route-restore':
      return routeRequest(plan, target, snapshot, ORIGINAL);
    case 'disown':
      return disownRequest(plan, target.object ?? 0, snapshot) ?? missing('no field is left to be given back');
    case 'divert':
      return selector.divert(helper(), plan.stable.hash);
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
      return rollout.close(deployment(), plan, foreignSince(plan, snapshot));
    case 'hold-again':
      return rollout.holdAgain(deployment(), sizes());
    case 'traffic-back':
      return selector.switchBack(live(), plan.stable.hash);
    case 'close-back':
      return rollout.closeBack(deployment(), stableTemplate(plan, snapshot), plan, cause(plan.stable.digest));
    case 'evict-candidate':
      return rollout.evictCandidate(deployment());
    case 'unpin':
      return selector.unpin(live());
    case 'restore':
      return rollout.restore(deployment(), plan, keptFor(deployment(), plan));
    case 'delete-candidate-service':
      return selector.deleteCandidateService(helper());
    case 'restore-candidate-service':
      return selector.restoreCandidateService(
        helper(),
        plan.candidateService.kind === 'users' ? plan.candidateService.selector : {},
      );
  }
}

/** The user's own route may have a share for the candidate Service: nobody is to follow it there until that is the user's own again. */
export function homeOf(plan: Plan, { route = 0 }: Target): Intent | typeof ORIGINAL {
  const isOriginal = (plan.routes[route]?.originalShare ?? 0) === 0;
  return isOriginal ? ORIGINAL : { share: 0, headers: [], cookies: [], mirror: 0 };
}

/** The first request that brings the route nearer to what is wanted; after it the release looks again. */
function routeRequest(
  plan: Plan,
  { route = 0 }: Target,
  snapshot: Snapshot,
  wanted: Intent | typeof ORIGINAL,
): WriteRequest | CommandRun {
  const binding = plan.routes[route] ?? missing(`the plan has no route ${route}`);
  const { routes, command } = snapshot;
  const [request] =
    isCommand(binding) && command !== null
      ? [commandRun(binding, command.told, wanted)]
      : routerOf(binding).plan(binding, routes, wanted);
  return request ?? missing(`nothing about ${binding.router} can be written that would change it`);
}

/** The candidate's template, which somebody else has written before the release could. */
function broughtByOthers(plan: Plan, template: PodTemplate | undefined): PodTemplate {
  const isCandidate = template !== undefined && digestOf(template) === plan.candidate.digest;
  return isCandidate ? template : missing('this run does not know the candidate’s template');
}

/** The candidate's template, when the Deployment has got somebody else's since; null: it has the candidate's. */
function foreignSince(plan: Plan, snapshot: Snapshot): PodTemplate | null {
  if (digestOf(snapshot.deployment?.spec?.template ?? {}) === plan.candidate.digest) return null;
  const found = replicaSetBy(snapshot, plan.candidate.digest);
  return withoutHash(found?.spec?.template ?? missing('the candidate’s ReplicaSet is not there'));
}

function hashByDigest(snapshot: Snapshot, digest: string): string | undefined {
  return replicaSetBy(snapshot, digest)?.metadata?.labels?.['pod-template-hash'];
}

function replicaSetBy(snapshot: Snapshot, digest: string): ReplicaSet | undefined {
  return snapshot.replicaSets.find(({ spec }) => digestOf(spec?.template ?? {}) === digest);
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
