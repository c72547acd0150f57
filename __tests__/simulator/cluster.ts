import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCluster } from '../contract/cluster.ts';
import { createAuthority } from '../kubernetes/certificates.ts';
import { wallClock } from './clock.ts';
import { createControlPlane } from './control-plane.ts';
import { Faults } from './faults.ts';
import type { Timings } from './images.ts';
import { PodServers } from './pods.ts';
import { type Listener, ServiceProxy } from './proxy.ts';
import { ADMIN, type User } from './rbac.ts';
import type { CustomResource } from './resources.ts';
import { ApiServer } from './server.ts';
import type { Store } from './store.ts';

export interface SimulatorOptions {
  /** Pods are real HTTP servers; default true. */
  readonly serve?: boolean;
  /** HTTPS with an authority of its own, as real ones have; default true. */
  readonly tls?: boolean;
  /** Milliseconds from a change to the controllers' look at it; default 5. */
  readonly latency?: number;
  /** Milliseconds by which the data plane is behind the EndpointSlices; default 20. */
  readonly proxyLag?: number;
  readonly timings?: Partial<Timings>;
  readonly resources?: readonly CustomResource[];
  /** As `TestCluster.inProcess`; default false. */
  readonly inProcess?: boolean;
}

/** A running simulated cluster. */
export interface Simulator extends TestCluster {
  readonly tier: 'simulator';
  readonly store: Store;
  /** Of the API server, without a slash at the end. */
  readonly url: string;
  /** PEM of the authority that vouches for the server; null with `tls: false`. */
  readonly authority: string | null;
  /** Bearer token with full rights. */
  readonly token: string;
  readonly faults: Faults;
  /** Kubeconfig by user name, for every user that was asked for. */
  readonly personas: ReadonlyMap<string, string>;
  /** A listener on 127.0.0.1 that goes to the Service's endpoints, as a ClusterIP does. Rejects without `serve`. */
  listen(namespace: string, service: string): Promise<Listener>;
  /** Serves one more custom resource. */
  register(resource: CustomResource): void;
}

/** Starts a cluster on free ports of 127.0.0.1; its kubeconfigs live in a temporary folder until `stop`. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const plane = createControlPlane({
    clock: wallClock,
    latency: options.latency ?? 5,
    timings: options.timings ?? {},
  });
  for (const resource of options.resources ?? []) plane.store.catalogue.register(resource);
  const pods = options.serve === false ? null : new PodServers(plane.store, plane.kubelet);
  const proxy = pods === null ? null : new ServiceProxy(plane.store, pods, options.proxyLag ?? 20);
  const faults = new Faults();
  const token = randomUUID();
  const users = new Map<string, User>([[token, ADMIN]]);
  const authority = options.tls === false ? null : createAuthority('simulator');
  const tls =
    authority?.issue({ commonName: 'kube-apiserver' }, { names: ['localhost'], addresses: ['127.0.0.1'] }) ?? null;
  const server = new ApiServer({ plane, tls, faults, pods, userOf: (candidate) => users.get(candidate) });
  const url = await server.start();
  const folder = await mkdtemp(join(tmpdir(), 'crossfade-simulator-'));
  const personas = new Map<string, string>();
  const kubeconfig = join(folder, 'kubeconfig');
  const write = (path: string, user: string, userToken: string) =>
    writeFile(path, JSON.stringify(kubeconfigOf(url, authority?.certificate, user, userToken), undefined, 2), {
      mode: 0o600,
    });
  await write(kubeconfig, ADMIN.name, token);
  let namespaces = 0;
  return {
    tier: 'simulator',
    inProcess: options.inProcess ?? false,
    kubeconfig,
    store: plane.store,
    url,
    authority: authority?.certificate ?? null,
    token,
    faults,
    personas,
    async kubeconfigFor(name) {
      const known = personas.get(name);
      if (known !== undefined) return known;
      const userToken = randomUUID();
      users.set(userToken, { name, unrestricted: false });
      const path = join(folder, `kubeconfig-${personas.size}`);
      personas.set(name, path);
      await write(path, name, userToken);
      return path;
    },
    async namespace(prefix) {
      namespaces++;
      const name = `${prefix}-${namespaces}`;
      plane.writes.create('namespaces', undefined, { metadata: { name } }, { manager: 'tests', dryRun: false });
      return name;
    },
    audit: async (since) => server.audit(since),
    listen(namespace, service) {
      if (proxy === null) throw new Error('the simulator was started with serve: false; its pods cannot be reached');
      return proxy.listen(namespace, service);
    },
    register: (resource) => plane.store.catalogue.register(resource),
    async stop() {
      faults.clear();
      plane.stop();
      await proxy?.stop();
      pods?.stop();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** JSON, which every reader of YAML takes. */
function kubeconfigOf(server: string, authority: string | undefined, user: string, token: string) {
  // Client libraries refuse a server without TLS unless they are told not to look.
  const trust =
    authority === undefined
      ? { 'insecure-skip-tls-verify': true }
      : { 'certificate-authority-data': Buffer.from(authority).toString('base64') };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'simulator', cluster: { server, ...trust } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'simulator', context: { cluster: 'simulator', user, namespace: 'default' } }],
    'current-context': 'simulator',
  };
}
