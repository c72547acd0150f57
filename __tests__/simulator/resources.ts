/** What the API server knows of one kind of object. */
export interface ResourceType {
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Has a /status subresource: writes elsewhere leave the status alone. */
  readonly status: boolean;
  /** Has a /scale subresource. */
  readonly scale: boolean;
  /** Carries metadata.generation. */
  readonly generation: boolean;
  /** DELETE answers with the object instead of a Status. */
  readonly returnsDeleted: boolean;
  /** Defined by a test or a CustomResourceDefinition: no defaulting, no strategic merge. */
  readonly custom: boolean;
}

/** `deployments.apps`, `pods`: how a resource type is named in this folder. */
export type ResourceKey = string;

export function keyOf(type: Pick<ResourceType, 'group' | 'plural'>): ResourceKey {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}

/** `apps/v1`, `v1`. */
export function apiVersionOf(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

type Trait = 'status' | 'scale' | 'generation' | 'returnsDeleted' | 'cluster';

function builtIn(groupVersion: string, plural: string, kind: string, ...traits: Trait[]): ResourceType {
  const [first, second] = groupVersion.split('/');
  return {
    group: second === undefined ? '' : (first ?? ''),
    version: second ?? first ?? '',
    plural,
    kind,
    namespaced: !traits.includes('cluster'),
    status: traits.includes('status'),
    scale: traits.includes('scale'),
    generation: traits.includes('generation'),
    returnsDeleted: traits.includes('returnsDeleted'),
    custom: false,
  };
}

const BUILT_IN: readonly ResourceType[] = [
  builtIn('v1', 'namespaces', 'Namespace', 'status', 'cluster', 'returnsDeleted'),
  builtIn('v1', 'nodes', 'Node', 'status', 'cluster'),
  builtIn('v1', 'pods', 'Pod', 'status', 'generation', 'returnsDeleted'),
  builtIn('v1', 'services', 'Service', 'status', 'returnsDeleted'),
  builtIn('v1', 'configmaps', 'ConfigMap'),
  builtIn('v1', 'secrets', 'Secret'),
  builtIn('v1', 'events', 'Event'),
  builtIn('v1', 'serviceaccounts', 'ServiceAccount', 'returnsDeleted'),
  builtIn('v1', 'resourcequotas', 'ResourceQuota', 'status', 'returnsDeleted'),
  builtIn('v1', 'limitranges', 'LimitRange'),
  builtIn('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', 'status', 'returnsDeleted'),
  builtIn('apps/v1', 'deployments', 'Deployment', 'status', 'scale', 'generation'),
  builtIn('apps/v1', 'replicasets', 'ReplicaSet', 'status', 'scale', 'generation'),
  builtIn('apps/v1', 'statefulsets', 'StatefulSet', 'status', 'scale', 'generation'),
  builtIn('apps/v1', 'daemonsets', 'DaemonSet', 'status', 'generation'),
  builtIn('batch/v1', 'jobs', 'Job', 'status', 'generation'),
  builtIn('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice', 'generation'),
  builtIn('coordination.k8s.io/v1', 'leases', 'Lease'),
  builtIn('rbac.authorization.k8s.io/v1', 'roles', 'Role'),
  builtIn('rbac.authorization.k8s.io/v1', 'rolebindings', 'RoleBinding'),
  builtIn('rbac.authorization.k8s.io/v1', 'clusterroles', 'ClusterRole', 'cluster'),
  builtIn('rbac.authorization.k8s.io/v1', 'clusterrolebindings', 'ClusterRoleBinding', 'cluster'),
  builtIn('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', 'status'),
  builtIn('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', 'status', 'generation'),
  builtIn('networking.k8s.io/v1', 'ingresses', 'Ingress', 'status', 'generation'),
  builtIn('networking.k8s.io/v1', 'ingressclasses', 'IngressClass', 'generation', 'cluster'),
  builtIn('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', 'generation'),
  builtIn('storage.k8s.io/v1', 'storageclasses', 'StorageClass', 'cluster'),
  builtIn(
    'apiextensions.k8s.io/v1',
    'customresourcedefinitions',
    'CustomResourceDefinition',
    'status',
    'generation',
    'cluster',
  ),
];

/** A resource that a test adds: `{ group, version, plural, kind }`; namespaced, with a status subresource, unless said otherwise. */
export type CustomResource = Pick<ResourceType, 'group' | 'version' | 'plural' | 'kind'> &
  Partial<Pick<ResourceType, 'namespaced' | 'status'>>;

/** The resource types that this cluster serves. */
export class Catalogue {
  #types = [...BUILT_IN];

  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.#types.find((type) => type.group === group && type.version === version && type.plural === plural);
  }

  /** Throws when the cluster serves no such resource: a mistake in the simulator or in a test. */
  get(key: ResourceKey): ResourceType {
    const type = this.#types.find((candidate) => keyOf(candidate) === key);
    if (type === undefined) throw new Error(`the simulator serves no resource "${key}"; register it first`);
    return type;
  }

  all(): readonly ResourceType[] {
    return this.#types;
  }

  /** Adds a custom resource; adding it twice changes nothing. */
  register(resource: CustomResource): void {
    if (this.find(resource.group, resource.version, resource.plural) !== undefined) return;
    this.#types.push({
      namespaced: true,
      status: true,
      ...resource,
      scale: false,
      generation: true,
      returnsDeleted: false,
      custom: true,
    });
  }

  unregister(group: string, plural: string): void {
    this.#types = this.#types.filter((type) => !type.custom || type.group !== group || type.plural !== plural);
  }
}
