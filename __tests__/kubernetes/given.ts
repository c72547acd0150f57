import { randomBytes } from 'node:crypto';
import type { AuditedRequest, TestCluster } from '../contract/cluster.ts';
import { Api, paths } from './api.ts';
import { until } from './processes.ts';

/**
 * A cluster that somebody gave us by `KUBECONFIG`. Only namespaces of our own are touched in it, and they are removed again.
 * The test images must be there already, under the names of the contract.
 */
export class GivenCluster implements TestCluster {
  readonly tier = 'given';
  readonly kubeconfig: string;
  readonly api: Api;
  readonly #run = randomBytes(3).toString('hex');
  readonly #namespaces: string[] = [];

  private constructor(kubeconfig: string, api: Api) {
    this.kubeconfig = kubeconfig;
    this.api = api;
  }

  /** @throws Error when the cluster does not answer */
  static async connect(kubeconfig: string): Promise<GivenCluster> {
    const api = await Api.from(kubeconfig, 'crossfade-harness');
    await api.get('/version');
    return new GivenCluster(kubeconfig, api);
  }

  kubeconfigFor(name: string): Promise<string> {
    return Promise.reject(new Error(`a given cluster has no user ${name}: its authority's key is not ours`));
  }

  async namespace(prefix: string): Promise<string> {
    const name = `${prefix}-${this.#run}-${this.#namespaces.length}`;
    await this.api.create(paths.namespace(), { metadata: { name, labels: { 'crossfade.test/run': this.#run } } });
    this.#namespaces.push(name);
    return name;
  }

  audit(): Promise<AuditedRequest[]> {
    return Promise.reject(new Error('a given cluster does not show its audit log'));
  }

  /** Removes our namespaces and waits until they are gone. */
  async stop(): Promise<void> {
    try {
      for (const name of this.#namespaces) await this.api.remove(paths.namespace(name));
      for (const name of this.#namespaces) {
        await until(
          `namespace ${name} is gone`,
          60_000,
          async () => (await this.api.find(paths.namespace(name))) === undefined,
          500,
        );
      }
    } finally {
      await this.api.close();
    }
  }
}
