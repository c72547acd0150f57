import { isAlb } from './ingress-classes.ts';
import { createHash } from 'node:crypto';
import type { V1Ingress, V1IngressRule, V1IngressTLS } from '@kubernetes/client-node';
import type { JsonPatchOperation, KubeObject, Wire } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import { driverRefusal } from './drivers.ts';
import {
  ALL,
  type Binding,
  CannotRoute,
  type Capabilities,
  type Discovery,
  type Intent,
  ORIGINAL,
  type RoutedApp,
  type Router,
  type RouteObjects,
  type RouteVerdict,
  type Share,
  type TrafficState,
} from './router.ts';
import { MANAGED_BY } from './service-selector.ts';

/*
 * Ingresses by the canary annotations of ingress-nginx (Traefik runs them too, from 3.7 on, with its provider kubernetesIngressNGINX).
 * The user's Ingress is never written. A second one stands beside it, with the rules that lead to the live Service, the candidate
 * Service behind them, and annotations that tell how much of the traffic is its.
 *
 * At share 0 without testers there is no second Ingress at all. With weight 0 it would not be harmless: under cookie affinity a user
 * who has been on the candidate stays there whatever the weight is, so only its absence brings everybody back. For the same reason
 * Original is nothing but its deletion.
 *
 * Traps, from ingress-nginx' sources:
 * - It hangs the canary on the *Service and port* of the first Ingress: other Ingresses to the same Service and port split alike.
 * - It drops an annotation whose value has characters that it does not expect and goes on with the rest: a header match with such a
 *   value would match `always` instead. Those are refused here.
 * - `canary-weight-total` below 100 counts as 100.
 */

const GROUP = 'networking.k8s.io';

type Ingress = KubeObject & Wire<V1Ingress>;
type Rule = Wire<V1IngressRule>;
type Tls = Wire<V1IngressTLS>;

const NGINX = 'nginx.ingress.kubernetes.io/';
const CANARY = `${NGINX}canary`;
const WEIGHT = `${NGINX}canary-weight`;
const TOTAL = `${NGINX}canary-weight-total`;
const HEADER = `${NGINX}canary-by-header`;
const HEADER_VALUE = `${NGINX}canary-by-header-value`;
const HEADER_PATTERN = `${NGINX}canary-by-header-pattern`;
const COOKIE = `${NGINX}canary-by-cookie`;
/** In the order in which a patch changes them. */
const MANAGED = [CANARY, WEIGHT, TOTAL, HEADER, HEADER_VALUE, HEADER_PATTERN, COOKIE] as const;

/** The only value of a cookie that leads to the canary; `never` keeps away from it, others mean nothing. */
const COOKIE_VALUE = 'always';

/** What ingress-nginx lets through (internal/ingress/annotations/parser/validators.go). */
const BASIC = /^[A-Za-z0-9\-._~/:]+$/;
const PATTERN = /^[A-Za-z0-9\-._~/:^$[\](){}*+?|&=\\]+$/;

const SUFFIX = '-crossfade';
const NAME_LENGTH = 63;

/** Class names by which controllers are installed that do not run these annotations: our Ingress would be a second full route to them. */
const FOREIGN_CLASSES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    gce: 'Google Cloud’s controller',
    'gce-internal': 'Google Cloud’s controller',
    'azure-application-gateway': 'Azure’s Application Gateway controller',
    'azure/application-gateway': 'Azure’s Application Gateway controller',
    'azure-alb-external': 'Azure’s Application Gateway for Containers',
    kong: 'Kong',
    traefik: 'Traefik’s provider kubernetesIngress',
    haproxy: 'HAProxy',
    'haproxy-ingress': 'HAProxy Ingress',
    contour: 'Contour',
    istio: 'Istio',
    cilium: 'Cilium',
    apisix: 'APISIX',
    ambassador: 'Emissary',
    gloo: 'Gloo',
    'openshift-default': 'OpenShift’s router',
    ngrok: 'ngrok',
    tailscale: 'Tailscale',
    caddy: 'Caddy',
  }),
);
/** Names of classes that ingress-nginx, and others with its annotations, are installed by. */
const KNOWN_CLASSES = /nginx|^webapprouting\.kubernetes\.azure\.com$|^higress$|^mse$/;

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

/** Which rules led to the live Service at first: host, path and kind of path in one line each. */
interface Journal {
  readonly rules: readonly string[];
}

