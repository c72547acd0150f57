import { type Permission, roleFor, yamlName } from './permissions.ts';

/** The ServiceAccount that the Roles are bound to: one for all workloads of a namespace, so that their permissions add up. */
export const SERVICE_ACCOUNT = 'crossfade';

/** Permissions of one namespace. */
export interface NamespaceRules {
  readonly namespace: string;
  readonly permissions: readonly Permission[];
}

/**
 * ServiceAccount, and for every namespace a Role and its RoleBinding, as YAML that can be applied as it stands.
 * @param key of the workload's record: each workload has a Role of its own, so that none replaces another's
 * @param namespace of the workload; the ServiceAccount is there, too
 */
export function roleManifest(key: string, namespace: string, rules: readonly NamespaceRules[]): string {
  const account = [
    'apiVersion: v1',
    'kind: ServiceAccount',
    `metadata: { name: ${SERVICE_ACCOUNT}, namespace: ${yamlName(namespace)} }`,
  ].join('\n');
  const bound = rules.flatMap((of) => {
    // Workloads of one name in several namespaces may read the same Prometheus.
    const name = of.namespace === namespace ? `crossfade.${key}` : `crossfade.${namespace}.${key}`;
    return [roleFor(of.namespace, of.permissions, name), bindingOf(name, of.namespace, namespace)];
  });
  return `${[account, ...bound].join('\n---\n')}\n`;
}

function bindingOf(name: string, namespace: string, accountNamespace: string): string {
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: RoleBinding',
    `metadata: { name: ${yamlName(name)}, namespace: ${yamlName(namespace)} }`,
    `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${yamlName(name)} }`,
    'subjects:',
    '- kind: ServiceAccount',
    `  name: ${SERVICE_ACCOUNT}`,
    `  namespace: ${yamlName(accountNamespace)}`,
  ].join('\n');
}
