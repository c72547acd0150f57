import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Api } from './api.ts';
import { buildNodeTools, type Tools } from './build.ts';
import {
  apiServer,
  type Command,
  component,
  controllerManager,
  etcd,
  kubeconfigOf,
  prepareSite,
  type Site,
  scheduler,
} from './components.ts';
import { packImages } from './image-tarball.ts';
import { containerdSocket, NODE, type NodeConfig, writeNodeConfig } from './node-config.ts';
import { type NodeHost, netns, nodeHost, nodeObstacle, prepareHost, removeHost } from './node-host.ts';
import { type Finished, must, Processes, run, until } from './processes.ts';
import { RealCluster, schedulable, serving } from './real-cluster.ts';

/**
 * A real node: kubelet, containerd, runc and kube-proxy, with the control plane beside them, in a network, mount and pid
 * namespace of their own. Pods, probes, preStop hooks, logs and connections are real. Process 1 of the pid namespace does
 * nothing; it is there to be ended, and with it everything in the namespace, down to the last container.
 */
export class NodeCluster extends RealCluster {
  override readonly tier = 'node';
  /** The test image's program, a client for use with `inside`: `[web, 'get', url]`. */
  readonly web: string;
  readonly #host: NodeHost;

  private constructor(
    host: NodeHost,
    tools: Tools,
    ...base: [site: Site, processes: Processes, kubeconfig: string, api: Api]
  ) {
    super(...base);
    this.#host = host;
    this.web = tools.program('web');
  }

  /** Use `startNode`. */
  static async start(host: NodeHost, tools: Tools, processes: Processes): Promise<NodeCluster> {
    const site = prepareSite(processes.folder, host.nodeAddress, PORT);
    const kubeconfig = kubeconfigOf(site, { commonName: 'admin', organizations: ['system:masters'] });
    const config = writeNodeConfig(site, host);
    const enter = await startNamespaces(host, tools, processes, config);
    const launch = (name: string, { program, args }: Command): void => {
      // containerd looks for its shim, and kubelet for what it calls, on PATH.
      const path = [dirname(tools.program('containerd')), process.env.PATH, '/usr/sbin', '/sbin'].join(':');
      processes.start(name, 'nsenter', [...enter, program, ...args], { PATH: path });
    };
    launch('containerd', { program: tools.program('containerd'), args: ['--config', config.containerd] });
    launch('etcd', etcd(tools, site));
    launch(
      'kube-apiserver',
      apiServer(tools, site, [
        '--bind-address=0.0.0.0',
        `--advertise-address=${host.nodeAddress}`,
        '--authorization-mode=Node,RBAC',
        '--enable-admission-plugins=NodeRestriction',
        '--disable-admission-plugins=ServiceAccount',
      ]),
    );
    const api = await Api.from(kubeconfig, 'crossfade-harness');
    try {
      await importImages(tools, site, enter, processes);
      await serving(api, processes);
      launch('kube-controller-manager', controllerManager(tools, site));
      launch('kube-scheduler', scheduler(tools, site));
      launch('kubelet', kubelet(tools, host, config));
      launch('kube-proxy', { program: tools.program('kube-proxy'), args: [`--config=${config.kubeProxy}`, '--v=2'] });
      await schedulable(api, processes, NODE);
    } catch (error) {
      await api.close();
      throw error;
    }
    return new NodeCluster(host, tools, site, processes, kubeconfig, api);
  }

