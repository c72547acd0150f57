import type { Deployment, ReplicaSet } from '../../src/cluster/wire.ts';
import { type Api, paths } from './api.ts';
import type { App } from './app.ts';
import { readyEndpoints } from './app.ts';
import { HELD_SECONDS } from './invariants.ts';
import { until } from './processes.ts';

/**
 * The held rollout by hand: the writes of a release in plain PATCHes, without any of the code under test. It shows that the
 * order of writes works on a real control plane, and gives tests the situations in which a release may be found.
 */
export class ByHand {
  readonly #api: Api;
  readonly #namespace: string;
  readonly #name: string;
  readonly #replicas: number;

  constructor(api: Api, app: App) {
    this.#api = api;
    this.#namespace = app.namespace;
    this.#name = app.name ?? 'web';
    this.#replicas = app.replicas ?? 3;
  }

  /** Patches the Deployment's spec; a part that is null goes away. */
  write(...parts: object[]): Promise<Deployment> {
    const spec = Object.assign({}, ...parts);
    return this.#api.patch(paths.deployments(this.#namespace, this.#name), { spec }, 'strategic-merge-patch');
  }

  /** Pins the live Service to a version, or unpins it. */
  pin(version: string | null): Promise<unknown> {
    const spec = { selector: { 'pod-template-hash': version } };
    return this.#api.patch(paths.core(this.#namespace, 'services', this.#name), { spec });
  }

  /** Pause, pin to stable, candidate beside it, frozen as soon as it has its size. @returns the candidate's version */
  async open(stable: string, image: string): Promise<string> {
    await this.write(PAUSED);
    await this.pin(stable);
    await this.write(this.image(image), HOLD, rolling('100%', 0), ROLLING);
    const candidate = await this.version(image);
    await this.sized(image, this.#replicas);
    await this.write(PAUSED);
    await this.ready(image, this.#replicas);
    return candidate;
  }

  /** Sends users to a version, and waits until the EndpointSlices agree. */
  async switchTo(version: string): Promise<void> {
    await this.pin(version);
    await this.reached(version);
  }

  /**
   * Ends the hold on one of the two images. The strategy comes back only after the other is gone: earlier, the paused
   * controller would share the sizes out again.
   */
  async close(image: string, other: string): Promise<void> {
    await this.write(this.image(image), { minReadySeconds: null }, PAUSED);
    // Gone, not only to go: unpinned while the last of them is still ready, the Service would reach it once more.
    await this.ready(other, 0);
    await this.pin(null);
    await this.write({ progressDeadlineSeconds: null }, rolling(1, 0), ROLLING);
  }

  /** Part of a spec: the template with this image. */
  image(image: string): object {
    return { template: { spec: { containers: [{ name: this.#name, image }] } } };
  }

  /** `pod-template-hash` of an image; waits until there is one. */
  version(image: string): Promise<string> {
    return until(`a ReplicaSet of ${image}`, 30_000, async () => {
      return (await this.#replicaSet(image))?.metadata?.labels?.['pod-template-hash'];
    });
  }

  /** Waits until an image's ReplicaSet wants so many pods. */
  sized(image: string, count: number): Promise<unknown> {
    return until(
      `${count} pods of ${image}`,
      30_000,
      async () => (await this.#replicaSet(image))?.spec?.replicas === count,
    );
  }

  /** Waits until an image has so many pods, and all are ready. */
  ready(image: string, count: number): Promise<unknown> {
    return until(`${count} ready pods of ${image}`, 30_000, async () => {
      const { replicas = 0, readyReplicas = 0 } = (await this.#replicaSet(image))?.status ?? {};
      return replicas === count && readyReplicas === count;
    });
  }

  /** Waits until the ready endpoints are of just these versions. */
  reached(...versions: string[]): Promise<unknown> {
    return until(`endpoints of ${versions.join(' and ')}`, 30_000, async () => {
      const endpoints = await readyEndpoints(this.#api, this.#namespace, this.#name);
      const found = new Set(endpoints.map((pod) => pod.slice(this.#name.length + 1).split('-')[0] ?? ''));
      return found.size === versions.length && versions.every((version) => found.has(version));
    });
  }

  async #replicaSet(image: string): Promise<ReplicaSet | undefined> {
    const list = await this.#api.list<ReplicaSet>(paths.replicaSets(this.#namespace));
    return list.items.find((found) => found.spec?.template?.spec?.containers[0]?.image === image);
  }
}

/** Parts of a Deployment's spec. */
export const PAUSED = { paused: true };
export const ROLLING = { paused: null };
export const HOLD = { minReadySeconds: HELD_SECONDS, progressDeadlineSeconds: HELD_SECONDS + 1 };

export function rolling(maxSurge: number | string, maxUnavailable: number): object {
  return { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } };
}
