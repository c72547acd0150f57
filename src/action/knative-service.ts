import { ALL, type Share } from '../release/route.ts';
import type { InputProblem } from './input-errors.ts';
import type { InputName } from './input-table.ts';
import type { ReadInputs } from './inputs-together.ts';
import { describesRelease } from './operations.ts';
import type { Request } from './request.ts';
import { formatShare } from './shares.ts';

const POINTS_OF_A_PERCENT = 100;

const BY_ITSELF = 'Knative splits users by its own spec.traffic, between Revisions';
/** Why there is no old version that could be kept warm. */
export const NOT_WARM_OF_KNATIVE =
  'Knative keeps the old Revision, to which action: rollback moves users in one write, and scales its pods by its requests (see autoscaling.knative.dev/min-scale)';

const TAG = 'tests reach the candidate by its tag’s URL, CROSSFADE_CANDIDATE_URL of smoke-command';

/** Inputs for which Knative has no way, or takes care itself, with the reason. */
const WITHOUT_MEANING: readonly { readonly input: InputName; readonly why: string }[] = [
  ...(['router', 'router-command', 'router-verify'] as const).map((input) => ({ input, why: BY_ITSELF })),
  ...(['headers', 'cookie'] as const).map((input) => ({
    input,
    why: `spec.traffic chooses by percent alone, not by what a request says; ${TAG}`,
  })),
  { input: 'mirror', why: 'spec.traffic sends each request to one Revision and copies none' },
  {
    input: 'candidate-replicas',
    why: 'Knative scales each Revision by its requests (see autoscaling.knative.dev/min-scale)',
  },
  { input: 'switch', why: 'Knative moves each request to one Revision or the other, in one change of spec.traffic' },
  { input: 'service', why: 'users reach a Knative Service by its own Route' },
  {
    input: 'job',
    why: `a Job reaches the new pods by the candidate Service, and there is none; use smoke-command, which finds CROSSFADE_CANDIDATE_URL`,
  },
  { input: 'probe', why: 'it asks the live and the candidate Service, and there are none' },
  { input: 'restarts', why: 'Knative restarts pods by itself, and says of a Revision that fails that it is not Ready' },
  { input: 'candidate-service', why: `every Revision has a Service of its own; ${TAG}` },
  { input: 'keep-warm', why: NOT_WARM_OF_KNATIVE },
  {
    input: 'drain-time',
    why: 'Knative lets the old Revision’s pods go by itself when no request has come for a while',
  },
];

/** What of the inputs does not fit input `knative-service`. */
export function knativeProblems(request: Request, inputs: ReadInputs): InputProblem[] {
  const { knativeService, deployment, action } = request;
  if (knativeService === null) return [];
  const both =
    deployment === ''
      ? []
      : [problem('knative-service', 'Input deployment names another workload to release.', 'one of the two')];
  if (!describesRelease(action)) return both;
  const strange = WITHOUT_MEANING.filter(({ input }) => inputs.understood(input) && isAsked(request, inputs, input));
  return [
    ...both,
    ...rolling(request, inputs),
    ...strange.map(({ input, why }) =>
      problem(input, `It has no meaning with knative-service: ${why}.`, 'leave it out'),
    ),
    ...fractions(request, inputs),
  ];
}

function isAsked({ routers }: Request, inputs: ReadInputs, input: InputName): boolean {
  return inputs.isSaid(input) && !(input === 'router' && routers.length === 0);
}

function rolling({ strategy }: Request, inputs: ReadInputs): InputProblem[] {
  if (strategy !== 'rolling' || !inputs.understood('strategy')) return [];
  const why =
    'A Revision never changes: a Knative Service has no pods that could be replaced in place, only Revisions beside one another.';
  return [
    problem('strategy', why, 'strategy: canary, for example with steps: 10% 2m, 50% 5m, or strategy: blue-green'),
  ];
}

/** Percents of `spec.traffic` are whole numbers. */
function fractions({ strategy, steps }: Request, inputs: ReadInputs): InputProblem[] {
  if (strategy !== 'canary' || !inputs.understood('steps', 'strategy')) return [];
  const broken = steps.filter(({ share }) => share % POINTS_OF_A_PERCENT !== 0);
  if (broken.length === 0) return [];
  const found = broken.map(
    ({ share }) => `${formatShare(share)} (nearest: ${nearest(share).map(formatShare).join(' and ')})`,
  );
  return [
    problem(
      'steps',
      `Knative’s percents are whole numbers: ${found.join(', ')}.`,
      'shares of whole percents with the time to stay at each, such as 5% 2m, 20% 5m, 50% 5m',
    ),
  ];
}

/** Neither nobody nor all: those are no steps. */
function nearest(share: Share): Share[] {
  const below = Math.floor(share / POINTS_OF_A_PERCENT) * POINTS_OF_A_PERCENT;
  return [below, below + POINTS_OF_A_PERCENT].filter((each) => each > 0 && each < ALL);
}

function problem(input: InputName, text: string, accepted: string): InputProblem {
  return { input, line: null, given: null, problem: text, accepted };
}
