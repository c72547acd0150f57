import { createHash } from 'node:crypto';
import type { ApiPort } from './api.ts';
import { ApiError } from './errors.ts';

/** One thing that the release has to be allowed to do; `name` where a Role may be limited to one object. */
export interface Permission {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  readonly name?: string;
}

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** What a blue/green release needs in its namespace; nothing cluster-wide, no Secrets, no creating or deleting of workloads but the Job of input `job`. */
export function neededPermissions(options: { proxy: boolean; job?: boolean }): Permission[] {
  const need = (group: string, resource: string, ...verbs: string[]): Permission[] =>
    verbs.map((verb) => ({ group, resource, verb }));
  return [
    ...need('apps', 'deployments', 'get', 'list', 'watch', 'patch'),
    ...need('apps', 'replicasets', 'list'),
    ...need('', 'pods', 'list', 'watch'),
    ...need('', 'pods/log', 'get'),
    ...need('', 'services', 'get', 'list', 'create', 'patch', 'delete'),
    ...need('discovery.k8s.io', 'endpointslices', 'list', 'watch'),
    ...need('', 'configmaps', 'get', 'create', 'update'),
    ...need('coordination.k8s.io', 'leases', 'get', 'create', 'update', 'delete'),
    ...need('', 'events', 'list'),
    ...(options.proxy ? need('', 'services/proxy', 'get') : []),
    ...(options.job === true ? need('batch', 'jobs', 'get', 'list', 'create', 'delete') : []),
  ];
}

/** What a release of a Knative Service needs in its namespace: the objects below it are Knative's own. */
export function knativePermissions(options: { proxy: boolean }): Permission[] {
  const need = (group: string, resource: string, ...verbs: string[]): Permission[] =>
    verbs.map((verb) => ({ group, resource, verb }));
  return [
    ...need('serving.knative.dev', 'services', 'get', 'list', 'watch', 'patch'),
    ...need('serving.knative.dev', 'revisions', 'list', 'watch'),
    ...need('', 'pods', 'list'),
    ...need('', 'pods/log', 'get'),
    ...need('', 'events', 'list'),
    ...need('', 'configmaps', 'get', 'create', 'update'),
    ...need('coordination.k8s.io', 'leases', 'get', 'create', 'update', 'delete'),
    ...(options.proxy ? [...need('', 'services', 'get'), ...need('', 'services/proxy', 'get')] : []),
  ];
}

/**
 * Those of the needed permissions that the user lacks. One SelfSubjectRulesReview clears what it lists (a listed rule is granted, but
 * the list may be incomplete); a SelfSubjectAccessReview, which is decisive, is asked for each of the others.
 */
export async function missingPermissions(
  api: ApiPort,
  namespace: string,
  needed: readonly Permission[],
): Promise<Permission[]> {
  const rules = await listedRules(api, namespace);
  const doubtful = needed.filter((permission) => !rules.some((rule) => grants(rule, permission)));
  const allowed = await Promise.all(doubtful.map((permission) => isAllowed(api, namespace, permission)));
  return doubtful.filter((_, at) => !allowed[at]);
}

async function listedRules(api: ApiPort, namespace: string): Promise<readonly Rule[]> {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
  try {
    const answer = await api.ask<{ status?: { resourceRules?: Rule[] } }>(
      '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
      review,
    );
    return answer.status?.resourceRules ?? [];
  } catch (error) {
    // Some authorizers cannot list rules; then each is asked for.
    if (error instanceof ApiError) return [];
    throw error;
  }
}

function grants(rule: Rule, { group, resource, verb }: Permission): boolean {
  const has = (list: readonly string[] | undefined, wanted: string): boolean =>
    list?.some((entry) => entry === '*' || entry === wanted) ?? false;
  return (
    has(rule.apiGroups, group) &&
    has(rule.resources, resource) &&
    has(rule.verbs, verb) &&
    (rule.resourceNames ?? []).length === 0
  );
}

async function isAllowed(
  api: ApiPort,
  namespace: string,
  { group, resource, verb, name }: Permission,
): Promise<boolean> {
  const [kind, subresource] = resource.split('/');
  const attributes = {
    namespace,
    group,
    resource: kind,
    ...(subresource === undefined ? {} : { subresource }),
    verb,
    ...(name === undefined ? {} : { name }),
  };
  const answer = await api.ask<{ status?: { allowed?: boolean } }>(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: attributes },
    },
  );
  return answer.status?.allowed ?? false;
}

/**
 * What is missing as a Role of its own, with how to bind it. It is named for what it gives: applied as it stands it replaces no Role that
 * gives anything else, and what an earlier one gave stays.
 */
export function missingRoleFor(namespace: string, permissions: readonly Permission[]): string {
  const given = [...new Set(permissions.map(({ group, resource, verb }) => `${group}/${resource} ${verb}`))].sort();
  const name = `crossfade-missing-${createHash('sha256').update(given.join('\n')).digest('hex').slice(0, 8)}`;
  // The namespace of a kubeconfig is any text, and this line is for a shell.
  const place = /^[a-z0-9-]+$/.test(namespace) ? namespace : 'NAMESPACE';
  return [
    roleFor(namespace, permissions, name),
    '# It replaces no other Role. Bind it, too, to the user (or with --serviceaccount=NAMESPACE:NAME):',
    `# kubectl create rolebinding ${name} -n ${place} --role=${name} --user=NAME`,
  ].join('\n');
}

/** Permissions as a Role that a cluster admin can apply as it stands. */
export function roleFor(namespace: string, permissions: readonly Permission[], name = 'crossfade'): string {
  const verbsOf = new Map<string, { group: string; resource: string; verbs: string[] }>();
  for (const { group, resource, verb } of permissions) {
    const key = `${group}/${resource}`;
    const rule = verbsOf.get(key) ?? { group, resource, verbs: [] };
    // Two kinds of route may be one kind of object.
    if (!rule.verbs.includes(verb)) rule.verbs.push(verb);
    verbsOf.set(key, rule);
  }
  const rules = [...verbsOf.values()].map(
    ({ group, resource, verbs }) =>
      `- apiGroups: ["${group}"]\n  resources: ["${resource}"]\n  verbs: [${verbs.map((verb) => `"${verb}"`).join(', ')}]`,
  );
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: Role',
    `metadata: { name: ${yamlName(name)}, namespace: ${yamlName(namespace)} }`,
    'rules:',
    ...rules,
  ].join('\n');
}

/** A name of an object in YAML; in quotes where YAML would take it for something else. The namespace of a kubeconfig is any text. */
export function yamlName(name: string): string {
  const isPlain = /^[a-z][a-z0-9.-]*$/.test(name) && !/^(null|true|false|yes|no|on|off|y|n)$/.test(name);
  return isPlain ? name : JSON.stringify(name);
}
