import { isDeepStrictEqual } from 'node:util';
import {
  type BackendRef,
  MOST,
  type Mirror,
  type RouteJournal,
  type RouteKind,
  type Rule,
  type SourceRule,
  exactShare,
  isTesters,
  locate,
  mirrored,
  namesLive,
  ourMirrors,
  split,
  total,
  weightOf,
} from './gateway-rules.ts';
import { testersRule } from './gateway-testers.ts';
import { ALL, CannotRoute, type Intent, percent, type RoutedApp, type Share } from './router.ts';
import { commonSum, nearestShares, pairOf } from './weights.ts';

/*
 * What becomes of a route's rules: a share, overrides for testers, a mirror; and the user's own rules again.
 */

/** What is to become of a list of rules: rules by index (null: removed), rules at the end, and rules that those rest on. */
export interface RuleEdits {
  readonly changed: ReadonlyMap<number, Rule | null>;
  readonly added: readonly Rule[];
  readonly witnesses: readonly number[];
}

/** The rules as the user wrote them, with whatever else has been changed in them since. */
export function restoredRules(rules: readonly Rule[], journal: RouteJournal, app: RoutedApp): RuleEdits {
  const changed = new Map<number, Rule | null>();
  for (const [index, rule] of rules.entries()) if (isTesters(rule, journal, app)) changed.set(index, null);
  const places = locate(rules, journal, app);
  // Rules whose matches somebody changed meanwhile still must lose the candidate: they are taken in their order.
  const strangers = [...rules.keys()].filter((index) => {
    const { live, candidate } = split(rules[index] ?? {}, app);
    return !places.includes(index) && !changed.has(index) && live.length > 0 && candidate.length > 0;
  });
  for (const [turn, source] of journal.sources.entries()) {
    const place = places[turn] ?? -1;
    const index = place >= 0 ? place : strangers.shift();
    const rule = index === undefined ? undefined : rules[index];
    if (index === undefined || rule === undefined) continue;
    const restored = restore(rule, source, app);
    if (!isDeepStrictEqual(restored, rule)) changed.set(index, restored);
  }
  return { changed, added: [], witnesses: [] };
}

function restore(rule: Rule, source: SourceRule, app: RoutedApp): Rule {
  const left = [...source.backends];
  const { live, candidate } = split(rule, app);
  const backendRefs = (rule.backendRefs ?? []).flatMap((ref) => {
    if (!live.includes(ref) && !candidate.includes(ref)) return [ref];
    const turn = left.findIndex((users) => isSameButWeight(users, ref));
    const [users] = turn < 0 ? [] : left.splice(turn, 1);
    if (users !== undefined) return [users];
    return live.includes(ref) ? [ref] : [];
  });
  // Never an empty backend: rather the user's own again.
  return withoutMirror({ ...rule, backendRefs: backendRefs.length === 0 ? source.backends : backendRefs }, source, app);
}

function isSameButWeight({ weight: _a, ...a }: BackendRef, { weight: _b, ...b }: BackendRef): boolean {
  return isDeepStrictEqual(a, b);
}

function withoutMirror(rule: Rule, source: SourceRule, app: RoutedApp): Rule {
  const ours = ourMirrors(rule, source, app);
  if (ours.length === 0) return rule;
  const { filters = [], ...rest } = rule;
  const kept = filters.filter((filter) => !ours.includes(filter));
  return kept.length === 0 && !source.hadFilters ? rest : { ...rest, filters: kept };
}

/** @param title the object, for messages: `HTTPRoute web`. @throws {CannotRoute} */
export function routedRules(
  rules: readonly Rule[],
  journal: RouteJournal,
  app: RoutedApp,
  wanted: Intent,
  kind: RouteKind,
  title: string,
): RuleEdits {
  assertPossible(journal, wanted, title);
  const changed = new Map<number, Rule | null>();
  const testers: Rule[] = [];
  const witnesses: number[] = [];
  for (const [turn, index] of locate(rules, journal, app).entries()) {
    const source = journal.sources[turn];
    const rule = rules[index];
    if (source === undefined || rule === undefined || !namesLive(rule, app))
      throw new CannotRoute(
        `Wanted to split the traffic of ${title}, but rule ${nameOf(turn, source)} no longer leads to Service ${app.live}: ` +
          'somebody removed it or changed its matches. Put it back, or take the release back.',
      );
    const routed = withMirror(withShare(rule, source, app, wanted.share, title), source, app, wanted.mirror, title);
    if (!isDeepStrictEqual(routed, rule)) changed.set(index, routed);
    const copied = { ...withoutMirror(rule, source, app), backendRefs: testersBackends(rule, source, app) };
    const forTesters = testersRule(copied, wanted, kind, `rule ${nameOf(index, source)} of ${title}`);
    if (forTesters === null) continue;
    testers.push(forTesters);
    witnesses.push(index);
  }
  const ours = [...rules.entries()].filter(([, rule]) => isTesters(rule, journal, app));
  const isThere = isDeepStrictEqual(
    ours.map(([, rule]) => rule),
    testers,
  );
  if (!isThere) for (const [index] of ours) changed.set(index, null);
  const edits = { changed, added: isThere ? [] : testers, witnesses: isThere ? [] : witnesses };
  assertFits(rules, edits, title);
  return edits;
}

