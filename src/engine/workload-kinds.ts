import type { Request } from '../action/request.ts';
import { type AnyPlan, isKnative } from '../release/knative/plan.ts';
import type { MisfitChange } from '../workload/template.ts';
import type { WantedVersion } from '../workload/wanted-version.ts';
import { pickUpDeployment, prepareDeployment } from './deployment-kind.ts';
import { pickUpKnative, prepareKnative } from './knative/kind.ts';
import { isVersionOfDeployment, misfitsOfDeployment } from './candidate-template.ts';
import { isVersionOfKnative, misfitsOfKnative } from './knative/candidate-template.ts';
import { type Allowance, ALL_NEEDED } from './allowance.ts';
import type { EngineParts, Prepared, Preparing, Start, TemplateChanges } from './workload-kind.ts';

/*
 * Every kind of workload that can be released, and which of them a request or a record is about.
 */

/** What is released, as log, record and lock name it. */
export interface Subject {
  /** Of the record and the lock: `crossfade.<key>`. */
  readonly key: string;
  /** `Deployment web`. */
  readonly title: string;
  /** The inputs that say which object it is. */
  readonly inputs: string;
}

export function subjectOf({ deployment, knativeService }: Pick<Request, 'deployment' | 'knativeService'>): Subject {
  if (knativeService === null)
    return { key: deployment, title: `Deployment ${deployment}`, inputs: 'deployment, namespace and context' };
  const title = `Knative Service ${knativeService}`;
  return { key: knativeKey(knativeService), title, inputs: 'knative-service, namespace and context' };
}

/** The same of a release on record. */
export function keyOf(plan: AnyPlan): string {
  return isKnative(plan) ? knativeKey(plan.knative.name) : plan.deployment.name;
}

/** A Deployment of the same name has a record of its own. */
function knativeKey(name: string): string {
  return `ksvc.${name}`;
}

/**
 * Reads and checks everything before the first write. Throws Refused with all findings at once, or what a read throws.
 * `now`: epoch ms, the start of the release.
 */
export function prepare(
  parts: Preparing,
  request: Request,
  now: number,
  wanted: WantedVersion = { from: 'inputs' },
  allowance: Allowance = ALL_NEEDED,
): Promise<Prepared> {
  if (request.knativeService !== null) return prepareKnative(parts, request, now, allowance);
  return prepareDeployment(parts, request, now, wanted, allowance);
}

/**
 * Reads the objects of a release on record, to go on with it or to take it back. Throws what a read throws.
 * @param changes what makes the candidate's template of stable's, for a run that may have to write it; null: it will not
 */
export function pickUp(parts: EngineParts, plan: AnyPlan, changes: TemplateChanges | null): Promise<Start> {
  return isKnative(plan) ? pickUpKnative(parts, plan, changes) : pickUpDeployment(parts, plan, changes);
}

/** Why these changes cannot be made to the workload of a release on record, whichever of its versions stays; empty: they can. */
export async function misfitsOf(
  { api, namespace }: Pick<EngineParts, 'api' | 'namespace'>,
  plan: AnyPlan,
  changes: TemplateChanges,
): Promise<readonly MisfitChange[]> {
  return isKnative(plan)
    ? await misfitsOfKnative(api, namespace, plan, changes)
    : await misfitsOfDeployment(api, namespace, plan, changes);
}

/** Whether these changes make the version that the release on record is of. Throws what a read throws. */
export function isVersionOf(
  { api, namespace }: Pick<EngineParts, 'api' | 'namespace'>,
  plan: AnyPlan,
  changes: TemplateChanges,
): Promise<boolean> {
  const how = isKnative(plan)
    ? isVersionOfKnative(api, namespace, plan, changes)
    : isVersionOfDeployment(api, namespace, plan, changes);
  return how;
}
