import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { must, run, until } from './processes.ts';

/**
 * What a test node needs of the machine: a network namespace with one link to ours, and a cgroup. All of it is named after the
 * node and goes away with it.
 */
export interface NodeHost {
  /** Name of the network namespace and of the cgroup. */
  readonly name: string;
  /** Our end of the link. */
  readonly hostAddress: string;
  /** The node's end, at which its API server is. */
  readonly nodeAddress: string;
}

/** Programs that come from Debian, and the package of each. */
const PACKAGES = {
  runc: 'runc',
  nft: 'nftables',
  conntrack: 'conntrack',
  ip: 'iproute2',
  nsenter: 'util-linux',
  unshare: 'util-linux',
} as const;

/** Where Debian puts the CNI plugins. */
export const CNI_PLUGINS = '/usr/lib/cni';
const CNI_PACKAGE = 'containernetworking-plugins';

/** Debian packages that a node needs and this machine lacks; empty is good. */
export function nodePackagesMissing(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/sbin', '/sbin');
  const missing = new Set<string>();
  for (const [program, name] of Object.entries(PACKAGES)) {
    if (!folders.some((folder) => existsSync(join(folder, program)))) missing.add(name);
  }
  if (!existsSync(join(CNI_PLUGINS, 'ptp')) || !existsSync(join(CNI_PLUGINS, 'host-local'))) missing.add(CNI_PACKAGE);
  return [...missing].sort();
}

/** Why no node can run here, in words that say what to do; undefined when it can. */
export function nodeObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'A node needs Linux.';
  if (process.getuid?.() !== 0) return 'A node needs root, for its namespaces, mounts and cgroups: run it with sudo.';
  const missing = nodePackagesMissing();
  if (missing.length === 0) return undefined;
  return `A node needs ${missing.join(', ')}: apt-get install -y --no-install-recommends ${missing.join(' ')}`;
}

/** @param index of the node, for several at once; each has names and addresses (a /30 of TEST-NET-2) of its own */
export function nodeHost(index: number): NodeHost {
  const last = 128 + 4 * index;
  return { name: `cfn${index}`, hostAddress: `198.51.100.${last + 1}`, nodeAddress: `198.51.100.${last + 2}` };
}

/**
 * Claims the node's names for this process, removes what a run that was killed has left behind, and creates namespace and cgroup.
 * @throws Error when another process that still lives has them
 */
export async function prepareHost(host: NodeHost): Promise<void> {
  await claim(host);
  await removeHost(host);
  await claim(host);
  const { name } = host;
  const inside = ['-n', name];
  await must('ip', ['netns', 'add', name]);
  await must('ip', ['link', 'add', `${name}h`, 'type', 'veth', 'peer', 'name', `${name}n`, 'netns', name]);
  await must('ip', ['addr', 'add', `${host.hostAddress}/30`, 'dev', `${name}h`]);
  await must('ip', ['link', 'set', `${name}h`, 'up']);
  await must('ip', [...inside, 'link', 'set', 'lo', 'up']);
  await must('ip', [...inside, 'addr', 'add', `${host.nodeAddress}/30`, 'dev', `${name}n`]);
  await must('ip', [...inside, 'link', 'set', `${name}n`, 'up']);
  // ClusterIPs need a route before kube-proxy's rules see them; this one leads to a bridge without ports, so nothing gets out.
  await must('ip', [...inside, 'link', 'add', 'sink', 'type', 'bridge']);
  await must('ip', [...inside, 'link', 'set', 'sink', 'up']);
  await must('ip', [...inside, 'route', 'add', 'default', 'dev', 'sink', 'src', host.nodeAddress]);
  await must('nsenter', [`--net=${netns(host)}`, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
  for (const folder of cgroups(host)) createCgroup(folder);
}

/**
 * Removes namespace and cgroup, after the last process in them has ended; those that are left are ended, by their ids.
 * Nothing to remove is fine.
 */
export async function removeHost(host: NodeHost): Promise<void> {
  await until(`the last process of ${host.name} ends`, 30_000, async () => {
    const left = await processesOf(host);
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    return left.length === 0;
  });
  await run('ip', ['link', 'del', `${host.name}h`]);
  if (existsSync(netns(host))) await must('ip', ['netns', 'del', host.name]);
  for (const folder of cgroups(host)) removeCgroup(folder);
  rmSync(ownerFile(host), { force: true });
}

/** For `nsenter --net`. Not for `ip netns exec`, which mounts a new /sys and hides the cgroups. */
export function netns(host: NodeHost): string {
  return `/run/netns/${host.name}`;
}

function ownerFile(host: NodeHost): string {
  return `/run/crossfade-${host.name}.pid`;
}

async function claim(host: NodeHost): Promise<void> {
  const file = ownerFile(host);
  if (existsSync(file)) {
    const owner = Number(readFileSync(file, 'utf8'));
    if (alive(owner)) {
      throw new Error(`process ${owner} already runs a test node called ${host.name}; if it does not, remove ${file}`);
    }
  }
  writeFileSync(file, `${process.pid}\n`);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function processesOf(host: NodeHost): Promise<number[]> {
  const pids = new Set<number>();
  if (existsSync(netns(host))) {
    const listed = await run('ip', ['netns', 'pids', host.name]);
    for (const pid of listed.stdout.split(/\s+/)) if (pid !== '') pids.add(Number(pid));
  }
  for (const root of cgroups(host)) {
    for (const folder of subfolders(root)) {
      const file = join(folder, 'cgroup.procs');
      if (!existsSync(file)) continue;
      for (const pid of readFileSync(file, 'utf8').split('\n')) if (pid !== '' && pid !== '0') pids.add(Number(pid));
    }
  }
  return [...pids];
}

const CGROUPS = '/sys/fs/cgroup';
const CGROUP_MAGIC = 0x27e0eb;

/** The node's cgroup: one folder with cgroup v2, one for each controller with v1. */
function cgroups(host: NodeHost): string[] {
  if (existsSync(join(CGROUPS, 'cgroup.controllers'))) return [join(CGROUPS, host.name)];
  const controllers = readdirSync(CGROUPS).map((name) => join(CGROUPS, name));
  return controllers
    .filter((folder) => statfsSync(folder).type === CGROUP_MAGIC)
    .map((folder) => join(folder, host.name));
}

function createCgroup(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const parent = join(folder, '..');
  const controllers = join(parent, 'cgroup.controllers');
  if (existsSync(controllers)) {
    // v2: children get the controllers that their parent hands down.
    for (const controller of readFileSync(controllers, 'utf8').trim().split(' ')) {
      for (const giver of [parent, folder]) {
        try {
          writeFileSync(join(giver, 'cgroup.subtree_control'), `+${controller}`);
        } catch {
          // Not every controller can be handed down on every machine; the kubelet names the one that it misses.
        }
      }
    }
    return;
  }
  // v1: a new cpuset is empty, and nothing can run in it.
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    if (existsSync(join(parent, file))) writeFileSync(join(folder, file), readFileSync(join(parent, file)));
  }
}

function removeCgroup(folder: string): void {
  for (const each of subfolders(folder).reverse()) {
    try {
      rmdirSync(each);
    } catch {
      // A cgroup that is still in use stays; the next run removes it.
    }
  }
}

/** A folder and all in it, parents first. */
function subfolders(root: string): string[] {
  if (!existsSync(root)) return [];
  const children = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [root, ...children.flatMap((entry) => subfolders(join(root, entry.name)))];
}
