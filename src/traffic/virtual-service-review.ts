import { type Kind, kindsOf, lostTesters, type Rival, type Testers, type TestersMatch } from './lost-testers.ts';
import type { Asked, Value } from './request-match.ts';
import { keyOf } from './route-objects.ts';
import type { Review, RoutedApp } from './router.ts';
import { sharedWarnings } from './shared-rules.ts';
import { type Found, located } from './virtual-service-edits.ts';
import {
  candidateHost,
  isOurs,
  type Match,
  type Memo,
  namespaceOf,
  pairIn,
  placesIn,
  type Rule,
  rulesOf,
  type StringMatch,
  titleOf,
  type VirtualService,
  weightAt,
} from './virtual-service-rules.ts';
import { testersRule } from './virtual-service-testers.ts';

/*
 * What a person is told of a VirtualService before a release begins with it. Istio takes the first rule that matches: our rules for
 * testers stand before those that they are made of, and behind whatever the user has before these. Of a root that delegates, too.
 */

/**
 * @param memos the rules that lead to the pair
 * @param others the other VirtualServices: some may delegate to this one
 */
export function reviewRules(
  route: VirtualService,
  memos: readonly Memo[],
  others: readonly VirtualService[],
  app: RoutedApp,
  testers: Testers,
): Review {
  const title = titleOf(route);
  const from = namespaceOf(route);
  const found = located(memos, route, app).filter((rule) => rule !== null);
  const shared = found.map(({ memo, rule, index }) => {
    const places = placesIn(rule, app, from);
    const { live, candidate } = pairIn(rule, places);
    const thirds = (rule.route ?? []).flatMap(({ destination }, at) =>
      places.live.includes(at) || places.candidate.includes(at)
        ? []
        : [{ name: hostName(destination?.host), weight: weightAt(rule, at) }],
    );
    return { title: ruleTitle(memo.protocol, rule, index), pair: live + candidate, others: thirds };
  });
  const http = found.filter(({ memo }) => memo.protocol === 'http');
  const own = rivalsIn(route, app).filter(({ at }) => !http.some(({ index }) => index === at));
  const ways = waysTo(route, others, app);
  const matches = http.flatMap((source) =>
    kindsOf(testers).flatMap((kind) => {
      const before = own.filter(({ at }) => at < source.index);
      return askedByTesters(source, kind, app, title).flatMap((asked) =>
        ways.map((way): TestersMatch => {
          return { kind, asked: new Map([...way.asked, ...asked]), rivals: [...way.rivals, ...before] };
        }),
      );
    }),
  );
  const { refusals, warnings } = lostTesters(matches);
  return { refusals, warnings: [...sharedWarnings(title, shared), ...warnings] };
}

function askedByTesters({ memo, rule }: Found, kind: Kind, app: RoutedApp, title: string): Asked[] {
  const candidate = { destination: { host: candidateHost(memo.live.destination?.host ?? app.live, app) } };
  const made = testersRule(rule, candidate, { ...kind.testers, share: 0, mirror: 0 }, 1, title);
  return (made?.match ?? []).map(askedBy);
}

/** What has been asked of a request, and what could have taken it, before the rules of a VirtualService are. */
interface Way {
  readonly asked: Asked;
  readonly rivals: readonly Rival[];
}

/** One for each match of roots that delegates to it; where there is none, requests come straight to it. */
function waysTo(route: VirtualService, others: readonly VirtualService[], app: RoutedApp): readonly Way[] {
  const ways = others.flatMap((root): Way[] => {
    const rules = rulesOf(root, 'http');
    const isHandedOver = ({ delegate }: Rule): boolean =>
      delegate?.name === route.metadata?.name && (delegate?.namespace ?? namespaceOf(root)) === namespaceOf(route);
    const rivals = rivalsIn(root, app).filter(({ at }) => !isHandedOver(rules[at] ?? {}));
    return rules.flatMap((rule, index) => {
      const before = rivals.filter(({ at }) => at < index);
      return isHandedOver(rule) ? matchesOf(rule).map((match) => ({ asked: askedBy(match), rivals: before })) : [];
    });
  });
  return ways.length > 0 ? ways : [{ asked: new Map(), rivals: [] }];
}

type PlacedRival = Rival & { readonly at: number };

/** The user's rules, but for those that lead to the candidate alone. */
function rivalsIn(route: VirtualService, app: RoutedApp): PlacedRival[] {
  const from = namespaceOf(route);
  return rulesOf(route, 'http').flatMap((rule, at) => {
    const { candidate } = placesIn(rule, app, from);
    const targets = rule.route ?? [];
    const isCandidates =
      targets.length > 0 && targets.every((_, place) => candidate.includes(place) || weightAt(rule, place) === 0);
    if (isOurs(rule) || isCandidates) return [];
    const title = `${ruleTitle('http', rule, at)} of ${titleOf(route)}`;
    return matchesOf(rule).map((match) => ({
      at,
      rule: title,
      asked: askedBy(match),
      ...leadingTo(rule),
      isFirst: true,
    }));
  });
}

function matchesOf({ match = [] }: Rule): readonly Match[] {
  return match.length === 0 ? [{}] : match;
}

function leadingTo({ route = [], delegate }: Rule): Pick<Rival, 'to' | 'service'> {
  const hosts = [...new Set(route.map(({ destination }) => destination?.host ?? ''))];
  const [host, ...more] = hosts;
  if (host === undefined)
    return { to: delegate === undefined ? 'somewhere else' : `VirtualService ${delegate.name}`, service: null };
  return { to: hosts.map(hostName).join(' and '), service: more.length === 0 && !host.includes('.') ? host : null };
}

/** A name with dots may be anything that Istio knows by it. */
function hostName(host = ''): string {
  return host.includes('.') ? host : `Service ${host}`;
}

/** What a match asks for. https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest */
function askedBy(match: Match): Asked {
  const { headers = {}, withoutHeaders = {}, ignoreUriCase = false, ...others } = match;
  const { name: _name, statPrefix: _prefix, ...fields }: Readonly<Record<string, unknown>> = others;
  const asked = new Map<string, Value>();
  for (const [name, value] of Object.entries(headers)) asked.set(`header ${name.toLowerCase()}`, textOf(value));
  for (const [name, value] of Object.entries(withoutHeaders))
    asked.set(`no header ${name.toLowerCase()}`, textOf(value));
  for (const [field, condition] of Object.entries(fields)) {
    const isText = TEXTS.some((name) => name === field) && !(field === 'uri' && ignoreUriCase);
    const value: Value = isText ? textOf(condition as StringMatch) : { by: 'other', text: keyOf(condition) }; // by Istio's schema
    // Every path begins so.
    if (field === 'uri' && keyOf(condition) === keyOf({ prefix: '/' })) continue;
    asked.set(field, value);
  }
  return asked;
}

const TEXTS = ['uri', 'scheme', 'method', 'authority'] as const;

function textOf({ exact, prefix, regex }: StringMatch): Value {
  if (exact !== undefined) return { by: 'exact', text: exact };
  if (prefix !== undefined) return { by: 'prefix', text: prefix };
  return regex === undefined ? { by: 'presence' } : { by: 'regex', text: regex };
}

function ruleTitle(protocol: Memo['protocol'], { name }: Rule, index: number): string {
  return `${protocol} rule ${name ?? index + 1}`;
}