function nameOf(index: number, source: SourceRule | undefined): string {
  return source?.id.name ?? String(index + 1);
}

/** The shares that every rule can express. */
export function nearestOf({ sources }: RouteJournal, share: Share): readonly [below: Share, above: Share] {
  return nearestShares(share, Math.max(1, commonSum(sources.map(({ sum }) => sum))));
}

function assertPossible(journal: RouteJournal, { share, mirror }: Intent, title: string): void {
  if (!(share >= 0 && share <= ALL))
    throw new CannotRoute(`Wanted a share of ${share} basis points in ${title}; a share is from 0 to ${ALL}.`);
  if (!(Number.isInteger(mirror) && mirror >= 0 && mirror <= ALL))
    throw new CannotRoute(
      `Wanted to mirror ${mirror} basis points in ${title}; a mirror has from 0 to ${ALL}, whole ones.`,
    );
  for (const { sum } of journal.sources) {
    const weight = (share * sum) / ALL;
    // The nearest shares of a small sum are not whole basis points.
    if (Math.abs(weight - Math.round(weight)) < 1e-6) continue;
    const [below, above] = nearestOf(journal, share).map(percent);
    throw new CannotRoute(
      `Wanted ${percent(share)} in ${title}, where the weights of the pair add up to ${sum} beside other destinations: ` +
        `the nearest are ${below} and ${above}. Choose one of them, or give that rule larger weights.`,
    );
  }
}

function withShare(rule: Rule, source: SourceRule, app: RoutedApp, share: Share, title: string): Rule {
  const { live, candidate, others } = split(rule, app);
  const now = exactShare(rule, app);
  const isSumKept = total(others) === 0 || total([...live, ...candidate]) === source.sum;
  if (now !== null && Math.abs(now - share) < 1e-6 && isSumKept) return rule;

  const wanted = candidateRefs(live, candidate, source, app);
  const { live: forLive, candidate: forCandidate } = pairOf(share, source.sum);
  const weights = new Map<BackendRef, number>([
    ...parts(forLive, live, (ref) => originalWeight(ref, source)),
    ...parts(forCandidate, wanted, (ref) => originalWeight(ref, source) || originalWeight(twin(ref, app.live), source)),
  ]);
  const reweighed = (ref: BackendRef): BackendRef => {
    const weight = weights.get(ref) ?? weightOf(ref);
    if (weight > MOST.weight)
      throw new CannotRoute(
        `Wanted ${percent(share)} in ${title}, which takes a weight of ${weight}; ${MOST.weight} is the most.`,
      );
    return weight === ref.weight ? ref : { ...ref, weight };
  };
  const kept = (rule.backendRefs ?? []).filter((ref) => !candidate.includes(ref) || wanted.includes(ref));
  const added = wanted.filter((ref) => !kept.includes(ref));
  if (kept.length + added.length > MOST.backends)
    throw new CannotRoute(
      `Wanted to add Service ${app.candidate} to ${title}; a rule has at most ${MOST.backends} backends.`,
    );
  return {
    ...rule,
    backendRefs: [...kept.map((ref) => (others.includes(ref) ? ref : reweighed(ref))), ...added.map(reweighed)],
  };
}

/** The candidate's backends in a rule: the user's own, or one for each of the live Service's with the same port and filters. */
function candidateRefs(
  live: readonly BackendRef[],
  candidate: readonly BackendRef[],
  source: SourceRule,
  app: RoutedApp,
): readonly BackendRef[] {
  const users = source.backends.filter(({ name }) => name === app.candidate);
  if (users.length > 0) return candidate.length > 0 ? candidate : users;
  const left = [...candidate];
  return live.map((ref) => {
    const turn = left.findIndex((there) => isSameButWeight(there, twin(ref, app.candidate)));
    const [there] = turn < 0 ? [] : left.splice(turn, 1);
    return there ?? twin(ref, app.candidate);
  });
}

