import type { JsonPatch, KubeObject } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import { driverRefusal, ownerWarnings } from './drivers.ts';
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
  type RouteResource,
  type RouteVerdict,
  type Share,
  type TrafficState,
} from './router.ts';
import { nearestShares, type Pair, pairOf, shareOf } from './weights.ts';

/*
 * Lists of weighted destinations, one or several in a route: what routers with such lists share (contour-http-proxy.ts, apisix-route.ts,
 * alb-ingress.ts, openshift-route.ts). Each of them says what its weights mean, and where they stand.
 */

/** What weights mean to a router. */
export interface Scale {
  /** What an absent weight counts. */
  readonly absent: number;
  /** What a pair without third destinations adds up to during a release. */
  readonly alone: number;
  readonly max: number;
  /** True: destinations that have only zeros share evenly. False: nobody gets anything. */
  readonly even: boolean;
}

/** Where a rule sends a part of its requests. */
export interface Destination {
  /** Null: something else than a Service. */
  readonly service: string | null;
  /** Null: absent. */
  readonly weight: number | null;
}

export interface WeightedRule {
  /** By what a rule is known again when others come before it. */
  readonly key: string;
  /** For a person: `the route of /api`. */
  readonly title: string;
  readonly destinations: readonly Destination[];
}

/** The pair's weights in a rule as the user wrote it; null: absent. */
export interface KeptWeights {
  readonly rule: string;
  readonly live: number | null;
  /** False: the rule did not name the candidate Service. */
  readonly candidate: number | null | false;
  /** What the pair adds up to during a release. */
  readonly sum: number;
}

/** A change of one rule; `at` is the index of a destination. */
export type WeightEdit =
  | { readonly edit: 'weight'; readonly at: number; readonly weight: number | null }
  /** The candidate beside the live Service, like it in everything else. */
  | { readonly edit: 'add'; readonly at: number; readonly weight: number }
  | { readonly edit: 'drop'; readonly at: number }
  /** Somebody took the live Service out and left the candidate alone: its entry becomes the live Service's. */
  | { readonly edit: 'rename'; readonly at: number };

export function names({ destinations }: WeightedRule, service: string): boolean {
  return destinations.some((destination) => destination.service === service);
}

/** The weights to remember of all rules that name the live Service, or why the route cannot be used. */
export function keepAll(
  rules: readonly WeightedRule[],
  app: RoutedApp,
  scale: Scale,
  object: string,
): { readonly kept: readonly KeptWeights[]; readonly refusal?: string } {
  const kept: KeptWeights[] = [];
  for (const rule of rules) {
    const problem = problemOf(rule, app, scale);
    if (problem !== null) return { kept, refusal: `${object} cannot be used: ${rule.title} ${problem}.` };
    if (kept.some((other) => other.rule === rule.key))
      return {
        kept,
        refusal: `${object} cannot be used: ${rule.title} is there twice, and they could not be told apart; make them one.`,
      };
    if (sumOf(rule, app, scale) > 0) kept.push(keep(rule, app, scale));
  }
  if (kept.length > 0) return { kept };
  return { kept, refusal: `${object} cannot be used: its weight for Service ${app.live} is 0; give it one above 0.` };
}

function problemOf(rule: WeightedRule, app: RoutedApp, scale: Scale): string | null {
  const { destinations } = rule;
  for (const service of [app.live, app.candidate])
    if (destinations.filter((destination) => destination.service === service).length > 1)
      return `names Service ${service} twice; let it name it once`;
  if (isAlone(rule, app)) return null;
  if (scale.even && destinations.every(({ weight }) => (weight ?? scale.absent) === 0))
    return 'has several destinations and no weight above 0, which splits evenly; write weights';
  const sum = sumOf(rule, app, scale);
  if (sum > scale.max)
    return `gives Services ${app.live} and ${app.candidate} ${sum} together, more than one of them can have (${scale.max}); use smaller weights`;
  return null;
}

