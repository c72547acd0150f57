import { isDeepStrictEqual } from 'node:util';
import type { JsonPatch, KubeObject } from '../cluster/wire.ts';
import type { RoutedApp } from './router.ts';
import type { Pair } from './weights.ts';

/*
 * A VirtualService as it travels, and its rules: which of them lead to the pair, which are ours, how one is found again.
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/
 */

export const PROTOCOLS = ['http', 'tls', 'tcp'] as const;
type Protocol = (typeof PROTOCOLS)[number];

interface Destination {
  readonly host?: string;
  readonly subset?: string;
}

/** One of the destinations of a rule. */
export interface Target {
  readonly destination?: Destination;
  readonly weight?: number;
}

export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

export interface Match {
  readonly headers?: Readonly<Record<string, StringMatch>>;
  readonly withoutHeaders?: Readonly<Record<string, StringMatch>>;
  readonly ignoreUriCase?: boolean;
}

export interface Rule {
  readonly name?: string;
  readonly match?: readonly Match[];
  readonly route?: readonly Target[];
  readonly mirror?: Destination;
  readonly mirrorPercentage?: { readonly value?: number };
  readonly mirrors?: readonly { readonly destination?: Destination }[];
  readonly delegate?: { readonly name?: string; readonly namespace?: string };
}

export interface VirtualService extends KubeObject {
  readonly spec?: { readonly hosts?: readonly string[] } & { readonly [P in Protocol]?: readonly Rule[] };
  readonly status?: {
    /** An int64, which protobuf's JSON writes as text. */
    readonly observedGeneration?: number | string;
    readonly conditions?: readonly {
      readonly type?: string;
      readonly status?: string;
      readonly reason?: string;
      readonly message?: string;
      readonly observedGeneration?: number | string;
    }[];
    readonly validationMessages?: readonly {
      readonly level?: string | number;
      readonly code?: string;
      readonly message?: string;
      readonly type?: { readonly code?: string; readonly name?: string };
    }[];
  };
}

/** Rules of ours are known by their name. */
export const OUR_PREFIX = 'crossfade-';

export function isOurs({ name }: Rule): boolean {
  return name?.startsWith(OUR_PREFIX) ?? false;
}

export function titleOf({ metadata }: KubeObject): string {
  return `VirtualService ${metadata?.name}`;
}

export function namespaceOf({ metadata }: KubeObject): string {
  return metadata?.namespace ?? '';
}

export function pathOf(route: KubeObject): string {
  return `/apis/${route.apiVersion}/namespaces/${namespaceOf(route)}/virtualservices/${route.metadata?.name}`;
}

export function rulesOf(object: VirtualService, protocol: Protocol): readonly Rule[] {
  return object.spec?.[protocol] ?? [];
}

/**
 * Whether a host means this Service: its short name in an object of its own namespace, or `name.namespace`, with or without `.svc` and
 * the cluster's domain. `from`: the namespace of the object that has the host.
 */
export function isHostOf(host: string | undefined, service: string, namespace: string, from: string): boolean {
  if (host === undefined) return false;
  if (!host.includes('.')) return host === service && from === namespace;
  const long = `${service}.${namespace}`;
  const rest = host.startsWith(long) ? host.slice(long.length) : null;
  return rest === '' || rest === '.svc' || (rest?.startsWith('.svc.') ?? false);
}

/** The candidate's host, written in the form in which the live one is. */
export function candidateHost(liveHost: string, { live, candidate }: RoutedApp): string {
  return candidate + liveHost.slice(live.length);
}

/** Where the pair stands in a rule. */
interface Places {
  readonly live: readonly number[];
  readonly candidate: readonly number[];
}

export function placesIn({ route = [] }: Rule, app: RoutedApp, from: string): Places {
  const at = (service: string): number[] =>
    route.flatMap(({ destination }, index) =>
      isHostOf(destination?.host, service, app.namespace, from) ? [index] : [],
    );
  return { live: at(app.live), candidate: at(app.candidate) };
}

