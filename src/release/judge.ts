import { percent } from './route.ts';
import type { Action } from './action.ts';
import { isRolledByOthers } from './closing.ts';
import type { Observation, PodView, RouteView, Track } from './observation.ts';
import type { Plan } from './plan.ts';
import { isAsWanted } from './ramp.ts';
import { sameFields } from './hold.ts';
import { isByPods, isInPlace, isPlain } from './sizes.ts';
import { isLastStep, stepOf } from './stages.ts';
import { describeSign, GRACE, type Sign } from './signs.ts';
import type { Cause, State } from './state.ts';

/** Milliseconds beyond the grace: a controller whose pod had no room, often, tries again only so much later. */
const NO_ROOM_IN_PLACE = 120_000;

/** Whether the release must be taken back now. Null: nothing speaks against going on. */
export function judge(plan: Plan, state: State, seen: Observation, now: number): Action | null {
  return (
    conflict(plan, state, seen) ??
    failedCheck(state) ??
    condemned(seen) ??
    sickCandidate(plan, state, seen, now) ??
    troubledUsers(plan, state, seen) ??
    deadline(plan, state, seen, now)
  );
}

/** Somebody else changed what the release manages. Told only against writes of ours that were confirmed. */
function conflict(plan: Plan, state: State, seen: Observation): Action | null {
  const { marks } = state;
  const { deployment, live } = seen;
  const closing = marks.closing !== undefined;
  const who = (editor: string | null): string => (editor === null ? 'Somebody' : editor);
  // Past the close there is nobody to be taken back.
  if (seen.lost === 'service' && !closing)
    return turn('conflict', `The live Service ${plan.service.name} was deleted during the release.`);
  if (deployment.template === 'foreign' || (marks.opened !== undefined && deployment.template === 'stable')) {
    const change = deployment.template === 'stable' ? 'back to the old version' : (deployment.templateDifference ?? '');
    return turn(
      'conflict',
      `${who(deployment.editor)} changed the pod template of ${plan.deployment.name} during the release: ${change}.`,
    );
  }
  if (isRolledByOthers(plan, seen) && marks.opened === undefined)
    return turn(
      'conflict',
      `${who(deployment.editor)} changed the pod template of ${plan.deployment.name} to that of the release before the release could hold it: Kubernetes rolls it out by the Deployment’s own strategy, and nothing of this release is left.`,
    );
  // Kubernetes' own rolling update stands still then, and goes on when they resume it.
  if (deployment.pausedBy !== null && !(isPlain(plan) && marks.opened !== undefined))
    return turn('conflict', `${deployment.pausedBy} paused ${plan.deployment.name} during the release.`);
  const frozen = marks.frozen !== undefined || (marks.paused !== undefined && marks.opened === undefined);
  if (frozen && !closing && !deployment.fields.paused)
    return turn('conflict', `${who(deployment.editor)} resumed (unpaused) ${plan.deployment.name} during the release.`);
  if (marks.opened !== undefined && !closing && !deployment.held && !isPlain(plan))
    return turn(
      'conflict',
      `${who(deployment.editor)} changed minReadySeconds of ${plan.deployment.name} to ${deployment.fields.minReadySeconds} during the release.`,
    );
  const isOpen = marks.opened !== undefined || deployment.held || deployment.template !== 'stable';
  const { paused } = plan.original;
  if (!isOpen && !sameFields({ ...deployment.fields, paused }, plan.original))
    return turn(
      'conflict',
      `${who(deployment.editor)} changed the strategy of ${plan.deployment.name} (or minReadySeconds, or progressDeadlineSeconds) before the release could hold it.`,
    );
  if ((deployment.held || closing) && deployment.strategyBy !== null)
    return turn(
      'conflict',
      `${deployment.strategyBy} changed the strategy of ${plan.deployment.name} during the release: by it the two versions have the numbers of pods that the release gives them.`,
    );
  if (!live.selectorIntact)
    return turn(
      'conflict',
      `${who(live.editor)} changed the selector of Service ${plan.service.name} during the release.`,
    );
  const pins = [plan.stable.hash, ...(seen.candidate === null ? [] : [seen.candidate.hash])];
  const pinLost =
    live.pin === null ? marks.pinned !== undefined && marks.overlapping === undefined : !pins.includes(live.pin);
  const strange = foreignRoute(plan, state, seen);
  if (strange !== null) return strange;
  // It would be the next to go.
  if (closing && live.pin === null) return null;
  const movedBack = marks.switched !== undefined && !isInPlace(plan) && live.pin !== seen.candidate?.hash;
  if (pinLost || movedBack)
    return turn(
      'conflict',
      `${who(live.editor)} changed pod-template-hash in the selector of Service ${plan.service.name} to ${live.pin ?? '(none)'} during the release.`,
    );
  return null;
}

