import * as core from '@actions/core';
import { outputsOf } from './outputs.ts';
import type { Request, Run } from './request.ts';
import type { Clock } from '../engine/clock.ts';
import { NOTHING, type Result } from '../engine/deploy.ts';
import type { Finding } from '../engine/refusal.ts';
import type { Plan } from '../release/plan.ts';
import { tellDetails } from '../report/details.ts';
import { annotationFor } from '../report/annotation.ts';
import type { RunTeller } from '../report/log.ts';
import type { Story } from '../report/story.ts';
import { renderSummary } from '../report/summary.ts';

/** What is told of a run beside its plan and result. */
export interface Subject {
  readonly action: Request['action'];
  readonly deployment: string;
  readonly service: string | null;
  readonly strategy: string;
  readonly dryRun: boolean;
  /** Whether to write the job summary. */
  readonly summary: boolean;
}

/** Writes outputs, summary and annotation of a run, once. */
export class Reporter {
  namespace: string | null = null;
  /** Requests sent to the API server so far. */
  requests: () => number = () => 0;
  #told = false;
  readonly #subject: Subject;
  readonly #run: Run;
  readonly #teller: RunTeller;
  readonly #clock: Clock;
  readonly #startedAt: number;

  constructor(subject: Subject, run: Run, teller: RunTeller, clock: Clock) {
    this.#subject = subject;
    this.#run = run;
    this.#teller = teller;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** What the next steps get if this one is killed before it can tell more: the runner reads outputs even then. */
  tellBeginning(plan: Plan): void {
    const reason = 'The step ended before it could say how the release ended; its post step takes the release back.';
    this.#setOutputs(this.#story({ ...NOTHING, plan, reason }, []));
  }

  /** Answers whether the run did what was asked of it. */
  async tell(result: Result, findings: readonly Finding[]): Promise<boolean> {
    if (this.#told) return isSuccess(result, this.#subject);
    this.#told = true;
    this.#teller.end();
    const story = this.#story(result, findings);
    tellDetails(this.#teller, story);
    this.#setOutputs(story);
    if (this.#subject.summary && (process.env.GITHUB_STEP_SUMMARY ?? '') !== '')
      await core.summary.addRaw(renderSummary(story), true).write();
    if (isSuccess(result, this.#subject)) return true;
    const { title, message } = annotationFor(story);
    core.error(message, { title });
    return false;
  }

  #setOutputs(story: Story): void {
    for (const [name, value] of Object.entries(outputsOf(story))) core.setOutput(name, value);
  }

  #story(result: Result, findings: readonly Finding[]): Story {
    const { plan } = result;
    const subject = this.#subject;
    const teller = this.#teller;
    return {
      outcome: result.outcome,
      reason: result.reason,
      dryRun: subject.dryRun,
      // A release that changed nothing has left no trace under its id.
      release: result.outcome === 'unchanged' ? null : (plan?.release ?? null),
      namespace: this.namespace,
      deployment: subject.deployment,
      service: plan?.service.name ?? subject.service,
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
      pausedAt: result.pausedAt,
      steps: plan === null || plan.strategy === 'blue-green' ? [] : plan.steps,
      held: result.left === 'standing',
      rollbackPossible: result.rollbackPossible,
      requests: this.requests(),
    };
  }
}

function isSuccess({ outcome }: Result, { action }: Subject): boolean {
  if (action === 'abort' && outcome === 'aborted') return true;
  return outcome === 'promoted' || outcome === 'unchanged' || outcome === 'paused';
}