function twin(ref: BackendRef, name: string): BackendRef {
  return { ...ref, name };
}

function originalWeight(ref: BackendRef, { backends }: SourceRule): number {
  const users = backends.find((known) => isSameButWeight(known, ref));
  return users === undefined ? 0 : weightOf(users);
}

/** A weight in parts, in the proportion that the user wrote, by largest remainders. */
function parts(
  whole: number,
  refs: readonly BackendRef[],
  proportion: (ref: BackendRef) => number,
): readonly (readonly [BackendRef, number])[] {
  const said = refs.map(proportion);
  const proportions = said.some((part) => part > 0) ? said : refs.map(() => 1);
  const sum = proportions.reduce((a, b) => a + b, 0);
  const exact = proportions.map((part) => (whole * part) / sum);
  const left = whole - exact.reduce((a, b) => a + Math.floor(b), 0);
  const remainder = (index: number): number => (exact[index] ?? 0) % 1;
  const favoured = [...exact.keys()].sort((a, b) => remainder(b) - remainder(a) || a - b).slice(0, left);
  return refs.map((ref, index) => [ref, Math.floor(exact[index] ?? 0) + (favoured.includes(index) ? 1 : 0)]);
}

function withMirror(rule: Rule, source: SourceRule, app: RoutedApp, mirror: Share, title: string): Rule {
  const ours = ourMirrors(rule, source, app);
  if (mirror === 0) return withoutMirror(rule, source, app);
  if (ours.length === 1 && ours.every((filter) => mirrored(filter) === mirror)) return rule;
  if (source.mirrors.length > 0)
    throw new CannotRoute(
      `Wanted to mirror ${percent(mirror)} of ${title} to Service ${app.candidate}, and a RequestMirror of your own does so already. ` +
        'Remove it, or release without a mirror.',
    );
  const { filters = [], ...rest } = withoutMirror(rule, source, app);
  if (filters.length >= MOST.filters)
    throw new CannotRoute(`Wanted to add a mirror to ${title}; a rule has at most ${MOST.filters} filters.`);
  const [live] = split(rule, app).live;
  const { group = '', kind = 'Service', namespace, port } = live ?? {};
  const backendRef: BackendRef = {
    group,
    kind,
    name: app.candidate,
    ...(namespace === undefined ? {} : { namespace }),
    ...(port === undefined ? {} : { port }),
  };
  return {
    ...rest,
    filters: [...filters, { type: 'RequestMirror', requestMirror: { backendRef, ...partOf(mirror) } }],
  };
}

/** All of it needs no field, and so works with a Gateway API from before `percent` (v1.3). */
function partOf(mirror: Share): Omit<Mirror, 'backendRef'> {
  if (mirror === ALL) return {};
  return mirror % 100 === 0 ? { percent: mirror / 100 } : { fraction: { numerator: mirror, denominator: ALL } };
}

/** The same whatever the share is, so that the override stays as it is when the share changes. */
function testersBackends(rule: Rule, source: SourceRule, app: RoutedApp): readonly BackendRef[] {
  const { live, candidate } = split(rule, app);
  const refs = candidateRefs(live, candidate, source, app);
  const [only, ...more] = refs;
  if (only !== undefined && more.length === 0) return [{ ...only, weight: 1 }];
  const weighed = refs.map((ref) => ({
    ...ref,
    weight: originalWeight(ref, source) || originalWeight(twin(ref, app.live), source),
  }));
  const used = weighed.filter(({ weight }) => weight > 0);
  return used.length > 0 ? used : refs.map((ref) => ({ ...ref, weight: 1 }));
}

function assertFits(rules: readonly Rule[], { changed, added }: RuleEdits, title: string): void {
  if (added.length === 0) return;
  const after = [...rules.filter((_, index) => changed.get(index) !== null), ...added];
  if (after.length > MOST.rules)
    throw new CannotRoute(
      `Wanted overrides for testers in ${title}, which take ${added.length} rules more; ` +
        `it would have ${after.length}, and ${MOST.rules} are the most. Split the route in two, or release without overrides.`,
    );
  const matches = after.reduce((sum, rule) => sum + Math.max(1, rule.matches?.length ?? 0), 0);
  if (matches > MOST.matches)
    throw new CannotRoute(
      `Wanted overrides for testers in ${title}; its rules would have ${matches} matches, and ${MOST.matches} are the most. ` +
        'Ask for fewer headers and cookies, or split the route in two.',
    );
}
