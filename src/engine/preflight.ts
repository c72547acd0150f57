import { randomBytes } from 'node:crypto';
import type { Request } from '../action/request.ts';
import { type JobManifest, jobTrial, whyReached } from '../checks/job-manifest.ts';
import type { ApiPort } from '../cluster/api.ts';
import { isStatus } from '../cluster/errors.ts';
import { askForNamespaceEnd } from '../cluster/namespace-end.ts';
import { missingPermissions, missingRoleFor } from '../cluster/permissions.ts';
import type {
  Deployment,
  EndpointSlice,
  HorizontalPodAutoscaler,
  KubeList,
  KubeObject,
  Pod,
  PodTemplate,
  ReplicaSet,
  ResourceQuota,
  Service,
} from '../cluster/wire.ts';
import { deploymentPath, servicePath, type WriteRequest } from '../cluster/write-request.ts';
import type { CandidateServicePlan, Plan } from '../release/plan.ts';
import { whyUnfit } from '../traffic/discover-service.ts';
import { SERVICE_LABEL } from '../traffic/endpoints.ts';
import { capabilitiesOf } from '../traffic/routers.ts';
import { createCandidateService, MANAGED_BY, pin } from '../traffic/service-selector.ts';
import { sharedServiceFindings } from '../traffic/shared-service.ts';
import { deploymentFindings, surroundings } from '../workload/fitness.ts';
import { open, pause, roll } from '../workload/held-rollout.ts';
import { digestOf, imagesOf } from '../workload/template.ts';
import { holdFieldsOf, podSelectorOf, tracksOf } from '../workload/tracks.ts';
import { type WantedVersion, wantedTemplate } from '../workload/wanted-version.ts';
import { gapWarning, whyNoPause } from '../release/gap.ts';
import { whyNotWarm } from '../release/keep-warm.ts';
import { isPlain, mostExtra, sizesFor } from '../release/sizes.ts';
import { type Allowance, ALL_NEEDED } from './allowance.ts';
import { ownedObjects } from './disown.ts';
import { dryRunRoutes } from './dry-run-routes.ts';
import { editorsOf } from './editors.ts';
import { type FoundRoutes, findRoutes } from './find-routes.ts';
import { candidateNameOf, liveServiceOf } from './live-service.ts';
import { releasePermissions } from './needed-permissions.ts';
import { judgingOf } from './plan-judging.ts';
import { batchFindings, pauseShare, stepsOf } from './plan-steps.ts';
import type { Finding } from './refusal.ts';
import { inLostNamespace, misfitFinding, Refused } from './refusal.ts';

/** A release that may begin: everything exists, fits and is allowed, and the first writes were accepted as dry runs. */
export interface Cleared {
  readonly kind: 'cleared';
  readonly plan: Plan;
  readonly candidateTemplate: PodTemplate;
  readonly objects: ReadObjects;
  /** What splits the users of a canary. */
  readonly routes: FoundRoutes;
  /** The creation of input job's Job, but for what only the candidate's pods show; null: there is none. */
  readonly job: WriteRequest | null;
  /** What the user should know although it does not stop the release. */
  readonly warnings: readonly string[];
}

/** What the preflight read, for the release to begin with. */
export interface ReadObjects {
  readonly deployment: Deployment;
  readonly service: Service;
  readonly candidateService: Service | null;
  readonly replicaSets: KubeList<ReplicaSet>;
  readonly pods: KubeList<Pod>;
  /** Of both Services. */
  readonly slices: KubeList<EndpointSlice>;
}

/** The Deployment runs exactly this already. */
export interface Unchanged {
  readonly kind: 'unchanged';
  readonly plan: Plan;
}

/**
 * Reads and checks everything before the first write. Throws Refused with all findings at once, or what a read throws.
 * `now`: epoch ms, the start of the release.
 */
