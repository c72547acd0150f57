import { githubComments } from './comments.ts';
import { masked } from './masked.ts';
import { outputsOf } from './outputs.ts';
import { COMMENT_LIMIT, keepComment, markerOf } from './plan-comment.ts';
import { readPullRequest } from './pull-request.ts';
import type { Request, Run } from './request.ts';
import type { Runner } from './runner.ts';
import type { Clock } from '../engine/clock.ts';
import { NOTHING, type Result } from '../engine/deploy.ts';
import type { Finding } from '../engine/refusal.ts';
import { type AnyPlan, isKnative } from '../release/knative/plan.ts';
import { isCommand } from '../traffic/command-route.ts';
import { tellDetails } from '../report/details.ts';
import { annotationFor } from '../report/annotation.ts';
import type { RunTeller } from '../report/log.ts';
import type { Story } from '../report/story.ts';
import { renderSummary, renderWithin } from '../report/summary.ts';

/** What is told of a run beside its plan and result. */
export interface Subject {
  readonly action: Request['action'];
  readonly deployment: string;
  readonly knativeService: string | null;
  readonly service: string | null;
  readonly strategy: string;
  readonly dryRun: boolean;
  /** Whether to write the job summary. */
  readonly summary: boolean;
  readonly comment: Request['comment'];
  readonly cluster: Pick<Request['cluster'], 'namespace' | 'context'>;
  readonly routerCommand: Request['routerCommand'];
}

/** Writes outputs, summary and annotation of a run, once. */
export class Reporter {
  namespace: string | null = null;
  /** What must not stand in what is sent elsewhere than to the runner. */
  readonly secrets: string[] = [];
  /** Requests sent to the API server so far. */
  requests: () => number = () => 0;
  #told = false;
  readonly #subject: Subject;
  readonly #run: Run;
  readonly #teller: RunTeller;
  readonly #clock: Clock;
  readonly #runner: Runner;
  readonly #startedAt: number;

  constructor(subject: Subject, run: Run, teller: RunTeller, clock: Clock, runner: Runner) {
    this.#subject = subject;
    this.#run = run;
    this.#teller = teller;
    this.#clock = clock;
    this.#runner = runner;
    this.#startedAt = clock.now();
  }

  /** What the next steps get if this one is killed before it can tell more: the runner reads outputs even then. */
  tellBeginning(plan: AnyPlan): void {
    const reason = 'The step ended before it could say how the release ended; its post step takes the release back.';
    this.#setOutputs(this.#story({ ...NOTHING, plan, reason }, []));
  }

  /** Answers whether the run did what was asked of it. */
  async tell(result: Result, findings: readonly Finding[]): Promise<boolean> {
    if (this.#told) return isSuccess(result, this.#subject);
    this.#told = true;
    this.#teller.end();
    if (this.#subject.action === 'plan' && this.#subject.comment !== null)
      await this.#comment(this.#subject.comment, this.#story(result, findings));
    const story = this.#story(result, findings);
    tellDetails(this.#teller, story);
    this.#setOutputs(story);
    if (this.#subject.summary) this.#runner.summarise(renderSummary(story));
    if (isSuccess(result, this.#subject)) return true;
    const { title, message } = annotationFor(story);
    this.#runner.error(message, title);
    return false;
  }

  /** What cannot be done is a warning: the plan itself is there all the same. */
  async #comment({ token }: NonNullable<Request['comment']>, story: Story): Promise<void> {
    const teller = this.#teller;
    const on = await readPullRequest(this.#runner.env);
    if ('without' in on) return teller.fact(`There is no pull request to show the plan on: ${on.without}.`);
    if (token === null) return teller.warning('The plan is not on the pull request: input github-token is empty.');
    const { kind, deployment } = story;
    const namespace = story.namespace ?? this.#subject.cluster.namespace ?? '';
    const subject = { namespace, workload: `${kind} ${deployment}`, context: this.#subject.cluster.context };
    const marker = markerOf(subject);
    const text = masked(renderWithin(story, COMMENT_LIMIT - Buffer.byteLength(marker) - 1_000), this.secrets);
    const problem = await keepComment(githubComments(on, token, this.#runner.env), marker, text);
    if (problem !== null) teller.warning(problem);
    else teller.fact(`the plan is on pull request ${on.number} of ${on.owner}/${on.repository}`);
  }

  #setOutputs(story: Story): void {
    for (const [name, value] of Object.entries(outputsOf(story))) this.#runner.setOutput(name, value);
  }

  #story(result: Result, findings: readonly Finding[]): Story {
    const { plan } = result;
    const subject = this.#subject;
    const teller = this.#teller;
    return {
      action: subject.action,
      outcome: result.outcome,
      reason: result.reason,
      dryRun: subject.dryRun,
      // A release that changed nothing has left no trace under its id.
      release: result.outcome === 'unchanged' ? null : (plan?.release ?? null),
      namespace: this.namespace,
      deployment: subject.knativeService ?? subject.deployment,
      kind: subject.knativeService === null ? 'Deployment' : 'Knative Service',
      service: subject.knativeService ?? (plan === null || isKnative(plan) ? subject.service : plan.service.name),
      strategy: plan?.strategy ?? subject.strategy,
      stableHash: plan?.stable.hash ?? null,
      candidateHash: result.candidateHash,
      from: plan?.stable.images ?? {},
      to: plan?.candidate.images ?? {},
      run: this.#run,
      startedAt: this.#startedAt,
      finishedAt: this.#clock.now(),
      phases: teller.phases(),
      checks: result.checks,
      writes: teller.writes(),
      warnings: teller.warnings(),
      findings,
      diagnosis: result.diagnosis,
      ramp: result.ramp,
      foundAt: result.foundAt,
      reachedAt: result.reachedAt,
      measured: result.measured,
      pausedAt: result.pausedAt,
      steps: plan === null || plan.strategy === 'blue-green' ? [] : plan.steps,
      held: result.left === 'standing',
      denied: result.left === 'denied',
      lost: lostTo(result),
      keptWarm: result.keptWarm,
      programs: programsOf(plan, subject),
      rollback: plan?.rollback ?? false,
      rollbackPossible: result.rollbackPossible,
      requests: this.requests(),
      looked: result.looked,
    };
  }
}

function programsOf(plan: Result['plan'], { routerCommand }: Pick<Request, 'routerCommand'>): Story['programs'] {
  if (plan === null || isKnative(plan) || !plan.routes.some(isCommand)) return [];
  return [
    'router-command',
    ...(routerCommand === null || routerCommand.verify === null ? [] : ['router-verify' as const]),
  ];
}

function lostTo({ left }: Result): Story['lost'] {
  switch (left) {
    case 'gone':
      return 'namespace';
    case 'deleted':
      return 'workload';
    case 'theirs':
      return 'template';
    default:
      return null;
  }
}

function isSuccess({ outcome, plan }: Result, { action }: Subject): boolean {
  if (action === 'abort' && outcome === 'aborted') return true;
  // Asked for: by this run, or by the one that began it.
  if (outcome === 'rolled-back' && (action === 'rollback' || plan?.rollback === true)) return true;
  return outcome === 'promoted' || outcome === 'unchanged' || outcome === 'paused';
}
