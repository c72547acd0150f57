import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { V1Ingress, V1IngressRule, V1IngressTLS } from '@kubernetes/client-node';
import type { JsonPatchOperation, KubeObject, Wire } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import { canaryAnnotations, MANAGED } from './canary-annotations.ts';
import { wishOf } from './intent.ts';
import { nameOf } from './route-objects.ts';
import type { Intent, RoutedApp } from './router.ts';
import { MANAGED_BY } from './service-selector.ts';

/*
 * The second Ingress: beside the user's, with the rules that lead to the live Service and the candidate Service behind them.
 */

export type Ingress = KubeObject & Wire<V1Ingress>;
export type Rule = Wire<V1IngressRule>;
type Tls = Wire<V1IngressTLS>;

export const GROUP = 'networking.k8s.io';
const SUFFIX = '-crossfade';
const NAME_LENGTH = 63;

/**
 * Annotations that are not for a copy: whose they are (a copy would be pruned, or taken for the original), and cert-manager's, which
 * would make a second Certificate for the same Secret. external-dns' are copied: both Ingresses have the same hosts, and it wants the
 * same settings from both.
 */
const NOT_COPIED = [
  'kubectl.kubernetes.io/',
  'argocd.argoproj.io/',
  'kustomize.toolkit.fluxcd.io/',
  'helm.toolkit.fluxcd.io/',
  'fluxcd.io/',
  'meta.helm.sh/',
  'helm.sh/',
  'config.kubernetes.io/',
  'config.k8s.io/',
  'internal.config.kubernetes.io/',
  'internal.kpt.dev/',
  'kapp.k14s.io/',
  'objectset.rio.cattle.io/',
  'field.cattle.io/',
  'pulumi.com/',
  'cert-manager.io/',
  'acme.cert-manager.io/',
  'kubernetes.io/tls-acme',
  'crossfade/',
];

export function creation(app: RoutedApp, ingress: Ingress, wanted: Intent): WriteRequest {
  const name = canaryName(nameOf(ingress));
  const copied = Object.entries(ingress.metadata?.annotations ?? {}).filter(
    ([key]) => !NOT_COPIED.some((prefix) => key.startsWith(prefix)),
  );
  const className = ingress.spec?.ingressClassName;
  return {
    verb: 'create',
    path: pathOf(app),
    body: {
      apiVersion: `${GROUP}/v1`,
      kind: 'Ingress',
      metadata: {
        name,
        namespace: app.namespace,
        labels: MANAGED_BY,
        annotations: { ...Object.fromEntries(copied), ...canaryAnnotations(wanted) },
        ownerReferences: [
          { apiVersion: `${GROUP}/v1`, kind: 'Ingress', name: nameOf(ingress), uid: ingress.metadata?.uid },
        ],
      },
      spec: { ...(className === undefined ? {} : { ingressClassName: className }), ...routesOf(app, ingress) },
    },
    why: `create Ingress ${name} beside Ingress ${nameOf(ingress)}: ${wishOf(wanted, app)}`,
  };
}

export function update(app: RoutedApp, ingress: Ingress, canary: Ingress, wanted: Intent): readonly WriteRequest[] {
  const tests: JsonPatchOperation[] = [{ op: 'test', path: '/metadata/uid', value: canary.metadata?.uid }];
  const changes: JsonPatchOperation[] = [];
  const annotations = canary.metadata?.annotations;
  const target = canaryAnnotations(wanted);
  if (annotations === undefined) changes.push({ op: 'add', path: '/metadata/annotations', value: target });
  for (const key of annotations === undefined ? [] : MANAGED) {
    const path = `/metadata/annotations/${key.replace('/', '~1')}`;
    const old = annotations?.[key];
    const value = target[key];
    if (old !== undefined) tests.push({ op: 'test', path, value: old });
    if (old === value) continue;
    if (value === undefined) changes.push({ op: 'remove', path });
    else changes.push({ op: old === undefined ? 'add' : 'replace', path, value });
  }
  // Rules that somebody gave the user's Ingress meanwhile, or took from it, hold for the canary, too.
  const routes = routesOf(app, ingress);
  const { rules, tls } = canary.spec ?? {};
  if (!isDeepStrictEqual(rules, routes.rules)) {
    if (rules !== undefined) tests.push({ op: 'test', path: '/spec/rules', value: rules });
    changes.push({ op: rules === undefined ? 'add' : 'replace', path: '/spec/rules', value: routes.rules });
  }
  if (!isDeepStrictEqual(tls, routes.tls)) {
    if (tls !== undefined) tests.push({ op: 'test', path: '/spec/tls', value: tls });
    if (routes.tls === undefined) changes.push({ op: 'remove', path: '/spec/tls' });
    else changes.push({ op: tls === undefined ? 'add' : 'replace', path: '/spec/tls', value: routes.tls });
  }
  if (changes.length === 0) return [];
  const path = pathOf(app, nameOf(canary));
  return [{ verb: 'patch', path, tests, changes, why: `Ingress ${nameOf(canary)}: ${wishOf(wanted, app)}` }];
}