export const ingressAnnotations: Router = {
  kind: 'ingress',
  resources: [{ group: GROUP, versions: ['v1'], resource: 'ingresses', kind: 'Ingress' }],

  discover(app, objects): Discovery {
    const bindings: Binding[] = [];
    const refusals: string[] = [];
    const warnings: string[] = [];
    const all = objects
      .filter(isIngress)
      .filter(({ metadata }) => metadata?.namespace === app.namespace)
      .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    for (const ingress of all) {
      // The AWS Load Balancer Controller has a router of its own: alb-ingress.ts.
      if (isOurs(ingress) || isAlb(ingress)) continue;
      const title = `Ingress ${nameOf(ingress)}`;
      const rules = rulesTo(app.live, ingress);
      const isDefault = ingress.spec?.defaultBackend?.service?.name === app.live;
      if (rules.length === 0 && !isDefault) continue;
      const refusal = whyUnfit(ingress, rules, all, app) ?? driverRefusal(ingress, title);
      if (refusal !== null) {
        refusals.push(refusal);
        continue;
      }
      warnings.push(...warningsOf(ingress, isDefault));
      const journal: Journal = { rules: rules.flatMap(identities) };
      bindings.push({
        router: `ingress/${nameOf(ingress)}`,
        app,
        paths: [pathOf(app, nameOf(ingress)), pathOf(app, canaryName(nameOf(ingress)))],
        originalShare: 0,
        journal,
      });
    }
    if (bindings.length > 1)
      warnings.push(
        `Several Ingresses lead to Service ${app.live} (${bindings.map(({ router }) => router.slice('ingress/'.length)).join(', ')}). ingress-nginx keeps one split for each Service and port, so a share given to one holds for the others on the same port, too.`,
      );
    return { bindings, refusals, warnings };
  },

  read(binding, objects): TrafficState {
    const { ingress, canary } = objectsOf(binding, objects);
    if (canary === null || !isOurs(canary)) {
      // Somebody else's object in our canary's place: what it does is not ours to say.
      const share = ingress === null || canary !== null || rulesTo(binding.app.live, ingress).length === 0 ? null : 0;
      return { share, overrides: false, mirror: 0, original: true };
    }
    const annotations = canary.metadata?.annotations ?? {};
    const isWhole = ingress !== null && isComplete(binding, ingress, canary);
    return {
      share: isWhole && annotations[CANARY] === 'true' ? shareOf(annotations) : null,
      overrides: annotations[HEADER] !== undefined || annotations[COOKIE] !== undefined,
      mirror: 0,
      original: false,
    };
  },

  plan(binding, objects, wanted): readonly WriteRequest[] {
    const { app } = binding;
    const name = ingressNameOf(binding);
    const title = `Ingress ${name}`;
    const { ingress, canary } = objectsOf(binding, objects);
    if (wanted !== ORIGINAL) assertPossible(title, wanted);
    const isNothing = wanted === ORIGINAL || (wanted.share === 0 && testersOf(wanted) === 0);
    if (canary !== null && !isOurs(canary)) {
      if (isNothing) return [];
      throw new CannotRoute(notOurs(canary, title));
    }
    if (isNothing && canary !== null) return [deletion(binding, canary, title)];
    if (wanted === ORIGINAL) return [];
    if (ingress === null)
      throw new CannotRoute(
        `Wanted ${whyOf(wanted, app)}; ${title} is not there any more. Put it back, or take the release back.`,
      );
    const rules = rulesTo(app.live, ingress);
    if (rules.length === 0)
      throw new CannotRoute(
        `Wanted ${whyOf(wanted, app)}; ${title} has no rule for Service ${app.live} any more. Put it back, or take the release back.`,
      );
    if (isNothing) return [];
    return canary === null ? [creation(app, ingress, wanted)] : update(binding, ingress, canary, wanted);
  },

  verdict(binding, objects): RouteVerdict {
    const title = `Ingress ${ingressNameOf(binding)}`;
    const { ingress, canary } = objectsOf(binding, objects);
    if (ingress === null) return { is: 'no', level: 'stored', reasons: [`${title} is not there any more.`] };
    if (rulesTo(binding.app.live, ingress).length === 0)
      return {
        is: 'no',
        level: 'stored',
        reasons: [`${title} has no rule for Service ${binding.app.live} any more.`],
      };
    if (canary !== null && !isOurs(canary)) return { is: 'no', level: 'stored', reasons: [notOurs(canary, title)] };
    if (canary !== null && !isComplete(binding, ingress, canary))
      return {
        is: 'no',
        level: 'stored',
        reasons: [
          `Ingress ${nameOf(canary)} has not the rules of ${title} for Service ${binding.app.live} any more: somebody changed one of them.`,
        ],
      };
    return {
      is: 'unknown',
      level: 'held',
      reasons: [
        `The status of ${title} has only addresses: its controller does not tell whether it took the weights up. Only traffic shows it.`,
      ],
    };
  },

  capabilities(): Capabilities {
    return {
      nearest: (share) => [Math.floor(share), Math.ceil(share)],
      headers: ['exact', 'regex'],
      // With the value `always` only, and one header and one cookie at most: `plan` says so when asked for something else.
      cookies: true,
      mirror: false,
      level: 'held',
    };
  },
};

