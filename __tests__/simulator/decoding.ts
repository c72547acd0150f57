import { type JsonObject, isObject } from './json.ts';
import { type ResourceKey, keyOf, type ResourceType } from './resources.ts';

type Shape = 'int32' | 'bool' | 'string' | 'map[string]string' | 'micro-time';

/** Fields whose JSON type is checked, as the real server's decoder would: those that people get wrong. */
const SHAPES: Readonly<Record<ResourceKey, Readonly<Record<string, Shape>>>> = {
  configmaps: { data: 'map[string]string' },
  services: { 'spec.selector': 'map[string]string' },
  'deployments.apps': {
    'spec.replicas': 'int32',
    'spec.minReadySeconds': 'int32',
    'spec.progressDeadlineSeconds': 'int32',
    'spec.revisionHistoryLimit': 'int32',
    'spec.paused': 'bool',
  },
  'leases.coordination.k8s.io': {
    'spec.holderIdentity': 'string',
    'spec.leaseDurationSeconds': 'int32',
    'spec.leaseTransitions': 'int32',
    'spec.renewTime': 'micro-time',
    'spec.acquireTime': 'micro-time',
  },
};

const LABELS: Readonly<Record<string, Shape>> = {
  'metadata.labels': 'map[string]string',
  'metadata.annotations': 'map[string]string',
};

interface Checked {
  readonly path: string;
  readonly steps: readonly string[];
  readonly shape: Shape;
}

const checked = new Map<ResourceKey, readonly Checked[]>();

function checkedOf(key: ResourceKey): readonly Checked[] {
  const known = checked.get(key);
  if (known !== undefined) return known;
  const shapes: Readonly<Record<string, Shape>> = { ...LABELS, ...SHAPES[key] };
  const found = Object.entries(shapes).map(([path, shape]) => ({ path, steps: path.split('.'), shape }));
  checked.set(key, found);
  return found;
}

/** What the decoder says about the first field of the wrong type; null: the object can be read. */
export function decodingError(type: ResourceType, object: JsonObject): string | null {
  for (const { path, steps, shape } of checkedOf(keyOf(type))) {
    let value: unknown = object;
    for (const step of steps) value = isObject(value) ? value[step] : undefined;
    if (value === undefined || value === null) continue;
    const problem = mismatch(value, shape);
    if (problem !== null) return problem.replace('%s', field(type, path));
  }
  return null;
}

function mismatch(value: unknown, shape: Shape): string | null {
  const unlike = (wanted: string, found: unknown) =>
    `json: cannot unmarshal ${jsonType(found)} into Go struct field %s of type ${wanted}`;
  switch (shape) {
    case 'int32':
      return Number.isInteger(value) ? null : unlike('int32', value);
    case 'bool':
      return typeof value === 'boolean' ? null : unlike('bool', value);
    case 'string':
      return typeof value === 'string' ? null : unlike('string', value);
    case 'micro-time':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/.test(value)
        ? null
        : `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"`;
    default: {
      if (!isObject(value)) return unlike('map[string]string', value);
      const odd = Object.values(value).find((text) => typeof text !== 'string' && text !== null);
      return odd === undefined ? null : unlike('string', odd);
    }
  }
}

function jsonType(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

/** `DeploymentSpec.spec.replicas`, `ConfigMap.data`, `ObjectMeta.metadata.labels`. */
function field(type: ResourceType, path: string): string {
  if (path.startsWith('metadata.')) return `ObjectMeta.${path}`;
  return path.startsWith('spec.') ? `${type.kind}Spec.${path}` : `${type.kind}.${path}`;
}
