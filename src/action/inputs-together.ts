import type { Strategy } from '../release/plan.ts';
import { ALL } from '../release/route.ts';
import { type Amount, formatAmount } from './batches.ts';
import { formatDuration } from './durations.ts';
import { commentProblems } from './comment-inputs.ts';
import { ENV_LINE_FORM } from './env.ts';
import { gateProblems } from './gate-inputs.ts';
import { IMAGE_LINE_FORM } from './images.ts';
import { type InputProblem, shown } from './input-errors.ts';
import { type InputName, isInput } from './input-table.ts';
import { knativeProblems } from './knative-service.ts';
import { parseLabelName } from './names.ts';
import { describesRelease, namesVersion, takesTime } from './operations.ts';
import type { Request } from './request.ts';
import { routerCommandProblems } from './router-command.ts';

/** What has become of the inputs one by one. */
export interface ReadInputs {
  /** True when every one of these was understood, so that they can be compared. */
  understood(...names: InputName[]): boolean;
  /** It says something else than its default, which the runner fills in. */
  isSaid(name: InputName): boolean;
  /** What it says, as far as that may be shown. */
  shown(name: InputName): string;
}

/** What is wrong with inputs that are each right by themselves. */
export function togetherProblems(request: Request, inputs: ReadInputs): InputProblem[] {
  const knative = knativeProblems(request, inputs);
  const others = [
    nothingToRelease(request, inputs),
    ...ofTarget(request, inputs),
    dryRunOfNothing(request, inputs),
    skippedOfNothing(request, inputs),
    pauseAtNoStep(request, inputs),
    holdOfPlainRolling(request, inputs),
    ...ofOtherStrategies(request, inputs),
    ...(inputs.understood('action', 'router') ? routerCommandProblems(request, inputs.isSaid('router-verify')) : []),
    twoKindsOfBatches(inputs),
    nothingToKeep(request, inputs),
    timesBeyondTimeout(request, inputs),
    candidateServiceName(request, inputs),
    ...gateProblems(request, inputs),
    ...(inputs.understood('action') ? commentProblems(request) : []),
  ].filter((problem) => problem !== null);
  // Once for each input.
  const all = [...knative, ...others.filter(({ input }) => !knative.some((problem) => problem.input === input))];
  // Whoever is told that an input has no meaning has given it.
  return all.map((problem) =>
    problem.given === null && isInput(problem.input) && inputs.isSaid(problem.input)
      ? { ...problem, given: inputs.shown(problem.input) }
      : problem,
  );
}

function nothingToRelease(request: Request, inputs: ReadInputs): InputProblem | null {
  if (!namesVersion(request.action) || request.images.length > 0 || request.env.length > 0) return null;
  if (!inputs.understood('action', 'images', 'env')) return null;
  return {
    input: 'images',
    line: null,
    given: null,
    problem: 'Neither images nor env says what the new version is.',
    accepted: `lines ${IMAGE_LINE_FORM}; or in env, lines ${ENV_LINE_FORM}`,
  };
}

/** A version from before comes back whole. */
function ofTarget({ action, images, env, to, goOnTo, pauseAt }: Request, inputs: ReadInputs): InputProblem[] {
  if (!inputs.understood('action')) return [];
  const problem = (input: InputName, text: string, accepted: string): InputProblem => ({
    input,
    line: null,
    given: null,
    problem: text,
    accepted,
  });
  if (action === 'promote')
    return goOnTo === null || pauseAt === null || !inputs.understood('to', 'pause-at')
      ? []
      : [problem('pause-at', 'With action: promote it says the same as input to.', 'one of the two')];
  if (action !== 'rollback')
    return to === null
      ? []
      : [
          problem(
            'to',
            `It has no meaning with action: ${action}.`,
            'leave it out, or use action: rollback or promote',
          ),
        ];
  const given = [...(images.length > 0 ? ['images' as const] : []), ...(env.length > 0 ? ['env' as const] : [])];
  return given
    .filter((input) => inputs.understood(input))
    .map((input) =>
      problem(
        input,
        'It has no meaning with action: rollback, which brings a version back as it was.',
        'leave it out, and name the version with to; or use action: deploy',
      ),
    );
}

