import type { Request } from '../../action/request.ts';
import type { PodTemplate } from '../../cluster/wire.ts';
import type { KnativePlan } from '../../release/knative/plan.ts';
import { imageChanges } from '../deployment-kind.ts';
import {
  type EngineParts,
  type Prepared,
  type Preparing,
  running,
  type Start,
  type TemplateChanges,
} from '../workload-kind.ts';
import { candidateTemplate } from './candidate-template.ts';
import { knativeServicePath } from '../../workload/knative-service.ts';
import type { WantedVersion } from '../../workload/wanted-version.ts';
import type { Allowance } from '../allowance.ts';
import { foreseenWrites } from './foreseen-writes.ts';
import { preflight } from './preflight.ts';
import { KnativeWorkload } from './workload.ts';
import { KnativeWorld } from './world.ts';

/** A Knative Service's release, prepared. */
export async function prepareKnative(
  parts: Preparing,
  request: Request,
  now: number,
  wanted: WantedVersion,
  allowance: Allowance,
): Promise<Prepared> {
  const { api, namespace } = parts;
  const cleared = await preflight(api, request, namespace, now, wanted, allowance);
  const { plan } = cleared;
  const facts = [
    `Knative Service ${namespace}/${plan.knative.name}, stable ${plan.stable.hash}`,
    ...imageChanges(plan.stable.images, plan.candidate.images),
  ];
  if (cleared.kind === 'unchanged') return { kind: 'unchanged', plan, facts };
  const { service, revisions, candidateTemplate, warnings } = cleared;
  return {
    kind: 'cleared',
    plan,
    facts,
    warnings,
    app: null,
    foresee: (parts, book) => foreseenWrites(parts, cleared, book),
    objects: new Map([[knativeServicePath(namespace, plan.knative.name), service]]),
    // Knative's own business.
    replicas: 0,
    async begin(parts) {
      const world = new KnativeWorld(parts.api, parts.clock, namespace, plan.knative.name);
      world.seed(service, revisions);
      return start(parts, world, plan, candidateTemplate);
    },
  };
}

/** A Knative Service's release on record, as it stands. */
export async function pickUpKnative(
  parts: EngineParts,
  plan: KnativePlan,
  changes: TemplateChanges | null,
): Promise<Start> {
  const world = new KnativeWorld(parts.api, parts.clock, parts.namespace, plan.knative.name);
  await world.load();
  const { service } = world.snapshot();
  // Once it was written, nothing that is left to do needs to know it.
  const template = changes === null ? null : await candidateTemplate(parts.api, plan, service, changes);
  return start(parts, world, plan, template);
}

function start(
  { api, clock, namespace }: EngineParts,
  world: KnativeWorld,
  plan: KnativePlan,
  candidateTemplate: PodTemplate | null,
): Start {
  // Knative keeps Revisions until its own collection of old ones, whose settings are the cluster's.
  return (_record, onWatchFailure) =>
    running(new KnativeWorkload({ api, clock, namespace, plan, world, candidateTemplate, onWatchFailure }), true);
}
