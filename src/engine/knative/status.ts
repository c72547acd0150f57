import type { Request } from '../../action/request.ts';
import { isStatus } from '../../cluster/errors.ts';
import type { Pod } from '../../cluster/wire.ts';
import { isKnative } from '../../release/knative/plan.ts';
import { ALL, type Share } from '../../release/route.ts';
import {
  describeTraffic,
  type KnativeService,
  knativeServicePath,
  numberOf,
  type Revision,
  REVISION_OF_POD,
  revisionsPath,
  SERVICE_OF_REVISION,
} from '../../workload/knative-service.ts';
import { imagesOf } from '../../workload/template.ts';
import { podView } from '../../workload/tracks.ts';
import { askForLostNamespace } from '../lost-namespace.ts';
import type { OpenRelease } from '../record-store.ts';
import { Refused } from '../refusal.ts';
import type { TrackStatus, WorkloadSeen } from '../status.ts';
import type { EngineParts } from '../workload-kind.ts';
import { observe } from './observe.ts';
import { absent } from './preflight.ts';
import { versionsOf } from './versions.ts';

/** How a Knative Service stands. @throws {Refused} when it is not there and there is no release of it either */
export async function lookAtKnative(
  { api, namespace }: Pick<EngineParts, 'api' | 'namespace'>,
  request: Request,
  open: OpenRelease | null,
): Promise<WorkloadSeen> {
  const name = request.knativeService ?? '';
  const labelSelector = `${SERVICE_OF_REVISION}=${name}`;
  const [service, revisions, pods] = await Promise.all([
    api.get<KnativeService>(knativeServicePath(namespace, name)),
    revisionsOf(api.list<Revision>(revisionsPath(namespace), { labelSelector })),
    api.list<Pod>(`/api/v1/namespaces/${namespace}/pods`, { labelSelector }),
  ]);
  const plan = open !== null && isKnative(open.plan) ? open.plan : null;
  if (service === null && plan === null) throw new Refused([await absent(api, namespace, name)]);
  const lost = service === null ? await askForLostNamespace(api, namespace) : null;
  const seen = plan === null ? null : observe(plan, { lostNamespace: lost, service, revisions });
  const stableName = plan?.stable.hash ?? service?.status?.latestReadyRevisionName ?? '';
  const candidateHash = seen?.candidate?.name ?? null;
  const users = usersByRevision(service);
  const share = plan === null ? 0 : candidateHash === null ? 0 : (users?.get(candidateHash) ?? null);
  const role = (hash: string): TrackStatus['role'] =>
    hash === stableName ? 'stable' : hash === candidateHash ? 'candidate' : 'other';
  const tracks = revisions
    .map((revision): TrackStatus => {
      const hash = revision.metadata?.name ?? '';
      const own = pods.items.filter(({ metadata }) => metadata?.labels?.[REVISION_OF_POD] === hash).map(podView);
      return {
        role: role(hash),
        hash,
        revision: String(numberOf(revision)),
        images: imagesOf(revision.spec === undefined ? {} : { spec: revision.spec }),
        wanted: null,
        ready: own.filter(({ ready, terminating }) => ready && !terminating).length,
        share: users?.get(hash) ?? (users === null ? null : 0),
      };
    })
    // Old Revisions without users or pods are history.
    .filter((track) => track.role !== 'other' || track.ready > 0 || (track.share ?? 0) > 0)
    .sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
  return {
    tracks,
    share,
    ways: service === null ? [] : [`spec.traffic: ${describeTraffic(service.spec?.traffic)}.`, ...effectWay(service)],
    isStanding: share === 0 && candidateHash !== null,
    isHeldBack: false,
    candidateHash,
    versions: versionsOf(service ?? {}, revisions),
    lostNamespace: lost,
    notes: seen?.lost === true && lost === null ? [`Knative Service ${name} was deleted under the release.`] : [],
  };
}

const ORDER: readonly TrackStatus['role'][] = ['stable', 'candidate', 'other'];

async function revisionsOf(listed: Promise<{ items: readonly Revision[] }>): Promise<readonly Revision[]> {
  try {
    return (await listed).items;
  } catch (error) {
    // The cluster serves no such thing; of the Service itself that is said.
    if (isStatus(error, 404)) return [];
    throw error;
  }
}

/** From the status: where users really are. Null: it says nothing. */
function usersByRevision(service: KnativeService | null): ReadonlyMap<string, Share> | null {
  const { traffic } = service?.status ?? {};
  if (traffic === undefined || traffic.length === 0) return null;
  const users = new Map<string, Share>();
  for (const { revisionName = '', percent = 0 } of traffic)
    users.set(revisionName, (users.get(revisionName) ?? 0) + (percent * ALL) / 100);
  return users;
}

function effectWay({ status }: KnativeService): string[] {
  return status?.traffic === undefined ? [] : [`Users are at: ${describeTraffic(status.traffic)}.`];
}
