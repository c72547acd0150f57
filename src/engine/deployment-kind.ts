import type { Request } from '../action/request.ts';
import type { ReleaseNames } from '../checks/user-command.ts';
import type { Deployment, PodTemplate } from '../cluster/wire.ts';
import { deploymentPath } from '../cluster/write-request.ts';
import type { Images, Plan } from '../release/plan.ts';
import type { WantedVersion } from '../workload/wanted-version.ts';
import { isCommand } from '../traffic/command-route.ts';
import { candidateTemplate } from './candidate-template.ts';
import { CommandRoute } from './command-route.ts';
import { DeploymentWorkload } from './deployment-workload.ts';
import type { Allowance } from './allowance.ts';
import { foreseenWrites, writtenObjects } from './dry-run.ts';
import type { OpenRecord } from './open-record.ts';
import { preflight } from './preflight.ts';
import {
  type EngineParts,
  type Prepared,
  type Preparing,
  running,
  type Start,
  type TemplateChanges,
} from './workload-kind.ts';
import { appBefore } from './measured-stage.ts';
import { namesOf, World } from './world.ts';

/** A Deployment's release, prepared. */
export async function prepareDeployment(
  parts: Preparing,
  request: Request,
  now: number,
  wanted: WantedVersion,
  allowance: Allowance,
): Promise<Prepared> {
  const { api, namespace, job } = parts;
  const cleared = await preflight(api, request, namespace, now, job, wanted, allowance);
  const { plan } = cleared;
  const facts = [
    `Deployment ${namespace}/${plan.deployment.name}, stable ${plan.stable.hash}, live Service ${plan.service.name}`,
    ...imageChanges(plan.stable.images, plan.candidate.images),
  ];
  if (cleared.kind === 'unchanged') return { kind: 'unchanged', plan, facts };
  const { objects, candidateTemplate, warnings } = cleared;
  return {
    kind: 'cleared',
    plan,
    facts,
    warnings,
    app: appBefore(plan, namespace, cleared),
    foresee: (parts, book) => foreseenWrites(parts, cleared, book),
    objects: writtenObjects(namespace, cleared),
    replicas: objects.deployment.spec?.replicas ?? 1,
    async begin(parts) {
      const world = new World(parts.api, parts.clock, namesOf(plan, namespace, objects.deployment));
      world.seed(objects);
      await world.loadRoutes();
      return start(parts, world, plan, candidateTemplate);
    },
  };
}

/** A Deployment's release on record, as it stands. */
export async function pickUpDeployment(
  parts: EngineParts,
  plan: Plan,
  changes: TemplateChanges | null,
): Promise<Start> {
  const { api, clock, namespace } = parts;
  const deployment = await api.get<Deployment>(deploymentPath(namespace, plan.deployment.name));
  const world = new World(api, clock, namesOf(plan, namespace, deployment));
  await world.load();
  // Once it was written, nothing that is left to do needs to know it.
  const template = changes === null ? null : await candidateTemplate(api, plan, world.snapshot(), changes);
  return start(parts, world, plan, template);
}

function start(parts: EngineParts, world: World, plan: Plan, candidateTemplate: PodTemplate | null): Start {
  const keepsHistory = (world.snapshot().deployment?.spec?.revisionHistoryLimit ?? 10) > 0;
  return (record, onWatchFailure) => {
    const command = commandRouteOf(parts, record, plan);
    return running(
      new DeploymentWorkload({ ...parts, plan, world, command, candidateTemplate, onWatchFailure }),
      keepsHistory,
    );
  };
}

/** The command among the routes of the release on record; null: there is none. */
function commandRouteOf(
  { clock, namespace, routerCommand }: Pick<EngineParts, 'clock' | 'namespace' | 'routerCommand'>,
  record: OpenRecord,
  plan: Plan,
): CommandRoute | null {
  const { told } = record.book.open;
  if (!plan.routes.some(isCommand)) return null;
  const note = record.note.bind(record);
  return new CommandRoute({ clock, command: routerCommand, names: releaseNames(plan, namespace), told, note });
}

/** What a command of the user's is told of its release. */
export function releaseNames(plan: Plan, namespace: string): ReleaseNames {
  return {
    namespace,
    deployment: plan.deployment.name,
    service: plan.service.name,
    candidateService: plan.candidateService.name,
    release: plan.release,
  };
}

/** `container web: a → b` for each container whose image changes. */
export function imageChanges(from: Images, to: Images): string[] {
  return Object.entries(to)
    .filter(([container, image]) => from[container] !== image)
    .map(([container, image]) => `container ${container}: ${from[container]} → ${image}`);
}
