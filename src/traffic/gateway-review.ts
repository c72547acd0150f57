import {
  ANYTHING,
  type BackendRef,
  locate,
  type Match,
  type RouteJournal,
  type RouteKind,
  type Rule,
  split,
  total,
  weightOf,
} from './gateway-rules.ts';
import { testersRule } from './gateway-testers.ts';
import { type Kind, kindsOf, lostTesters, type Rival, type Testers, type TestersMatch } from './lost-testers.ts';
import type { Asked, Value } from './request-match.ts';
import { keyOf } from './route-objects.ts';
import type { Review, RoutedApp } from './router.ts';
import { sharedWarnings } from './shared-rules.ts';

/*
 * What a person is told of an HTTPRoute or a GRPCRoute before a release begins with it. The most specific match wins, and of equal ones
 * the first: our rules for testers stand at the end.
 * https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
 */

/** @param title the object, for messages: `HTTPRoute web` */
export function reviewRules(
  rules: readonly Rule[],
  journal: RouteJournal,
  app: RoutedApp,
  kind: RouteKind,
  testers: Testers,
  title: string,
): Review {
  const sources = locate(rules, journal, app).flatMap((index) => {
    const rule = rules[index];
    return rule === undefined ? [] : [{ index, rule }];
  });
  const shared = sources.map(({ index, rule }) => {
    const { live, candidate, others } = split(rule, app);
    return {
      title: ruleTitle(rule, index),
      pair: total([...live, ...candidate]),
      others: others.map((ref) => ({ name: nameOf(ref), weight: weightOf(ref) })),
    };
  });
  const rivals = rules.flatMap((rule, index) => {
    const isSource = sources.some((source) => source.index === index);
    return isSource || leadsToCandidate(rule, app) ? [] : rivalsOf(rule, `${ruleTitle(rule, index)} of ${title}`, kind);
  });
  const matches = sources.flatMap(({ rule }) =>
    kindsOf(testers).flatMap((each): TestersMatch[] => matchesOf(rule, each, rivals, kind, title)),
  );
  const { refusals, warnings } = lostTesters(matches);
  return { refusals, warnings: [...sharedWarnings(title, shared), ...warnings] };
}

type RivalMatch = Omit<Rival, 'isFirst'> & { readonly match: Match };

function matchesOf(
  source: Rule,
  kind: Kind,
  rivals: readonly RivalMatch[],
  routeKind: RouteKind,
  title: string,
): TestersMatch[] {
  const made = testersRule(source, { ...kind.testers, share: 0, mirror: 0 }, routeKind, title);
  return (made?.matches ?? []).map((match) => ({
    kind,
    asked: askedBy(match),
    rivals: rivals.flatMap(({ match: users, ...rival }): Rival[] => {
      const order = precedence(users, match);
      return order === 'later' ? [] : [{ ...rival, isFirst: order === 'first' }];
    }),
  }));
}

function rivalsOf(rule: Rule, title: string, kind: RouteKind): RivalMatch[] {
  const refs = (rule.backendRefs ?? []).filter((ref) => weightOf(ref) > 0);
  const names = [...new Set(refs.map(nameOf))];
  const [ref, ...more] = refs;
  const service = more.length === 0 && ref !== undefined && isService(ref) ? (ref.name ?? null) : null;
  const matches = rule.matches === undefined || rule.matches.length === 0 ? ANYTHING[kind] : rule.matches;
  return matches.map((match) => ({
    rule: title,
    asked: askedBy(match),
    match,
    to: names.length === 0 ? 'somewhere else' : names.join(' and '),
    service,
  }));
}

function leadsToCandidate(rule: Rule, app: RoutedApp): boolean {
  const { live, candidate, others } = split(rule, app);
  return total(candidate) > 0 && total([...live, ...others]) === 0;
}

/** Whether the user's match is asked before ours, where a request has both. */
function precedence(users: Match, ours: Match): 'first' | 'later' | 'unknown' {
  const isSamePlace = keyOf(placeOf(users)) === keyOf(placeOf(ours));
  // Where regular expressions stand among the paths is up to the gateway.
  if (!isSamePlace && (isByPattern(users) || isByPattern(ours))) return 'unknown';
  const [a, b] = [isSamePlace ? [] : placeRank(users), isSamePlace ? [] : placeRank(ours)];
  const [theirs, own] = [
    [...a, ...detailRank(users)],
    [...b, ...detailRank(ours)],
  ];
  const differing = theirs.findIndex((value, at) => value !== own[at]);
  return differing < 0 || (theirs[differing] ?? 0) > (own[differing] ?? 0) ? 'first' : 'later';
}

/** The path of a request; of a gRPC request its service and method. */
function placeOf({ path, method }: Match): unknown {
  return path ?? (typeof method === 'object' ? method : null);
}

function isByPattern(match: Match): boolean {
  const { type } = (placeOf(match) ?? {}) as Condition; // by the API's schema
  return type === 'RegularExpression';
}

/** The higher, the earlier it is asked. */
function placeRank(match: Match): number[] {
  const { type, value = '/', service = '', method = '' } = (placeOf(match) ?? {}) as Condition; // by the API's schema
  return [service.length, method.length, type === 'Exact' && service + method === '' ? 1 : 0, value.length];
}

function detailRank({ method, headers = [], queryParams }: Match): number[] {
  return [typeof method === 'string' ? 1 : 0, headers.length, Array.isArray(queryParams) ? queryParams.length : 0];
}

interface Condition {
  readonly type?: string;
  readonly name?: string;
  readonly value?: string;
  readonly service?: string;
  readonly method?: string;
}

function askedBy(match: Match): Asked {
  const { path, method, headers = [], queryParams = [] } = match as GatewayMatch; // by the API's schema
  const asked = new Map<string, Value>();
  // Every path begins with a slash.
  if (path !== undefined && !(isPrefix(path) && (path.value ?? '/') === '/')) asked.set('path', pathValue(path));
  if (typeof method === 'string') asked.set('method', { by: 'exact', text: method });
  else
    for (const part of ['service', 'method'] as const)
      if (method?.[part] !== undefined) asked.set(part, conditionOf({ ...method, value: method[part] }));
  for (const header of headers) asked.set(`header ${header.name.toLowerCase()}`, conditionOf(header));
  for (const query of queryParams) asked.set(`query ${query.name}`, conditionOf(query));
  return asked;
}

interface GatewayMatch extends Match {
  readonly path?: Condition;
  readonly method?: string | Condition;
  readonly queryParams?: readonly Condition[];
}

function isPrefix({ type = 'PathPrefix' }: Condition): boolean {
  return type === 'PathPrefix';
}

function pathValue(path: Condition): Value {
  return isPrefix(path) ? { by: 'segments', text: (path.value ?? '/').replace(/\/+$/, '') } : conditionOf(path);
}

function conditionOf({ type = 'Exact', value = '' }: Condition): Value {
  if (type === 'Exact') return { by: 'exact', text: value };
  return type === 'RegularExpression' ? { by: 'regex', text: value } : { by: 'other', text: `${type} ${value}` };
}

function ruleTitle({ name }: Rule, index: number): string {
  return `rule ${name ?? index + 1}`;
}

function nameOf(ref: BackendRef): string {
  const { kind = 'Service', name = '', namespace } = ref;
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

function isService({ group = '', kind = 'Service', namespace }: BackendRef): boolean {
  return group === '' && kind === 'Service' && namespace === undefined;
}
