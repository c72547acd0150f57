import type { ApiPort } from '../../cluster/api.ts';
import { isStatus } from '../../cluster/errors.ts';
import type { KeptVersion } from '../../release/history.ts';
import { isKnative } from '../../release/knative/plan.ts';
import {
  conditionOf,
  type KnativeService,
  knativeServicePath,
  numberOf,
  type Revision,
  revisionsPath,
  SERVICE_OF_REVISION,
  templateDigest,
  templateMetadataOf,
  templateOf,
} from '../../workload/knative-service.ts';
import { imagesOf } from '../../workload/template.ts';
import type { Versions } from '../versions.ts';
import { candidateOf } from './observe.ts';

/** The versions of a Knative Service, from its Revisions. Null: there is no such Service, or it may not be read. Throws what a read throws. */
export async function readRevisions(api: ApiPort, namespace: string, name: string): Promise<Versions | null> {
  try {
    const labelSelector = `${SERVICE_OF_REVISION}=${name}`;
    const [service, { items }] = await Promise.all([
      api.get<KnativeService>(knativeServicePath(namespace, name)),
      api.list<Revision>(revisionsPath(namespace), { labelSelector }),
    ]);
    return service === null ? null : versionsOf(service, items);
  } catch (error) {
    // The cluster serves no such thing: the preflight says so.
    if (isStatus(error, 403) || isStatus(error, 404)) return null;
    throw error;
  }
}

/**
 * Revisions of the same template are one version: each time one is taken back, or gone back to, Knative makes one more of the old template.
 * Pure.
 */
export function versionsOf({ status }: KnativeService, revisions: readonly Revision[]): Versions {
  const users = status?.latestReadyRevisionName ?? null;
  const groups = [...Map.groupBy(revisions, digestOf).values()];
  const known = (hash: string): string => {
    const group = groups.find((alike) => alike.some(isCalled(hash)));
    return group === undefined ? hash : (bestOf(group, users).metadata?.name ?? hash);
  };
  return {
    kept: groups.map((group) => keptVersion(group, users)),
    running: users === null ? null : known(users),
    known,
    candidateOf: (plan) => {
      const candidate = isKnative(plan) ? candidateOf(plan, revisions) : null;
      return candidate === null ? null : known(candidate.metadata?.name ?? '');
    },
  };
}

function keptVersion(group: readonly Revision[], users: string | null): KeptVersion {
  const best = bestOf(group, users);
  return {
    hash: best.metadata?.name ?? '',
    revision: numberOf(best),
    images: imagesOf(best.spec === undefined ? {} : { spec: best.spec }),
    names: group.flatMap((revision) => [revision.metadata?.name ?? '', String(numberOf(revision))]),
  };
}

/** The one that users are on; else the newest that is ready. */
function bestOf(group: readonly Revision[], users: string | null): Revision {
  const [first = {}] = group.toSorted((a, b) => rank(b) - rank(a) || numberOf(b) - numberOf(a));
  return first;
  function rank(revision: Revision): number {
    if (users !== null && isCalled(users)(revision)) return 2;
    return conditionOf(revision, 'Ready')?.status === 'True' ? 1 : 0;
  }
}

function digestOf(revision: Revision): string {
  return templateDigest(templateOf(templateMetadataOf(revision), revision));
}

function isCalled(name: string): (revision: Revision) => boolean {
  return ({ metadata }) => metadata?.name === name;
}
