import type { KubeObject } from '../cluster/wire.ts';
import { deploymentPath, servicePath, type WriteRequest } from '../cluster/write-request.ts';
import { intentOf } from '../release/ramp.ts';
import { isByPods, isInPlace, isPlain, nextSizes, type Sizes, sizesFor } from '../release/sizes.ts';
import { ORIGINAL, type RouteObjects } from '../traffic/router.ts';
import type { Plan } from '../release/plan.ts';
import * as selector from '../traffic/service-selector.ts';
import * as rollout from '../workload/held-rollout.ts';
import { foreseenDisowns } from './disown.ts';
import { foreseenFrame } from './foreseen-frame.ts';
import { type Foreseen, ForeseenRoutes } from './foreseen-routes.ts';
import type { Cleared } from './preflight.ts';
import { type Finding, Refused } from './refusal.ts';
import type { RecordBook } from './record-store.ts';
import type { DryRunParts, ForeseeParts } from './workload-kind.ts';
import { homeOf } from './writes.ts';

/** Stands for the candidate's hash, which only the real ReplicaSet shows. */
const UNKNOWN_HASH = 'candidate';

/**
 * `dry-run`: sends every write of a release with `dryRun=All` against the objects as they are, where it has a place there.
 * Throws Refused when the API server would refuse one.
 */
export async function dryRun(
  { api, teller }: Pick<DryRunParts, 'api' | 'teller'>,
  writes: readonly Foreseen[],
): Promise<void> {
  const findings: Finding[] = [];
  for (const { write, trial } of writes) {
    teller.wrote(write);
    if (trial === null) continue;
    try {
      await api.write(trial, { dryRun: true });
    } catch (error) {
      findings.push({
        message: `The API server would refuse this write (${write.why}): ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  }
  if (findings.length > 0) throw new Refused(findings);
}

/** Every write of a release in its order. */
export function foreseenWrites(parts: ForeseeParts, cleared: Cleared, book: RecordBook): readonly Foreseen[] {
  const { candidateService } = cleared.plan;
  const helper = candidateService.kind === 'ours' ? servicePath(parts.namespace, candidateService.name) : null;
  // Writes to the candidate Service after its creation: it does not exist yet.
  return allWrites(parts, cleared, book).map(({ write, trial }) =>
    trial !== null && trial.verb !== 'create' && trial.path === helper ? { write, trial: null } : { write, trial },
  );
}

/** The objects that those writes are about, as they are, by their paths. */
export function writtenObjects(namespace: string, { objects, routes, plan }: Cleared): RouteObjects {
  const { deployment, service, candidateService } = objects;
  return new Map<string, KubeObject | null>([
    ...routes.objects,
    [deploymentPath(namespace, plan.deployment.name), deployment],
    [servicePath(namespace, plan.service.name), service],
    [servicePath(namespace, plan.candidateService.name), candidateService],
  ]);
}

function allWrites(parts: ForeseeParts, cleared: Cleared, book: RecordBook): Foreseen[] {
  const { namespace } = parts;
  const { plan, candidateTemplate, objects } = cleared;
  const { deployment, service } = objects;
  const replicas = deployment.spec?.replicas ?? 1;
  const frame = foreseenFrame(parts, plan.deployment.name, plan, book);
  const ours = plan.candidateService.kind === 'ours';
  const candidate = {
    metadata: { name: plan.candidateService.name, namespace, uid: '' },
    spec: { selector: plan.service.selector },
  };
  const disowns = foreseenDisowns(plan, { deployment, liveService: service, routes: cleared.routes.objects });
  if (isPlain(plan))
    return [
      ...frame.before,
      rollout.roll(deployment, candidateTemplate, 'the new template: the Deployment’s own rolling update begins'),
      ...jobWrites(cleared),
      ...disowns,
      ...frame.after,
    ].map(tried);
  const routes = new ForeseenRoutes(cleared.routes.objects);
  const back = plan.routes.map((binding, route) => ({ binding, home: homeOf(plan, { route }) })).reverse();
  return [
    ...frame.before,
    rollout.pause(deployment),
    selector.pin(service, plan.stable.hash),
    rollout.open(deployment, candidateTemplate, sizesFor(plan, 0, replicas)),
    rollout.freeze(deployment),
    ...(ours ? [selector.createCandidateService(plan, service, UNKNOWN_HASH)] : []),
    ...jobWrites(cleared),
    ...rampWrites(cleared, routes, replicas),
    ...(isInPlace(plan) ? [] : switchWrites(cleared)),
    ...back.flatMap(({ binding, home }) => routes.write(binding, home)),
    rollout.close(deployment, plan),
    ...(isInPlace(plan) ? [] : [selector.watchStable(objects.candidateService ?? candidate, plan.stable.hash)]),
    ...(isInPlace(plan) ? [] : [selector.unpin(service)]),
    rollout.restore(deployment, plan, { paused: false, strategy: false }),
    ...(ours ? [selector.deleteCandidateService(candidate)] : []),
    ...back.flatMap(({ binding }) => routes.write(binding, ORIGINAL)),
    ...disowns,
    ...frame.after,
  ].map(tried);
}

function tried(planned: WriteRequest | Foreseen): Foreseen {
  return 'write' in planned ? planned : { write: planned, trial: planned };
}

/** Its removal has no place on a cluster where it does not exist. */
function jobWrites({ job }: Cleared): Foreseen[] {
  if (job === null || job.verb !== 'create') return [];
  const why = 'remove that Job and its pods';
  const removal = { verb: 'delete', path: job.path, uid: '', propagation: 'Background', why } as const;
  return [
    { write: job, trial: job },
    { write: removal, trial: null },
  ];
}

function switchWrites({ plan, objects }: Cleared): WriteRequest[] {
  return [
    ...(plan.switch === 'overlap' ? [selector.overlap(objects.service)] : []),
    selector.switchTo(objects.service, UNKNOWN_HASH),
  ];
}

/** The sizes and weights of a ramp's steps. */
function rampWrites({ plan, objects }: Cleared, routes: ForeseenRoutes, replicas: number): (WriteRequest | Foreseen)[] {
  let now = sizesFor(plan, 0, replicas);
  return plan.steps.flatMap((of, step): (WriteRequest | Foreseen)[] => {
    const waves = step === 0 ? [] : sizesUntil(plan, step, replicas, now);
    now = waves.at(-1) ?? now;
    return [
      ...(isByPods(plan) && step === 1 ? [selector.overlap(objects.service)] : []),
      ...waves.map((sizes) => rollout.resize(objects.deployment, sizes)),
      ...plan.routes.flatMap((binding) => routes.write(binding, intentOf(plan, of))),
    ];
  });
}

function sizesUntil(plan: Plan, step: number, replicas: number, from: Sizes): Sizes[] {
  const waves: Sizes[] = [];
  for (let next = nextSizes(plan, step, replicas, from); next !== null; next = nextSizes(plan, step, replicas, next))
    waves.push(next);
  return waves;
}