function whyUnfit(ingress: Ingress, rules: readonly Rule[], all: readonly Ingress[], app: RoutedApp): string | null {
  const title = `Ingress ${nameOf(ingress)}`;
  const annotations = Object.keys(ingress.metadata?.annotations ?? {});
  const own = annotations.filter((key) => key.startsWith(CANARY)).sort();
  if (own.length > 0)
    return `${title} leads to Service ${app.live} and has canary annotations of its own (${own.join(', ')}); a rule can have one canary only. Remove them, or that Ingress.`;
  const alien = annotations.find((key) => key.startsWith('nginx.org/') || key.startsWith('nginx.com/'));
  if (alien !== undefined)
    return `${title} is run by F5’s NGINX Ingress Controller (annotation ${alien}), which has no canary annotations. Use another kind of route, or ingress-nginx.`;
  const className = classOf(ingress);
  const foreign = className === undefined ? undefined : FOREIGN_CLASSES.get(className);
  if (foreign !== undefined)
    return `${title} is of class ${className}, which ${foreign} runs: it does not know the canary annotations of ingress-nginx, and a second Ingress for the same hosts would take users at random. Use a kind of route that it can weight${className === 'traefik' ? ' (TraefikService, IngressRoute, HTTPRoute), or Traefik 3.7’s provider kubernetesIngressNGINX with a class of its own' : ''}.`;
  if (rules.length === 0)
    return `${title} leads to Service ${app.live} by spec.defaultBackend only, and canaries belong to rules. Give it a rule with path / for that Service.`;
  const name = canaryName(nameOf(ingress));
  const inTheWay = all.find((other) => nameOf(other) === name && !isOurs(other));
  if (inTheWay !== undefined) return notOurs(inTheWay, title);
  const paths = new Set(rules.flatMap(identities));
  const rival = all.find(
    (other) =>
      other.metadata?.annotations?.[CANARY] === 'true' &&
      !isOurs(other) &&
      (other.spec?.rules ?? []).flatMap(identities).some((identity) => paths.has(identity)),
  );
  if (rival !== undefined)
    return `${title} has a canary already: Ingress ${nameOf(rival)} for the same host and path. A rule can have one canary only; delete that Ingress.`;
  return null;
}

function notOurs(canary: Ingress, title: string): string {
  return `Wanted to make Ingress ${nameOf(canary)} as the canary of ${title}; there is one that Crossfade has not made. Rename or delete it.`;
}

function warningsOf(ingress: Ingress, isDefault: boolean): string[] {
  const title = `Ingress ${nameOf(ingress)}`;
  const className = classOf(ingress);
  const { [`${NGINX}affinity`]: affinity, [`${NGINX}affinity-canary-behavior`]: behaviour } =
    ingress.metadata?.annotations ?? {};
  const warnings: string[] = [];
  if (className === undefined || !KNOWN_CLASSES.test(className))
    warnings.push(
      `${title} ${className === undefined ? 'names no class' : `is of class ${className}, which Crossfade does not know`}: make sure that its controller runs the canary annotations of ingress-nginx (ingress-nginx itself, or Traefik from 3.7 on by its provider kubernetesIngressNGINX). Another one would take the second Ingress for a route of its own and send users there at random.`,
    );
  if (affinity === 'cookie' && behaviour !== 'legacy')
    warnings.push(
      `${title} has ${NGINX}affinity: cookie. Users with its cookie stay on the version that they met first, so shares hold for new users only. Set ${NGINX}affinity-canary-behavior: legacy to let the shares decide.`,
    );
  if (isDefault)
    warnings.push(`${title} leads to its Service by spec.defaultBackend, too; only its rules get a share for certain.`);
  return warnings;
}

