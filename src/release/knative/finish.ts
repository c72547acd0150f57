import { type Action, wait, write } from '../action.ts';
import { ALL, percent } from '../route.ts';
import type { Finishing, State } from '../state.ts';
import { isUsersWay } from './latest.ts';
import type { KnativeObservation } from './observation.ts';
import type { KnativePlan } from './plan.ts';
import { leaveForeign, takeUpTemplate } from './take-up.ts';

/**
 * The end of a release whose users are all on the candidate, because a person wants it now: nothing is judged any more and nobody is taken
 * back. What stands in the way is named, and then everything stands as it stood.
 */
export function finishUp(
  plan: KnativePlan,
  state: State,
  finishing: Finishing,
  seen: KnativeObservation,
  now: number,
): Action {
  const { template, traffic, effect } = seen;
  if (template === 'candidate' && traffic.is === 'original') {
    if (isUsersWay(seen) && effect.is === 'yes')
      return { do: 'finish', outcome: { outcome: 'promoted', stable: 'retired' } };
    const text = effect.reasons.join(' ') || 'Knative to lead its users to the candidate by your own traffic';
    if (now < plan.times.deadline) return wait('route', text, plan.times.deadline);
    return leave(`Release ${plan.release} could not be ended within its timeout: it waited for ${text}.`);
  }
  if (finishing.stopped !== null) return leave(finishing.stopped);
  const theirs = leaveForeign(plan, state, seen);
  if (theirs !== null) return theirs;
  if (template !== 'candidate' && plan.knative.goal === undefined) return leave(foreignTemplate(plan, seen));
  if (traffic.is !== 'ours' || traffic.share < ALL) return leave(whereItStands(plan, seen));
  if (effect.is === 'yes') return takeUpTemplate(plan, state, seen, now) ?? write('close');
  const text = effect.reasons.join(' ') || 'Knative to say that its users are on the candidate';
  if (now < plan.times.deadline) return wait('route', text, plan.times.deadline);
  return leave(`Release ${plan.release} could not be ended within its timeout: it waited for ${text}.`);
}

/** Users are pinned to Revisions by name; the end would lead them to the latest one. */
function foreignTemplate(
  { knative, release }: KnativePlan,
  { editor, template, templateDifference }: KnativeObservation,
): string {
  const change = template === 'stable' ? 'back to the old version' : (templateDifference ?? '');
  return (
    `${editor ?? 'Somebody'} changed the template of Knative Service ${knative.name}: ${change}. The end of release ${release} would lead its users there. ` +
    'Put the template of the new version back and run again, or go back with action: abort.'
  );
}

function whereItStands({ release, knative }: KnativePlan, { traffic, editor }: KnativeObservation): string {
  if (traffic.is === 'foreign')
    return `${editor ?? 'Somebody'} changed the traffic of Knative Service ${knative.name}: found ${traffic.text}. Go back with action: abort, or deploy anew.`;
  const share = traffic.is === 'ours' ? traffic.share : 0;
  return `Release ${release} is not at its end: ${percent(share)} of the users are on its new version. Go on with action: promote, or back with action: abort.`;
}

function leave(reason: string): Action {
  return { do: 'finish', outcome: { outcome: 'failed', left: 'as-it-was', reason, toldTemplate: null } };
}
