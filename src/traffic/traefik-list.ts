import type { JsonPatch, JsonPatchOperation } from '../cluster/wire.ts';
import {
  ALL,
  CannotRoute,
  type Intent,
  ORIGINAL,
  percent,
  type RoutedApp,
  type RouteVerdict,
  type Share,
} from './router.ts';
import type { SharedRule } from './shared-rules.ts';
import { nearestShares, pairOf, shareOf } from './weights.ts';

/*
 * Traefik's weighted lists of services: a TraefikService has one (traefik-service.ts), and each route of an IngressRoute is one without
 * a name (traefik-ingress-route.ts).
 *
 * Traps of a weighted list:
 * - An absent weight is 1: a second entry beside it without a weight of its own would be an even split, so both are set in one PATCH.
 * - One entry whose Service has no endpoints makes Traefik drop the whole list, whatever its weight: the route answers 404 to everybody
 *   (measured, reference/routers.md; not with `allowEmptyServices`). A candidate entry of weight 0 is therefore no resting place: it is
 *   only right between the candidate's first ready pod and its last. We do not rely on our caller for that: at share 0 our entry is not
 *   in the list at all, and the list is as the user wrote it. It comes with the first share above 0, when pods are there ("pods before
 *   weight"), and goes with the write of share 0 or Original ("weight before pods"). An entry that the user wrote stays, with weight 0.
 * - At 100 % the live Service stays in the list with weight 0: it has endpoints as long as stable has pods or the selector moved over.
 */

/**
 * A member without endpoints makes Traefik answer 404 to everybody (routers.md; measured on 3.7.9: 0.1 to 0.2 s until users are
 * diverted). One candidate pod that falls ill would be that.
 */
export const LEAST_PODS = 2;
export const TRAEFIK_GROUP = 'traefik.io';
export const TRAEFIK_VERSION = 'v1alpha1';

/** One entry of a weighted list; fields that we do not name are carried along. */
export interface Member {
  readonly name?: string;
  /** `Service` when absent. */
  readonly kind?: string;
  /** The route's own when absent. */
  readonly namespace?: string;
  /** 1 when absent. */
  readonly weight?: number;
  readonly [field: string]: unknown;
}

/** A weight as the user wrote it; null: ABSENT. */
type Written = number | null;

/** The pair in a list as the user wrote it. */
export interface ListJournal {
  readonly live: Written;
  /** null: the candidate Service was not in the list. */
  readonly candidate: { readonly weight: Written } | null;
  /** What the two weights add up to during the release. */
  readonly sum: number;
}

/** Weights are free when the pair is alone: this sum makes hundredths of a percent exact. */
const FREE_SUM = ALL;

const weightOf = (member: Member): number => member.weight ?? 1;

/** The entry names this Kubernetes Service (`web@file` and a TraefikService `web` are something else). */
export function names(member: Member, service: string, app: RoutedApp): boolean {
  return (
    member.name === service &&
    (member.kind === undefined || member.kind === '' || member.kind === 'Service') &&
    (member.namespace || app.namespace) === app.namespace
  );
}

export function listNames(list: readonly Member[], service: string, app: RoutedApp): boolean {
  return list.some((member) => names(member, service, app));
}

/** The pair's journal, or why the list cannot be used (the rest of a sentence that begins with the route's name). */
export function journalOfList(list: readonly Member[], app: RoutedApp): ListJournal | { readonly unfit: string } {
  const lives = list.filter((member) => names(member, app.live, app));
  const candidates = list.filter((member) => names(member, app.candidate, app));
  const [live] = lives;
  const [candidate] = candidates;
  if (live === undefined) return { unfit: `does not name Service ${app.live}` };
  if (lives.length > 1 || candidates.length > 1)
    return {
      unfit: `names Service ${lives.length > 1 ? app.live : app.candidate} more than once in one list of services; leave one entry`,
    };
  const pair = weightOf(live) + (candidate === undefined ? 0 : weightOf(candidate));
  if (pair <= 0)
    return {
      unfit: `gives Service ${app.live} weight 0, so no user reaches it there; give it a weight or take it out`,
    };
  const others = list.some((member) => member !== live && member !== candidate && weightOf(member) > 0);
  return {
    live: live.weight ?? null,
    candidate: candidate === undefined ? null : { weight: candidate.weight ?? null },
    sum: others ? pair : FREE_SUM,
  };
}

export function originalShareOf({ live, candidate }: ListJournal): Share {
  return candidate === null ? 0 : (shareOf({ live: live ?? 1, candidate: candidate.weight ?? 1 }) ?? 0);
}

/** What the list gives the candidate; null: the live Service is not in it, or nobody gets anything. */
export function shareOfList(list: readonly Member[], app: RoutedApp): Share | null {
  const live = list.find((member) => names(member, app.live, app));
  const candidate = list.find((member) => names(member, app.candidate, app));
  if (live === undefined) return null;
  return shareOf({ live: weightOf(live), candidate: candidate === undefined ? 0 : weightOf(candidate) });
}

/** @param title of the list, for a person: `its list of services` */
export function sharedList(title: string, list: readonly Member[], app: RoutedApp): SharedRule {
  const isPair = (member: Member): boolean => names(member, app.live, app) || names(member, app.candidate, app);
  const others = list.filter((member) => !isPair(member));
  return {
    title,
    pair: list.filter(isPair).reduce((sum, member) => sum + weightOf(member), 0),
    others: others.map((member) => ({
      name: `${member.kind || 'Service'} ${member.name}`,
      weight: weightOf(member),
    })),
  };
}