export async function preflight(
  api: ApiPort,
  request: Request,
  namespace: string,
  now: number,
  job: JobManifest | null,
  wanted: WantedVersion = { from: 'inputs' },
  allowance: Allowance = ALL_NEEDED,
): Promise<Cleared | Unchanged> {
  const needed = releasePermissions(request);
  const reads = Promise.all([
    api.get<Deployment>(deploymentPath(namespace, request.deployment)),
    api.list<Service>(servicePath(namespace)),
    optionalList<HorizontalPodAutoscaler>(api, `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`),
    optionalList<ResourceQuota>(api, `/api/v1/namespaces/${namespace}/resourcequotas`),
  ]);
  // A missing permission fails a read too; the list of all that are missing says more.
  reads.catch(() => undefined);
  const missing = allowance.fatal(await missingPermissions(api, namespace, needed));
  if (missing.length > 0) throw new Refused([permissionFinding(namespace, missing)]);
  const [deployment, services, autoscalers, quotas] = await reads;
  if (deployment === null) throw new Refused([await absentDeployment(api, namespace, request.deployment)]);
  const selector = podSelectorOf(deployment);
  const chosen = liveServiceOf(request, deployment, services.items);
  const [replicaSets, pods, slices] = await Promise.all([
    api.list<ReplicaSet>(`/apis/apps/v1/namespaces/${namespace}/replicasets`, { labelSelector: selector }),
    api.list<Pod>(`/api/v1/namespaces/${namespace}/pods`, { labelSelector: selector }),
    'service' in chosen
      ? api.list<EndpointSlice>(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
          labelSelector: `${SERVICE_LABEL} in (${chosen.service.metadata?.name},${candidateNameOf(request, chosen.service)})`,
        })
      : { metadata: {}, items: [] },
  ]);
  const tracks = tracksOf(deployment, replicaSets.items, pods.items);
  const changed = wantedTemplate(wanted, request, deployment, replicaSets.items);
  const replicas = deployment.spec?.replicas ?? 1;
  const steps = stepsOf(request, replicas);
  const original = holdFieldsOf(deployment);
  const extra = mostExtra({ strategy: request.strategy, original, steps }, replicas);
  const isRollback = wanted.from === 'history';
  const shared =
    'service' in chosen
      ? sharedServiceFindings(chosen.service, slices.items, { deployment: request.deployment, tracks })
      : [];
  const findings: Finding[] = [
    ...deploymentFindings(deployment, tracks, extra),
    ...batchFindings(request, replicas),
    ...('service' in chosen ? (isRollback ? [] : shared) : chosen.findings),
    ...('misfits' in changed
      ? changed.misfits.map((misfit) => misfitFinding(`Deployment ${request.deployment}`, misfit))
      : []),
  ];
  const stable = tracks.find((track) => track.digest === digestOf(deployment.spec?.template ?? {}));
  if (findings.length > 0 || !('service' in chosen) || 'misfits' in changed || stable === undefined)
    throw new Refused(findings);
  const service = chosen.service;
  const candidateService = candidateServicePlan(request, deployment, service, services.items);
  if ('message' in candidateService) throw new Refused([candidateService]);
  const app = { namespace, live: service.metadata?.name ?? '', candidate: candidateService.name };
  const found = await findRoutes(api, request, app, allowance);
  const plan: Plan = {
    release: releaseId(now),
    strategy: request.strategy,
    steps,
    pauseAt: pauseShare(request.pauseAt, steps),
    routes: found.bindings,
    testers: request.testers,
    mirror: request.mirror?.share ?? 0,
    candidateReplicas: request.candidateReplicas,
    leastPods: leastPods(found),
    switch: request.switch,
    onFailure: request.onFailure,
    keepWarm: request.keepWarm,
    rollback: isRollback,
    deployment: { name: request.deployment, uid: deployment.metadata?.uid ?? '' },
    service: {
      name: service.metadata?.name ?? '',
      uid: service.metadata?.uid ?? '',
      selector: service.spec?.selector ?? {},
    },
    candidateService,
    original,
    stable: {
      hash: stable.hash,
      digest: stable.digest,
      images: imagesOf(deployment.spec?.template ?? {}),
      revision: stable.revision,
    },
    candidate: { digest: digestOf(changed.template), images: imagesOf(changed.template) },
    times: {
      startedAt: now,
      deadline: now + request.timeout,
      bake: request.bakeTime,
      drain: request.drainTime,
      settle: request.settleTime,
    },
    editors: [...new Set([deployment, service, ...routeObjects(found)].flatMap(({ metadata }) => editorsOf(metadata)))],
    owned: [],
    ...judgingOf(request),
  };
  const notWarm = request.keepWarm ? whyNotWarm(plan) : null;
  if (notWarm !== null)
    throw new Refused([{ message: `Wanted to keep the old version warm (input keep-warm); ${notWarm}.` }]);
  const noPause = whyNoPause(plan, replicas);
  if (noPause !== null) throw new Refused([{ message: noPause }]);
  if (plan.candidate.digest === plan.stable.digest) return { kind: 'unchanged', plan };
  const candidate = services.items.find((item) => item.metadata?.name === plan.candidateService.name) ?? null;
  const reached = job === null ? null : whyReached(job, { deployment, services: [service, candidate] });
  if (reached !== null) throw new Refused([{ message: reached }]);
  const trial = job === null ? null : jobTrial(job, { plan, namespace, leftMs: request.timeout });
  const opened = await dryRuns(api, plan, deployment, service, changed.template, found, trial);
  const stored = opened.spec?.template ?? changed.template;
  const candidateTrack = { digest: digestOf(stored), images: imagesOf(stored) };
  // What admission makes of the template (a tag gets its digest, a registry becomes a mirror) may be what runs already.
  if (candidateTrack.digest === stable.digest)
    return { kind: 'unchanged', plan: { ...plan, candidate: candidateTrack } };
  const owned = ownedObjects({ deployment, opened, service, routes: found.bindings, objects: found.objects });
  const around = surroundings({
    deployment,
    service,
    services: services.items.filter(({ metadata }) => metadata?.name !== candidateService.name),
    autoscalers,
    quotas,
    tracks,
    pods: pods.items,
    slices: slices.items,
    extra,
  });
  if (around.findings.length > 0) throw new Refused(around.findings);
  return {
    kind: 'cleared',
    plan: { ...plan, owned, candidate: candidateTrack },
    candidateTemplate: changed.template,
    objects: {
      deployment,
      service,
      candidateService: candidate,
      replicaSets,
      pods,
      slices,
    },
    // Whoever goes back is not kept by pods of others.
    warnings: [
      ...gapWarning(plan, replicas),
      ...around.warnings,
      ...shared.map(({ message }) => message),
      ...found.warnings,
    ],
    routes: found,
    job: trial,
  };
}

