import type { ApiPort } from '../cluster/api.ts';
import { leaseRequest } from '../cluster/lease.ts';
import { servicePath, type WriteRequest } from '../cluster/write-request.ts';
import { intentOf } from '../release/ramp.ts';
import { isByPods, isInPlace, isPlain, nextSizes, type Sizes, sizesFor } from '../release/sizes.ts';
import { ALL, type Binding, type Intent, type Share } from '../release/route.ts';
import { type CommandRun, commandRun, isCommand } from '../traffic/command-route.ts';
import { ORIGINAL } from '../traffic/router.ts';
import { routerOf } from '../traffic/routers.ts';
import type { Plan } from '../release/plan.ts';
import * as selector from '../traffic/service-selector.ts';
import * as rollout from '../workload/held-rollout.ts';
import type { Clock } from './clock.ts';
import type { Cleared } from './preflight.ts';
import { type Finding, Refused } from './refusal.ts';
import { bookRequest, type RecordBook } from './record-store.ts';
import type { Teller } from './teller.ts';

interface Parts {
  readonly api: ApiPort;
  readonly clock: Clock;
  readonly teller: Teller;
  readonly namespace: string;
  readonly holder: string;
}

/** Stands for the candidate's hash, which only the real ReplicaSet shows. */
const UNKNOWN_HASH = 'candidate';

/**
 * `dry-run`: every write of the release in its order, sent with `dryRun=All` against the objects as they are.
 * Throws Refused when the API server would refuse one.
 */
export async function dryRun(parts: Parts, cleared: Cleared, book: RecordBook): Promise<void> {
  const { api, teller } = parts;
  const findings: Finding[] = [];
  const { candidateService } = cleared.plan;
  const helper = candidateService.kind === 'ours' ? servicePath(parts.namespace, candidateService.name) : null;
  for (const write of plannedWrites(parts, cleared, book)) {
    teller.wrote(write);
    // A command has no dry run.
    if (write.verb === 'run') continue;
    // Writes to the candidate Service after its creation: it does not exist yet.
    if (write.verb !== 'create' && write.path === helper) continue;
    try {
      await api.write(write, { dryRun: true });
    } catch (error) {
      findings.push({
        message: `The API server would refuse this write (${write.why}): ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  }
  if (findings.length > 0) throw new Refused(findings);
}

function plannedWrites(parts: Parts, cleared: Cleared, book: RecordBook): (WriteRequest | CommandRun)[] {
  const { namespace, holder, clock } = parts;
  const { plan, candidateTemplate, objects } = cleared;
  const { deployment, service } = objects;
  const name = plan.deployment.name;
  const replicas = deployment.spec?.replicas ?? 1;
  const lease = leaseRequest({ namespace, deployment: name, holder }, clock.now(), null);
  const record = (why: string): WriteRequest =>
    bookRequest(
      namespace,
      name,
      { ...book, open: { plan, run: NO_RUN, toldTemplate: null, paused: null, told: null } },
      why,
    );
  const ours = plan.candidateService.kind === 'ours';
  const candidate = {
    metadata: { name: plan.candidateService.name, namespace, uid: '' },
    spec: { selector: plan.service.selector },
  };
  if (isPlain(plan))
    return [
      lease,
      record('open the record'),
      rollout.roll(deployment, candidateTemplate, 'the new template: the Deployment’s own rolling update begins'),
      record('close the record'),
    ];
  return [
    lease,
    record('open the record'),
    rollout.pause(deployment),
    selector.pin(service, plan.stable.hash),
    rollout.open(deployment, candidateTemplate, sizesFor(plan, 0, replicas)),
    rollout.freeze(deployment),
    ...(ours ? [selector.createCandidateService(plan, service, UNKNOWN_HASH)] : []),
    ...rampWrites(cleared, replicas),
    ...(isInPlace(plan) ? [] : switchWrites(cleared)),
    ...plan.routes.filter(isCommand).flatMap((binding) => commandRuns(binding, ALL, ORIGINAL)),
    rollout.close(deployment, plan),
    ...(isInPlace(plan) ? [] : [selector.watchStable(objects.candidateService ?? candidate, plan.stable.hash)]),
    ...(isInPlace(plan) ? [] : [selector.unpin(service)]),
    rollout.restore(deployment, plan),
    ...(ours ? [selector.deleteCandidateService(candidate)] : []),
    record('close the record'),
  ];
}

function switchWrites({ plan, objects }: Cleared): WriteRequest[] {
  return [
    ...(plan.switch === 'overlap' ? [selector.overlap(objects.service)] : []),
    selector.switchTo(objects.service, UNKNOWN_HASH),
  ];
}

/** The sizes and weights of a ramp's steps, each against the objects as they are. */
function rampWrites({ plan, routes, objects }: Cleared, replicas: number): (WriteRequest | CommandRun)[] {
  let now = sizesFor(plan, 0, replicas);
  return plan.steps.flatMap((of, step): (WriteRequest | CommandRun)[] => {
    const waves = step === 0 ? [] : sizesUntil(plan, step, replicas, now);
    now = waves.at(-1) ?? now;
    return [
      ...(isByPods(plan) && step === 1 ? [selector.overlap(objects.service)] : []),
      ...waves.map((sizes) => rollout.resize(objects.deployment, sizes)),
      ...plan.routes.flatMap((binding): readonly (WriteRequest | CommandRun)[] =>
        isCommand(binding)
          ? commandRuns(binding, plan.steps[step - 1]?.share ?? 0, intentOf(plan, of))
          : routerOf(binding).plan(binding, routes.objects, intentOf(plan, of)),
      ),
    ];
  });
}

function sizesUntil(plan: Plan, step: number, replicas: number, from: Sizes): Sizes[] {
  const waves: Sizes[] = [];
  for (let next = nextSizes(plan, step, replicas, from); next !== null; next = nextSizes(plan, step, replicas, next))
    waves.push(next);
  return waves;
}

function commandRuns(binding: Binding, before: Share, wanted: Intent | typeof ORIGINAL): CommandRun[] {
  return [commandRun(binding, { is: 'certain', share: before }, wanted)].filter((run) => run !== null);
}

const NO_RUN = { url: null, id: null, attempt: null, actor: null, repository: null, sha: null, ref: null, job: null };