  /** Runs a program where pods and ClusterIPs can be reached. */
  inside(argv: readonly string[], options?: { readonly timeoutMs?: number }): Promise<Finished> {
    return run('nsenter', [...this.#enterNetwork(), ...argv], options);
  }

  /** Starts a program where pods and ClusterIPs can be reached; it ends with the cluster. @returns its process id */
  startInside(name: string, argv: readonly string[], env?: Record<string, string>): number {
    return this.processes.start(name, 'nsenter', [...this.#enterNetwork(), ...argv], env);
  }

  /** A kubeconfig for a program of ours that is to be told apart from the action in the audit log, with full rights. */
  kubeconfigOfComponent(name: string): string {
    return kubeconfigOf(this.site, component(name));
  }

  /** Ends one of them in an orderly way. */
  endInside(name: string): Promise<void> {
    return this.processes.end(name);
  }

  /** IPv4 of the node, at which this machine and the node's own programs reach what listens there. */
  get address(): string {
    return this.#host.nodeAddress;
  }

  /** Folder of this run, removed with the cluster. */
  get folder(): string {
    return this.processes.folder;
  }

  override async stop(): Promise<void> {
    await super.stop();
    await removeHost(this.#host);
  }

  #enterNetwork(): string[] {
    return [`--net=${netns(this.#host)}`, '--'];
  }
}

/** Of the API server: it has the namespace's ports for itself. */
const PORT = 6443;

/**
 * Starts the node and its control plane; Ready in 4 to 6 s. Needs Linux, root and a few Debian packages (`nodeObstacle`).
 * Everything ends with the process that started it, however that ends; names that a killed run left behind are removed here.
 * @param options.index for several nodes at once
 */
export async function startNode(options: { readonly index?: number } = {}): Promise<NodeCluster> {
  const obstacle = nodeObstacle();
  if (obstacle !== undefined) throw new Error(obstacle);
  const tools = await buildNodeTools();
  packImages(tools);
  const host = nodeHost(options.index ?? 0);
  await prepareHost(host);
  const processes = new Processes('node');
  try {
    return await NodeCluster.start(host, tools, processes);
  } catch (error) {
    await processes.stop();
    await removeHost(host);
    throw error;
  }
}

/** Starts process 1 and lays our files over the machine's. @returns arguments with which `nsenter` starts a program there */
async function startNamespaces(
  host: NodeHost,
  tools: Tools,
  processes: Processes,
  config: NodeConfig,
): Promise<readonly string[]> {
  const pause = tools.program('pause');
  const unshare = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--', pause];
  const parent = processes.start('init', 'nsenter', [`--net=${netns(host)}`, '--', ...unshare]);
  const first = await until('process 1 of the node', 30_000, () => {
    processes.check();
    // Until the child has become our program, its namespaces are still being made.
    return childrenOf(parent).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(pause));
  });
  for (const [, onto] of config.overlays)
    if (!onto.startsWith('/proc/') && !onto.startsWith('/etc/')) mkdirSync(onto, { recursive: true });
  const enter = [`--target=${first}`, '--net', '--mount', '--pid', `--wd=${processes.folder}`, '--'];
  const mounts = config.overlays.map(([from, onto]) => `mount --bind '${from}' '${onto}'`);
  await must('nsenter', [...enter, 'sh', '-ec', mounts.join('\n')]);
  return enter;
}

async function importImages(tools: Tools, site: Site, enter: readonly string[], processes: Processes): Promise<void> {
  const ctr = [...enter, tools.program('ctr'), `--address=${containerdSocket(site)}`, '--namespace=k8s.io'];
  await until('containerd answers', 30_000, async () => {
    processes.check();
    return (await run('nsenter', [...ctr, 'version'])).code === 0;
  });
  await must('nsenter', [...ctr, 'images', 'import', packImages(tools)]);
}

function kubelet(tools: Tools, host: NodeHost, config: NodeConfig): Command {
  return {
    program: tools.program('kubelet'),
    args: [
      `--config=${config.kubelet}`,
      `--kubeconfig=${config.kubeletKubeconfig}`,
      `--hostname-override=${NODE}`,
      `--node-ip=${host.nodeAddress}`,
      '--v=2',
    ],
  };
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    // The name, in brackets, may hold anything; what follows the last bracket is the state and then the parent.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined; // It ended while we looked.
  }
}
