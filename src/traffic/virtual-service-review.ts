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
 * testers stand before those that they are made of, and behind whatever the user has before these.
 */

/** @param memos the rules that lead to the pair */
export function reviewRules(route: VirtualService, memos: readonly Memo[], app: RoutedApp, testers: Testers): Review {
  const title = titleOf(route);
  const from = namespaceOf(route);
  const found = located(memos, route, app).filter((rule) => rule !== null);
  const shared = found.map(({ memo, rule, index }) => {
    const places = placesIn(rule, app, from);
    const { live, candidate } = pairIn(rule, places);
    const others = (rule.route ?? []).flatMap(({ destination }, at) =>
      places.live.includes(at) || places.candidate.includes(at)
        ? []
        : [{ name: hostName(destination?.host), weight: weightAt(rule, at) }],
    );
    return { title: ruleTitle(memo.protocol, rule, index), pair: live + candidate, others };
  });
  const http = found.filter(({ memo }) => memo.protocol === 'http');
  const rivals = rivalsIn(route, http, app);
  const matches = http.flatMap((source) =>
    kindsOf(testers).flatMap((kind) => matchesOf(source, kind, rivals, app, title)),
  );
  const { refusals, warnings } = lostTesters(title, matches);
  return { refusals, warnings: [...sharedWarnings(title, shared), ...warnings] };
}

function matchesOf(
  { memo, rule, index }: Found,
  kind: Kind,
  rivals: readonly (Rival & { readonly at: number })[],
  app: RoutedApp,
  title: string,
): TestersMatch[] {
  const candidate = { destination: { host: candidateHost(memo.live.destination?.host ?? app.live, app) } };
  const made = testersRule(rule, candidate, { ...kind.testers, share: 0, mirror: 0 }, 1, title);
  return (made?.match ?? []).map((match) => ({
    kind,
    asked: askedBy(match),
    rivals: rivals.filter(({ at }) => at < index),
  }));
}

/** The user's rules that lead neither to the pair nor to the candidate alone. */
function rivalsIn(
  route: VirtualService,
  sources: readonly Found[],
  app: RoutedApp,
): (Rival & { readonly at: number })[] {
  const from = namespaceOf(route);
  return rulesOf(route, 'http').flatMap((rule, at) => {
    const { candidate } = placesIn(rule, app, from);
    const targets = rule.route ?? [];
    const isCandidates =
      targets.length > 0 && targets.every((_, place) => candidate.includes(place) || weightAt(rule, place) === 0);
    if (isOurs(rule) || isCandidates || sources.some(({ index }) => index === at)) return [];
    const matches = rule.match === undefined || rule.match.length === 0 ? [{}] : rule.match;
    return matches.map((match) => ({
      at,
      rule: ruleTitle('http', rule, at),
      asked: askedBy(match),
      ...leadingTo(rule),
      isFirst: true,
    }));
  });
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