/** @throws {CannotRoute} for what annotations cannot say */
function assertPossible(title: string, { share, headers, cookies, mirror }: Intent): void {
  const cannot = (wanted: string, instead: string): never => {
    throw new CannotRoute(`Wanted ${wanted} through ${title}; ${instead}`);
  };
  if (!(share >= 0 && share <= ALL)) cannot(`a share of ${percent(share)}`, 'a share lies between 0 % and 100 %.');
  if (!Number.isInteger(share)) cannot(`a share of ${percent(share)}`, 'the finest step is 0.01 %.');
  if (mirror !== 0)
    cannot('copies of requests for the candidate', 'canary annotations do not mirror. Do without the mirror.');
  const [header, ...moreHeaders] = headers;
  if (moreHeaders.length > 0)
    cannot(
      `testers by ${headers.length} headers`,
      'canary annotations know one. Leave one, or join values by a regex.',
    );
  if (header !== undefined && !BASIC.test(header.name))
    cannot(`testers by header ${header.name}`, 'ingress-nginx allows letters, digits and - . _ ~ / : in its name.');
  if (header !== undefined && !(header.kind === 'exact' ? BASIC : PATTERN).test(header.value))
    cannot(
      `testers by header ${header.name} with ${header.kind === 'exact' ? 'value' : 'pattern'} ${JSON.stringify(header.value)}`,
      `ingress-nginx drops such a ${header.kind === 'exact' ? 'value' : 'pattern'}, for it allows only letters, digits and - . _ ~ / :${header.kind === 'exact' ? '' : ' ^ $ [ ] ( ) { } * + ? | & = \\'} in it. Use another one.`,
    );
  const [cookie, ...moreCookies] = cookies;
  if (moreCookies.length > 0) cannot(`testers by ${cookies.length} cookies`, 'canary annotations know one. Leave one.');
  if (cookie !== undefined && cookie.value !== COOKIE_VALUE)
    cannot(
      `testers by cookie ${cookie.name}=${cookie.value}`,
      `the canary annotations know one value of a cookie only, ${COOKIE_VALUE}. Use ${cookie.name}=${COOKIE_VALUE}, or a header.`,
    );
  if (cookie !== undefined && !BASIC.test(cookie.name))
    cannot(`testers by cookie ${cookie.name}`, 'ingress-nginx allows letters, digits and - . _ ~ / : in its name.');
}

function testersOf({ headers, cookies }: Intent): number {
  return headers.length + cookies.length;
}

function canaryAnnotations({ share, headers, cookies }: Intent): Record<string, string> {
  const [header] = headers;
  const [cookie] = cookies;
  const isPercent = share % 100 === 0;
  return {
    [CANARY]: 'true',
    [WEIGHT]: String(isPercent ? share / 100 : share),
    ...(isPercent ? {} : { [TOTAL]: String(ALL) }),
    ...(header === undefined
      ? {}
      : { [HEADER]: header.name, [header.kind === 'exact' ? HEADER_VALUE : HEADER_PATTERN]: header.value }),
    ...(cookie === undefined ? {} : { [COOKIE]: cookie.name }),
  };
}

/** As ingress-nginx reads them: an absent weight is 0, a total of 100 or less (or none) is 100. */
function shareOf(annotations: Readonly<Record<string, string>>): Share {
  const weight = Number.parseInt(annotations[WEIGHT] ?? '0', 10) || 0;
  const total = Math.max(100, Number.parseInt(annotations[TOTAL] ?? '100', 10) || 100);
  return Math.round((Math.min(Math.max(weight, 0), total) * ALL) / total);
}

function creation(app: RoutedApp, ingress: Ingress, wanted: Intent): WriteRequest {
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
    why: `create Ingress ${name} beside Ingress ${nameOf(ingress)}: ${whyOf(wanted, app)}`,
  };
}

