import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api } from './api.ts';
import { buildControlPlaneTools, type Tools } from './build.ts';
import {
  apiServer,
  type Command,
  component,
  controllerManager,
  etcd,
  kubeconfigOf,
  POD_RANGE,
  prepareSite,
  type Site,
  scheduler,
} from './components.ts';
import { type FakeKubelet, startFakeKubelet } from './fake-kubelet.ts';
import { freePort, Processes } from './processes.ts';
import { RealCluster, schedulable, serving } from './real-cluster.ts';
import { stages } from './stages.ts';

/** A real control plane with fake pods: any number of them, in any state, without sockets and probes. */
export class ControlPlane extends RealCluster {
  override readonly tier = 'control-plane';
  readonly inProcess = true;
  readonly #kubelet: FakeKubelet;

  private constructor(kubelet: FakeKubelet, ...base: [site: Site, processes: Processes, kubeconfig: string, api: Api]) {
    super(...base);
    this.#kubelet = kubelet;
  }

  override async stop(): Promise<void> {
    this.#kubelet.close();
    await super.stop();
  }

  /** Use `startControlPlane`. */
  static async start(tools: Tools, processes: Processes, port: number): Promise<ControlPlane> {
    const site = prepareSite(processes.folder, '127.0.0.1', port);
    const kubeconfig = kubeconfigOf(site, { commonName: 'admin', organizations: ['system:masters'] });
    const launch = (name: string, { program, args }: Command, env: Readonly<Record<string, string>> = {}): void => {
      processes.start(name, program, args, env);
    };
    launch('etcd', etcd(tools, site));
    launch(
      'kube-apiserver',
      apiServer(tools, site, [
        '--bind-address=127.0.0.1',
        '--authorization-mode=RBAC',
        '--endpoint-reconciler-type=none',
        // Pods need no service account then, so that nothing has to be waited for in a new namespace.
        '--disable-admission-plugins=ServiceAccount',
      ]),
      SPACIOUS,
    );
    const api = await Api.from(kubeconfig, 'crossfade-harness');
    const kubelet = await startFakeKubelet(site.authority, api);
    try {
      await serving(api, processes);
      launch('kube-controller-manager', controllerManager(tools, site));
      launch('kube-scheduler', scheduler(tools, site));
      launch('kwok', kwok(tools, site));
      await api.create('/api/v1/nodes', fakeNode(kubelet.port));
      await schedulable(api, processes, NODE);
    } catch (error) {
      kubelet.close();
      await api.close();
      throw error;
    }
    return new ControlPlane(kubelet, site, processes, kubeconfig, api);
  }
}

/**
 * Starts etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok; ready in 3 to 5 s. Everything ends with the
 * process that started it, however that ends.
 * @param options.port of the API server on 127.0.0.1; a free one by default
 */
export async function startControlPlane(options: { readonly port?: number } = {}): Promise<ControlPlane> {
  const tools = await buildControlPlaneTools();
  const processes = new Processes('control-plane');
  try {
    return await ControlPlane.start(tools, processes, options.port ?? (await freePort()));
  } catch (error) {
    await processes.stop();
    throw error;
  }
}

const NODE = 'node-0';
/** It would spend a third of its processor time on collecting garbage, below 400 MiB; there is more memory than time. */
const SPACIOUS = { GOGC: '400' } as const;

function kwok(tools: Tools, site: Site): { program: string; args: readonly string[] } {
  const config = join(site.folder, 'stages.yaml');
  writeFileSync(config, stages());
  return {
    program: tools.program('kwok'),
    args: [
      `--kubeconfig=${kubeconfigOf(site, component('kwok'))}`,
      '--manage-all-nodes=true',
      `--config=${config}`,
      // Its default collides with common service ranges.
      `--cidr=${POD_RANGE}`,
      '--server-address=',
      // Without a lease that is renewed, the node controller turns every pod NotReady after a while.
      '--node-lease-duration-seconds=40',
    ],
  };
}

/** One node with room for everything. It is born Ready, and the lease keeps it so. */
function fakeNode(kubeletPort: number): unknown {
  const now = new Date().toISOString();
  const room = { cpu: '1k', memory: '4Ti', 'ephemeral-storage': '4Ti', pods: '10k' };
  return {
    metadata: { name: NODE, labels: { 'kubernetes.io/hostname': NODE, 'kubernetes.io/os': 'linux' } },
    spec: { podCIDR: POD_RANGE, podCIDRs: [POD_RANGE] },
    status: {
      capacity: room,
      allocatable: room,
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      conditions: [
        { type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: now, lastTransitionTime: now },
      ],
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: 'linux',
        kubeletVersion: 'v0.0.0-fake',
        ...{ bootID: '', containerRuntimeVersion: '', kernelVersion: '', kubeProxyVersion: '', machineID: '' },
        ...{ osImage: '', systemUUID: '' },
      },
    },
  };
}
