import { isDeepStrictEqual } from 'node:util';
import { ALL, type RoutedApp, type Share } from './router.ts';

/*
 * The rules of an HTTPRoute or a GRPCRoute: what the user wrote, what they say now. Fields that are not named here travel along.
 * https://gateway-api.sigs.k8s.io/reference/spec/
 */

interface Unknown {
  readonly [field: string]: unknown;
}

export interface BackendRef extends Unknown {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly port?: number;
  readonly weight?: number;
}

export interface Header extends Unknown {
  readonly type?: string;
  readonly name: string;
  readonly value: string;
}

export interface Match extends Unknown {
  readonly headers?: readonly Header[];
}

export interface Mirror extends Unknown {
  readonly backendRef?: BackendRef;
  readonly percent?: number;
  readonly fraction?: { readonly numerator: number; readonly denominator?: number };
}

interface Filter extends Unknown {
  readonly type?: string;
  readonly requestMirror?: Mirror;
}

export interface Rule extends Unknown {
  readonly name?: string;
  readonly matches?: readonly Match[];
  readonly filters?: readonly Filter[];
  readonly backendRefs?: readonly BackendRef[];
}

/** What tells a rule from the others, wherever it stands. A rule that repeats another is told by its turn among those of the pair. */
interface RuleId {
  readonly name: string | null;
  readonly matches: readonly Match[] | null;
  readonly turn: number;
}

/** A rule that leads to the live Service, as the user wrote it. */
export interface SourceRule {
  readonly id: RuleId;
  /** Its backends of the pair; no `weight`: there was none. */
  readonly backends: readonly BackendRef[];
  /** Of the weights of the pair while we split: the user's where third destinations take part, or free. */
  readonly sum: number;
  readonly hadFilters: boolean;
  /** The user's own mirrors to the candidate. */
  readonly mirrors: readonly Filter[];
}

export interface RouteJournal {
  readonly sources: readonly SourceRule[];
  /** The user's own rules that lead to the candidate alone. */
  readonly own: readonly RuleId[];
  readonly level: 'accepted' | 'programmed';
}

/** The API's limits (older versions have lower ones, and say so in the dry run). */
export const MOST = {
  rules: 16,
  matchesOfRule: 64,
  matches: 128,
  headers: 16,
  filters: 16,
  backends: 16,
  weight: 1_000_000,
} as const;

// What is known of a Service in a backendRef; absent group and kind mean a Service, absent namespace the route's own.
function names(ref: BackendRef | undefined, service: string, namespace: string): boolean {
  return (
    ref?.name === service &&
    (ref.group ?? '') === '' &&
    (ref.kind ?? 'Service') === 'Service' &&
    (ref.namespace ?? namespace) === namespace
  );
}

/** An absent weight is 1. */
export function weightOf({ weight }: BackendRef): number {
  return weight ?? 1;
}

export function total(refs: readonly BackendRef[]): number {
  return refs.reduce((sum, ref) => sum + weightOf(ref), 0);
}

export function split(rule: Rule, { namespace, live, candidate }: RoutedApp) {
  const refs = rule.backendRefs ?? [];
  const isLive = (ref: BackendRef): boolean => names(ref, live, namespace);
  const isCandidate = (ref: BackendRef): boolean => names(ref, candidate, namespace);
  return {
    live: refs.filter(isLive),
    candidate: refs.filter(isCandidate),
    others: refs.filter((ref) => !isLive(ref) && !isCandidate(ref)),
  };
}

export function namesLive(rule: Rule, app: RoutedApp): boolean {
  return split(rule, app).live.length > 0;
}

/** Whether requests of the rule reach the pair at all, by way of the live Service. */
function isSource(rule: Rule, app: RoutedApp): boolean {
  const { live, candidate } = split(rule, app);
  return live.length > 0 && total([...live, ...candidate]) > 0;
}

/** The candidate's share in a rule, as exact as numbers are; null: the pair gets nothing. */
export function exactShare(rule: Rule, app: RoutedApp): number | null {
  const { live, candidate } = split(rule, app);
  const sum = total([...live, ...candidate]);
  return sum <= 0 ? null : (total(candidate) * ALL) / sum;
}

/** What the user's rules say of the pair. @param sum of the pair's weights where nobody else takes part */
export function keep(
  rules: readonly Rule[],
  app: RoutedApp,
  sum: number,
  level: RouteJournal['level'],
): { journal: RouteJournal; shares: readonly Share[] } {
  const sources: SourceRule[] = [];
  const own: RuleId[] = [];
  const ids: RuleId[] = [];
  const shares: Share[] = [];
  for (const rule of rules) {
    const { live, candidate, others } = split(rule, app);
    if (live.length + candidate.length === 0) continue;
    const id = identify(rule, ids);
    ids.push(id);
    const share = exactShare(rule, app);
    if (live.length === 0) own.push(id);
    else if (share !== null) {
      sources.push({
        id,
        backends: (rule.backendRefs ?? []).filter((ref) => live.includes(ref) || candidate.includes(ref)),
        sum: total(others) > 0 ? total([...live, ...candidate]) : sum,
        hadFilters: rule.filters !== undefined,
        mirrors: mirrorsTo(rule, app),
      });
      shares.push(Math.round(share));
    }
  }
  return { journal: { sources, own, level }, shares: [...new Set(shares)] };
}