/** What the most delicate of the routes needs. */
function leastPods({ bindings }: FoundRoutes): number {
  return Math.max(1, ...bindings.map((binding) => capabilitiesOf(binding).leastPods ?? 1));
}

function routeObjects({ bindings, objects }: FoundRoutes): KubeObject[] {
  return bindings.flatMap(({ paths }) => paths.flatMap((path) => objects.get(path) ?? []));
}

/** The first writes as dry runs: admission, validation and permission say now what they would say later. Answers the Deployment as opened. */
async function dryRuns(
  api: ApiPort,
  plan: Plan,
  deployment: Deployment,
  service: Service,
  template: PodTemplate,
  routes: FoundRoutes,
  jobTrial: WriteRequest | null,
): Promise<Deployment> {
  const first = isPlain(plan)
    ? roll(deployment, template, 'the new template')
    : open(deployment, template, sizesFor(plan, 0, deployment.spec?.replicas ?? 1));
  const attempts: Promise<object>[] = [
    api.write<Deployment>(first, { dryRun: true }),
    ...(isPlain(plan)
      ? []
      : [
          api.write<Deployment>(pause(deployment), { dryRun: true }),
          api.write<Service>(pin(service, plan.stable.hash), { dryRun: true }),
        ]),
    ...(plan.candidateService.kind === 'ours'
      ? [api.write<Service>(createCandidateService(plan, service, plan.stable.hash), { dryRun: true })]
      : []),
    ...(jobTrial === null ? [] : [api.write(jobTrial, { dryRun: true })]),
  ];
  const [results, ofRoutes] = await Promise.all([
    Promise.allSettled(attempts),
    dryRunRoutes(api, routes.writes, routes.objects),
  ]);
  const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  const findings = [
    ...refusals.map((reason) => ({
      message: `The API server would refuse a write of this release: ${reason instanceof Error ? reason.message : String(reason)}.`,
    })),
    ...ofRoutes,
  ];
  if (findings.length > 0) throw new Refused(findings);
  const [opened] = results;
  // The first attempt is the Deployment's; all were fulfilled.
  return opened?.status === 'fulfilled' ? (opened.value as Deployment) : deployment;
}

