import { join } from 'node:path';
import type { AuditedRequest, TestCluster } from '../contract/cluster.ts';
import { type Api, paths } from './api.ts';
import { AuditLog } from './audit.ts';
import { kubeconfigOf, type Site } from './components.ts';
import { type Processes, until } from './processes.ts';

/** What the two tiers with an API server of their own have in common. */
export abstract class RealCluster implements TestCluster {
  abstract readonly tier: TestCluster['tier'];
  readonly kubeconfig: string;
  /** The harness's own connection, with full rights. */
  readonly api: Api;
  protected readonly site: Site;
  protected readonly processes: Processes;
  readonly #audit: AuditLog;
  #names = 0;

  protected constructor(site: Site, processes: Processes, kubeconfig: string, api: Api) {
    this.site = site;
    this.processes = processes;
    this.kubeconfig = kubeconfig;
    this.api = api;
    this.#audit = new AuditLog(join(site.folder, 'audit.log'));
  }

  kubeconfigFor(name: string): Promise<string> {
    return Promise.resolve(kubeconfigOf(this.site, { commonName: name }));
  }

  async namespace(prefix: string): Promise<string> {
    this.#names += 1;
    const name = `${prefix}-${this.#names}`;
    await this.api.create(paths.namespace(), { metadata: { name } });
    return name;
  }

  /**
   * The API server answers a request before it writes the line about it. So we ask for something that nobody else asks for,
   * and wait for that line: those of earlier requests are before it.
   */
  async audit(since: number): Promise<AuditedRequest[]> {
    this.#names += 1;
    const marker = paths.core('default', 'configmaps', `audit-marker-${this.#names}`);
    await this.api.find(marker);
    const requests = await until('audit log', 30_000, () => {
      const read = this.#audit.requests(since);
      return read.some((request) => request.uri === marker) && read;
    });
    return requests.filter((request) => request.name === undefined || !request.name.startsWith('audit-marker-'));
  }

  /** What one of the cluster's programs wrote to its output, for the message of a failed test. */
  output(program: string): string {
    return this.processes.output(program);
  }

  async stop(): Promise<void> {
    await this.api.close();
    await this.processes.stop();
  }
}

/** Waits until the API server serves. Its start is most of the cluster's. */
export async function serving(api: Api, processes: Processes): Promise<void> {
  await until('kube-apiserver is ready', 60_000, async () => {
    processes.check();
    await api.get('/readyz');
    return true;
  });
}

/** Waits until pods can be scheduled to the node: Ready, and the taint gone with which every node is born. */
export async function schedulable(api: Api, processes: Processes, node: string): Promise<void> {
  interface NodeSeen {
    spec?: { taints?: unknown[] };
    status?: { conditions?: { type: string; status: string }[] };
  }
  await until(`node ${node} is Ready`, 60_000, async () => {
    processes.check();
    const seen = await api.find<NodeSeen>(`/api/v1/nodes/${node}`);
    const ready = seen?.status?.conditions?.some(
      (condition) => condition.type === 'Ready' && condition.status === 'True',
    );
    return ready === true && (seen?.spec?.taints ?? []).length === 0;
  });
}
