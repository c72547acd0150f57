import { type Action, write } from '../action.ts';
import type { State } from '../state.ts';
import { describeRevision } from './judge.ts';
import { awaitLatest, isUsersWay } from './latest.ts';
import type { KnativeObservation, RevisionView } from './observation.ts';
import type { KnativePlan } from './plan.ts';

/**
 * All users are on a Revision from before, by its name: now its template is set back, so that the latest Revision, which users follow at
 * rest, is of it again. Whatever stands in the way of that, nobody is moved: they would come to the version that was to be left.
 * Null: it is so, or the release is of a new template.
 */
export function takeUpTemplate(
  plan: KnativePlan,
  { marks }: State,
  seen: KnativeObservation,
  now: number,
): Action | null {
  if (plan.knative.goal === undefined) return null;
  if (seen.template === 'stable') return write('open');
  if (isUsersWay(seen)) return null;
  const action = awaitLatest(seen.renewed, seen, marks.opened, now);
  const { deadline } = plan.times;
  if (action === 'failed' || now >= deadline) return leave(plan, seen.renewed);
  return action.do === 'wait' ? { ...action, until: Math.min(deadline, action.until ?? deadline) } : action;
}

function leave({ release, stable, knative }: KnativePlan, renewed: RevisionView | null): Action {
  const reason =
    `All users are on Revision ${knative.goal?.revision}, as was wanted, and stay pinned there by its name: ${describe(renewed)}, so that they cannot follow the latest Revision yet. ` +
    `Put that right and end release ${release} by action: resume; action: abort takes users to ${stable.hash} again.`;
  return { do: 'finish', outcome: { outcome: 'failed', left: 'as-it-was', reason, toldTemplate: null } };
}

function describe(renewed: RevisionView | null): string {
  if (renewed === null) return 'Knative has made no Revision of the old template';
  const { name, ready, sign } = renewed;
  if (ready) return `Knative does not call ${name}, of the old template, its latest ready Revision`;
  return sign === null
    ? `Revision ${name}, of the old template, is not Ready`
    : `${describeRevision(sign)} (Knative made it of the old template)`;
}