export function deletion(app: RoutedApp, canary: Ingress, title: string): WriteRequest {
  const name = nameOf(canary);
  return {
    verb: 'delete',
    path: pathOf(app, name),
    uid: canary.metadata?.uid ?? '',
    why: `delete Ingress ${name}: all users of ${title} to Service ${app.live}`,
  };
}

/** The rules of an Ingress with those of their paths that lead to a Service. */
export function rulesTo(service: string, ingress: Ingress): Rule[] {
  return (ingress.spec?.rules ?? []).flatMap((rule) => {
    const paths = (rule.http?.paths ?? []).filter(({ backend }) => backend.service?.name === service);
    return paths.length === 0 ? [] : [{ ...rule, http: { ...rule.http, paths } }];
  });
}

/** What the canary has of the user's Ingress: rules with the candidate behind them, and their hosts' certificates. */
function routesOf(app: RoutedApp, ingress: Ingress): { rules: Rule[]; tls?: Tls[] } {
  const rules = rulesTo(app.live, ingress).map((rule) => ({
    ...rule,
    http: {
      ...rule.http,
      paths: (rule.http?.paths ?? []).map((path) => ({
        ...path,
        backend: { ...path.backend, service: { ...path.backend.service, name: app.candidate } },
      })),
    },
  }));
  const covers = (certified: string): boolean =>
    rules.some(({ host = '' }) =>
      certified.startsWith('*.') ? host.endsWith(certified.slice(1)) : host === certified,
    );
  const tls = (ingress.spec?.tls ?? []).filter(({ hosts = [] }) => hosts.length === 0 || hosts.some(covers));
  return tls.length === 0 ? { rules } : { rules, tls };
}

/** Host, path and kind of path in one line each. */
export function identities({ host = '', http }: Rule): string[] {
  return (http?.paths ?? []).map(({ path = '/', pathType }) => `${host} ${path} ${pathType}`);
}

/**
 * The canary leads to the candidate alone, for every rule that it was made for and that the user's Ingress still has. Rules that came
 * later are taken up with the next write.
 * @param original the identities of the rules that it was made for
 */
export function isComplete(app: RoutedApp, original: readonly string[], ingress: Ingress, canary: Ingress): boolean {
  const now = new Set(rulesTo(app.live, ingress).flatMap(identities));
  const split = new Set(rulesTo(app.candidate, canary).flatMap(identities));
  const total = (canary.spec?.rules ?? []).flatMap(identities).length;
  const wanted = original.filter((rule) => now.has(rule));
  return now.size > 0 && split.size > 0 && split.size === total && wanted.every((rule) => split.has(rule));
}

/** At most 63 characters; a longer name is cut and told apart by a hash. */
export function canaryName(ingress: string): string {
  if (ingress.length + SUFFIX.length <= NAME_LENGTH) return `${ingress}${SUFFIX}`;
  const hash = createHash('sha256').update(ingress).digest('hex').slice(0, 8);
  const head = ingress.slice(0, NAME_LENGTH - SUFFIX.length - hash.length - 1).replace(/[-.]+$/, '');
  return `${head}-${hash}${SUFFIX}`;
}

export function pathOf(app: RoutedApp, name?: string): string {
  return `/apis/${GROUP}/v1/namespaces/${app.namespace}/ingresses${name === undefined ? '' : `/${name}`}`;
}
