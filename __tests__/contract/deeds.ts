import type { ReplicaSet, Service } from '../../src/cluster/wire.ts';
import type { DeedName } from '../others/deeds.ts';
import { paths } from '../kubernetes/api.ts';
import { deploymentManifest } from '../kubernetes/app.ts';
import { IMAGE } from './cluster.ts';
import { type HttpRoute, routePath } from './gateway.ts';
import type { Scene } from './scene.ts';

/** Something that somebody else does to an object of a release by the API server, as kubectl and other tools do it. */
export interface Deed {
  /** By which `managedFields` knows it; null: it leaves no trace there. */
  readonly manager: string | null;
  /** @returns false: kubectl refuses it as things are, or there is nothing to be written */
  readonly do: (scene: Scene) => Promise<boolean>;
}

const HASH = 'pod-template-hash';

/** Of somebody who edits it: no release and no app in here has it. */
export const STRATEGY = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '40%', maxUnavailable: 0 } };
export const RESTARTED = { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' };

/** Those of `others/deeds.ts`, but that of a namespace, which has scenes of its own. */
export const DEEDS: Readonly<Record<Exclude<DeedName, 'namespace deleted'>, Deed>> = {
  'set image': by('kubectl-set', setImage),
  'apply of the old manifest': by('kubectl-client-side-apply', (scene) => apply(scene, IMAGE.v1)),
  'apply of the new manifest': by('kubectl-client-side-apply', (scene) => apply(scene, IMAGE.v2)),
  'edit of the strategy': by('kubectl-edit', (scene) => write(scene, 'kubectl-edit', { strategy: STRATEGY })),
  'scale up': by('kubectl', (scene) => scale(scene, (replicas) => replicas + 2)),
  'scale down': by('kubectl', (scene) => scale(scene, (replicas) => replicas - 1)),
  'rollout undo': { manager: 'kubectl-rollout', do: undo },
  'rollout restart': unlessPaused(restart),
  'rollout pause': unlessPaused(pause),
  'rollout resume': {
    manager: 'kubectl-rollout',
    async do(scene) {
      if (!(await isPaused(scene))) return false;
      await resume(scene);
      return true;
    },
  },
  'label in the selector': by('kubectl-edit', (scene) => select(scene, { tier: 'front' })),
  'pin removed': {
    manager: 'kubectl-edit',
    async do(scene) {
      const { spec } = await scene.api.get<Service>(serviceOf(scene, 'web'));
      if (spec?.selector?.[HASH] === undefined) return false;
      await select(scene, { [HASH]: null });
      return true;
    },
  },
  'weights of the route': by('kubectl-edit', weigh),
  'candidate Service deleted': removed((scene) => serviceOf(scene, 'web-candidate')),
  'Deployment deleted': removed(deploymentOf),
  'live Service deleted': removed((scene) => serviceOf(scene, 'web')),
  'record deleted': removed(recordOf),
  'lock deleted': removed((scene) => paths.leases(scene.namespace, 'crossfade.web')),
};

function by(manager: string, what: (scene: Scene) => Promise<unknown>): Deed {
  return {
    manager,
    async do(scene) {
      await what(scene);
      return true;
    },
  };
}

/** As kubectl has it. */
function unlessPaused(what: (scene: Scene) => Promise<unknown>): Deed {
  return {
    manager: 'kubectl-rollout',
    async do(scene) {
      if (await isPaused(scene)) return false;
      await what(scene);
      return true;
    },
  };
}

function removed(path: (scene: Scene) => string): Deed {
  return {
    manager: null,
    async do(scene) {
      if ((await scene.api.find(path(scene))) === undefined) return false;
      await scene.api.remove(path(scene));
      return true;
    },
  };
}

/** A part of the Deployment's spec, by a strategic merge. */
export function write(scene: Scene, manager: string, spec: object): Promise<unknown> {
  return scene.api.patch(`${deploymentOf(scene)}?fieldManager=${manager}`, { spec }, 'strategic-merge-patch');
}

export function setImage(scene: Scene): Promise<unknown> {
  return write(scene, 'kubectl-set', withImage(IMAGE.v3));
}

export function pause(scene: Scene): Promise<unknown> {
  return write(scene, 'kubectl-rollout', { paused: true });
}

export function resume(scene: Scene): Promise<unknown> {
  return write(scene, 'kubectl-rollout', { paused: null });
}

export function restart(scene: Scene): Promise<unknown> {
  return write(scene, 'kubectl-rollout', { template: { metadata: { annotations: RESTARTED } } });
}

export function withImage(image: string): object {
  return { template: { spec: { containers: [{ name: 'web', image }] } } };
}

/** What the manifest says and nothing else: a hold's fields and a pause stay. As most are, without a strategy. */
function apply(scene: Scene, image: string): Promise<unknown> {
  // The manifest is ours; its type is that of what the API server makes of it.
  const { spec = {} } = deploymentManifest({ ...scene.app, image }) as { spec?: { strategy?: unknown } };
  const { strategy: _, ...written } = spec;
  return write(scene, 'kubectl-client-side-apply', written);
}

async function scale(scene: Scene, change: (replicas: number) => number): Promise<void> {
  const { spec } = await scene.deployment();
  const replicas = change(spec?.replicas ?? 1);
  await scene.api.patch(`${deploymentOf(scene)}/scale?fieldManager=kubectl`, { spec: { replicas } });
}

/** To the template of the revision before, as kubectl finds it; it refuses a Deployment that is paused. */
async function undo(scene: Scene): Promise<boolean> {
  if (await isPaused(scene)) return false;
  const { items } = await scene.api.list<ReplicaSet>(paths.replicaSets(scene.namespace));
  const revision = ({ metadata }: ReplicaSet): number =>
    Number(metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  const [, before] = items.toSorted((a, b) => revision(b) - revision(a));
  const template = structuredClone(before?.spec?.template);
  if (template === undefined) return false;
  delete template.metadata?.labels?.[HASH];
  await scene.api.patch(`${deploymentOf(scene)}?fieldManager=kubectl-rollout`, [
    { op: 'replace', path: '/spec/template', value: template },
  ]);
  return true;
}

function select(scene: Scene, selector: Readonly<Record<string, string | null>>): Promise<unknown> {
  return scene.api.patch(`${serviceOf(scene, 'web')}?fieldManager=kubectl-edit`, { spec: { selector } });
}

/** Both of its Services alike; a route of one Service gets a number that changes nothing. */
async function weigh(scene: Scene): Promise<void> {
  const { spec } = await scene.api.get<HttpRoute>(routePath(scene.namespace, 'web'));
  const rules = (spec?.rules ?? []).map((rule) => ({
    ...rule,
    backendRefs: (rule.backendRefs ?? []).map((ref) => ({ ...ref, weight: 70 })),
  }));
  await scene.api.patch(`${routePath(scene.namespace, 'web')}?fieldManager=kubectl-edit`, { spec: { rules } });
}

async function isPaused(scene: Scene): Promise<boolean> {
  const { spec } = await scene.deployment();
  return spec?.paused === true;
}

export function deploymentOf({ namespace, app }: Scene): string {
  return paths.deployments(namespace, app.name);
}

export function serviceOf({ namespace }: Scene, name: string): string {
  return paths.core(namespace, 'services', name);
}

export function recordOf({ namespace }: Scene): string {
  return paths.core(namespace, 'configmaps', 'crossfade.web');
}
