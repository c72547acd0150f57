import { type Catalogue, type ResourceType, apiVersionOf } from './resources.ts';

/** Answers /api, /apis, /version and the health paths; undefined: no such path. */
export function discover(catalogue: Catalogue, path: string): unknown {
  switch (path) {
    case '/version':
      return { major: '1', minor: '36', gitVersion: 'v1.36.3', platform: 'simulated' };
    case '/readyz':
    case '/livez':
    case '/healthz':
      return 'ok';
    case '/api':
      return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    case '/apis':
      return {
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: groupNames(catalogue).map((name) => group(catalogue, name)),
      };
    default:
      return groupOrVersion(catalogue, path);
  }
}

function groupOrVersion(catalogue: Catalogue, path: string): unknown {
  const [, root, first, second, ...rest] = path.split('/');
  if (rest.length > 0) return undefined;
  if (root === 'api' && second === undefined) return resourceList(catalogue, first ?? '');
  if (root !== 'apis' || !groupNames(catalogue).includes(first ?? '')) return undefined;
  if (second === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...group(catalogue, first ?? '') };
  return resourceList(catalogue, `${first}/${second}`);
}

function groupNames(catalogue: Catalogue): string[] {
  return [...new Set(catalogue.all().map((type) => type.group))].filter((name) => name !== '');
}

function group(catalogue: Catalogue, name: string) {
  const versions = [
    ...new Set(
      catalogue
        .all()
        .filter((type) => type.group === name)
        .map((type) => type.version),
    ),
  ].map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

function resourceList(catalogue: Catalogue, groupVersion: string): unknown {
  const types = catalogue.all().filter((type) => apiVersionOf(type) === groupVersion);
  if (types.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: types.flatMap(entries) };
}

function entries(type: ResourceType) {
  const { plural, kind, namespaced } = type;
  const all = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
  const entry = (name: string, verbs: readonly string[], itsKind = kind) => ({
    name,
    singularName: name.includes('/') ? '' : kind.toLowerCase(),
    namespaced,
    kind: itsKind,
    verbs,
    ...(SHORT_NAMES[name] === undefined ? {} : { shortNames: [SHORT_NAMES[name]] }),
  });
  const change = ['get', 'patch', 'update'];
  return [
    entry(plural, all),
    ...(type.status ? [entry(`${plural}/status`, change)] : []),
    ...(type.scale ? [{ ...entry(`${plural}/scale`, change, 'Scale'), group: 'autoscaling', version: 'v1' }] : []),
    ...(plural === 'pods' ? [entry('pods/log', ['get'])] : []),
    ...(plural === 'pods' || plural === 'services' ? [entry(`${plural}/proxy`, ['get', 'create'])] : []),
  ];
}

/** What people type instead. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  configmaps: 'cm',
  customresourcedefinitions: 'crd',
  daemonsets: 'ds',
  deployments: 'deploy',
  events: 'ev',
  horizontalpodautoscalers: 'hpa',
  ingresses: 'ing',
  namespaces: 'ns',
  networkpolicies: 'netpol',
  nodes: 'no',
  persistentvolumeclaims: 'pvc',
  poddisruptionbudgets: 'pdb',
  pods: 'po',
  replicasets: 'rs',
  resourcequotas: 'quota',
  serviceaccounts: 'sa',
  services: 'svc',
  statefulsets: 'sts',
};
