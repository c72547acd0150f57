import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUDIT_POLICY } from './audit.ts';
import type { Tools } from './build.ts';
import { type Authority, type Certificate, createAuthority, createSigningKeys, type Subject } from './certificates.ts';
import { writeKubeconfig } from './kubeconfig.ts';

/** Command lines of the control plane's programs, the same for both real tiers. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** Where one cluster lives. */
export interface Site {
  /** Folder for keys, configuration and data. */
  readonly folder: string;
  /** Address at which clients reach the API server. */
  readonly address: string;
  readonly port: number;
  readonly authority: Authority;
  /** e.g. `https://127.0.0.1:6443` */
  readonly server: string;
}

/** Service addresses; clear of the pods' and of every network that a machine may really be in. */
export const SERVICE_RANGE = '10.96.0.0/16';
export const POD_RANGE = '10.244.0.0/16';
const KUBERNETES_SERVICE = '10.96.0.1';

/** Writes keys, certificates and policies that the programs read. */
export function prepareSite(folder: string, address: string, port: number): Site {
  const authority = createAuthority('crossfade test');
  const site: Site = { folder, address, port, authority, server: `https://${address}:${port}` };
  const signing = createSigningKeys();
  writeFileSync(join(folder, 'ca.crt'), authority.certificate);
  writeFileSync(join(folder, 'sa.pub'), signing.publicKey);
  writeFileSync(join(folder, 'sa.key'), signing.privateKey, { mode: 0o600 });
  writeFileSync(join(folder, 'audit-policy.yaml'), JSON.stringify(AUDIT_POLICY));
  writePair(
    site,
    'apiserver',
    authority.issue(
      { commonName: 'kube-apiserver' },
      {
        names: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
        addresses: ['127.0.0.1', KUBERNETES_SERVICE, ...(address === '127.0.0.1' ? [] : [address])],
      },
    ),
  );
  writePair(
    site,
    'kubelet-client',
    authority.issue({ commonName: 'kube-apiserver-kubelet-client', organizations: ['system:masters'] }),
  );
  return site;
}

/** Writes `<name>.crt` and `<name>.key`. */
export function writePair(site: Site, name: string, pair: Certificate): void {
  writeFileSync(join(site.folder, `${name}.crt`), pair.certificate);
  writeFileSync(join(site.folder, `${name}.key`), pair.key, { mode: 0o600 });
}

/** A kubeconfig of its own for each user; what the user may do is up to RBAC. */
export function kubeconfigOf(site: Site, subject: Subject): string {
  const path = join(site.folder, `${subject.commonName.replace(/[^a-zA-Z0-9.-]/g, '_')}.kubeconfig`);
  const pair = site.authority.issue(subject);
  return writeKubeconfig(path, site.server, site.authority.certificate, { name: subject.commonName, ...pair });
}

/** The user of a component. All are masters (their real roles are not what is tested); the group tells them apart in the audit log. */
export function component(commonName: string): Subject {
  return { commonName, organizations: ['system:masters', 'crossfade:components'] };
}

/**
 * etcd behind Unix sockets: nobody but the API server can reach it, and it needs no ports. It insists on `host:port` for the
 * addresses that it would tell other members and clients; there are none. A peer address of that form is a file in its
 * working directory.
 */
export function etcd(tools: Tools, site: Site): Command {
  const peer = 'unix://peer:0';
  return {
    program: tools.program('etcd'),
    args: [
      `--data-dir=${join(site.folder, 'etcd')}`,
      `--listen-client-urls=${etcdAddress(site)}`,
      '--advertise-client-urls=unix://client:0',
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
    ],
  };
}

function etcdAddress(site: Site): string {
  return `unix://${join(site.folder, 'etcd.sock')}`;
}

/** @param options what differs between tiers */
export function apiServer(tools: Tools, site: Site, options: readonly string[]): Command {
  const file = (name: string): string => join(site.folder, name);
  return {
    program: tools.program('kube-apiserver'),
    args: [
      `--etcd-servers=${etcdAddress(site)}`,
      `--secure-port=${site.port}`,
      `--cert-dir=${site.folder}`,
      `--tls-cert-file=${file('apiserver.crt')}`,
      `--tls-private-key-file=${file('apiserver.key')}`,
      `--client-ca-file=${file('ca.crt')}`,
      `--kubelet-certificate-authority=${file('ca.crt')}`,
      `--kubelet-client-certificate=${file('kubelet-client.crt')}`,
      `--kubelet-client-key=${file('kubelet-client.key')}`,
      '--kubelet-preferred-address-types=InternalIP',
      '--allow-privileged=true',
      `--service-cluster-ip-range=${SERVICE_RANGE}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${file('sa.pub')}`,
      `--service-account-signing-key-file=${file('sa.key')}`,
      `--audit-policy-file=${file('audit-policy.yaml')}`,
      `--audit-log-path=${file('audit.log')}`,
      // Large enough that it is never rotated away under the reader.
      '--audit-log-maxsize=4000',
      ...options,
    ],
  };
}

export function controllerManager(tools: Tools, site: Site): Command {
  return {
    program: tools.program('kube-controller-manager'),
    args: [
      `--kubeconfig=${kubeconfigOf(site, component('system:kube-controller-manager'))}`,
      `--root-ca-file=${join(site.folder, 'ca.crt')}`,
      `--service-account-private-key-file=${join(site.folder, 'sa.key')}`,
      ...BACKGROUND,
    ],
  };
}

export function scheduler(tools: Tools, site: Site): Command {
  return {
    program: tools.program('kube-scheduler'),
    args: [`--kubeconfig=${kubeconfigOf(site, component('system:kube-scheduler'))}`, ...BACKGROUND],
  };
}

/** Alone, without a port to serve on, and not slowed down by the default 20 requests a second. */
const BACKGROUND = [
  '--leader-elect=false',
  '--bind-address=127.0.0.1',
  '--secure-port=0',
  '--kube-api-qps=500',
  '--kube-api-burst=1000',
] as const;
