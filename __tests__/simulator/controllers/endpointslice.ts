import type { EndpointSlice, Service } from '../../../src/cluster/wire.ts';
import { timestamp } from '../clock.ts';
import { equal } from '../json.ts';
import { controllerReference, type Stored } from '../objects.ts';
import { matchesMap } from '../selectors.ts';
import { type Context, CONTROLLER, type Pod, isReady } from './context.ts';

type Slice = Stored<'endpointslices.discovery.k8s.io'>;
type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];
type Ports = NonNullable<EndpointSlice['ports']>;
type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number];

/** Endpoints that one slice holds. */
const LARGEST_SLICE = 100;

export const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' };

/** One look at a Service: its EndpointSlices made to hold exactly its pods, with as few writes as possible. */
export function reconcileEndpointSlices(context: Context, namespace: string, name: string): undefined {
  const service = context.store.get('services', namespace, name);
  if (service?.spec.selector === undefined) return;
  const selector = service.spec.selector;
  const wanted = new Map<string, { ports: Ports; endpoints: Endpoint[] }>();
  for (const pod of context.store.list('pods', namespace)) {
    if (!matchesMap(selector, pod.metadata.labels) || !isAddressable(pod)) continue;
    const ports = portsOf(service, pod);
    const group = wanted.get(JSON.stringify(ports)) ?? { ports, endpoints: [] };
    group.endpoints.push(endpointOf(service, pod));
    wanted.set(JSON.stringify(ports), group);
  }
  const existing = context.store
    .list('endpointslices.discovery.k8s.io', namespace)
    .filter((slice) => slice.metadata.ownerReferences?.some((owner) => owner.uid === service.metadata.uid) === true);
  const unused = existing.filter((slice) => !wanted.has(JSON.stringify(slice.ports ?? [])));
  for (const [key, { ports, endpoints }] of wanted) {
    const slices = existing.filter((slice) => JSON.stringify(slice.ports ?? []) === key);
    fill(context, service, ports, endpoints, slices, unused);
  }
  if (wanted.size === 0) keepPlaceholder(context, service, unused);
  for (const slice of unused) remove(context, slice);
}

function isAddressable(pod: Pod): boolean {
  return pod.status?.podIP !== undefined && pod.status.phase !== 'Failed' && pod.status.phase !== 'Succeeded';
}

function endpointOf(service: Stored<'services'>, pod: Pod): Endpoint {
  const serving = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: {
      ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating),
      serving,
      terminating,
    },
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: {
      kind: 'Pod',
      namespace: pod.metadata.namespace ?? '',
      name: pod.metadata.name,
      uid: pod.metadata.uid,
    },
  };
}

/** The Service's ports as this pod has them; a named port that the pod lacks is left out, without any error. */
function portsOf(service: Stored<'services'>, pod: Pod): Ports {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetPort(port, pod);
    if (number === undefined) return [];
    return [
      {
        name: port.name ?? '',
        port: number,
        protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      },
    ];
  });
}

function targetPort(port: ServicePort, pod: Pod): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  return pod.spec.containers
    .flatMap((container) => container.ports ?? [])
    .find((other) => other.name === target && (other.protocol ?? 'TCP') === (port.protocol ?? 'TCP'))?.containerPort;
}

/**
 * Brings the slices of one set of ports to these endpoints: what is there stays in its slice, what is new fills the
 * slices that change anyway, then others with room, then new ones. `unused` slices are used again before new ones are made.
 */
function fill(
  context: Context,
  service: Stored<'services'>,
  ports: Ports,
  endpoints: readonly Endpoint[],
  slices: readonly Slice[],
  unused: Slice[],
): void {
  const uid = (endpoint: Endpoint) => endpoint.targetRef?.uid ?? '';
  const missing = new Map(endpoints.map((endpoint) => [uid(endpoint), endpoint]));
  const kept = slices.map((slice) => {
    const stays = (slice.endpoints ?? []).flatMap((old) => {
      const now = missing.get(uid(old));
      missing.delete(uid(old));
      return now === undefined ? [] : [now];
    });
    return { slice, endpoints: stays, changed: !equal(stays, slice.endpoints ?? []) };
  });
  const added = [...missing.values()];
  for (const target of kept.toSorted((a, b) => Number(b.changed) - Number(a.changed))) {
    const taken = added.splice(0, LARGEST_SLICE - target.endpoints.length);
    if (taken.length === 0 && !target.changed) continue;
    const content = [...target.endpoints, ...taken];
    if (content.length === 0 && kept.length > 1) unused.push(target.slice);
    else update(context, target.slice, ports, content);
  }
  while (added.length > 0) {
    const content = added.splice(0, LARGEST_SLICE);
    const reused = unused.shift();
    if (reused === undefined) create(context, service, ports, content);
    else update(context, reused, ports, content);
  }
}

/** A Service without pods keeps one empty slice. */
function keepPlaceholder(context: Context, service: Stored<'services'>, unused: Slice[]): void {
  const kept = unused.shift();
  if (kept === undefined) create(context, service, [], []);
  else if ((kept.endpoints ?? []).length > 0) update(context, kept, [], []);
}

function body(context: Context, ports: Ports, endpoints: readonly Endpoint[]) {
  return {
    annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': timestamp(context.clock.now()) },
    content: {
      endpoints: endpoints.length === 0 ? null : endpoints,
      ports: ports.length === 0 ? null : ports,
    },
  };
}

function create(context: Context, service: Stored<'services'>, ports: Ports, endpoints: readonly Endpoint[]): void {
  const { annotations, content } = body(context, ports, endpoints);
  context.writes.create(
    'endpointslices.discovery.k8s.io',
    service.metadata.namespace,
    {
      metadata: {
        generateName: `${service.metadata.name}-`,
        annotations,
        labels: { ...service.metadata.labels, ...MANAGED_BY, [SERVICE_NAME]: service.metadata.name },
        ownerReferences: [controllerReference('v1', 'Service', service)],
      },
      addressType: 'IPv4',
      ...content,
    },
    CONTROLLER,
  );
}

function update(context: Context, slice: Slice, ports: Ports, endpoints: readonly Endpoint[]): void {
  const { annotations, content } = body(context, ports, endpoints);
  context.writes.update(
    'endpointslices.discovery.k8s.io',
    slice.metadata.namespace,
    slice.metadata.name,
    (current) => ({ ...current, metadata: { ...current.metadata, annotations }, ...content }),
    CONTROLLER,
  );
}

function remove(context: Context, slice: Slice): void {
  context.writes.remove(
    'endpointslices.discovery.k8s.io',
    slice.metadata.namespace,
    slice.metadata.name,
    {},
    CONTROLLER,
  );
}
