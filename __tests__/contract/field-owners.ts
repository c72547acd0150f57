import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { paths } from '../kubernetes/api.ts';
import type { RunResult } from '../runner/runner.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  expectFailure,
  expectOriginal,
  expectPromoted,
  expectSuccess,
  GOOD_RELEASE,
  TAKEN_BACK_UNSEEN,
} from './endings.ts';
import { FORWARD, type Passing, type Treatment } from './gate.ts';
import { describe } from './group.ts';
import { type Scene, scenariosOn } from './scene.ts';

/** What a promoted release has changed for good. */
const IMAGE_OF_WEB = {
  'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { 'f:image': {} } } } } },
};

const GIVEN_BACK = ['give back services web', 'give back deployments web'];

/** An app that somebody applies server-side: what a release has put back is theirs again, in `managedFields` too. */
export function fieldOwners(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);
  const applied: typeof scenario = (name, app, script) =>
    scenario(name, app, async (scene) => {
      for (const path of [deploymentOf(scene), serviceOf(scene)]) await asIfApplied(scene, path);
      await script(scene);
    });

  describe('an app that is applied server-side', () => {
    applied('is promoted: only the new image is ours', {}, async (scene) => {
      const [deployment, service] = await both(scene);
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}` }));
      expect(await carriedOut(scene)).toEqual(atTheEnd(GOOD_RELEASE, GIVEN_BACK));
      const [released, reached] = await both(scene);
      expect(ownersOf(reached)).toEqual(ownersOf(service));
      const ours = ownersOf(released).filter(({ manager }) => manager === 'crossfade');
      expect(ours).toMatchObject([{ operation: 'Update', fieldsV1: IMAGE_OF_WEB }]);
      const [theirs, ...more] = ownersOf(released).filter(({ manager }) => manager !== 'crossfade');
      const [before] = ownersOf(deployment);
      expect(more).toEqual([]);
      expect(members(theirs?.fieldsV1)).toEqual(
        members(before?.fieldsV1).filter((member) => !members(IMAGE_OF_WEB).includes(member)),
      );
      await expectPromoted(scene);
    });

    applied('is taken back: nothing is ours', {}, async (scene) => {
      const before = await both(scene);
      expectFailure(await scene.run({ images: `web=${IMAGE.crash}` }), 'rolled-back', /exit code 3/);
      expect(await carriedOut(scene)).toEqual(atTheEnd(TAKEN_BACK_UNSEEN, GIVEN_BACK));
      expect((await both(scene)).map(ownersOf)).toEqual(before.map(ownersOf));
      await expectOriginal(scene);
    });

    const refusals: Readonly<Record<string, Treatment>> = {
      'is refused': { do: 'answer', status: 403, body: JSON.stringify({ kind: 'Status', message: 'not today' }) },
      'is answered by 503': { do: 'answer', status: 503, body: JSON.stringify({ kind: 'Status', message: 'not now' }) },
    };
    for (const [name, refusal] of Object.entries(refusals)) {
      applied(`giving its fields back ${name}: a warning, and promoted all the same`, {}, async (scene) => {
        const gate = await scene.gate((passing) => (givesBack(passing) ? refusal : FORWARD));
        const result = await scene.run({ images: `web=${IMAGE.v2}`, kubeconfig: gate.kubeconfig });
        expectSuccess(result);
        expect(warningsOf(result)).toEqual([
          expect.stringMatching(/stay under the name crossfade in managedFields.*services\/web: .*not (today|now)/),
          expect.stringMatching(/stay under the name crossfade in managedFields.*deployments\/web: .*not (today|now)/),
        ]);
        expect(await scene.writes()).toEqual(GOOD_RELEASE);
        await expectPromoted(scene);
      });
    }

    applied('a run killed before it gives the fields back: post does', {}, async (scene) => {
      const service = await scene.api.get<KubeObject>(serviceOf(scene));
      let kill = (): void => undefined;
      const gate = await scene.gate((passing) => {
        if (givesBack(passing)) kill();
        return FORWARD;
      });
      const action = scene.start({ images: `web=${IMAGE.v2}`, kubeconfig: gate.kubeconfig });
      kill = () => {
        kill = () => undefined;
        action.kill();
      };
      expect(await action.done).toMatchObject({ signal: 'SIGKILL', post: { conclusion: 'success' } });
      expect(ownersOf(await scene.api.get(serviceOf(scene)))).toEqual(ownersOf(service));
      await expectPromoted(scene);
    });
  });
}

/**
 * `managedFields` knows whole seconds: who wrote an object before a release and in the same second again is nobody new, and is not named.
 * For whoever writes in a scene as somebody that has written before.
 */
export async function nextSecond(): Promise<void> {
  await sleep(1_000 - (Date.now() % 1_000));
}

/** Who has which fields of an object; nobody is asked about its status. */
export function ownersOf({ metadata }: KubeObject): NonNullable<NonNullable<KubeObject['metadata']>['managedFields']> {
  return (metadata?.managedFields ?? []).filter(({ subresource }) => subresource === undefined);
}

/** Whoever made the object has applied it, and nobody else has written it: as with Helm 4, Argo CD or `kubectl apply --server-side`. */
async function asIfApplied(scene: Scene, path: string): Promise<void> {
  const { metadata } = await scene.api.get<KubeObject>(path);
  const value = (metadata?.managedFields ?? []).map((entry) =>
    entry.subresource === undefined ? { ...entry, manager: 'helm', operation: 'Apply' } : entry,
  );
  await scene.api.patch(path, [{ op: 'replace', path: '/metadata/managedFields', value }]);
}

function both(scene: Scene): Promise<[KubeObject, KubeObject]> {
  return Promise.all([scene.api.get<KubeObject>(deploymentOf(scene)), scene.api.get<KubeObject>(serviceOf(scene))]);
}

/** A controller that writes the status at the same moment is no trouble: looked at again, and asked once more. */
async function carriedOut(scene: Scene): Promise<string[]> {
  return (await scene.writes()).filter((write) => write !== 'give back deployments web (422)');
}

function atTheEnd(writes: readonly string[], more: readonly string[]): string[] {
  return writes.toSpliced(writes.indexOf('close record'), 0, ...more);
}

function givesBack({ kind, body }: Passing): boolean {
  return kind === 'write' && body.includes('"/metadata/managedFields"');
}

function warningsOf(result: RunResult): string[] {
  return result.annotations
    .filter(({ kind, message }) => kind === 'warning' && message.includes('managedFields'))
    .map(({ message }) => message);
}

function members(fields: object | undefined, path = ''): string[] {
  const inner = Object.entries(fields ?? {});
  if (inner.length === 0) return [path];
  return inner.flatMap(([step, node]) => members(node, `${path} ${step}`));
}

function deploymentOf(scene: Scene): string {
  return paths.deployments(scene.namespace, scene.app.name);
}

function serviceOf(scene: Scene): string {
  return paths.core(scene.namespace, 'services', scene.app.name);
}
