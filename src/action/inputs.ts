import { readComment } from './comment-inputs.ts';
import { ENV_LINE_FORM, envTarget, parseEnvLine, shownEnvLine } from './env.ts';
import { GO_ON_FORM, parseGoOn } from './go-on-to.ts';
import { readGates } from './gate-inputs.ts';
import { IMAGE_LINE_FORM, imageTarget, parseImageLine } from './images.ts';
import { InputErrors, type InputProblem } from './input-errors.ts';
import { Reader } from './input-reader.ts';
import { INPUTS } from './input-table.ts';
import { togetherProblems } from './inputs-together.ts';
import { readJudging } from './judging-inputs.ts';
import { ACTIONS } from './operations.ts';
import type { Request } from './request.ts';
import { parseSmokeTestLine, SMOKE_TEST_FORM } from './smoke-test-lines.ts';
import { COOKIE_FORM, HEADER_FORM, parseCookieLine, parseHeaderLine } from './testers.ts';

/**
 * The request of the inputs, checked whole and frozen. `get` gives an input by its name in `action.yml`, '' when not set.
 * Asynchronous only because the YAML parser is loaded when the content of a kubeconfig or metrics are given.
 * @throws {InputErrors} naming every input that cannot be used.
 */
export async function readRequest(get: (name: string) => string): Promise<Request> {
  const inputs = new Reader(get);
  const kubeconfig = await inputs.kubeconfig();
  const metrics = await inputs.metrics();
  const action = inputs.word('action', ACTIONS);
  const request: Request = {
    action,
    strategy: inputs.word('strategy', ['blue-green', 'canary', 'rolling']),
    steps: inputs.steps(),
    batches: inputs.batches(),
    batchTime: inputs.duration('batch-time'),
    pauseAt: inputs.amount('pause-at'),
    testers: {
      headers: inputs.lines('headers', HEADER_FORM, parseHeaderLine, ({ name, value }) => `${name}: ${value}`),
      cookies: inputs.lines('cookie', COOKIE_FORM, parseCookieLine, ({ name, value }) => `${name}=${value}`),
    },
    mirror: inputs.mirror(),
    candidateReplicas: inputs.count('candidate-replicas'),
    routers: inputs.routers(),
    routerCommand: inputs.routerCommand(),
    cluster: {
      kubeconfig,
      context: inputs.text('context'),
      namespace: inputs.name('namespace'),
      allowExec: inputs.word('allow-exec', ['auto', 'true', 'false']),
    },
    deployment: inputs.deployment(),
    knativeService: inputs.name('knative-service'),
    service: inputs.name('service'),
    candidateService: inputs.name('candidate-service'),
    images: inputs.lines('images', IMAGE_LINE_FORM, parseImageLine, imageTarget),
    env: inputs.lines('env', ENV_LINE_FORM, parseEnvLine, envTarget, shownEnvLine),
    smokeTests: inputs.lines('smoke-test', SMOKE_TEST_FORM, parseSmokeTestLine),
    smokeCommand: inputs.text('smoke-command'),
    judging: readJudging(inputs),
    ...readGates(inputs),
    metrics,
    bakeTime: inputs.duration('bake-time'),
    drainTime: inputs.duration('drain-time'),
    settleTime: inputs.duration('settle-time'),
    timeout: inputs.duration('timeout', 'A release needs time: it must be longer than 0s.'),
    lockTimeout: inputs.duration('lock-timeout'),
    onFailure: inputs.word('on-failure', ['rollback', 'hold']),
    skipAnalysis: inputs.boolean('skip-analysis'),
    onCancel: inputs.word('on-cancel', ['take-back', 'hold']),
    onUnfinished: inputs.word('on-unfinished', ['take-back', 'resume', 'fail']),
    to: action === 'promote' ? null : inputs.text('to'),
    goOnTo: action === 'promote' ? inputs.optional('to', GO_ON_FORM, parseGoOn) : null,
    switch: inputs.word('switch', ['cut', 'overlap']),
    keepWarm: inputs.boolean('keep-warm'),
    dryRun: inputs.boolean('dry-run'),
    summary: inputs.boolean('summary'),
    ...readComment(inputs),
  };
  const problems = [...inputs.problems, ...togetherProblems(request, inputs)];
  if (problems.length > 0) throw new InputErrors(problems.sort((a, b) => place(a) - place(b)));
  return deepFreeze(request);
}

/** Problems are told in the order of `action.yml`. */
function place(problem: InputProblem): number {
  return INPUTS.findIndex(({ name }) => name === problem.input);
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