function update(binding: Binding, ingress: Ingress, canary: Ingress, wanted: Intent): readonly WriteRequest[] {
  const { app } = binding;
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
  if (text(rules) !== text(routes.rules)) {
    if (rules !== undefined) tests.push({ op: 'test', path: '/spec/rules', value: rules });
    changes.push({ op: rules === undefined ? 'add' : 'replace', path: '/spec/rules', value: routes.rules });
  }
  if (text(tls) !== text(routes.tls)) {
    if (tls !== undefined) tests.push({ op: 'test', path: '/spec/tls', value: tls });
    if (routes.tls === undefined) changes.push({ op: 'remove', path: '/spec/tls' });
    else changes.push({ op: tls === undefined ? 'add' : 'replace', path: '/spec/tls', value: routes.tls });
  }
  if (changes.length === 0) return [];
  const path = pathOf(app, nameOf(canary));
  return [{ verb: 'patch', path, tests, changes, why: `Ingress ${nameOf(canary)}: ${whyOf(wanted, app)}` }];
}

/** A value as text, whatever the order of its keys: for comparing what we wrote with what is there. */
function text(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}

function deletion(binding: Binding, canary: Ingress, title: string): WriteRequest {
  const name = nameOf(canary);
  return {
    verb: 'delete',
    path: pathOf(binding.app, name),
    uid: canary.metadata?.uid ?? '',
    why: `delete Ingress ${name}: all users of ${title} to Service ${binding.app.live}`,
  };
}

/** The rules of an Ingress with those of their paths that lead to a Service. */
function rulesTo(service: string, ingress: Ingress): Rule[] {
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

function identities({ host = '', http }: Rule): string[] {
  return (http?.paths ?? []).map(({ path = '/', pathType }) => `${host} ${path} ${pathType}`);
}

/**
 * The canary leads to the candidate alone, for every rule that it was made for and that the user's Ingress still has. Rules that came
 * later are taken up with the next write.
 */
function isComplete(binding: Binding, ingress: Ingress, canary: Ingress): boolean {
  const { app } = binding;
  const now = new Set(rulesTo(app.live, ingress).flatMap(identities));
  const split = new Set(rulesTo(app.candidate, canary).flatMap(identities));
  const total = (canary.spec?.rules ?? []).flatMap(identities).length;
  const wanted = journalOf(binding).rules.filter((rule) => now.has(rule));
  return now.size > 0 && split.size > 0 && split.size === total && wanted.every((rule) => split.has(rule));
}

/** At most 63 characters; a longer name is cut and told apart by a hash. */
export function canaryName(ingress: string): string {
  if (ingress.length + SUFFIX.length <= NAME_LENGTH) return `${ingress}${SUFFIX}`;
  const hash = createHash('sha256').update(ingress).digest('hex').slice(0, 8);
  const head = ingress.slice(0, NAME_LENGTH - SUFFIX.length - hash.length - 1).replace(/[-.]+$/, '');
  return `${head}-${hash}${SUFFIX}`;
}

function whyOf({ share, ...testers }: Intent, app: RoutedApp): string {
  return `${percent(share)} of users${testersOf({ share, ...testers }) > 0 ? ', and testers' : ''} to Service ${app.candidate}`;
}

function percent(share: Share): string {
  return `${share / 100} %`;
}

function classOf({ metadata, spec }: Ingress): string | undefined {
  return spec?.ingressClassName ?? metadata?.annotations?.['kubernetes.io/ingress.class'];
}

function isOurs({ metadata }: Ingress): boolean {
  return Object.entries(MANAGED_BY).every(([key, value]) => metadata?.labels?.[key] === value);
}

/** Items of a list have no kind of their own. */
function isIngress(object: KubeObject): object is Ingress {
  return (object.kind ?? 'Ingress') === 'Ingress';
}

function objectsOf(binding: Binding, objects: RouteObjects): { ingress: Ingress | null; canary: Ingress | null } {
  const [ingress = null, canary = null] = binding.paths.map((path) => {
    const object = objects.get(path) ?? null;
    return object !== null && isIngress(object) ? object : null;
  });
  return { ingress, canary };
}

function ingressNameOf(binding: Binding): string {
  return binding.router.slice('ingress/'.length);
}

function pathOf(app: RoutedApp, name?: string): string {
  return `/apis/${GROUP}/v1/namespaces/${app.namespace}/ingresses${name === undefined ? '' : `/${name}`}`;
}

function journalOf(binding: Binding): Journal {
  // The journal of this router's bindings is made by `discover` above and travels as JSON.
  return binding.journal as Journal;
}

function nameOf(object: KubeObject): string {
  return object.metadata?.name ?? '';
}
