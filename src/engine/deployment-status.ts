import type { Request } from '../action/request.ts';
import type { Deployment, EndpointSlice, Pod, ReplicaSet, Service } from '../cluster/wire.ts';
import { deploymentPath, servicePath } from '../cluster/write-request.ts';
import { type Endpoints, type Observation, readyPods } from '../release/observation.ts';
import { isBereft } from '../release/lost-namespace.ts';
import { type AnyPlan, isKnative } from '../release/knative/plan.ts';
import type { Plan } from '../release/plan.ts';
import { ALL, percent, type Share, type Told } from '../release/route.ts';
import { usersShare } from '../release/users-share.ts';
import { readyPodsBehind, SERVICE_LABEL } from '../traffic/endpoints.ts';
import { digestOf, imagesOf } from '../workload/template.ts';
import { type KnownTrack, podSelectorOf, tracksOf } from '../workload/tracks.ts';
import { liveServiceOf } from './live-service.ts';
import { askForLostNamespace } from './lost-namespace.ts';
import { observe } from './observe.ts';
import { absentDeployment } from './preflight.ts';
import type { OpenRelease } from './record-store.ts';
import { Refused } from './refusal.ts';
import type { TrackStatus, WorkloadSeen } from './status.ts';
import { NO_VERSIONS, versionsOfDeployment } from './versions.ts';
import type { EngineParts } from './workload-kind.ts';
import { namesOf, World } from './world.ts';

type Parts = Pick<EngineParts, 'api' | 'clock' | 'namespace'>;

/** How a Deployment stands. @throws {Refused} when it is not there and there is no release of it either */
export async function lookAtDeployment(
  parts: Parts,
  request: Request,
  open: OpenRelease | null,
): Promise<WorkloadSeen> {
  const { api, namespace } = parts;
  const deployment = await api.get<Deployment>(deploymentPath(namespace, request.deployment));
  if (open !== null && isOfDeployment(open.plan)) return await duringRelease(parts, open.plan, open.told, deployment);
  if (deployment === null) throw new Refused([await absentDeployment(api, namespace, request.deployment)]);
  return await atRest(parts, request, deployment);
}

/** The record of a Deployment holds nothing else. */
function isOfDeployment(plan: AnyPlan): plan is Plan {
  return !isKnative(plan);
}

async function duringRelease(
  { api, clock, namespace }: Parts,
  plan: Plan,
  told: Told | null,
  deployment: Deployment | null,
): Promise<WorkloadSeen> {
  const world = new World(api, clock, namesOf(plan, namespace, deployment));
  await world.load();
  const snapshot = world.snapshot();
  const unknown = { is: 'unknown', level: 'stored', reasons: [] } as const;
  const seen = observe(plan, { ...snapshot, command: { told, verdict: unknown }, hold: null });
  const lost = isBereft(seen) ? await askForLostNamespace(api, namespace) : null;
  const share = usersShare(seen);
  const images = imagesByHash(snapshot.replicaSets);
  const tracks = [
    ...trackOf('stable', seen.stable, images, share === null ? null : ALL - share),
    ...trackOf('candidate', seen.candidate, images, share),
    ...seen.others.flatMap((track) => trackOf('other', track, images, null)),
  ];
  return {
    // Pods of others behind the Service are nobody's part of the two.
    tracks: seen.live.endpoints.other === 0 ? tracks : tracks.map((track) => ({ ...track, share: null })),
    share,
    ways: [liveWay(plan, seen), ...candidateWay(plan, seen), ...routeWays(plan, seen)],
    isStanding: share === 0 && seen.candidate !== null && seen.candidate.size > 0 && seen.deployment.held,
    isHeldBack: false,
    candidateHash: seen.candidate?.hash ?? null,
    versions: deployment === null ? NO_VERSIONS : versionsOfDeployment(deployment, snapshot.replicaSets),
    lostNamespace: lost,
    // Of what goes with it nothing else is worth a word.
    notes: lost === null ? lostNotes(plan, seen) : [],
  };
}

function lostNotes(plan: Plan, { lost, deployment, stable }: Observation): string[] {
  return [
    ...(lost === 'deployment' ? [`Deployment ${plan.deployment.name} was deleted under the release.`] : []),
    ...(lost === 'service' ? [`The live Service ${plan.service.name} was deleted under the release.`] : []),
    ...(lost === null && deployment.template === 'foreign'
      ? [
          `${deployment.editor ?? 'Somebody'} changed the pod template of ${plan.deployment.name}: ${deployment.templateDifference ?? ''}.`,
        ]
      : []),
    ...(lost === null && stable === null
      ? [`The ReplicaSet of stable (${plan.stable.hash}) is gone: there is nothing to go back to.`]
      : []),
  ];
}

function liveWay({ service, stable }: Plan, { live, candidate }: Observation): string {
  const pins: Readonly<Record<string, string>> = {
    [stable.hash]: 'pinned to stable',
    ...(candidate === null ? {} : { [candidate.hash]: 'switched to the candidate' }),
  };
  const selector = live.pin === null ? 'it selects every version' : (pins[live.pin] ?? `pinned to ${live.pin}`);
  return `Service ${service.name}: ${selector}; ${endpoints(live.endpoints)}.`;
}

