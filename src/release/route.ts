/*
 * Routes in the words of the release: what is wanted of them and what is known of them. How a kind of route is read and written is
 * the business of `traffic/`.
 */

/** The candidate's part of live traffic, in basis points: 0 to 10000. */
export type Share = number;
export const ALL: Share = 10_000;

/**
 * `12.5 %`. Shares between two weights are fractions: a third of all is `33.33 %`, as a batch of a third is on record. What is not quite
 * nothing, or not quite all, is not called that.
 */
export function percent(share: Share): string {
  const rounded = Number((share / 100).toFixed(2));
  const isFalse = (rounded === 0 && share !== 0) || (rounded === 100 && share !== ALL);
  return `${isFalse ? Number((share / 100).toFixed(4)) : rounded} %`;
}

/** The two Services that a route chooses between. Both are in `namespace`; a Service of the same name elsewhere is another Service. */
export interface RoutedApp {
  readonly namespace: string;
  readonly live: string;
  readonly candidate: string;
}

/** Requests with this header always reach the candidate. */
export interface HeaderMatch {
  /** Lower case. */
  readonly name: string;
  readonly value: string;
  readonly kind: 'exact' | 'regex';
}

/** Requests with this cookie always reach the candidate. */
export interface CookieMatch {
  readonly name: string;
  readonly value: string;
}

/** What a route is to do. Testers are any of `headers` and `cookies`, each by itself. */
export interface Intent {
  readonly share: Share;
  readonly headers: readonly HeaderMatch[];
  readonly cookies: readonly CookieMatch[];
  /** Copies of live requests that the candidate gets beside its share, answers thrown away. Basis points. */
  readonly mirror: Share;
}

/**
 * One route of one app. Plain JSON: it is kept in the record, and together with the objects as they are it must be enough to go on,
 * or to put everything back, in another process.
 */
export interface Binding {
  /** `kind/name`, as the input `router` names it: `httproute/web`. */
  readonly router: string;
  readonly app: RoutedApp;
  /** Paths of the objects that the route consists of, in the order in which they are written when the share rises. */
  readonly paths: readonly string[];
  /** Share of the candidate Service in the route as the user wrote it; mostly 0: it is not in it. */
  readonly originalShare: Share;
  /** What the router needs to restore the route: old weights by rule, ABSENT where there was none. */
  readonly journal: unknown;
}

/** What a route was told that nobody can read back. `in-doubt`: it was being told this share, and how that ended is not known. */
export interface Told {
  readonly is: 'certain' | 'in-doubt';
  readonly share: Share;
}

/** How far an effect is known. */
export const LEVELS = ['stored', 'held', 'accepted', 'programmed', 'observed'] as const;
export type Level = (typeof LEVELS)[number];

/** Whether the controller of the route took it up. `unknown` is not yes; `no` says why. */
export interface RouteVerdict {
  readonly is: 'yes' | 'no' | 'unknown';
  /** The highest level that is known to be reached. */
  readonly level: Level;
  /** For a person: conditions with their messages, what is missing. */
  readonly reasons: readonly string[];
}
