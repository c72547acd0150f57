import { isDeepStrictEqual } from 'node:util';
import type { JsonPatch, JsonPatchOperation } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import { hasTesters } from './intent.ts';
import { ALL, CannotRoute, type Intent, percent, type RoutedApp, type Share } from './router.ts';
import { testersRule } from './virtual-service-testers.ts';
import {
  candidateHost,
  hasThirds,
  isHostOf,
  isOurs,
  locate,
  type Memo,
  namespaceOf,
  pairIn,
  pathOf,
  placesIn,
  PROTOCOLS,
  type Rule,
  rulesOf,
  setWeight,
  type Target,
  titleOf,
  type VirtualService,
} from './virtual-service-rules.ts';
import { pairOf, shareOf } from './weights.ts';

/*
 * The changes of a VirtualService's rules, in both directions, and the one PATCH that they travel in.
 */

/** A rule of the journal where it is now. */
export interface Found {
  readonly memo: Memo;
  readonly rule: Rule;
  readonly index: number;
  readonly pointer: string;
}

export function located(memos: readonly Memo[], route: VirtualService, app: RoutedApp): (Found | null)[] {
  const places = locate(memos, route, app);
  return memos.map((memo, at) => {
    const index = places[at] ?? null;
    const rule = index === null ? undefined : rulesOf(route, memo.protocol)[index];
    return index === null || rule === undefined
      ? null
      : { memo, rule, index, pointer: `/spec/${memo.protocol}/${index}` };
  });
}

export function isOurMirror({ mirror }: Rule, app: RoutedApp, from: string): boolean {
  return isHostOf(mirror?.host, app.candidate, app.namespace, from);
}

interface Edits {
  /** In the rules where they are. */
  readonly inPlace: JsonPatch;
  /** Rules of ours that come and go, from the last to the first, so that no index moves. */
  readonly lists: JsonPatch;
}

/**
 * What brings the rules to what is wanted. A rule that is gone is an error, but not for those who go back: it sends nobody to the
 * candidate.
 */
export function intended(
  found: readonly (Found | null)[],
  app: RoutedApp,
  route: VirtualService,
  wanted: Intent,
): Edits {
  const rules = found.filter((rule) => rule !== null);
  const lost = found.length - rules.length;
  const isForUsers = wanted.share > 0 || wanted.mirror > 0 || hasTesters(wanted);
  if (lost > 0 && isForUsers)
    throw new CannotRoute(
      `Wanted ${wishOf(wanted)} in ${titleOf(route)}; ${lost} of its ${found.length} rules that led to Service ${app.live} ` +
        'when the release began are not there any more. Put them back, or take the release back.',
    );
  const inPlace = rules.flatMap((rule) => [
    ...weighed(rule, app, route, wanted.share),
    ...mirrored(rule, app, route, wanted.mirror),
  ]);
  return { inPlace, lists: testing(rules, app, route, wanted) };
}

/** What is wanted, for a person. */
export function wishOf(wanted: Intent): string {
  const testers = hasTesters(wanted) ? ', and its testers,' : '';
  const copies = wanted.mirror > 0 ? `, and copies of ${percent(wanted.mirror)} of requests,` : '';
  return `${percent(wanted.share)} of users${testers}${copies} to the candidate`;
}