/** A route that gives the candidate a share which is neither the one before nor the one of this step. */
function foreignRoute(plan: Plan, state: State, seen: Observation): Action | null {
  const { marks } = state;
  if (marks.opened === undefined) return null;
  const step = stepOf(plan, state);
  const wanted = step.share;
  // A run that was interrupted may have taken the routes home; that users were found there is for this one to see again.
  const isSwitched = marks.switched !== undefined || (seen.candidate !== null && seen.live.pin === seen.candidate.hash);
  for (const [index, route] of seen.routes.entries()) {
    // Written again, by whichever way the release goes.
    if (route.inDoubt) continue;
    const before = plan.steps[state.step - 1]?.share ?? plan.routes[index]?.originalShare ?? 0;
    const isOurs =
      isSwitched && isLastStep(plan, state)
        ? leadsHome(route) || isAsWanted(plan, step, route)
        : marks.stepReached !== undefined
          ? isAsWanted(plan, step, route)
          : route.share === wanted || route.share === before;
    if (isOurs) continue;
    const who = route.editor ?? 'Somebody';
    if (route.share === wanted)
      return turn('conflict', `${who} changed what ${route.name} does with testers or copies during the release.`);
    const found = route.share === null ? 'something that Crossfade did not write' : percent(route.share);
    return turn(
      'conflict',
      `${who} changed the weights of ${route.name} during the release: the candidate’s share was ${percent(wanted)}, found ${found}.`,
    );
  }
  return null;
}

/** Whatever of ours stands beside it still: a route of several objects goes home by several writes, with nobody else's between them. */
function leadsHome({ home, share, testers, mirror, editor }: RouteView): boolean {
  return home || (share === 0 && !testers && mirror === 0 && editor === null);
}

export function failedCheck(state: State): Action | null {
  const failed = state.checks.find((check) => check.verdict === 'unhealthy');
  if (failed === undefined) return null;
  return turn('unhealthy', `${failed.kind} “${failed.name}” failed: ${failed.detail.split('\n')[0]}`);
}

/** The evidence of the present stage speaks against the candidate. */
export function condemned({ evidence }: Pick<Observation, 'evidence'>): Action | null {
  return evidence === null || evidence.condemned === null ? null : turn('unhealthy', evidence.condemned);
}

/** Signs on the candidate's pods: fatal ones at once, grave ones (a ReplicaSet that may not make pods among them) after a grace. */
function sickCandidate(plan: Plan, state: State, seen: Observation, now: number): Action | null {
  const { candidate } = seen;
  if (candidate === null) return null;
  const { refused } = candidate;
  const hasNoRoom = refused !== null && isInPlace(plan) && isOfQuota(refused);
  const refusal = hasNoRoom && awaitsPlace(seen) ? null : refused;
  const signs = [refusal, ...candidate.pods.map((pod) => pod.sign)].filter((sign) => sign !== null);
  const fatal = signs.find((sign) => sign.level === 'fatal');
  if (fatal !== undefined) return turn('unhealthy', describeSign(fatal));
  const grave = signs.filter((sign) => sign.level === 'grave');
  const first = (sign: Sign): number => now + (hasNoRoom && sign === refused ? NO_ROOM_IN_PLACE : 0);
  const since = Object.fromEntries(
    grave.map((sign) => [keyOf(sign), state.signsSince[keyOf(sign)] ?? first(sign)] as const),
  );
  const certain = grave.find((sign) => now - (since[keyOf(sign)] ?? now) >= GRACE);
  if (certain !== undefined) return turn('unhealthy', describeSign(certain));
  const isNews = Object.keys(since).sort().join() !== Object.keys(state.signsSince).sort().join();
  return isNews ? { do: 'note-signs', signsSince: since } : null;
}