function identify(rule: Rule, others: readonly RuleId[]): RuleId {
  const id = { name: rule.name ?? null, matches: rule.matches ?? null };
  const turn = others.filter(({ turn: _turn, ...other }) => isDeepStrictEqual(other, id)).length;
  return { ...id, turn };
}

/** Where each source rule is now; -1: nowhere. */
export function locate(rules: readonly Rule[], { sources }: RouteJournal, app: RoutedApp): number[] {
  const ids: RuleId[] = [];
  const found = sources.map(() => -1);
  for (const [index, rule] of rules.entries()) {
    const { live, candidate } = split(rule, app);
    if (live.length + candidate.length === 0) continue;
    const id = identify(rule, ids);
    ids.push(id);
    const source = sources.findIndex((known) => isDeepStrictEqual(known.id, id));
    if (source >= 0) found[source] = index;
  }
  return found;
}

/**
 * A rule of ours for testers: all of it goes to the candidate, and each of its matches is a source rule's and a header more.
 * Where the user's own route does not know the candidate, nobody else has a reason to write a rule for it: that is enough, so that
 * no such rule outlives the candidate Service when somebody has changed its source meanwhile.
 */
export function isTesters(rule: Rule, { sources, own }: RouteJournal, app: RoutedApp): boolean {
  const { live, candidate, others } = split(rule, app);
  const matches = rule.matches ?? [];
  if (candidate.length === 0 || live.length + others.length > 0 || rule.name !== undefined) return false;
  if (matches.length === 0 || matches.some(({ headers }) => headers === undefined || headers.length === 0))
    return false;
  if (own.some((id) => id.name === null && isDeepStrictEqual(id.matches, matches))) return false;
  const isUsers = own.length > 0 || sources.some(({ backends }) => backends.some((ref) => ref.name === app.candidate));
  if (!isUsers) return true;
  const known = sources.flatMap(({ id }) => [...(id.matches ?? []), {}, ...ANYTHING.httproute, ...ANYTHING.grpcroute]);
  return matches.every((match) => {
    const rest = withHeaders(match, (match.headers ?? []).slice(0, -1));
    return known.some((source) => isDeepStrictEqual(withHeaders(source, source.headers ?? []), rest));
  });
}

/** The match with these headers; no headers and an empty list of them are the same. */
function withHeaders(match: Match, headers: readonly Header[]): Match {
  const { headers: _headers, ...rest } = match;
  return headers.length === 0 ? rest : { ...rest, headers };
}

/** What the API takes for a rule without matches. Its defaults are spelt out: the server would add them, and we would see a change. */
export const ANYTHING: Readonly<Record<RouteKind, readonly Match[]>> = {
  httproute: [{ path: { type: 'PathPrefix', value: '/' } }],
  grpcroute: [{}],
};
export type RouteKind = 'httproute' | 'grpcroute';

function mirrorsTo(rule: Rule, { namespace, candidate }: RoutedApp): Filter[] {
  return (rule.filters ?? []).filter(({ requestMirror }) => names(requestMirror?.backendRef, candidate, namespace));
}

export function ourMirrors(rule: Rule, source: SourceRule, app: RoutedApp): Filter[] {
  return mirrorsTo(rule, app).filter((filter) => !source.mirrors.some((users) => isDeepStrictEqual(users, filter)));
}

export function mirrored({ requestMirror }: Filter): Share {
  if (requestMirror?.percent !== undefined) return requestMirror.percent * 100;
  if (requestMirror?.fraction === undefined) return ALL;
  const { numerator, denominator = 100 } = requestMirror.fraction;
  return Math.round((numerator * ALL) / denominator);
}

/** What the rules do now. */
export function readRules(
  rules: readonly Rule[],
  journal: RouteJournal,
  app: RoutedApp,
): { share: Share | null; overrides: boolean; mirror: Share } {
  const places = locate(rules, journal, app);
  const shares = new Set<Share | null>();
  for (const [index, rule] of rules.entries()) {
    // A rule that somebody added for the live Service has its say too.
    if (!places.includes(index) && !isSource(rule, app)) continue;
    const share = namesLive(rule, app) ? exactShare(rule, app) : null;
    shares.add(share === null ? null : Math.round(share));
  }
  const [share = null] = shares;
  const mirrors = journal.sources.flatMap((source, turn) => {
    const rule = rules[places[turn] ?? -1];
    return rule === undefined ? [] : ourMirrors(rule, source, app).map(mirrored);
  });
  return {
    share: shares.size === 1 && !places.includes(-1) ? share : null,
    overrides: rules.some((rule) => isTesters(rule, journal, app)),
    mirror: Math.max(0, ...mirrors),
  };
}