function candidateWay({ candidateService: { name } }: Plan, { candidateService }: Observation): string[] {
  if (candidateService.state === 'absent') return [];
  return [`Service ${name}: ${endpoints(candidateService.endpoints)}.`];
}

function routeWays({ candidateService }: Plan, { routes }: Observation): string[] {
  return routes.map(({ name, share, original, verdict }) => {
    if (share === null) return `${name}: its share cannot be told.`;
    const state = original ? ', as you wrote it' : verdict.is === 'no' ? `; ${verdict.reasons.join(', ')}` : '';
    return `${name}: ${percent(share)} to Service ${candidateService.name}${state}.`;
  });
}

function endpoints({ stable, candidate, other }: Endpoints): string {
  const named = [
    [stable, 'of stable'],
    [candidate, 'of the candidate'],
    [other, 'of other versions'],
  ] as const;
  const parts = named.filter(([count]) => count > 0).map(([count, of]) => `${count} ${of}`);
  return parts.length === 0 ? 'no ready endpoint' : `ready endpoints: ${parts.join(', ')}`;
}

/** No release is open: whatever is there is the user's own. */
async function atRest({ api, namespace }: Parts, request: Request, deployment: Deployment): Promise<WorkloadSeen> {
  const labelSelector = podSelectorOf(deployment);
  const [replicaSets, pods, services] = await Promise.all([
    api.list<ReplicaSet>(`/apis/apps/v1/namespaces/${namespace}/replicasets`, { labelSelector }),
    api.list<Pod>(`/api/v1/namespaces/${namespace}/pods`, { labelSelector }),
    api.list<Service>(servicePath(namespace)),
  ]);
  const own = tracksOf(deployment, replicaSets.items, pods.items);
  const images = imagesByHash(replicaSets.items);
  const digest = digestOf(deployment.spec?.template ?? {});
  const stable = own.find((track) => track.digest === digest) ?? null;
  const others = own.filter((track) => track !== stable && (track.size > 0 || track.pods.length > 0));
  const live = liveServiceOf(request, deployment, services.items);
  const way = 'service' in live ? await wayAtRest(api, namespace, live.service, stable) : null;
  const isPaused = deployment.spec?.paused === true;
  const isScaledToZero = deployment.spec?.replicas === 0;
  const isAlone = way !== null && way.ready > 0 && way.ofStable === way.ready;
  return {
    tracks: [
      ...trackOf('stable', stable, images, isAlone ? ALL : null),
      ...others.flatMap((track) => trackOf('other', track, images, null)),
    ],
    share: 0,
    ways: way === null ? [] : [way.text],
    isStanding: false,
    isHeldBack: isPaused || isScaledToZero,
    candidateHash: null,
    versions: versionsOfDeployment(deployment, replicaSets.items),
    lostNamespace: null,
    notes: [
      ...('findings' in live ? live.findings.map(({ message }) => message) : []),
      ...(isPaused ? [`Deployment ${request.deployment} is paused: it can be released when somebody resumes it.`] : []),
      ...(isScaledToZero
        ? [`Deployment ${request.deployment} is scaled to zero: it can be released when it is scaled up.`]
        : []),
      ...(others.length > 0
        ? [
            `Deployment ${request.deployment} is in the middle of an update that is not Crossfade's: several versions have pods.`,
          ]
        : []),
    ],
  };
}

async function wayAtRest(
  api: Parts['api'],
  namespace: string,
  service: Service,
  stable: KnownTrack | null,
): Promise<{ text: string; ready: number; ofStable: number }> {
  const name = service.metadata?.name ?? '';
  const { items } = await api.list<EndpointSlice>(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
    labelSelector: `${SERVICE_LABEL}=${name}`,
  });
  const ready = readyPodsBehind(service, items);
  const ofStable = (stable?.pods ?? []).filter((pod) => ready.has(pod.name)).length;
  return { text: `Service ${name}: ready endpoints: ${ready.size}.`, ready: ready.size, ofStable };
}

function imagesByHash(replicaSets: readonly ReplicaSet[]): ReadonlyMap<string, Known> {
  return new Map(
    replicaSets.map(({ metadata, spec }) => [
      metadata?.labels?.['pod-template-hash'] ?? '',
      {
        images: imagesOf(spec?.template ?? {}),
        revision: metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? null,
      },
    ]),
  );
}

interface Known {
  readonly images: TrackStatus['images'];
  readonly revision: string | null;
}

function trackOf(
  role: TrackStatus['role'],
  track: Observation['stable'],
  known: ReadonlyMap<string, Known>,
  share: Share | null,
): TrackStatus[] {
  if (track === null) return [];
  const { images = {}, revision = null } = known.get(track.hash) ?? {};
  return [{ role, hash: track.hash, revision, images, wanted: track.size, ready: readyPods(track), share }];
}
