import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import type { RoutedApp } from './router.ts';
import { isOurs, MANAGED_BY } from './service-selector.ts';
import { candidateHost, isHostOf } from './virtual-service-rules.ts';

/*
 * What a DestinationRule says of the live Service (mTLS, connection pools, outlier detection) it does not say of the candidate Service,
 * which is another host. So the candidate gets a DestinationRule of its own beside it, for as long as the release lasts.
 *
 * It has no subsets, although the user's route may name one of the live Service's. A subset selects by pod labels: the candidate
 * Service reaches the candidate's pods alone already, so a subset could only take pods away (labels: `version: v1` while the new
 * template says `v2`). And proxies may learn of a route before they learn of the subset in it, and lose a subset before the route:
 * requests in between get 503. A host without a subset exists as long as its Service does. The policy of the subset comes along.
 *
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/
 */

type Policy = Readonly<Record<string, unknown>> & { readonly portLevelSettings?: readonly PortPolicy[] };
type PortPolicy = Readonly<Record<string, unknown>> & { readonly port?: { readonly number?: number } };

interface Subset {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly trafficPolicy?: Policy;
}

interface DestinationRule extends KubeObject {
  readonly spec?: {
    readonly host?: string;
    readonly trafficPolicy?: Policy;
    readonly subsets?: readonly Subset[];
    readonly workloadSelector?: unknown;
  };
}

/** The DestinationRule to make for the candidate. Plain JSON: the record keeps it. */
export interface Companion {
  readonly apiVersion: string;
  readonly namespace: string;
  readonly name: string;
  readonly spec: object;
}

interface Policies {
  readonly companion: Companion | null;
  readonly warnings: readonly string[];
  /** Why the subsets that are routed to cannot be one track. */
  readonly refusal: string | null;
}

/** @param subsets of the live Service, as the user's rules name them; undefined: a rule without a subset */
export function policiesFor(
  app: RoutedApp,
  title: string,
  objects: readonly DestinationRule[],
  subsets: readonly (string | undefined)[],
): Policies {
  const all = objects.filter((object) => object.metadata?.namespace === app.namespace).sort(byAge);
  const isFor = (service: string) => (object: DestinationRule) =>
    isHostOf(object.spec?.host, service, app.namespace, app.namespace);
  const ofLive = all.filter(isFor(app.live));
  const general = ofLive.filter(({ spec }) => spec?.workloadSelector === undefined);
  const chosen = [...new Set(subsets)].map((name) => subsetOf(general, name));
  const refusal = whyNotOneTrack(app, title, chosen);
  const warnings = chosen.flatMap((choice) => subsetWarning(app, title, choice));
  const candidates = all.filter(isFor(app.candidate)).filter((object) => !isOurs(object));
  if (refusal !== null || candidates.length > 0) return { companion: null, warnings, refusal };

  for (const { metadata, spec } of ofLive)
    if (spec?.workloadSelector !== undefined)
      warnings.push(
        `DestinationRule ${metadata?.name} gives Service ${app.live} a traffic policy for chosen clients only. ` +
          `Service ${app.candidate} does not get it: give it a DestinationRule of its own if the candidate needs it.`,
      );
  const top = general.find(({ spec }) => spec?.trafficPolicy !== undefined);
  const wanted = chosen.map(({ subset }) => merged(top?.spec?.trafficPolicy, subset?.trafficPolicy));
  const [policy] = wanted;
  if (wanted.some((other) => !isDeepStrictEqual(other, policy)))
    warnings.push(
      `${title} reaches Service ${app.live} under several traffic policies (subsets ${chosen.map(({ name }) => name ?? 'none').join(', ')}). ` +
        `Service ${app.candidate} gets one for all: that of ${chosen[0]?.name === undefined ? 'the host itself' : `subset ${chosen[0].name}`}.`,
    );
  const source = top ?? chosen[0]?.rule;
  if (policy === undefined || source === undefined) return { companion: null, warnings, refusal };
  const { subsets: _subsets, ...spec } = source.spec ?? {};
  return {
    companion: {
      apiVersion: source.apiVersion ?? 'networking.istio.io/v1',
      namespace: app.namespace,
      name: `crossfade-${app.candidate}`,
      spec: { ...spec, host: candidateHost(spec.host ?? app.live, app), trafficPolicy: policy },
    },
    warnings,
    refusal,
  };
}

/** Istio merges rules of one host, the oldest first: of the policies the first one counts, the subsets of all of them. */
function byAge(a: DestinationRule, b: DestinationRule): number {
  const key = ({ metadata }: DestinationRule): string => `${metadata?.creationTimestamp ?? ''} ${metadata?.name ?? ''}`;
  return key(a) < key(b) ? -1 : 1;
}

