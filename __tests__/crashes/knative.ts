import { IMAGE } from '../contract/cluster.ts';
import { Configuration } from '../knative/configuration.ts';
import { KNATIVE_RESOURCES, type KnativeObject, knativePaths } from '../knative/objects.ts';
import { resolved, Route, statusOf } from '../knative/route.ts';
import { type Saved, together } from '../simulator/saved.ts';
import { type AppOptions, type Cluster, type Left, NAMESPACE } from './cluster.ts';

const SERVICES = 'services.serving.knative.dev';
const REVISIONS = 'revisions.serving.knative.dev';
/** Milliseconds from a new template to its Revision, and from new traffic to its effect; from a Revision to its being Ready. */
const LAG = 120;
const START = 400;
const WRITER = { manager: 'controller', dryRun: false };

/** A Knative Service without a word about traffic: everybody follows its latest Revision that is Ready. */
export const BY_KNATIVE: Pick<AppOptions, 'resources' | 'objects' | 'record'> = {
  resources: KNATIVE_RESOURCES,
  record: 'crossfade.ksvc.web',
  objects: [
    {
      path: knativePaths.services(NAMESPACE),
      body: {
        apiVersion: 'serving.knative.dev/v1',
        kind: 'Service',
        metadata: { name: 'web', namespace: NAMESPACE },
        spec: { template: { spec: { containers: [{ name: 'web', image: IMAGE.v1 }] } } },
      },
    },
  ],
};

/** Knative's controllers on the simulated cluster. They look when something has changed, and when a lag of theirs is over. */
export function knative(cluster: Cluster): void {
  const { plane, time } = cluster;
  const configuration = new Configuration('web', LAG);
  const route = new Route(LAG);
  let born = new Map<string, number>();
  let isDue = false;
  const lookIn = (ms: number): void => {
    if (isDue) return;
    isDue = true;
    time.after(ms, () => {
      isDue = false;
      look();
    });
  };
  const look = (): void => {
    const service = serviceOf(cluster);
    const now = time.now();
    const made = configuration.reconcile(service, revisionsOf(cluster), now);
    if (made !== null) cluster.request('POST', knativePaths.revisions(NAMESPACE), made);
    for (const { metadata, status } of revisionsOf(cluster)) {
      const name = metadata?.name ?? '';
      const since = born.get(name) ?? now;
      born.set(name, since);
      const ready = { type: 'Ready', status: now >= since + START ? 'True' : 'Unknown' };
      if (status?.conditions?.[0]?.status !== ready.status) write(REVISIONS, name, { conditions: [ready] });
    }
    const { status } = statusOf(service, revisionsOf(cluster), { configuration, route }, now);
    if (JSON.stringify(serviceOf(cluster).status) !== JSON.stringify(status)) write(SERVICES, 'web', status);
    const isAtRest = (status as KnativeObject['status'])?.conditions?.every((condition) => condition.status === 'True');
    if (isAtRest !== true) lookIn(40);
  };
  const write = (resource: string, name: string, status: object): void => {
    plane.writes.update(resource, NAMESPACE, name, (current) => ({ ...current, status }), WRITER, 'status');
  };
  cluster.saveWith(() => {
    const before = { born: new Map(born), isDue };
    const own: Saved = {
      text: JSON.stringify([[...before.born], isDue]),
      restore: () => {
        born = new Map(before.born);
        ({ isDue } = before);
      },
    };
    return together([own, configuration.save(), route.save()]);
  });
  plane.store.subscribe(({ resource }) => {
    if (resource === SERVICES) lookIn(5);
  });
  look();
}

function serviceOf({ plane }: Cluster): KnativeObject {
  // Registered as KNATIVE_RESOURCES, and made by this file.
  return plane.store.get<string>(SERVICES, NAMESPACE, 'web') as unknown as KnativeObject;
}

function revisionsOf({ plane }: Cluster): readonly KnativeObject[] {
  return plane.store.list<string>(REVISIONS, NAMESPACE) as unknown as readonly KnativeObject[];
}

/** Revisions with users that cannot serve them: by what the Service says now, not only by what its Route has taken up. */
export function unservedBy(cluster: Cluster): readonly string[] {
  const { spec, status } = serviceOf(cluster);
  const revisions = revisionsOf(cluster);
  const isReady = (name: string | undefined): boolean =>
    revisions.some(
      ({ metadata, status: { conditions } = {} }) => metadata?.name === name && conditions?.[0]?.status === 'True',
    );
  return [...resolved(spec?.traffic, status?.latestReadyRevisionName ?? null, 'web'), ...(status?.traffic ?? [])]
    .filter(({ revisionName, percent = 0 }) => percent > 0 && !isReady(revisionName))
    .map(({ revisionName }) => `of Revision ${revisionName}, which is not Ready`);
}

/** Revisions stay, as many as Knative likes; the names of those that lead differ with what came before. */
export function leftOfKnative(cluster: Cluster): Left {
  const { configMaps, leases, isClosed } = cluster.left();
  const { spec, status } = serviceOf(cluster);
  const images = new Map(
    revisionsOf(cluster).map(({ metadata, spec: of }) => [metadata?.name ?? '', of?.containers?.[0]?.image ?? '']),
  );
  const users: Record<string, number> = {};
  for (const { revisionName = '', percent = 0 } of status?.traffic ?? []) {
    const image = images.get(revisionName) ?? `Revision ${revisionName}, which is gone`;
    if (percent > 0) users[image] = (users[image] ?? 0) + percent;
  }
  const asOfDeployment = (name: string): string => name.replace('.ksvc.', '.');
  return {
    deployment: null,
    services: [],
    others: [JSON.parse(JSON.stringify(spec))],
    configMaps: configMaps.map(asOfDeployment),
    leases: leases.map(asOfDeployment),
    pods: {},
    users,
    isClosed,
  };
}