function weighed(found: Found, app: RoutedApp, route: VirtualService, share: Share): JsonPatch {
  const { memo, rule, pointer } = found;
  const places = placesIn(rule, app, namespaceOf(route));
  const [live] = places.live;
  const [candidate] = places.candidate;
  const liveTarget = rule.route?.[live ?? -1];
  if (live === undefined || liveTarget === undefined || places.live.length > 1 || places.candidate.length > 1) {
    if (share === 0 && memo.candidate === null) return withoutCandidate(rule, pointer, app, route, memo);
    throw new CannotRoute(
      `Wanted ${percent(share)} for the candidate in ${titleOf(route)} (rule ${rule.name ?? found.index + 1}), which must name ` +
        `Service ${app.live} once and Service ${app.candidate} at most once; it does not any more. Take the release back, or put it right.`,
    );
  }
  if (candidate === undefined && share === 0) return [];
  const old = pairIn(rule, places);
  const sum = hasThirds(rule, places) ? (memo.sum ?? old.live + old.candidate) : share % 100 === 0 ? 100 : ALL;
  const pair = pairOf(share, sum);
  const isExact = share === 0 ? old.candidate === 0 : share !== ALL || old.live === 0;
  const isSum = !hasThirds(rule, places) || old.live + old.candidate === sum;
  if (candidate !== undefined && shareOf(old) === share && isExact && isSum) return [];
  const at = (index: number): string => `${pointer}/route/${index}`;
  return [
    ...setWeight(at(live), liveTarget, pair.live),
    ...(candidate === undefined
      ? [
          {
            op: 'add',
            path: `${pointer}/route/-`,
            value: { ...(memo.candidate ?? besideLive(liveTarget, app)), weight: pair.candidate },
          } as const,
        ]
      : setWeight(at(candidate), rule.route?.[candidate], pair.candidate)),
  ];
}

/** The candidate as a destination: everything as for the live Service, but its host; without a weight. */
function besideLive({ weight: _weight, ...live }: Target, app: RoutedApp): Target {
  const { subset: _subset, ...destination } = live.destination ?? {};
  return { ...live, destination: { ...destination, host: candidateHost(destination.host ?? app.live, app) } };
}

function mirrored({ memo, rule, pointer }: Found, app: RoutedApp, route: VirtualService, wanted: Share): JsonPatch {
  if (memo.protocol !== 'http' || memo.mirrored) return [];
  const from = namespaceOf(route);
  const isOwn = isOurMirror(rule, app, from);
  if (wanted === 0) return isOwn ? unmirror(rule, pointer) : [];
  if ((rule.mirror !== undefined && !isOwn) || rule.mirrors !== undefined)
    throw new CannotRoute(
      `Wanted copies of ${percent(wanted)} of requests in ${titleOf(route)}; somebody has given it another mirror meanwhile.`,
    );
  const value = wanted / 100;
  // An absent percentage is everything.
  if (isOwn && rule.mirrorPercentage?.value === value) return [];
  const live = rule.route?.[placesIn(rule, app, from).live[0] ?? -1];
  return [
    ...(isOwn
      ? []
      : [{ op: 'add', path: `${pointer}/mirror`, value: besideLive(live ?? {}, app).destination } as const]),
    { op: 'add', path: `${pointer}/mirrorPercentage`, value: { value } },
  ];
}

function unmirror(rule: Rule, pointer: string): JsonPatch {
  return (['mirror', 'mirrorPercentage'] as const).flatMap((key) =>
    rule[key] === undefined ? [] : [{ op: 'remove', path: `${pointer}/${key}` }],
  );
}

/** Testers' rules, each right before the rule that it is made of. */
function testing(found: readonly Found[], app: RoutedApp, route: VirtualService, wanted: Intent): JsonPatch {
  const rules = rulesOf(route, 'http');
  const testers = new Map<number, Rule>();
  for (const [number, { memo, rule, index }] of found.filter(({ memo }) => memo.protocol === 'http').entries()) {
    const { mirror: _mirror, mirrorPercentage: _percentage, ...unmirrored } = rule;
    const candidate = memo.candidate ?? besideLive(memo.live, app);
    const made = testersRule(memo.mirrored ? rule : unmirrored, candidate, wanted, number + 1, titleOf(route));
    if (made !== null) testers.set(index, made);
  }
  const changes: JsonPatchOperation[] = [];
  for (let index = rules.length - 1; index >= 0; index--) {
    const rule = rules[index] ?? {};
    const made = testers.get(index);
    if (made !== undefined && !isDeepStrictEqual(rules[index - 1], made))
      changes.push({ op: 'add', path: `/spec/http/${index}`, value: made });
    if (isOurs(rule) && !isDeepStrictEqual(testers.get(index + 1), rule))
      changes.push({ op: 'remove', path: `/spec/http/${index}` });
  }
  return changes;
}