function candidateServicePlan(
  request: Request,
  deployment: Deployment,
  live: Service,
  services: readonly Service[],
): CandidateServicePlan | Finding {
  const name = candidateNameOf(request, live);
  const existing = services.find((service) => service.metadata?.name === name);
  if (existing === undefined) return { kind: 'ours', name };
  if (name === live.metadata?.name)
    return {
      message: `Input candidate-service names the live Service ${name}. Give it another name, or leave it out.`,
    };
  const isOurs =
    existing.metadata?.labels?.['app.kubernetes.io/managed-by'] === MANAGED_BY['app.kubernetes.io/managed-by'];
  if (isOurs) return { kind: 'ours', name };
  if (request.candidateService === null)
    return {
      message:
        `Wanted to create Service ${name} for the candidate; a Service of that name exists already and is not Crossfade's. ` +
        'Name it with input candidate-service if it is meant for this, or give another name there.',
    };
  const unfit = whyUnfit(existing, deployment.spec?.template?.metadata?.labels ?? {});
  if (unfit !== null)
    return { message: `Service ${name} (input candidate-service) cannot reach the candidate: ${unfit}` };
  return { kind: 'users', name, uid: existing.metadata?.uid ?? '', selector: existing.spec?.selector ?? {} };
}

/** A list that only makes the preflight sharper: without the permission it is left out. */
async function optionalList<T extends object>(api: ApiPort, path: string): Promise<readonly T[]> {
  try {
    return (await api.list<T>(path)).items;
  } catch (error) {
    if (isStatus(error, 403) || isStatus(error, 404)) return [];
    throw error;
  }
}

export async function absentDeployment(api: ApiPort, namespace: string, name: string): Promise<Finding> {
  const end = await askForNamespaceEnd(api, namespace);
  if (end !== null) return inLostNamespace(`Deployment ${name}`, namespace, end);
  const { items } = await api.list<Deployment>(deploymentPath(namespace));
  const names = items.map((item) => item.metadata?.name ?? '').slice(0, 20);
  const found = names.length === 0 ? 'it has no Deployments' : `it has: ${names.join(', ')}`;
  return {
    message: `Wanted Deployment ${name} in namespace ${namespace}; ${found}. Check inputs deployment, namespace and context.`,
  };
}

export function permissionFinding(namespace: string, missing: Parameters<typeof missingRoleFor>[1]): Finding {
  const list = missing.map(({ verb, resource, group }) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`);
  return {
    message: `This release needs permissions in namespace ${namespace} that its user lacks: ${list.join(', ')}. Apply the Role below and bind it to that user.`,
    attachment: missingRoleFor(namespace, missing),
  };
}

/** `r-20261121-130102-4f1c`: sortable, and short enough for a label. */
export function releaseId(now: number): string {
  const [day, time] = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  return `r-${day}-${time}-${randomBytes(2).toString('hex')}`;
}