interface Choice {
  readonly name: string | undefined;
  readonly subset: Subset | undefined;
  readonly rule: DestinationRule | undefined;
}

function subsetOf(rules: readonly DestinationRule[], name: string | undefined): Choice {
  for (const rule of name === undefined ? [] : rules) {
    const subset = rule.spec?.subsets?.find((entry) => entry.name === name);
    if (subset !== undefined) return { name, subset, rule };
  }
  return { name, subset: undefined, rule: undefined };
}

function whyNotOneTrack(app: RoutedApp, title: string, choices: readonly Choice[]): string | null {
  const kinds: unknown[] = [];
  for (const { name, subset } of choices) {
    const kind = name === undefined ? {} : (subset?.labels ?? (subset === undefined ? name : {}));
    if (isDeepStrictEqual(kind, {}) || kinds.some((known) => isDeepStrictEqual(known, kind))) continue;
    kinds.push(kind);
  }
  if (kinds.length < 2) return null;
  const names = choices.flatMap(({ name }) => name ?? []).join(', ');
  return (
    `${title} tells subsets ${names} of Service ${app.live} apart, so this Service reaches pods of several kinds. ` +
    'A release pins the live Service to one version, and the other subsets would be empty. ' +
    `Give the released workload a Service of its own and route to that instead of to a subset.`
  );
}

function subsetWarning(app: RoutedApp, title: string, { name, subset }: Choice): string[] {
  if (name === undefined) return [];
  if (subset === undefined)
    return [
      `${title} sends users to subset ${name} of Service ${app.live}, which no DestinationRule in namespace ${app.namespace} defines. ` +
        `If one elsewhere gives it a traffic policy, Service ${app.candidate} does not get it: give it a DestinationRule of its own.`,
    ];
  const labels = Object.entries(subset.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  if (labels.length === 0) return [];
  return [
    `${title} sends users to subset ${name} of Service ${app.live} (${labels.sort().join(', ')}). ` +
      'The new version must carry these labels too: after the release its users come through that subset.',
  ];
}

/**
 * The policy of a subset laid over that of its host, as Istio does it (MergeSubsetTrafficPolicy): field by field, and what a port says
 * replaces what stands beside it.
 */
function merged(host: Policy | undefined, subset: Policy | undefined): Policy | undefined {
  if (host === undefined || subset === undefined) return host ?? subset;
  const { portLevelSettings: hostPorts = [], ...hostRest } = host;
  const { portLevelSettings: subsetPorts = [], ...subsetRest } = subset;
  const numbers = subsetPorts.map(({ port }) => port?.number);
  const overlay = Object.fromEntries(Object.entries(subsetRest).filter(([key]) => OF_A_PORT.includes(key)));
  const ports = [
    ...subsetPorts,
    ...hostPorts
      .filter(({ port }) => !numbers.includes(port?.number))
      .map((settings): PortPolicy => ({ ...settings, ...overlay })),
  ];
  return { ...hostRest, ...subsetRest, ...(ports.length > 0 ? { portLevelSettings: ports } : {}) };
}

const OF_A_PORT = ['loadBalancer', 'connectionPool', 'outlierDetection', 'tls'];

function collectionOf({ apiVersion, namespace }: Companion): string {
  return `/apis/${apiVersion}/namespaces/${namespace}/destinationrules`;
}

export function companionPath(companion: Companion): string {
  return `${collectionOf(companion)}/${companion.name}`;
}

export function createCompanion(companion: Companion, app: RoutedApp, owner: KubeObject): WriteRequest {
  const { apiVersion, namespace, name, spec } = companion;
  const { apiVersion: ownerVersion = apiVersion, metadata } = owner;
  const ownerReferences =
    metadata?.namespace === namespace && metadata.uid !== undefined
      ? [{ apiVersion: ownerVersion, kind: 'VirtualService', name: metadata.name, uid: metadata.uid }]
      : [];
  return {
    verb: 'create',
    path: collectionOf(companion),
    body: {
      apiVersion,
      kind: 'DestinationRule',
      metadata: {
        name,
        namespace,
        labels: MANAGED_BY,
        // It can never outlive the route that it stands beside.
        ...(ownerReferences.length > 0 ? { ownerReferences } : {}),
      },
      spec,
    },
    why: `create DestinationRule ${name}: Service ${app.candidate} gets the traffic policy of Service ${app.live}`,
  };
}

export function deleteCompanion(companion: Companion, found: KubeObject): WriteRequest {
  return {
    verb: 'delete',
    path: companionPath(companion),
    uid: found.metadata?.uid ?? '',
    why: `delete DestinationRule ${companion.name}: no route leads to the candidate any more`,
  };
}