function keep(rule: WeightedRule, app: RoutedApp, scale: Scale): KeptWeights {
  const { live, candidate } = entriesOf(rule, app);
  return {
    rule: rule.key,
    live: live?.weight ?? null,
    candidate: candidate === undefined ? false : candidate.weight,
    sum: isAlone(rule, app) ? scale.alone : sumOf(rule, app, scale),
  };
}

type Entry = Destination & { readonly at: number };

function entriesOf({ destinations }: WeightedRule, app: RoutedApp): Partial<Record<'live' | 'candidate', Entry>> {
  const of = (service: string): Entry | undefined => {
    const at = destinations.findIndex((destination) => destination.service === service);
    const destination = destinations[at];
    return destination === undefined ? undefined : { ...destination, at };
  };
  const [live, candidate] = [of(app.live), of(app.candidate)];
  return { ...(live && { live }), ...(candidate && { candidate }) };
}

function isAlone({ destinations }: WeightedRule, app: RoutedApp): boolean {
  return destinations.every(({ service }) => service === app.live || service === app.candidate);
}

function pairIn(rule: WeightedRule, app: RoutedApp, scale: Scale): Pair {
  const isEven = scale.even && rule.destinations.every(({ weight }) => (weight ?? scale.absent) === 0);
  const count = (destination: Destination | undefined): number =>
    destination === undefined ? 0 : isEven ? 1 : (destination.weight ?? scale.absent);
  const { live, candidate } = entriesOf(rule, app);
  return { live: count(live), candidate: count(candidate) };
}

function sumOf(rule: WeightedRule, app: RoutedApp, scale: Scale): number {
  const { live, candidate } = pairIn(rule, app, scale);
  return live + candidate;
}

/** The one share of all rules that name the live Service; null: there is no such share. */
export function shareIn(rules: readonly WeightedRule[], app: RoutedApp, scale: Scale): Share | null {
  const ours = rules.filter((rule) => names(rule, app.live)).map((rule) => shareOf(pairIn(rule, app, scale)));
  const shares = new Set(ours.filter((share) => share !== null));
  const [share = null] = shares;
  return shares.size === 1 ? share : null;
}

/** What brings a rule to a share, or back to what the user wrote. Nothing for rules that have nothing of the pair, or of ours. */
export function editsOf(
  rule: WeightedRule,
  journal: readonly KeptWeights[],
  app: RoutedApp,
  scale: Scale,
  wanted: Share | typeof ORIGINAL,
): readonly WeightEdit[] {
  const { live, candidate } = entriesOf(rule, app);
  const kept = journal.find((other) => other.rule === rule.key);
  const isOurs = candidate !== undefined && kept !== undefined && kept.candidate === false;
  if (live === undefined) {
    if (wanted !== ORIGINAL || !isOurs) return [];
    return [{ edit: isAlone(rule, app) ? 'rename' : 'drop', at: candidate.at }];
  }
  const weight = (entry: Entry, next: number | null): WeightEdit[] =>
    entry.weight === next ? [] : [{ edit: 'weight', at: entry.at, weight: next }];
  if (wanted !== ORIGINAL) {
    const { sum } = kept ?? keep(rule, app, scale);
    if (sum === 0) return [];
    const pair = pairWithin(wanted, sum, scale.max);
    const add: WeightEdit = { edit: 'add', at: live.at, weight: pair.candidate };
    return [...weight(live, pair.live), ...(candidate === undefined ? [add] : weight(candidate, pair.candidate))];
  }
  if (candidate === undefined) return [];
  if (kept !== undefined && kept.candidate !== false)
    return [...weight(live, kept.live), ...weight(candidate, kept.candidate)];
  // A rule that got another identity meanwhile: third destinations keep their part.
  const before = kept !== undefined ? kept.live : isAlone(rule, app) ? null : sumOf(rule, app, scale);
  return [...weight(live, before), { edit: 'drop', at: candidate.at }];
}

/** At the ends the one weight may be any, so the largest will do for a sum that is larger than that. */
function pairWithin(share: Share, sum: number, max: number): Pair {
  const { live, candidate } = pairOf(share, sum);
  return { live: Math.min(live, max), candidate: Math.min(candidate, max) };
}

