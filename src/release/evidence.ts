import { type Action, wait } from './action.ts';
import type { EvidenceView } from './observation.ts';
import type { Judging, ReleasePlan, Step } from './plan.ts';
import { percent } from './route.ts';
import { shareOf, stageOf, stepOf } from './stages.ts';
import type { State } from './state.ts';

/* How a stage ends: what has to be known of the candidate for that. */

/**
 * A step that was reached is held for its time, checked where that is wanted, and proved. Null: it may end.
 *
 * @param times epoch ms: when it was reached, and before when it ends in no case
 */
export function holdStep(
  plan: ReleasePlan,
  state: State,
  seen: { readonly evidence: EvidenceView | null },
  { reached, earliest }: { readonly reached: number; readonly earliest: number },
  now: number,
): Action | null {
  const { share, stay } = stepOf(plan, state);
  const over = Math.max(earliest, reached + stay);
  const ends = endOf(plan, seen, earliest, over);
  const checking = share > 0 ? recheck(plan, state) : null;
  if (checking !== null) return checking;
  if (now < ends) return wait('step', `${percent(share)} of the users are on the candidate`, ends);
  return share > 0 && stay > 0 ? prove(plan, state, seen, over, now) : null;
}

/** The moment at which a stage may end: before its time, `over`, only when the candidate was certified and the user allows that. */
function endOf(
  plan: ReleasePlan,
  seen: { readonly evidence: EvidenceView | null },
  earliest: number,
  over: number,
): number {
  return plan.judging.early && seen.evidence?.certified === true ? Math.min(earliest, over) : over;
}

/**
 * The time of a stage is over. Where evidence is lacking still, the stage waits for more, and then does what the user has said for that
 * case: what nobody could measure is not a pass. Null: it may end.
 *
 * @param over epoch ms at which its time was over
 */
export function prove(
  plan: ReleasePlan,
  state: State,
  seen: { readonly evidence: EvidenceView | null },
  over: number,
  now: number,
): Action | null {
  const lacking = seen.evidence?.lacking ?? null;
  if (lacking === null || isOverruled(plan, state)) return null;
  const until = over + plan.judging.patience;
  if (now < until) return wait('evidence', lacking, until);
  return inconclusive(plan, state, lacking, plan.judging.onInconclusive);
}

/** A check that could not say yes or no, and what is done then. Null: none, or it is to be passed over. */
export function unsure(
  plan: ReleasePlan,
  state: State,
  policy: Judging['onInconclusive'] = plan.judging.onInconclusive,
): Action | null {
  const doubtful = state.checks.find(
    ({ verdict, stage }) => verdict === 'inconclusive' && stage === stageOf(plan, state),
  );
  if (doubtful === undefined || isOverruled(plan, state)) return null;
  return inconclusive(plan, state, `${doubtful.kind} “${doubtful.name}”: ${doubtful.detail.split('\n')[0]}`, policy);
}

/** The checks of a step that users reach, where they are wanted there. Null: passed, or not wanted. */
function recheck(plan: ReleasePlan, state: State): Action | null {
  if (plan.checkAt === 'start' || plan.checks === 0) return null;
  if (state.marks.checked === undefined) return { do: 'check' };
  return unsure(plan, state);
}

/**
 * Whether the candidate is still to be checked, from the present step on, as long as not all users are on it.
 * @param isHeld whether a step with users is held for its time: only then is it checked
 */
export function hasChecksAhead(plan: ReleasePlan, { step, marks }: State, isHeld: (step: Step) => boolean): boolean {
  if (plan.checks === 0) return false;
  const isChecked = (at: Step, index: number): boolean =>
    index === 0 || (plan.checkAt === 'every-step' && at.share > 0 && isHeld(at));
  const first = marks.checked === undefined ? step : step + 1;
  return plan.steps.some((at, index) => index >= first && isChecked(at, index));
}

function inconclusive(
  plan: ReleasePlan,
  state: State,
  reason: string,
  policy: Judging['onInconclusive'],
): Action | null {
  switch (policy) {
    case 'promote':
      return null;
    case 'rollback':
      return {
        do: 'turn-back',
        cause: 'inconclusive',
        reason: `Nothing certain is known of the candidate at ${percent(shareOf(plan, state))} of the users: ${reason}`,
      };
    case 'pause':
      return {
        do: 'finish',
        outcome: { outcome: 'paused', share: shareOf(plan, state), because: { is: 'lacking', text: reason } },
      };
  }
}

/** A person has seen this stage and let it go on (`action: promote`). */
function isOverruled(plan: ReleasePlan, state: State): boolean {
  return state.approved === stageOf(plan, state);
}
