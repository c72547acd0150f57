import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { paths } from '../kubernetes/api.ts';
import { deploymentManifest, serviceManifest } from '../kubernetes/app.ts';
import { until } from '../kubernetes/processes.ts';
import { RAMP, withGateway } from './canary.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectFailure, expectServed } from './endings.ts';
import { nextSecond, ownersOf } from './field-owners.ts';
import { routeManifest, routePath } from './gateway.ts';
import { describe } from './group.ts';
import { type Inputs, type Scene, scenariosOn } from './scene.ts';

const TOOL = 'argocd-controller';
/** Milliseconds between two looks of the tool. */
const LOOKS_EVERY = 100;

type Spec = KubeObject & { readonly spec?: unknown };

/** A tool that brings everything back to what its repository has by server-side apply, some time after it has drifted. */
export function gitOpsTools(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('a GitOps tool that applies the old version whenever something has drifted', () => {
    for (const lag of [300, 3_000]) {
      scenario(`${lag} ms later, in a blue/green release`, {}, async (scene) => {
        await expectTakenBack(scene, lag, { images: `web=${IMAGE.v2}`, 'bake-time': '20s' });
      });

      scenario(`${lag} ms later, in a ramp by an HTTPRoute`, { replicas: 4 }, (scene) =>
        withGateway(scene, () => expectTakenBack(scene, lag, { ...RAMP, steps: '20% 20s' })),
      );
    }
  });
}

async function expectTakenBack(scene: Scene, lag: number, inputs: Inputs): Promise<void> {
  // It takes the pin away, and with its template the candidate's pods under their users: for as long as that is not seen.
  scene.judge = expectServed;
  const tool = new Tool(scene, lag);
  await tool.sync();
  await nextSecond();
  const before = await tool.read();
  tool.start();
  try {
    const result = await scene.run(inputs);
    expectFailure(result, 'rolled-back', /argocd-controller at \d\d:\d\d:\d\d UTC changed /);
    await until('users are on the old version', 30_000, async () => {
      const users = await scene.users();
      const pods = await scene.podsOf(scene.stable.hash);
      return users.length === scene.stable.pods.length && isDeepStrictEqual(users, pods.sort());
    });
  } finally {
    await tool.stop();
  }
  expect(tool.syncs).toBeGreaterThan(0);
  // Under its own name, and nothing of ours beside it.
  const after = await tool.read();
  expect(after.map(({ spec }) => spec)).toEqual(before.map(({ spec }) => spec));
  expect(after.map((object) => ownersOf(object).map(({ manager }) => manager))).not.toContainEqual(
    expect.arrayContaining(['crossfade']),
  );
  const { services, leases, configMaps } = await scene.objects();
  expect({ services, leases, configMaps }).toEqual({
    services: scene.before.services,
    leases: [],
    configMaps: ['crossfade.web'],
  });
  expect(await scene.record()).toMatchObject({ isOpen: false, past: [{ outcome: 'rolled-back' }] });
}

/** Compares what its manifests would make of the objects with what they are. */
class Tool {
  syncs = 0;
  readonly #scene: Scene;
  readonly #lag: number;
  readonly #stop = new AbortController();
  #done: Promise<void> = Promise.resolve();

  /** @param lag milliseconds from the look that finds a drift to the sync */
  constructor(scene: Scene, lag: number) {
    this.#scene = scene;
    this.#lag = lag;
  }

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async sync(): Promise<void> {
    for (const [path, manifest] of await this.#manifests()) await this.#apply(path, manifest, '');
  }

  async read(): Promise<Spec[]> {
    return Promise.all((await this.#manifests()).map(([path]) => this.#scene.api.get<Spec>(path)));
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (await this.#hasDrifted()) {
        await sleep(this.#lag);
        await this.sync();
        this.syncs += 1;
      }
      await sleep(LOOKS_EVERY);
    }
  }

  async #hasDrifted(): Promise<boolean> {
    for (const [path, manifest] of await this.#manifests()) {
      const { spec } = await this.#scene.api.get<Spec>(path);
      if (!isDeepStrictEqual((await this.#apply(path, manifest, '&dryRun=All')).spec, spec)) return true;
    }
    return false;
  }

  #apply(path: string, manifest: unknown, more: string): Promise<Spec> {
    return this.#scene.api.patch<Spec>(`${path}?fieldManager=${TOOL}&force=true${more}`, manifest, 'apply-patch');
  }

  async #manifests(): Promise<(readonly [path: string, manifest: unknown])[]> {
    const { api, app, namespace } = this.#scene;
    const route = routePath(namespace, app.name);
    const isRouted = (await api.find(route)) !== undefined;
    return [
      [paths.deployments(namespace, app.name), deploymentManifest(app)],
      [paths.core(namespace, 'services', app.name), serviceManifest(app)],
      ...(isRouted ? [[route, routeManifest(namespace)] as const] : []),
    ];
  }
}