function timesBeyondTimeout(request: Request, inputs: ReadInputs): InputProblem | null {
  const times = [
    'bake-time',
    'drain-time',
    'settle-time',
    'steps',
    'mirror',
    'batches',
    'batch-size',
    'batch-time',
  ] as const;
  if (!inputs.understood('timeout', ...times)) return null;
  const { timeout, bakeTime, settleTime } = request;
  const drainTime = request.knativeService === null ? request.drainTime : 0;
  const ramp = inputs.understood('action') && takesTime(request.action) ? stays(request) : 0;
  const waits = bakeTime + drainTime + settleTime + ramp;
  if (timeout > waits) return null;
  const steps = ramp === 0 ? '' : `the steps ${formatDuration(ramp)}, `;
  const problem = `${steps}bake-time ${formatDuration(bakeTime)}, drain-time ${formatDuration(drainTime)} and settle-time ${formatDuration(settleTime)} take ${formatDuration(waits)} together, which leaves no time for the release itself.`;
  return {
    input: 'timeout',
    line: null,
    given: shown(formatDuration(timeout)),
    problem,
    accepted:
      'a time longer than bake-time, drain-time and settle-time together, and long enough for the pods to start, for example timeout: 15m',
  };
}

/** Whoever asks for a dry run wants nothing to be changed. */
function dryRunOfNothing(request: Request, inputs: ReadInputs): InputProblem | null {
  const { action, dryRun } = request;
  if (action === 'deploy' || action === 'rollback' || !dryRun || !inputs.understood('action', 'dry-run')) return null;
  return {
    input: 'dry-run',
    line: null,
    given: shown('true'),
    problem: `There is no dry run of action: ${action}.`,
    accepted: 'leave it out, or use action: deploy or action: rollback',
  };
}

/** Kept where there is something to be kept. */
function nothingToKeep({ action, strategy, keepWarm }: Request, inputs: ReadInputs): InputProblem | null {
  if (!keepWarm || !inputs.understood('action', 'strategy', 'keep-warm')) return null;
  const problem = (text: string, accepted: string): InputProblem => ({
    input: 'keep-warm',
    line: null,
    given: shown('true'),
    problem: text,
    accepted,
  });
  if (action !== 'deploy' && action !== 'promote')
    return problem(
      `It has no meaning with action: ${action}, which leaves one version.`,
      'leave it out, or use action: deploy or action: promote',
    );
  if (action !== 'deploy' || strategy !== 'rolling') return null;
  return problem(
    'It has no meaning with strategy: rolling, which replaces pods in their own place: none of the old ones is left at the end.',
    'leave it out, or use strategy: blue-green or canary',
  );
}

/** Milliseconds that the steps or batches take together; batches of so many pods each are counted when the pods are known. */
function stays({ strategy, steps, mirror, batches, batchTime }: Request): number {
  if (strategy === 'canary') return steps.reduce((sum, { stay }) => sum + stay, mirror?.stay ?? 0);
  if (strategy !== 'rolling' || batches === null) return 0;
  if (!('size' in batches)) return batches.reduce((sum, { stay }) => sum + (stay ?? batchTime), 0);
  return 'share' in batches.size ? (Math.ceil(ALL / batches.size.share) - 1) * batchTime : 0;
}

function pauseAtNoStep(request: Request, inputs: ReadInputs): InputProblem | null {
  const { pauseAt, strategy } = request;
  // A release that goes on has its steps on record.
  if (pauseAt === null || !describesRelease(request.action)) return null;
  if (!inputs.understood('action', 'pause-at', 'steps', 'strategy', 'batches', 'batch-size')) return null;
  const problem = (text: string, accepted: string): InputProblem => ({
    input: 'pause-at',
    line: null,
    given: shown(formatAmount(pauseAt)),
    problem: text,
    accepted,
  });
  if (strategy === 'rolling' && request.batches === null)
    return problem(
      'A rolling update without batches cannot pause.',
      'leave it out, or give batches, such as batches: 1, 25%, 50%',
    );
  // How many batches of one size there are is known with the pods.
  if (strategy === 'rolling' && request.batches !== null && 'size' in request.batches) return null;
  const places = placesOf(request).map(formatAmount);
  if (places.includes(formatAmount(pauseAt))) return null;
  const what = strategy === 'rolling' ? 'batches' : 'the shares of steps';
  return problem('It is no step.', `one of ${what}, or 0% (before any user is moved): ${places.join(', ')}`);
}

