import { equal } from '../json.ts';
import { type ApiObject, controllerOf } from '../objects.ts';
import { quotaStatus } from '../quota.ts';
import { matchesMap } from '../selectors.ts';
import type { Change } from '../store.ts';
import { type Context, CONTROLLER } from './context.ts';
import { reconcileDeployment } from './deployment.ts';
import { reconcileEndpointSlices } from './endpointslice.ts';
import { reconcileJob } from './job.ts';
import { reconcileNamespace } from './namespace.ts';
import type { Reconcile, WorkQueue } from './queue.ts';
import { reconcileReplicaSet } from './replicaset.ts';

/** Wires the controllers to the store: every change puts the objects that it concerns into the queue. Returns the way to end that. */
export function startControllers(context: Context, queue: WorkQueue): () => void {
  const deployment: Reconcile = (namespace, name) => reconcileDeployment(context, namespace, name);
  const replicaSet: Reconcile = (namespace, name) => reconcileReplicaSet(context, namespace, name);
  const job: Reconcile = (namespace, name) => reconcileJob(context, namespace, name);
  const endpoints: Reconcile = (namespace, name) => reconcileEndpointSlices(context, namespace, name);
  const garbage: Reconcile = (_, uid) => collectGarbage(context, uid);
  const namespaces: Reconcile = (_, name) => reconcileNamespace(context, name);
  const quota: Reconcile = (namespace, name) => countQuota(context, namespace, name);
  const enqueueOwner = (reconcile: Reconcile, kind: string, object: ApiObject) => {
    const owner = controllerOf(object);
    if (owner?.kind === kind) queue.add(reconcile, object.metadata.namespace ?? '', owner.name);
  };
  return context.store.subscribe((change) => {
    const { object, resource } = change;
    const namespace = object.metadata.namespace ?? '';
    if (change.type === 'DELETED') queue.add(garbage, '', object.metadata.uid);
    switch (resource) {
      case 'namespaces':
        return queue.add(namespaces, '', object.metadata.name);
      case 'deployments.apps':
        return queue.add(deployment, namespace, object.metadata.name);
      case 'replicasets.apps':
        queue.add(replicaSet, namespace, object.metadata.name);
        return enqueueOwner(deployment, 'Deployment', object);
      case 'jobs.batch':
        return queue.add(job, namespace, object.metadata.name);
      case 'pods':
        enqueueOwner(replicaSet, 'ReplicaSet', object);
        enqueueOwner(job, 'Job', object);
        for (const quotaObject of context.store.list('resourcequotas', namespace))
          queue.add(quota, namespace, quotaObject.metadata.name);
        for (const service of servicesOf(context, change)) queue.add(endpoints, namespace, service);
        if (change.type === 'DELETED') enqueueDeployment(context, queue, deployment, object);
        return;
      case 'services':
        return queue.add(endpoints, namespace, object.metadata.name);
      case 'resourcequotas':
        return queue.add(quota, namespace, object.metadata.name);
      case 'endpointslices.discovery.k8s.io':
        return enqueueOwner(endpoints, 'Service', object);
      default:
    }
  });
}

/** A Recreate waits for the last old pod to be gone. */
function enqueueDeployment(context: Context, queue: WorkQueue, deployment: Reconcile, pod: ApiObject): void {
  const namespace = pod.metadata.namespace ?? '';
  const set = context.store.get('replicasets.apps', namespace, controllerOf(pod)?.name ?? '');
  const owner = set === undefined ? undefined : controllerOf(set);
  if (owner !== undefined) queue.add(deployment, namespace, owner.name);
}

/** Services that select the pod as it is, or as it was before the change. */
function servicesOf(context: Context, { object, previous }: Change): string[] {
  return context.store
    .list('services', object.metadata.namespace)
    .filter(({ spec: { selector } }) =>
      [object, previous].some(
        (pod) => selector !== undefined && pod !== null && matchesMap(selector, pod.metadata.labels),
      ),
    )
    .map((service) => service.metadata.name);
}

/** Deletes what a vanished object owned, unless it has another owner. */
function collectGarbage(context: Context, owner: string): undefined {
  for (const resource of context.store.resources())
    for (const object of context.store.list<string>(resource)) {
      const owners = object.metadata.ownerReferences ?? [];
      if (owners.length === 1 && owners[0]?.uid === owner)
        context.writes.remove(resource, object.metadata.namespace, object.metadata.name, {}, CONTROLLER);
    }
}

function countQuota(context: Context, namespace: string, name: string): undefined {
  const quota = context.store.get('resourcequotas', namespace, name);
  if (quota === undefined) return;
  const status = quotaStatus(context.store, namespace, quota.spec.hard);
  if (!equal(status, quota.status))
    context.writes.update(
      'resourcequotas',
      namespace,
      name,
      (current) => ({ ...current, status }),
      CONTROLLER,
      'status',
    );
}
