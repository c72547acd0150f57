import type { Strategy } from '../release/plan.ts';
import { ALL } from '../release/route.ts';
import { type Amount, formatAmount } from './batches.ts';
import { formatDuration } from './durations.ts';
import { ENV_LINE_FORM } from './env.ts';
import { IMAGE_LINE_FORM } from './images.ts';
import { type InputProblem, shown } from './input-errors.ts';
import type { InputName } from './inputs.ts';
import { parseLabelName } from './names.ts';
import type { Request } from './request.ts';
import { routerCommandProblems } from './router-command.ts';

/** What has become of the inputs one by one. */
export interface ReadInputs {
  /** True when every one of these was understood, so that they can be compared. */
  understood(...names: InputName[]): boolean;
  /** It says something else than its default, which the runner fills in. */
  isSaid(name: InputName): boolean;
}

/** What is wrong with inputs that are each right by themselves. */
export function togetherProblems(request: Request, inputs: ReadInputs): InputProblem[] {
  return [
    nothingToRelease(request, inputs),
    dryRunOfNothing(request, inputs),
    pauseAtNoStep(request, inputs),
    ...ofOtherStrategies(request, inputs),
    ...(inputs.understood('action', 'router') ? routerCommandProblems(request, inputs.isSaid('router-verify')) : []),
    twoKindsOfBatches(inputs),
    timesBeyondTimeout(request, inputs),
    candidateServiceName(request, inputs),
  ].filter((problem) => problem !== null);
}

function nothingToRelease(request: Request, inputs: ReadInputs): InputProblem | null {
  if (request.action !== 'deploy') return null;
  if (request.images.length > 0 || request.env.length > 0 || !inputs.understood('images', 'env')) return null;
  return {
    input: 'images',
    line: null,
    given: null,
    problem: 'Neither images nor env says what the new version is.',
    accepted: `lines ${IMAGE_LINE_FORM}; or in env, lines ${ENV_LINE_FORM}`,
  };
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
  const { timeout, bakeTime, drainTime, settleTime } = request;
  const ramp = request.action === 'deploy' ? stays(request) : 0;
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
function dryRunOfNothing({ action, dryRun }: Request, inputs: ReadInputs): InputProblem | null {
  if (action === 'deploy' || !dryRun || !inputs.understood('action', 'dry-run')) return null;
  return {
    input: 'dry-run',
    line: null,
    given: shown('true'),
    problem: `There is no dry run of action: ${action}.`,
    accepted: 'leave it out, or use action: deploy',
  };
}

/** Milliseconds that the steps or batches take together; batches of so many pods each are counted when the pods are known. */
function stays({ strategy, steps, mirror, batches, batchTime }: Request): number {
  if (strategy === 'canary') return steps.reduce((sum, { stay }) => sum + stay, mirror?.stay ?? 0);
  if (strategy !== 'rolling' || batches === null) return 0;
  if (!('size' in batches)) return batches.reduce((sum, { stay }) => sum + (stay ?? batchTime), 0);
  return 'share' in batches.size ? (Math.ceil(ALL / batches.size.share) - 1) * batchTime : 0;
}

function pauseAtNoStep(request: Request, inputs: ReadInputs): InputProblem | null {
  const { pauseAt, strategy, action } = request;
  // A release that goes on has its steps on record.
  if (pauseAt === null || action !== 'deploy') return null;
  if (!inputs.understood('pause-at', 'steps', 'strategy', 'batches', 'batch-size')) return null;
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
  const { action, strategy } = request;
  if (action !== 'deploy' || !inputs.understood('strategy')) return [];
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