/** A release that is to be judged by nothing just names nothing; one that goes on may leave out what it was to be judged by. */
function skippedOfNothing({ action, skipAnalysis }: Request, inputs: ReadInputs): InputProblem | null {
  if (!skipAnalysis || !inputs.understood('action') || action === 'promote' || action === 'resume') return null;
  return {
    input: 'skip-analysis',
    line: null,
    given: null,
    problem: `It has no meaning with action: ${action}.`,
    accepted: 'leave it out, or use action: promote or action: resume',
  };
}

function holdOfPlainRolling({ action, onCancel, strategy, batches }: Request, inputs: ReadInputs): InputProblem | null {
  if (action !== 'deploy' || onCancel !== 'hold' || strategy !== 'rolling' || batches !== null) return null;
  if (!inputs.understood('action', 'strategy', 'batches', 'batch-size', 'on-cancel')) return null;
  return {
    input: 'on-cancel',
    line: null,
    given: 'hold',
    problem: 'A rolling update without batches is Kubernetes’ own and cannot be held.',
    accepted: 'take-back, or give batches, such as batches: 1, 25%, 50%',
  };
}

/** Where a release can pause. */
function placesOf({ strategy, steps, batches }: Request): readonly Amount[] {
  const rolling = batches === null || 'size' in batches ? [] : batches;
  return [{ share: 0 }, ...(strategy === 'canary' ? steps : strategy === 'rolling' ? rolling : [])];
}

/** Inputs that belong to some strategies, with the reason why they mean nothing to the others. */
const OWN_INPUTS: readonly { readonly input: InputName; readonly of: readonly Strategy[] }[] = [
  { input: 'router', of: ['blue-green', 'canary'] },
  ...(['steps', 'headers', 'cookie', 'mirror', 'candidate-replicas'] as const).map((input) => ({
    input,
    of: ['canary'] as const,
  })),
  ...(['batches', 'batch-size', 'batch-time'] as const).map((input) => ({ input, of: ['rolling'] as const })),
  { input: 'switch', of: ['blue-green', 'canary'] },
];

const WHY_NOT: Readonly<Record<Strategy, string>> = {
  'blue-green': 'which moves all users at once',
  canary: 'whose ramp is input steps',
  rolling: 'which replaces pods behind one and the same Service: nothing chooses who reaches which of them',
};

/** Said, not ignored. */
function ofOtherStrategies(request: Request, inputs: ReadInputs): InputProblem[] {
  const { strategy } = request;
  if (!describesRelease(request.action) || !inputs.understood('action', 'strategy')) return [];
  const strange = OWN_INPUTS.filter(({ input, of }) => !of.includes(strategy) && inputs.isSaid(input));
  return strange
    .filter(({ input }) => inputs.understood(input) && !(input === 'router' && request.routers.length === 0))
    .map(({ input, of }) => ({
      input,
      line: null,
      given: null,
      problem: `It has no meaning with strategy: ${strategy}, ${WHY_NOT[strategy]}.`,
      accepted: `leave it out, or use strategy: ${of.join(' or ')}`,
    }));
}

function twoKindsOfBatches(inputs: ReadInputs): InputProblem | null {
  if (!inputs.isSaid('batches') || !inputs.isSaid('batch-size')) return null;
  return {
    input: 'batch-size',
    line: null,
    given: null,
    problem: 'Input batches says already how large each batch is.',
    accepted: 'one of the two',
  };
}

const CANDIDATE_SUFFIX = '-candidate';

function candidateServiceName(request: Request, inputs: ReadInputs): InputProblem | null {
  const { service, candidateService } = request;
  if (service === null || !inputs.understood('service', 'candidate-service')) return null;
  const accepted = `the name of another Service, for example candidate-service: web-preview`;
  if (service === candidateService)
    return {
      input: 'candidate-service',
      line: null,
      given: shown(candidateService),
      problem: 'This is the live Service: users would reach the new pods before they are tested.',
      accepted,
    };
  if (candidateService !== null) return null;
  const name = parseLabelName(service + CANDIDATE_SUFFIX);
  if (name.ok) return null;
  return {
    input: 'candidate-service',
    line: null,
    given: null,
    problem: `The default, "${service}${CANDIDATE_SUFFIX}", is too long. ${name.problem}`,
    accepted,
  };
}
