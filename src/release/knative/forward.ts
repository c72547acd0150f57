import { type Action, wait, write } from '../action.ts';
import { holdStep, prove, unsure } from '../evidence.ts';
import { ALL } from '../route.ts';
import { stepOf } from '../stages.ts';
import type { State } from '../state.ts';
import { isUsersWay } from './latest.ts';
import type { KnativeObservation } from './observation.ts';
import type { KnativePlan } from './plan.ts';
import { takeUpTemplate } from './take-up.ts';

/** Milliseconds for Knative's controllers: what they refuse may be unknown to them still; busy ones may be late. */
const REFUSAL_PATIENCE = 10_000;
const SILENCE_PATIENCE = 120_000;

/** A release on its way forward, as a list of what must be true before the next thing may happen. */
export function forward(plan: KnativePlan, state: State, seen: KnativeObservation, now: number): Action {
  return (
    close(state, seen, now) ??
    open(plan, state, seen, now) ??
    proveCandidate(plan, state, seen, now) ??
    climb(plan, state, seen, now) ??
    watchOverUsers(plan, state, seen, now) ??
    takeUpTemplate(plan, state, seen, now) ??
    write('close')
  );
}

/**
 * Every user is pinned to stable by its name, and Knative says that this has its effect; then the template. In one PATCH the Configuration
 * is written before the Route: a Route that cannot be written would lead the latest users to whatever is ready next.
 */
function open({ knative }: KnativePlan, state: State, seen: KnativeObservation, now: number): Action | null {
  // A Revision from before is there: users go to it from where they are, and its template comes last.
  if (seen.template !== 'stable' || knative.goal !== undefined) return null;
  if (seen.traffic.is === 'original') return write('pin');
  return awaitEffect(state.marks.pinned, seen, now) ?? write('open');
}

/** The candidate's Revision is there and Ready, has a URL of its own, and passed the checks. */
function proveCandidate(plan: KnativePlan, state: State, seen: KnativeObservation, now: number): Action | null {
  const { candidate } = seen;
  if (candidate === null) return wait('controller', 'Knative to make the candidate’s Revision');
  if (state.marks.ready === undefined) {
    const why = candidate.sign === null ? '' : `: ${candidate.sign.reason}`;
    return candidate.ready
      ? { do: 'mark', mark: 'ready' }
      : wait('pods', `Revision ${candidate.name} to be Ready${why}`);
  }
  if (state.step > 0) return null;
  if (mustBeTagged(plan, seen)) return write('route', { step: 0 });
  const unproven = awaitEffect(state.marks.routed, seen, now);
  if (unproven !== null) return unproven;
  if (plan.checks === 0) return null;
  return state.marks.checked === undefined ? { do: 'check' } : unsure(plan, state);
}

/** Before any user, where there is a step for that. Of a new template users are pinned by then. */
function mustBeTagged({ steps, knative }: KnativePlan, { traffic }: KnativeObservation): boolean {
  if (traffic.is === 'ours') return !traffic.tagged;
  return traffic.is === 'original' && knative.goal !== undefined && steps[0].share === 0;
}

/** The share is written, found to have its effect, and held for its time. */
function climb(plan: KnativePlan, state: State, seen: KnativeObservation, now: number): Action | null {
  const { marks } = state;
  if (marks.switched !== undefined) return null;
  const step = stepOf(plan, state);
  const { traffic } = seen;
  if (traffic.is !== 'ours' || traffic.share !== step.share)
    return write(step.share === ALL ? 'switch' : 'route', { step: state.step });
  if (marks.stepReached === undefined) {
    const since = step.share === ALL ? marks.switching : marks.routed;
    return awaitEffect(since, seen, now) ?? { do: 'mark', mark: 'stepReached' };
  }
  if (step.share === ALL) return { do: 'mark', mark: 'switched' };
  const earliest = marks.stepReached + (step.share === 0 ? 0 : plan.times.settle);
  const holding = holdStep(plan, state, seen, { reached: marks.stepReached, earliest }, now);
  if (holding !== null) return holding;
  if (plan.pauseAt === step.share)
    return { do: 'finish', outcome: { outcome: 'paused', share: step.share, because: { is: 'asked' } } };
  return { do: 'next-step' };
}

function watchOverUsers(plan: KnativePlan, state: State, seen: KnativeObservation, now: number): Action | null {
  const { marks } = state;
  if (marks.switched === undefined) return wait('route', 'the switch');
  if (marks.baked !== undefined) return null;
  const over = marks.switched + Math.max(plan.times.bake, plan.times.settle);
  if (now < over) return wait('bake', 'users are on the candidate, stable’s Revision stays', over);
  const unproven = plan.times.bake > 0 ? prove(plan, state, seen, over, now) : null;
  return unproven ?? { do: 'mark', mark: 'baked' };
}

/** The user's own traffic is back and leads to the candidate, the latest Revision that is ready. */
function close(state: State, seen: KnativeObservation, now: number): Action | null {
  if (seen.template !== 'candidate' || seen.traffic.is !== 'original') return null;
  const name = seen.renewed?.name ?? 'the candidate';
  if (!isUsersWay(seen)) return wait('controller', `Knative to call ${name} its latest ready Revision`);
  return (
    awaitEffect(state.marks.closing, seen, now) ?? { do: 'finish', outcome: { outcome: 'promoted', stable: 'retired' } }
  );
}

/** Null: it is proved. A controller has its time to take traffic up, and less to go on refusing it. */
function awaitEffect(since: number | undefined, { effect }: KnativeObservation, now: number): Action | null {
  if (effect.is === 'yes') return null;
  const reason = effect.reasons.join(' ') || 'Knative has not said that it took the traffic up.';
  const until = (since ?? now) + (effect.is === 'no' ? REFUSAL_PATIENCE : SILENCE_PATIENCE);
  if (now >= until) return { do: 'turn-back', cause: 'unhealthy', reason };
  return wait('route', reason, until);
}