/** In place, a full quota has room again when the pod that makes way is gone; a policy is of another mind by nobody's leaving. */
function awaitsPlace({ stable }: Observation): boolean {
  return stable?.pods.some((pod) => pod.terminating) ?? false;
}

/** `pods "web-1" is forbidden: exceeded quota: small, …`, as the API server's admission says it. */
function isOfQuota({ message }: Sign): boolean {
  return message.includes('exceeded quota');
}

/** Not the reason: ErrImagePull and ImagePullBackOff take turns. */
function keyOf(sign: Sign): string {
  return `${sign.pod}/${sign.container ?? ''}`;
}

/** When the oldest grave sign becomes certain; null: none is pending. A wait must not sleep past it. */
export function signsDue(state: State): number | null {
  const since = Object.values(state.signsSince);
  return since.length === 0 ? null : Math.min(...since) + GRACE;
}

/** While users are on the candidate, its pods must stay Ready and must not restart. */
function troubledUsers(plan: Plan, state: State, seen: Observation): Action | null {
  const { candidate } = seen;
  if (candidate === null || state.marks.ready === undefined) return null;
  // Pods that a step adds are judged from the moment at which they were Ready.
  const isRolling = isPlain(plan) && state.marks.switched === undefined;
  const isGrowing = isRolling || (state.step > 0 && state.marks.stepReady === undefined);
  const restarted = candidate.pods.find(
    (pod) =>
      plan.judging.restarts === 'any' &&
      !pod.terminating &&
      pod.restarts > (state.restartsAtSwitch[pod.name] ?? (isGrowing ? pod.restarts : 0)),
  );
  if (restarted !== undefined)
    return turn('unhealthy', `pod ${restarted.name} of the candidate restarted after it had been Ready.`);
  if (!reachesUsers(plan, seen)) return null;
  // A pod that is deleted (a drained node) is replaced; only one that was well and still is there counts.
  // Where a restart is no reason, the moments until it is Ready again are none; a loop of crashes is a sign by itself.
  const mayRestart = (pod: PodView): boolean =>
    plan.judging.restarts !== 'any' && pod.restarts > (state.restartsAtSwitch[pod.name] ?? 0);
  const unready = candidate.pods.find(
    (pod) => !pod.terminating && !pod.ready && pod.name in state.restartsAtSwitch && !mayRestart(pod),
  );
  if (unready !== undefined)
    return turn('unhealthy', `pod ${unready.name} of the candidate is no longer Ready while users are on it.`);
  if (seen.live.pin === candidate.hash && seen.live.endpoints.candidate === 0 && readyCount(candidate) === 0)
    return turn('unhealthy', 'the live Service has no ready endpoint of the candidate left.');
  return null;
}

/** Some users reach the candidate now. */
function reachesUsers(plan: Plan, seen: Observation): boolean {
  const { candidate, live, routes } = seen;
  const isMixed = isByPods(plan) && live.pin === null && seen.deployment.template === 'candidate';
  return live.pin === candidate?.hash || isMixed || routes.some((route) => route.inDoubt || (route.share ?? 0) > 0);
}

function readyCount(track: Track): number {
  return track.pods.filter((pod) => pod.ready && !pod.terminating).length;
}

function deadline(plan: Plan, state: State, seen: Observation, now: number): Action | null {
  if (now < plan.times.deadline) return null;
  const seconds = Math.round((plan.times.deadline - plan.times.startedAt) / 1000);
  const pods = seen.candidate;
  const standing =
    state.marks.switched !== undefined
      ? 'users were on the candidate already'
      : pods === null
        ? 'the candidate’s ReplicaSet had not appeared'
        : `${readyCount(pods)}/${Math.max(pods.size, seen.deployment.replicas)} candidate pods were Ready${firstSign(pods)}`;
  return turn('deadline', `the release did not complete within its timeout of ${seconds} s: ${standing}.`);
}

function firstSign({ refused, pods }: Track): string {
  const sign = refused ?? pods.find((pod) => pod.sign !== null)?.sign ?? null;
  return sign === null ? '' : ` (${describeSign(sign)})`;
}

function turn(cause: Cause, reason: string): Action {
  return { do: 'turn-back', cause, reason };
}
