import { type Action, write } from '../action.ts';
import { ALL } from '../route.ts';
import type { State } from '../state.ts';
import { describeRevision } from './describe.ts';
import { awaitLatest, isUsersWay } from './latest.ts';
import type { KnativeObservation, RevisionView } from './observation.ts';
import type { KnativePlan } from './plan.ts';

/**
 * All users are on a Revision from before, by its name: now its template is set back, so that the latest Revision, which users follow at
 * rest, is of it again. Whatever stands in the way of that, nobody is moved: they would come to the version that was to be left.
 * What others made of it was told before (`leaveForeign`). Null: it is so, or the release is of a new template.
 */
export function takeUpTemplate(plan: KnativePlan, state: State, seen: KnativeObservation, now: number): Action | null {
  if (plan.knative.goal === undefined) return null;
  if (seen.template !== 'candidate') return write('open');
  if (isUsersWay(seen)) return null;
  const action = awaitLatest(seen.renewed, seen, state.marks.opened, now);
  const { deadline } = plan.times;
  if (action === 'failed' || now >= deadline) return leaveUnready(plan, seen.renewed);
  return action.do === 'wait' ? { ...action, until: Math.min(deadline, action.until ?? deadline) } : action;
}

/** It goes back, and users are all on the Revision that was wanted, by its name. */
export function isThere({ knative }: KnativePlan, { traffic }: KnativeObservation): boolean {
  return knative.goal !== undefined && traffic.is === 'ours' && traffic.share === ALL;
}

/** Somebody has changed the template meanwhile, which reaches nobody. Null: nobody has, or an earlier run has told of just that. */
export function leaveForeign(plan: KnativePlan, state: State, seen: KnativeObservation): Action | null {
  const { template, editor, templateDifference, templateDigest } = seen;
  const isBack = state.marks.opened !== undefined && template === 'stable';
  const isTheirs = template === 'foreign' && templateDigest !== state.toldTemplate;
  if (!isThere(plan, seen) || !(isBack || isTheirs)) return null;
  const change = isBack ? 'back to the version that was left' : (templateDifference ?? '');
  const found = `${editor ?? 'Somebody'} changed the template of ${plan.knative.name} meanwhile (${change})`;
  const remedy = `Put it right, or end release ${plan.release} by action: resume, which replaces theirs`;
  return leave(plan, found, remedy, templateDigest);
}

function leaveUnready(plan: KnativePlan, renewed: RevisionView | null): Action {
  return leave(plan, describe(renewed), `Put that right and end release ${plan.release} by action: resume`, null);
}

function leave({ stable, knative }: KnativePlan, found: string, remedy: string, toldTemplate: string | null): Action {
  const reason =
    `All users are on Revision ${knative.goal?.revision}, as was wanted, and stay pinned there by its name: ${found}, so that they cannot follow the latest Revision yet. ` +
    `${remedy}; action: abort takes users to ${stable.hash} again.`;
  return { do: 'finish', outcome: { outcome: 'failed', left: 'as-it-was', reason, toldTemplate, pinned: true } };
}

function describe(renewed: RevisionView | null): string {
  if (renewed === null) return 'Knative has made no Revision of the old template';
  const { name, ready, sign } = renewed;
  if (ready) return `Knative does not call ${name}, of the old template, its latest ready Revision`;
  return sign === null
    ? `Revision ${name}, of the old template, is not Ready`
    : `${describeRevision(sign)} (Knative made it of the old template)`;
}