/** What brings the rules back to what the user wrote. `named`: the user's own route leads to the candidate somewhere. */
export function originally(memos: readonly Memo[], named: boolean, app: RoutedApp, route: VirtualService): Edits {
  const found = located(memos, route, app).filter((rule) => rule !== null);
  const inPlace = PROTOCOLS.flatMap((protocol) =>
    rulesOf(route, protocol).flatMap((rule, index) => {
      const known = found.find(({ memo, index: place }) => memo.protocol === protocol && place === index);
      if (known !== undefined) return restored(known, app, route);
      // Not a rule that we know. When the user's own route never named the candidate, its place beside live is a copy of our doing.
      if (named || isOurs(rule)) return [];
      const pointer = `/spec/${protocol}/${index}`;
      return [...withoutCandidate(rule, pointer, app, route, null), ...unmirrored(rule, pointer, app, route)];
    }),
  );
  const lists = rulesOf(route, 'http').flatMap(
    (rule, index): JsonPatch => (isOurs(rule) ? [{ op: 'remove', path: `/spec/http/${index}` }] : []),
  );
  return { inPlace, lists: lists.toReversed() };
}

function restored({ memo, rule, pointer }: Found, app: RoutedApp, route: VirtualService): JsonPatch {
  const mirror = memo.mirrored ? [] : unmirrored(rule, pointer, app, route);
  if (memo.candidate === null) return [...withoutCandidate(rule, pointer, app, route, memo), ...mirror];
  const places = placesIn(rule, app, namespaceOf(route));
  const [live] = places.live;
  const [candidate] = places.candidate;
  // Somebody took one of the two away: a weight for the other would be a guess.
  if (live === undefined || candidate === undefined) return mirror;
  return [
    ...setWeight(`${pointer}/route/${live}`, rule.route?.[live], memo.live.weight),
    ...setWeight(`${pointer}/route/${candidate}`, rule.route?.[candidate], memo.candidate.weight),
    ...mirror,
  ];
}

/** Everything for live again; a rule without the candidate has nothing of ours in its weights. `memo`: null for an unknown rule. */
function withoutCandidate(
  rule: Rule,
  pointer: string,
  app: RoutedApp,
  route: VirtualService,
  memo: Memo | null,
): JsonPatch {
  const places = placesIn(rule, app, namespaceOf(route));
  const [live] = places.live;
  const [first, ...more] = places.candidate;
  if (first === undefined || (live === undefined && memo === null)) return [];
  const drop = (indices: readonly number[]): JsonPatch =>
    indices.toReversed().map((index) => ({ op: 'remove', path: `${pointer}/route/${index}` }));
  // Somebody took live away beside the candidate.
  if (live === undefined)
    return [{ op: 'replace', path: `${pointer}/route/${first}`, value: memo?.live }, ...drop(more)];
  const pair = pairIn(rule, places);
  // Beside a destination that is new, the weight that live had alone means something else: it keeps what the pair had.
  const isMeant = memo !== null && (memo.sum !== null || !hasThirds(rule, places));
  const weight = isMeant ? memo.live.weight : pair.live + pair.candidate;
  return [...setWeight(`${pointer}/route/${live}`, rule.route?.[live], weight), ...drop(places.candidate)];
}

function unmirrored(rule: Rule, pointer: string, app: RoutedApp, route: VirtualService): JsonPatch {
  return isOurMirror(rule, app, namespaceOf(route)) ? unmirror(rule, pointer) : [];
}

/** One PATCH that applies to exactly the rules that were read. */
export function patchOf(route: VirtualService, { inPlace, lists }: Edits, why: string): WriteRequest[] {
  const changes = [...inPlace, ...lists];
  if (changes.length === 0) return [];
  const touched = PROTOCOLS.filter((protocol) => changes.some(({ path }) => path.startsWith(`/spec/${protocol}/`)));
  return [
    {
      verb: 'patch',
      path: pathOf(route),
      tests: [
        { op: 'test', path: '/metadata/uid', value: route.metadata?.uid },
        // All rules, not only those that change: one put before them would move every index.
        ...touched.map(
          (protocol) => ({ op: 'test', path: `/spec/${protocol}`, value: rulesOf(route, protocol) }) as const,
        ),
      ],
      changes,
      why,
    },
  ];
}