/** The candidate's entry, made like the live one: same port, scheme, transport, health check. */
export function candidateLike(live: Member, app: RoutedApp): Member {
  const { weight: _weight, ...rest } = live;
  return { ...rest, name: app.candidate };
}

/**
 * The operations that bring the list at `pointer` to what is wanted; empty: it is so already.
 * @throws {CannotRoute} when a share is wanted and the live Service is not in the list
 */
export function changesOfList(
  pointer: string,
  list: readonly Member[],
  app: RoutedApp,
  journal: ListJournal,
  wanted: Share | typeof ORIGINAL,
): JsonPatch {
  const liveAt = list.findIndex((member) => names(member, app.live, app));
  const candidateAt = list.findIndex((member) => names(member, app.candidate, app));
  const live = list[liveAt];
  const candidate = list[candidateAt];
  const entry = (index: number): string => `${pointer}/${index}`;
  if (live === undefined) {
    if (wanted !== ORIGINAL)
      throw new CannotRoute(
        `Wanted ${percent(wanted)} of users on Service ${app.candidate}; Service ${app.live} is not in the route’s list of services any more. Put it back, or take the release back.`,
      );
    if (candidate === undefined || journal.candidate !== null) return [];
    // Somebody took the live Service out. Our entry has to go; when it is the last that gets users, the live one takes its place, for
    // an empty list is a 404 for everybody.
    const alone = !list.some((member) => member !== candidate && weightOf(member) > 0);
    if (!alone) return [{ op: 'remove', path: entry(candidateAt) }];
    const restored = { ...candidateLike(candidate, app), name: app.live };
    const value = journal.live === null ? restored : { ...restored, weight: journal.live };
    return [{ op: 'replace', path: entry(candidateAt), value }];
  }
  const asWritten = wanted === ORIGINAL || (wanted === 0 && journal.candidate === null);
  const pair = asWritten ? null : pairOf(wanted, journal.sum);
  const changes: JsonPatchOperation[] = [...setWeight(entry(liveAt), live, pair === null ? journal.live : pair.live)];
  if (pair === null && journal.candidate === null) {
    if (candidate !== undefined) changes.push({ op: 'remove', path: entry(candidateAt) });
    return changes;
  }
  const weight = pair === null ? (journal.candidate?.weight ?? null) : pair.candidate;
  if (candidate !== undefined) changes.push(...setWeight(entry(candidateAt), candidate, weight));
  // A candidate entry of the user's that somebody took out is not put back by Original: it was not our doing.
  else if (pair !== null)
    changes.push({ op: 'add', path: `${pointer}/-`, value: { ...candidateLike(live, app), weight } });
  return changes;
}

function setWeight(pointer: string, member: Member, wanted: Written): JsonPatch {
  const path = `${pointer}/weight`;
  if ((member.weight ?? null) === wanted) return [];
  if (wanted === null) return [{ op: 'remove', path }];
  return [{ op: member.weight === undefined ? 'add' : 'replace', path, value: wanted }];
}

/** @throws {CannotRoute} for a share that weights of this sum cannot express to the hundredth of a percent */
export function assertExpressible(share: Share, sum: number, route: string): void {
  if (!(share >= 0 && share <= ALL))
    throw new CannotRoute(`Wanted a share of ${percent(share)} in ${route}; a share lies between 0 % and 100 %.`);
  if (isExpressible(share, sum)) return;
  const [below, above] = nearestOf(share, sum);
  throw new CannotRoute(
    `Wanted ${percent(share)} in ${route}; beside its other destinations the pair has weights that add up to ${sum}, so the nearest shares are ${percent(below)} and ${percent(above)}. Use one of those, or multiply every weight of the route by 100.`,
  );
}

/** The nearest shares in whole basis points, for that is how a share is read back. */
export function nearestOf(share: Share, sum: number): readonly [below: Share, above: Share] {
  if (isExpressible(share, sum)) return [share, share];
  const [below, above] = nearestShares(share, sum);
  return [Math.round(below), Math.round(above)];
}

function isExpressible(share: Share, sum: number): boolean {
  return shareOf(pairOf(share, sum)) === Math.round(share);
}

/** Warns of a pair that knows only a few shares. */
export function coarseness(route: string, sum: number): string[] {
  if (sum >= 100) return [];
  const [, step] = nearestOf(1, sum);
  return [
    `${route} has other destinations beside the pair, and the pair’s weights add up to ${sum}: it can only express steps of ${percent(step)}. Multiply every weight of the list by 100 for finer ones.`,
  ];
}

/** @throws {CannotRoute} Traefik mirrors by another kind of object */
export function assertNoMirror(route: string, { mirror }: Intent): void {
  if (mirror === 0) return;
  throw new CannotRoute(
    `Wanted copies of requests for the candidate; ${route} has weights only, and mirroring is another kind of object in Traefik (a TraefikService with spec.mirroring). Do without the mirror.`,
  );
}

/** @param what is gone: the route, or a part of it */
export function gone(route: string, what: string, { share }: Intent, { candidate }: RoutedApp): CannotRoute {
  return new CannotRoute(
    `Wanted ${percent(share)} of users on Service ${candidate} through ${route}; ${what} is not there any more. Put it back, or take the release back.`,
  );
}

/** Traefik writes no status into its objects: that the object is as we wrote it is all that can be read. */
export function statusless(route: string): RouteVerdict {
  return {
    is: 'unknown',
    level: 'held',
    reasons: [`${route} has no status: Traefik does not tell whether it took the weights up. Only traffic shows it.`],
  };
}
