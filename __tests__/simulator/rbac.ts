import { isObject, objectsAt } from './json.ts';
import type { ApiObject } from './objects.ts';
import { ApiError } from './status.ts';
import type { Store } from './store.ts';

/** Who asks. `unrestricted` is the administrator. */
export interface User {
  readonly name: string;
  readonly unrestricted: boolean;
}

export const ADMIN: User = { name: 'admin', unrestricted: true };
export const ANONYMOUS: User = { name: 'system:anonymous', unrestricted: false };

/** What somebody wants to do, in the words of RBAC. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  /** With its subresource: `deployments/scale`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Everybody who is authenticated may ask what they may do, and who they are. */
const EVERYBODY: readonly Rule[] = [
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
];

/** Why a user may do something, or null when nothing allows it. */
export function allowedBy(store: Store, user: User, wanted: Attributes): string | null {
  if (user.unrestricted) return '';
  if (user !== ANONYMOUS && EVERYBODY.some((rule) => ruleAllows(rule, wanted))) return '';
  const grant = grantsOf(store, user, wanted.namespace).find(({ rules }) =>
    rules.some((rule) => ruleAllows(rule, wanted)),
  );
  return grant === undefined ? null : grant.reason;
}

/** All rules that a user has in a namespace. */
export function rulesOf(store: Store, user: User, namespace: string): readonly Rule[] {
  const all: Rule[] = user.unrestricted ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] : [];
  return [...all, ...EVERYBODY, ...grantsOf(store, user, namespace).flatMap(({ rules }) => rules)];
}

/** 403 as the real server words it. */
export function forbidden(user: User, wanted: Attributes): ApiError {
  const [resource = ''] = wanted.resource.split('/');
  const qualified = wanted.group === '' ? resource : `${resource}.${wanted.group}`;
  const what = wanted.name === undefined ? qualified : `${qualified} "${wanted.name}"`;
  const where = wanted.namespace === undefined ? 'at the cluster scope' : `in the namespace "${wanted.namespace}"`;
  return new ApiError(
    403,
    'Forbidden',
    `${what} is forbidden: User "${user.name}" cannot ${wanted.verb} resource "${wanted.resource}" in API group "${wanted.group}" ${where}`,
    {
      ...(wanted.name === undefined ? {} : { name: wanted.name }),
      ...(wanted.group === '' ? {} : { group: wanted.group }),
      kind: resource,
    },
  );
}

export function forbiddenPath(user: User, verb: string, path: string): ApiError {
  return new ApiError(403, 'Forbidden', `forbidden: User "${user.name}" cannot ${verb} path "${path}"`, {});
}

interface Grant {
  readonly rules: readonly Rule[];
  readonly reason: string;
}

function grantsOf(store: Store, user: User, namespace: string | undefined): Grant[] {
  const cluster = store.list('clusterrolebindings.rbac.authorization.k8s.io');
  const local = namespace === undefined ? [] : store.list('rolebindings.rbac.authorization.k8s.io', namespace);
  return [...cluster, ...local]
    .filter((binding) => binds(binding, user))
    .flatMap((binding) => grantOf(store, binding, user));
}

function binds(binding: ApiObject, user: User): boolean {
  return objectsAt(binding, 'subjects').some(({ kind, name, namespace }) => {
    switch (kind) {
      case 'Group':
        return name === 'system:authenticated' && user !== ANONYMOUS;
      case 'ServiceAccount':
        return user.name === `system:serviceaccount:${String(namespace)}:${String(name)}`;
      default:
        return kind === 'User' && name === user.name;
    }
  });
}

function grantOf(store: Store, binding: ApiObject, user: User): Grant[] {
  const reference = isObject(binding.roleRef) ? binding.roleRef : {};
  const name = String(reference.name);
  const { namespace } = binding.metadata;
  const role =
    reference.kind === 'ClusterRole'
      ? store.get('clusterroles.rbac.authorization.k8s.io', undefined, name)
      : store.get('roles.rbac.authorization.k8s.io', namespace, name);
  if (role === undefined) return [];
  const by = namespace === undefined ? binding.metadata.name : `${binding.metadata.name}/${namespace}`;
  const reason = `RBAC: allowed by ${binding.kind} "${by}" of ${role.kind} "${name}" to User "${user.name}"`;
  return [{ rules: objectsAt(role, 'rules').map(ruleOf), reason }];
}

function ruleOf(rule: Readonly<Record<string, unknown>>): Rule {
  const texts = (field: string) => (Array.isArray(rule[field]) ? rule[field].map(String) : []);
  const names = texts('resourceNames');
  return {
    verbs: texts('verbs'),
    apiGroups: texts('apiGroups'),
    resources: texts('resources'),
    ...(names.length === 0 ? {} : { resourceNames: names }),
  };
}

function ruleAllows(rule: Rule, wanted: Attributes): boolean {
  const [, subresource] = wanted.resource.split('/');
  const covers = (list: readonly string[], value: string) => list.includes('*') || list.includes(value);
  return (
    covers(rule.verbs, wanted.verb) &&
    covers(rule.apiGroups, wanted.group) &&
    (covers(rule.resources, wanted.resource) ||
      (subresource !== undefined && rule.resources.includes(`*/${subresource}`))) &&
    (rule.resourceNames === undefined || (wanted.name !== undefined && rule.resourceNames.includes(wanted.name)))
  );
}
