import type { Deployment, ReplicaSet, Service } from '../../src/cluster/wire.ts';
import { IMAGE } from '../contract/cluster.ts';
import { type Cluster, NAMESPACE } from '../crashes/cluster.ts';
import { deploymentManifest } from '../kubernetes/app.ts';
import { objectsAt } from '../simulator/json.ts';

/** Something that somebody else does to an object of a release, as kubectl and other tools do it. */
export interface Deed {
  /** By which `managedFields` knows it; null: it leaves no trace there. */
  readonly manager: string | null;
  /** False: kubectl refuses it as things are, and nothing is written. */
  readonly do: (cluster: Cluster) => boolean;
}

const HASH = 'pod-template-hash';
const STRATEGIC = 'application/strategic-merge-patch+json';
const MERGE = 'application/merge-patch+json';
const DEPLOYMENT = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/web`;
const ROUTE = `/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/httproutes/web`;

/** Of somebody who edits it: no release and no app in here has it. */
export const STRATEGY = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '40%', maxUnavailable: 0 } };
export const RESTARTED_AT = '2026-01-01T00:00:00Z';

export const DEEDS = {
  'set image': deed('kubectl-set', (cluster) => patch(cluster, 'kubectl-set', withImage(IMAGE.v3))),
  'apply of the old manifest': deed('kubectl-client-side-apply', (cluster) => apply(cluster, IMAGE.v1)),
  'apply of the new manifest': deed('kubectl-client-side-apply', (cluster) => apply(cluster, IMAGE.v2)),
  'edit of the strategy': deed('kubectl-edit', (cluster) => patch(cluster, 'kubectl-edit', { strategy: STRATEGY })),
  'scale up': deed('kubectl', (cluster) => scale(cluster, (replicas) => replicas + 2)),
  'scale down': deed('kubectl', (cluster) => scale(cluster, (replicas) => replicas - 1)),
  'rollout undo': deed('kubectl-rollout', undo),
  'rollout restart': deed('kubectl-rollout', (cluster) => {
    if (isPaused(cluster)) return false;
    const annotations = { 'kubectl.kubernetes.io/restartedAt': RESTARTED_AT };
    return patch(cluster, 'kubectl-rollout', { template: { metadata: { annotations } } });
  }),
  'rollout pause': deed('kubectl-rollout', (cluster) =>
    isPaused(cluster) ? false : patch(cluster, 'kubectl-rollout', { paused: true }),
  ),
  'rollout resume': deed('kubectl-rollout', (cluster) =>
    isPaused(cluster) ? patch(cluster, 'kubectl-rollout', { paused: null }) : false,
  ),
  'label in the selector': deed('kubectl-edit', (cluster) => select(cluster, { tier: 'front' })),
  'pin removed': deed('kubectl-edit', (cluster) =>
    pinOf(cluster) === undefined ? false : select(cluster, { [HASH]: null }),
  ),
  'weights of the route': deed('kubectl-edit', weigh),
  'candidate Service deleted': deed(null, (cluster) => remove(cluster, service('web-candidate'))),
  'Deployment deleted': deed(null, (cluster) => remove(cluster, DEPLOYMENT)),
  'live Service deleted': deed(null, (cluster) => remove(cluster, service('web'))),
  'record deleted': deed(null, (cluster) =>
    remove(cluster, `/api/v1/namespaces/${NAMESPACE}/configmaps/crossfade.web`),
  ),
  'lock deleted': deed(null, (cluster) =>
    remove(cluster, `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/crossfade.web`),
  ),
  'namespace deleted': deed(null, (cluster) => remove(cluster, `/api/v1/namespaces/${NAMESPACE}`)),
} as const satisfies Readonly<Record<string, Deed>>;

export type DeedName = keyof typeof DEEDS;

function deed(manager: string | null, what: Deed['do']): Deed {
  return { manager, do: what };
}

function patch(cluster: Cluster, manager: string, spec: object): true {
  cluster.request('PATCH', `${DEPLOYMENT}?fieldManager=${manager}`, { spec }, STRATEGIC);
  return true;
}

/** What the manifest says, and nothing that it does not say: a hold's fields and a pause stay. As most are, without a strategy. */
function apply(cluster: Cluster, image: string): true {
  // The manifest is ours; its type is that of what the API server makes of it.
  const { spec = {} } = deploymentManifest({ ...cluster.app, image }) as { spec?: { strategy?: unknown } };
  const { strategy: _, ...written } = spec;
  return patch(cluster, 'kubectl-client-side-apply', written);
}

function scale(cluster: Cluster, change: (replicas: number) => number): true {
  const replicas = change(deploymentOf(cluster).spec?.replicas ?? 1);
  cluster.request('PATCH', `${DEPLOYMENT}/scale?fieldManager=kubectl`, { spec: { replicas } }, MERGE);
  return true;
}

/** To the template of the revision before, as kubectl finds it; it refuses a Deployment that is paused. */
function undo(cluster: Cluster): boolean {
  if (isPaused(cluster)) return false;
  const revision = ({ metadata }: ReplicaSet): number =>
    Number(metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  const [, before] = replicaSetsOf(cluster).toSorted((a, b) => revision(b) - revision(a));
  const template = structuredClone(before?.spec?.template);
  if (template === undefined) return false;
  delete template.metadata?.labels?.[HASH];
  cluster.request(
    'PATCH',
    `${DEPLOYMENT}?fieldManager=kubectl-rollout`,
    [{ op: 'replace', path: '/spec/template', value: template }],
    'application/json-patch+json',
  );
  return true;
}

function select(cluster: Cluster, selector: Readonly<Record<string, string | null>>): true {
  cluster.request('PATCH', `${service('web')}?fieldManager=kubectl-edit`, { spec: { selector } }, MERGE);
  return true;
}

/** Both of its Services alike, also the one that nobody was sent to; a route of one Service gets a number that changes nothing. */
function weigh(cluster: Cluster): boolean {
  const rules = objectsAt((cluster.request('GET', ROUTE) as { spec?: unknown }).spec, 'rules');
  const weighed = rules.map((rule) => ({
    ...rule,
    backendRefs: objectsAt(rule, 'backendRefs').map((ref) => ({ ...ref, weight: 70 })),
  }));
  cluster.request('PATCH', `${ROUTE}?fieldManager=kubectl-edit`, { spec: { rules: weighed } }, MERGE);
  return true;
}

function remove(cluster: Cluster, path: string): boolean {
  try {
    cluster.request('DELETE', path);
    return true;
  } catch {
    return false;
  }
}

function service(name: string): string {
  return `/api/v1/namespaces/${NAMESPACE}/services/${name}`;
}

function deploymentOf({ plane }: Cluster): Deployment {
  return plane.store.get('deployments.apps', NAMESPACE, 'web') ?? {};
}

function replicaSetsOf({ plane }: Cluster): readonly ReplicaSet[] {
  return plane.store.list('replicasets.apps', NAMESPACE);
}

function isPaused(cluster: Cluster): boolean {
  return deploymentOf(cluster).spec?.paused === true;
}

function pinOf({ plane }: Cluster): string | undefined {
  const found: Service | undefined = plane.store.get('services', NAMESPACE, 'web');
  return found?.spec?.selector?.[HASH];
}

function withImage(image: string): object {
  return { template: { spec: { containers: [{ name: 'web', image }] } } };
}