/** The nearest shares that every rule can express exactly. */
export function nearestOf(share: Share, journal: readonly KeptWeights[], scale: Scale): readonly [Share, Share] {
  return nearestShares(share, journal.map(({ sum }) => sum).reduce(commonDivisor, 0) || scale.alone);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/* Objects and requests */

/** Tests and changes of one PATCH. */
export interface Patch {
  readonly tests: JsonPatch;
  readonly changes: JsonPatch;
}

export function joined(patches: readonly Patch[]): Patch {
  return { tests: patches.flatMap(({ tests }) => tests), changes: patches.flatMap(({ changes }) => changes) };
}

/** Null: the weight was absent, and is to be so again. */
export function weightPatch(path: string, weight: number | null): JsonPatch {
  return [weight === null ? { op: 'remove', path } : { op: 'add', path, value: weight }];
}

export function patchOf(binding: Binding, object: KubeObject, { tests, changes }: Patch, why: string): WriteRequest[] {
  if (changes.length === 0) return [];
  const identity = { op: 'test', path: '/metadata/uid', value: object.metadata?.uid } as const;
  return [{ verb: 'patch', path: binding.paths[0] ?? '', tests: [identity, ...tests], changes, why }];
}

export function whyOf(kind: string, binding: Binding, wanted: Intent | typeof ORIGINAL): string {
  const object = `${kind} ${nameIn(binding)}`;
  if (wanted === ORIGINAL) return `put ${object} back as you wrote it`;
  const { live, candidate } = binding.app;
  const testers = wanted.headers.length + wanted.cookies.length > 0 ? ', testers always' : '';
  const mirror = wanted.mirror > 0 ? `, copies of ${wanted.mirror / 100} %` : '';
  return `${object}: ${wanted.share / 100} % to ${candidate}${testers}${mirror}, the rest to ${live}`;
}

/** How a router's kind of object is found and named. */
export interface RouteKind extends Pick<Router, 'kind'> {
  readonly resource: RouteResource;
  /** What a release changes, as a jq path. */
  readonly field: string;
  readonly scale: Scale;
}

export type Found =
  | { readonly refusal: string }
  | { readonly journal: unknown; readonly rules: readonly WeightedRule[]; readonly warnings?: readonly string[] };

/** The objects of a kind in the app's namespace; `found` is null for those that do not lead to the live Service. */
export function discoverEach(
  { kind: router, resource, field, scale }: RouteKind,
  app: RoutedApp,
  objects: readonly KubeObject[],
  found: (object: KubeObject) => Found | null,
): Discovery {
  const bindings: Binding[] = [];
  const refusals: string[] = [];
  const warnings: string[] = [];
  const own = objects
    // Items of a list often have no kind of their own.
    .filter(({ kind }) => kind === undefined || kind === resource.kind)
    .filter(({ metadata }) => metadata?.namespace === app.namespace)
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  for (const object of own) {
    const result = found(object);
    if (result === null) continue;
    const title = `${resource.kind} ${nameOf(object)}`;
    const driver = driverRefusal(object, title);
    if (driver !== null) refusals.push(driver);
    else if ('refusal' in result) refusals.push(result.refusal);
    else {
      const originalShare = shareIn(result.rules, app, scale);
      if (originalShare === null) {
        refusals.push(
          `${title} cannot be used: its rules give Service ${app.candidate} different shares; let them give it the same, or none.`,
        );
        continue;
      }
      const path = pathOf(resource, object);
      bindings.push({
        router: `${router}/${nameOf(object)}`,
        app,
        paths: [path],
        originalShare,
        journal: result.journal,
      });
      warnings.push(...ownerWarnings(object, title, field), ...(result.warnings ?? []));
    }
  }
  return { bindings, refusals, warnings };
}

function pathOf({ group, versions, resource }: RouteResource, { apiVersion, metadata }: KubeObject): string {
  const version = apiVersion?.split('/')[1] ?? versions[0];
  return `/apis/${group}/${version}/namespaces/${metadata?.namespace}/${resource}/${metadata?.name}`;
}

export function nameOf({ metadata }: KubeObject): string {
  return metadata?.name ?? '';
}

export function nameIn({ router }: Binding): string {
  return router.slice(router.indexOf('/') + 1);
}

export function objectIn(binding: Binding, objects: RouteObjects): KubeObject | null {
  return objects.get(binding.paths[0] ?? '') ?? null;
}

/** JSON with its keys in order: the same for the same value. */
export function keyOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** @throws {CannotRoute} for what no object of this kind, or not this one, can do */
export function refuseIntent(kind: string, binding: Binding, able: Capabilities, wanted: Intent): void {
  const object = `${kind} ${nameIn(binding)}`;
  const isPart = (part: Share): boolean => part >= 0 && part <= ALL;
  if (!isPart(wanted.share) || !isPart(wanted.mirror))
    throw new CannotRoute(
      `${object} is to give ${binding.app.candidate} a share of ${wanted.share / 100} % and copies of ${wanted.mirror / 100} %; both are from 0 to 100 %`,
    );
  const [below, above] = able.nearest(wanted.share);
  // Shares between weights are fractions: a third of 3 is 3333.3….
  if (Math.min(wanted.share - below, above - wanted.share) > 1e-6)
    throw new CannotRoute(
      `${object} is to give ${binding.app.candidate} ${wanted.share / 100} %, but its weights can express ${below / 100} % and ${above / 100} %: use one of these`,
    );
  const header = wanted.headers.find((match) => !able.headers.includes(match.kind));
  if (header !== undefined)
    throw new CannotRoute(`${object} cannot know testers by the ${header.kind} header ${header.name}: leave it out`);
  if (wanted.cookies.length > 0 && !able.cookies)
    throw new CannotRoute(`${object} cannot know testers by a cookie: leave it out`);
  if (wanted.mirror > 0 && !able.mirror)
    throw new CannotRoute(`${object} cannot copy requests to ${binding.app.candidate}: leave the mirror out`);
}

/** @throws {CannotRoute} when there is nothing to give a share in */
export function refuseMissing(kind: string, binding: Binding, rules: readonly WeightedRule[] | null): void {
  const object = `${kind} ${nameIn(binding)}`;
  if (rules === null)
    throw new CannotRoute(`${object} is to give ${binding.app.candidate} a share, but it was deleted: apply it again`);
  if (!rules.some((rule) => names(rule, binding.app.live)))
    throw new CannotRoute(
      `${object} is to give ${binding.app.candidate} a share, but it no longer names Service ${binding.app.live}: put that back`,
    );
}

export const GONE: TrafficState = { share: null, overrides: false, mirror: 0, original: true };

export function deleted(kind: string, binding: Binding): RouteVerdict {
  return { is: 'no', level: 'stored', reasons: [`${kind} ${nameIn(binding)} was deleted: apply it again`] };
}

/** A condition as controllers write it; some leave out observedGeneration. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

export function verdictOf(title: string, object: KubeObject, condition: Condition | undefined): RouteVerdict {
  if (condition === undefined)
    return {
      is: 'unknown',
      level: 'stored',
      reasons: [`${title} has no condition about its taking up: does its controller run, and is this object its own?`],
    };
  const generation = object.metadata?.generation ?? 0;
  if ((condition.observedGeneration ?? generation) < generation)
    return {
      is: 'unknown',
      level: 'stored',
      reasons: [
        `${title} is at generation ${generation}; its controller has seen ${condition.observedGeneration}: wait`,
      ],
    };
  const said = [condition.reason, condition.message].filter((text) => text !== undefined && text !== '').join(': ');
  const words = `${condition.type} is ${condition.status}${said === '' ? '' : ` (${said})`}`;
  if (condition.status !== 'True')
    return { is: condition.status === 'False' ? 'no' : 'unknown', level: 'stored', reasons: [`${title}: ${words}`] };
  if (condition.observedGeneration === undefined)
    return {
      is: 'yes',
      level: 'accepted',
      reasons: [`${title}: ${words}, unversioned: it may be about an earlier version of it`],
    };
  return { is: 'yes', level: 'accepted', reasons: [`${title}: ${words}`] };
}
