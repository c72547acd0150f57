import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { component, kubeconfigOf, POD_RANGE, type Site, writePair } from './components.ts';
import { PAUSE_IMAGE } from './image-tarball.ts';
import { CNI_PLUGINS, type NodeHost } from './node-host.ts';

/** Name of the one node. */
export const NODE = 'node-1';

/** Files that are laid over those of the machine, in the node's own mount namespace only: [ours, the machine's]. */
export type Overlays = readonly (readonly [from: string, onto: string])[];

/** Configuration files of the node's programs; JSON where a program reads YAML. */
export interface NodeConfig {
  readonly containerd: string;
  readonly kubelet: string;
  readonly kubeProxy: string;
  readonly kubeletKubeconfig: string;
  readonly overlays: Overlays;
}

export function writeNodeConfig(site: Site, host: NodeHost): NodeConfig {
  const path = (name: string): string => join(site.folder, name);
  for (const folder of ['cni', 'run', 'var-lib-kubelet', 'var-log-containers', 'sysctl']) mkdirSync(path(folder));
  writeJson(path('cni/10-ptp.conflist'), cni(path('run/ipam')));
  writeFileSync(path('containerd.toml'), containerd(site.folder));
  // Empty: looking for an image that is not here fails at once, and not after a minute of waiting for DNS.
  writeFileSync(path('resolv.conf'), '');
  const user = { commonName: `system:node:${NODE}`, organizations: ['system:nodes'] };
  writePair(site, 'kubelet', site.authority.issue(user, { names: [NODE], addresses: [host.nodeAddress] }));
  writeJson(path('kubelet.yaml'), kubelet(site, host));
  writeJson(path('kube-proxy.yaml'), kubeProxy(host, kubeconfigOf(site, component('system:kube-proxy'))));
  return {
    containerd: path('containerd.toml'),
    kubelet: path('kubelet.yaml'),
    kubeProxy: path('kube-proxy.yaml'),
    kubeletKubeconfig: kubeconfigOf(site, user),
    overlays: [
      [path('var-lib-kubelet'), '/var/lib/kubelet'],
      [path('var-log-containers'), '/var/log/containers'],
      [path('resolv.conf'), '/etc/resolv.conf'],
      ...sysctls(path('sysctl')),
    ],
  };
}

/** Socket of containerd, for `ctr`. */
export function containerdSocket(site: Site): string {
  return join(site.folder, 'run/containerd.sock');
}

function cni(state: string): unknown {
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        mtu: 1400,
        ipam: {
          type: 'host-local',
          dataDir: state,
          ranges: [[{ subnet: POD_RANGE }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
    ],
  };
}

function containerd(folder: string): string {
  return `version = 4
root = '${folder}/containerd'
state = '${folder}/run/containerd'
imports = []
disabled_plugins = ['io.containerd.nri.v1.nri', 'io.containerd.internal.v1.opt', 'io.containerd.tracing.processor.v1.otlp', 'io.containerd.internal.v1.tracing']
[plugins.'io.containerd.server.v1.grpc']
  address = '${folder}/run/containerd.sock'
[plugins.'io.containerd.server.v1.ttrpc']
  address = '${folder}/run/containerd.sock.ttrpc'
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '${PAUSE_IMAGE}'
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  enable_criu = false
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ['${CNI_PLUGINS}']
  conf_dir = '${folder}/cni'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  SystemdCgroup = false
  Root = '${folder}/run/runc'
`;
}

function kubelet(site: Site, host: NodeHost): unknown {
  const path = (name: string): string => join(site.folder, name);
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: host.nodeAddress,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: path('ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: path('kubelet.crt'),
    tlsPrivateKeyFile: path('kubelet.key'),
    containerRuntimeEndpoint: `unix://${containerdSocket(site)}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${host.name}`,
    failCgroupV1: false,
    failSwapOn: false,
    // The machine may not let us have better than zero.
    oomScoreAdj: 0,
    podLogsDir: path('pod-logs'),
    resolvConf: path('resolv.conf'),
    clusterDomain: 'cluster.local',
    // Nobody serves there; without an address every pod gets a warning event.
    clusterDNS: ['10.96.0.10'],
    // How full the machine's disk is must not decide about tests.
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
      'imagefs.inodesFree': '0%',
    },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    serializeImagePulls: false,
    registerNode: true,
  };
}

function kubeProxy(host: NodeHost, kubeconfig: string): unknown {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    bindAddress: host.nodeAddress,
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '',
    hostnameOverride: NODE,
    clusterCIDR: POD_RANGE,
    detectLocalMode: 'ClusterCIDR',
    nodePortAddresses: [`${host.nodeAddress}/32`],
    clientConnection: { kubeconfig },
    // These would be the machine's settings, not the namespace's: hands off.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}

/** Values that the kubelet insists on. It reads, finds them right, and leaves the machine's own alone. */
function sysctls(folder: string): Overlays {
  const wanted = {
    'vm/overcommit_memory': '1',
    'vm/panic_on_oom': '0',
    'kernel/panic': '10',
    'kernel/panic_on_oops': '1',
  };
  return Object.entries(wanted).map(([name, value]) => {
    const file = join(folder, name.replace('/', '.'));
    writeFileSync(file, `${value}\n`);
    return [file, `/proc/sys/${name}`] as const;
  });
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
}