/** What a destination gets: all when it is the only one, nothing when it has no weight beside others. */
export function weightAt({ route = [] }: Rule, index: number | undefined): number {
  if (index === undefined) return 0;
  return route.length === 1 ? 100 : (route[index]?.weight ?? 0);
}

export function pairIn(rule: Rule, { live: [live], candidate: [candidate] }: Places): Pair {
  return { live: weightAt(rule, live), candidate: weightAt(rule, candidate) };
}

/** Whether the pair shares its rule with destinations that get something too: then its sum means something. */
export function hasThirds(rule: Rule, { live, candidate }: Places): boolean {
  return (rule.route ?? []).some(
    (_target, index) => !live.includes(index) && !candidate.includes(index) && weightAt(rule, index) > 0,
  );
}

/** What a rule was when the user alone had written it. */
export interface Memo {
  readonly protocol: Protocol;
  /** Identity: null is absent. */
  readonly name: string | null;
  readonly match: readonly Match[] | null;
  /** As the user wrote them: a weight that is absent here was absent there. Null: the user's rule did not name the candidate. */
  readonly live: Target;
  readonly candidate: Target | null;
  /** What the pair has together beside others; null: it is alone, and any sum will do. */
  readonly sum: number | null;
  /** The user mirrors this rule already. */
  readonly mirrored: boolean;
}

/**
 * Where each remembered rule is now, null: gone. By name and match; by one of them when somebody changed the other; and a rule that is
 * the only one left is the only one left. Never by index: others may have put rules before it.
 */
export function locate(memos: readonly Memo[], object: VirtualService, app: RoutedApp): (number | null)[] {
  const found = memos.map((): number | null => null);
  const from = namespaceOf(object);
  for (const protocol of PROTOCOLS) {
    const rules = rulesOf(object, protocol);
    const open = rules.flatMap((rule, index) => (isOurs(rule) || !leadsToPair(rule, app, from) ? [] : [index]));
    const claim = (same: (memo: Memo, rule: Rule) => boolean): void => {
      for (const [place, memo] of memos.entries()) {
        if (memo.protocol !== protocol || found[place] !== null) continue;
        const at = open.findIndex((index) => same(memo, rules[index] ?? {}));
        if (at >= 0) found[place] = open.splice(at, 1)[0] ?? null;
      }
    };
    const sameName = (memo: Memo, rule: Rule): boolean => memo.name === (rule.name ?? null);
    const sameMatch = (memo: Memo, rule: Rule): boolean => isDeepStrictEqual(memo.match, rule.match ?? null);
    claim((memo, rule) => sameName(memo, rule) && sameMatch(memo, rule));
    claim((memo, rule) => memo.name !== null && sameName(memo, rule));
    claim(sameMatch);
    const lost = memos.filter((memo, place) => memo.protocol === protocol && found[place] === null);
    const left = open.filter((index) => placesIn(rules[index] ?? {}, app, from).live.length > 0);
    if (lost.length === 1 && left.length === 1) claim((_memo, rule) => rule === rules[left[0] ?? 0]);
  }
  return found;
}

function leadsToPair(rule: Rule, app: RoutedApp, from: string): boolean {
  const { live, candidate } = placesIn(rule, app, from);
  return live.length + candidate.length > 0;
}

/** Whether any destination or mirror is the candidate Service. */
export function namesCandidate(object: VirtualService, app: RoutedApp): boolean {
  const from = namespaceOf(object);
  return PROTOCOLS.some((protocol) =>
    rulesOf(object, protocol).some(
      (rule) =>
        placesIn(rule, app, from).candidate.length > 0 ||
        [rule.mirror, ...(rule.mirrors ?? []).map(({ destination }) => destination)].some((mirror) =>
          isHostOf(mirror?.host, app.candidate, app.namespace, from),
        ),
    ),
  );
}

export function setWeight(pointer: string, target: Target | undefined, weight: number | undefined): JsonPatch {
  if (target === undefined || target.weight === weight) return [];
  const path = `${pointer}/weight`;
  return weight === undefined ? [{ op: 'remove', path }] : [{ op: 'add', path, value: weight }];
}
