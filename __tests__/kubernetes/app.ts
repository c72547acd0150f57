import { isDeepStrictEqual } from 'node:util';
import type { Deployment, EndpointSlice, KubeObject, Pod, Service } from '../../src/cluster/wire.ts';
import { IMAGE } from '../contract/cluster.ts';
import { type Api, paths } from './api.ts';
import { until } from './processes.ts';

/** The app that tests release: a Deployment and a Service of one name. Defaults suit every tier. */
export interface App {
  readonly namespace: string;
  /** Default `web`. */
  readonly name?: string;
  /** Default 3. */
  readonly replicas?: number;
  /** Default `IMAGE.v1`. */
  readonly image?: string;
  /** How long a pod lingers after its deletion, so that those who still connect to it are served. Default 3 s; fake pods do not. */
  readonly preStopSeconds?: number;
  /** Annotations of the pod template, e.g. `READY_AFTER`. */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** Of the pods, beside `app`. */
  readonly podLabels?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Further fields of the Deployment's spec, e.g. `{ minReadySeconds: 5, strategy: … }`. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** The Deployment as a user would write it. */
export function deploymentManifest(app: App): unknown {
  const { name = 'web' } = app;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: app.namespace, labels: { app: name } },
    spec: {
      replicas: app.replicas ?? 3,
      selector: { matchLabels: { app: name } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: { app: name, ...app.podLabels },
          ...(app.podAnnotations === undefined ? {} : { annotations: app.podAnnotations }),
        },
        spec: {
          terminationGracePeriodSeconds: 15,
          containers: [
            {
              name,
              image: app.image ?? IMAGE.v1,
              imagePullPolicy: 'IfNotPresent',
              ports: [{ name: 'http', containerPort: 8080 }],
              env: Object.entries(app.env ?? {}).map(([variable, value]) => ({ name: variable, value })),
              readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 1 },
              lifecycle: { preStop: { sleep: { seconds: app.preStopSeconds ?? 3 } } },
              resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '500m', memory: '64Mi' } },
              securityContext: {
                runAsNonRoot: true,
                readOnlyRootFilesystem: true,
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
                seccompProfile: { type: 'RuntimeDefault' },
              },
            },
          ],
        },
      },
      ...app.spec,
    },
  };
}

/** The live Service: port 80 to the pods' port `http`. */
export function serviceManifest(app: App): unknown {
  const { name = 'web' } = app;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: app.namespace, labels: { app: name } },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  };
}

/** Creates the app and waits until all its pods serve. */
export async function createApp(api: Api, app: App, timeoutMs = 60_000): Promise<Deployment> {
  await api.create(paths.core(app.namespace, 'services'), serviceManifest(app));
  await api.create(paths.deployments(app.namespace), deploymentManifest(app));
  return waitSettled(api, app, timeoutMs);
}

/** Changes the image as `kubectl set image` would. */
export function setImage(api: Api, app: App, image: string): Promise<Deployment> {
  const { name = 'web' } = app;
  const spec = { template: { spec: { containers: [{ name, image }] } } };
  return api.patch<Deployment>(paths.deployments(app.namespace, name), { spec }, 'strategic-merge-patch');
}

/** Waits until the Deployment is wholly on its template, all its pods are ready endpoints of the Service, and no other pod is. */
export async function waitSettled(api: Api, app: App, timeoutMs = 60_000): Promise<Deployment> {
  const { namespace, name = 'web' } = app;
  return until(`${namespace}/${name} is settled`, timeoutMs, async () => {
    const deployment = await api.get<Deployment>(paths.deployments(namespace, name));
    const wanted = deployment.spec?.replicas ?? 1;
    const {
      observedGeneration = 0,
      replicas = 0,
      updatedReplicas = 0,
      availableReplicas = 0,
    } = deployment.status ?? {};
    const observed = observedGeneration >= (deployment.metadata?.generation ?? 0);
    const rolled = replicas === wanted && updatedReplicas === wanted && availableReplicas === wanted;
    if (!observed || !rolled) return undefined;
    // As many could be an old one in place of the last new one, when the EndpointSlices are behind.
    const staying = (await pods(api, app)).filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
    const names = staying.map(({ metadata }) => metadata?.name ?? '').sort();
    return isDeepStrictEqual(await readyEndpoints(api, namespace, name), names) ? deployment : undefined;
  });
}

/** Names of the pods that the Service's EndpointSlices call ready, sorted. */
export async function readyEndpoints(api: Api, namespace: string, service: string): Promise<string[]> {
  const selector = encodeURIComponent(`kubernetes.io/service-name=${service}`);
  const slices = await api.list<EndpointSlice>(`${paths.endpointSlices(namespace)}?labelSelector=${selector}`);
  const names = slices.items.flatMap((slice) =>
    (slice.endpoints ?? [])
      .filter((endpoint) => endpoint.conditions?.ready !== false)
      .map((endpoint) => endpoint.targetRef?.name ?? ''),
  );
  return [...new Set(names)].sort();
}

/** The app's pods, oldest first, those that are being deleted included. */
export async function pods(api: Api, app: App): Promise<Pod[]> {
  const { namespace, name = 'web' } = app;
  const list = await api.list<Pod>(
    `${paths.core(namespace, 'pods')}?labelSelector=${encodeURIComponent(`app=${name}`)}`,
  );
  const born = (pod: Pod): string => pod.metadata?.creationTimestamp ?? '';
  return list.items.sort((a, b) => (born(a) < born(b) ? -1 : born(a) > born(b) ? 1 : 0));
}

/**
 * What a release must leave as it was, or change in nothing but the image: compare it before and after with `toEqual`.
 * ConfigMaps and Leases are the names only; a record may stay, a lock may not.
 */
export interface FinalObjects {
  readonly deployment: unknown;
  readonly services: readonly unknown[];
  readonly configMaps: readonly string[];
  readonly leases: readonly string[];
}

export async function finalObjects(api: Api, app: App): Promise<FinalObjects> {
  const { namespace, name = 'web' } = app;
  const [deployment, services, configMaps, leases] = await Promise.all([
    api.get<Deployment>(paths.deployments(namespace, name)),
    api.list<Service>(paths.core(namespace, 'services')),
    api.list<KubeObject>(paths.core(namespace, 'configmaps')),
    api.list<KubeObject>(paths.leases(namespace)),
  ]);
  return {
    deployment: normalised(deployment),
    services: services.items.map(normalised),
    // Every namespace of a real cluster has the one with the authority's certificate.
    configMaps: names(configMaps.items).filter((found) => found !== 'kube-root-ca.crt'),
    leases: names(leases.items),
  };
}

/** An object without what the API server and controllers write by themselves: versions, times, owners of fields, status. */
export function normalised(object: KubeObject): unknown {
  const { status: _, ...rest } = object as KubeObject & { status?: unknown };
  const { resourceVersion, generation, managedFields, creationTimestamp, uid, annotations, ...metadata } =
    object.metadata ?? {};
  const kept = Object.entries(annotations ?? {}).filter(([key]) => key !== 'deployment.kubernetes.io/revision');
  return {
    ...rest,
    metadata: { ...metadata, ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }) },
  };
}

function names(objects: readonly KubeObject[]): string[] {
  return objects.map((object) => object.metadata?.name ?? '').sort();
}
