import { createHash } from 'node:crypto';
import { canonicalRepository } from '../action/image-reference.ts';
import type { EnvChange, ImageChange } from '../action/request.ts';
import type { PodTemplate } from '../cluster/wire.ts';
import type { Images } from '../release/plan.ts';

/** The label by which the Deployment controller tells its ReplicaSets apart, and by which we tell tracks apart. */
export const HASH_LABEL = 'pod-template-hash';

type Container = NonNullable<PodTemplate['spec']>['containers'][number];

/** A ReplicaSet's template as the Deployment had it: without the hash label that the controller added. */
export function withoutHash(template: PodTemplate): PodTemplate {
  const { [HASH_LABEL]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** Every round of a release asks for the same templates again; objects of the API are never changed in place. */
const digests = new WeakMap<PodTemplate, string>();

/** SHA-256 of a template, the same for a Deployment's and its ReplicaSet's: key order, hash label and nulls do not count. */
export function digestOf(template: PodTemplate): string {
  const known = digests.get(template);
  if (known !== undefined) return known;
  const digest = createHash('sha256')
    .update(canonical(withoutHash(template)))
    .digest('hex')
    .slice(0, 32);
  digests.set(template, digest);
  return digest;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
}

/** Every container's image by its name, init containers included. */
export function imagesOf(template: PodTemplate): Images {
  return Object.fromEntries(containersOf(template).map((container) => [container.name, container.image ?? '']));
}

function containersOf(template: PodTemplate): Container[] {
  return [...(template.spec?.initContainers ?? []), ...(template.spec?.containers ?? [])];
}

/** A change that cannot be made to this template; `input` is the input it came from. */
export interface MisfitChange {
  readonly input: 'images' | 'env' | 'to';
  readonly message: string;
}

/** The template with the images and environment values changed; or every change that does not fit, with what would. */
export function changeTemplate(
  template: PodTemplate,
  images: readonly ImageChange[],
  env: readonly EnvChange[],
): { template: PodTemplate } | { misfits: MisfitChange[] } {
  const changed = structuredClone(template);
  const containers = containersOf(changed);
  const misfits = [
    ...images.flatMap((change) => setImage(containers, change)),
    ...env.flatMap((change) => setEnv(containers, change)),
  ];
  return misfits.length === 0 ? { template: changed } : { misfits };
}

function setImage(containers: Container[], change: ImageChange): MisfitChange[] {
  const targets = containers.filter((container) =>
    change.kind === 'container'
      ? container.name === change.container
      : canonicalRepository(repositoryOf(container.image ?? '')) === canonicalRepository(change.repository),
  );
  for (const container of targets) container.image = change.image;
  if (targets.length > 0) return [];
  const wanted =
    change.kind === 'container'
      ? `a container named ${change.container}`
      : `a container that runs ${change.repository}`;
  return [{ input: 'images', message: `wanted ${wanted}; found ${listContainers(containers)}` }];
}

function setEnv(containers: Container[], change: EnvChange): MisfitChange[] {
  const container = containers.find((candidate) => candidate.name === change.container);
  if (container === undefined)
    return [
      { input: 'env', message: `wanted a container named ${change.container}; found ${listContainers(containers)}` },
    ];
  const entry = { name: change.name, value: change.value };
  const before = container.env ?? [];
  const at = before.findIndex((variable) => variable.name === change.name);
  container.env = at < 0 ? [...before, entry] : before.with(at, entry);
  return [];
}

function listContainers(containers: Container[]): string {
  return containers.map((container) => `${container.name} (${container.image ?? 'no image'})`).join(', ');
}

/** Registry and path of an image reference: `localhost:5000/a/web:v1@sha256:…` → `localhost:5000/a/web`. */
export function repositoryOf(image: string): string {
  const name = image.split('@')[0] ?? image;
  const slash = name.lastIndexOf('/');
  const colon = name.indexOf(':', slash + 1);
  return colon < 0 ? name : name.slice(0, colon);
}

/** What distinguishes two templates, for a person; names of environment variables, never their values. */
export function templateDifference(from: PodTemplate, to: PodTemplate): string {
  const before = new Map(containersOf(from).map((container) => [container.name, container]));
  const differences = containersOf(to).flatMap((container) => {
    const old = before.get(container.name);
    if (old === undefined) return [`container ${container.name} added`];
    const image =
      old.image === container.image ? [] : [`container ${container.name}: image ${old.image} → ${container.image}`];
    const variables = changedVariables(old, container).map((name) => `container ${container.name}: env ${name}`);
    return [...image, ...variables];
  });
  return differences.length === 0 ? 'other fields of the template' : differences.join(', ');
}

function changedVariables(from: Container, to: Container): string[] {
  const values = (container: Container): Map<string, string> =>
    new Map((container.env ?? []).map((variable) => [variable.name, canonical(variable)]));
  const [a, b] = [values(from), values(to)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
}
