import type { KubeObject } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import type { Binding, HeaderMatch, Intent, Level, RoutedApp, RouteVerdict, Share } from '../release/route.ts';

export type {
  Binding,
  CookieMatch,
  HeaderMatch,
  Intent,
  Level,
  RoutedApp,
  RouteVerdict,
  Share,
} from '../release/route.ts';
export { ALL, percent } from '../release/route.ts';

/*
 * What splits traffic between the live and the candidate Service, behind one port. A router is pure: objects in, requests out; one
 * executor does the reading and writing (engine/). Every router passes the same contract (`__tests__/traffic/router-contract.ts`).
 */

/** The route as the user wrote it. */
export const ORIGINAL = 'original';

/** Objects by their path in the API, as last read; null: read, and absent. */
export type RouteObjects = ReadonlyMap<string, KubeObject | null>;

/** One API resource that a router reads and writes. */
export interface RouteResource {
  readonly group: string;
  /** Best first; the first that the cluster serves is used. */
  readonly versions: readonly string[];
  readonly resource: string;
  readonly kind: string;
}

export interface Discovery {
  readonly bindings: readonly Binding[];
  /** Routes that name the live Service and cannot be used, with the reason and what to do; whole sentences. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

export interface TrafficState {
  /** What the route gives the candidate now; null: not one share (rules differ, a destination is missing: somebody else's doing). */
  readonly share: Share | null;
  /** True when testers' overrides of ours are there (for a Binding without any wanted: false). */
  readonly overrides: boolean;
  readonly mirror: Share;
  /** True when nothing of ours is left in it. */
  readonly original: boolean;
}

/** Of a route that somebody deleted. */
export const GONE: TrafficState = { share: null, overrides: false, mirror: 0, original: true };

export interface Capabilities {
  /** The nearest shares that the route can express, at or below and at or above the wanted one; both are `share` when it can. */
  nearest(share: Share): readonly [below: Share, above: Share];
  readonly headers: readonly HeaderMatch['kind'][];
  readonly cookies: boolean;
  readonly mirror: boolean;
  /** Fewer candidate pods would be a danger to users who are not even sent there; default 1. */
  readonly leastPods?: number;
  /** The highest level that this router's API can show. */
  readonly level: Level;
}

/** What a person is told of a route before a release begins with it; whole sentences. */
export interface Review {
  /** What was asked for and would not come true, though the route can be written. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

export const NOTHING_TO_SAY: Review = { refusals: [], warnings: [] };

export interface Router {
  /** First part of the input `router`, lower case: `httproute`. */
  readonly kind: string;
  readonly resources: readonly RouteResource[];
  /** Those of `resources` (by name) of which objects are made for the time of a release, and deleted; default: none. */
  readonly makes?: readonly string[];
  /**
   * The routes that lead to the app's live Service.
   * @param objects all objects of `resources` in the app's namespace, in any order
   */
  discover(app: RoutedApp, objects: readonly KubeObject[]): Discovery;
  /** What the route does now. A deleted object gives share null. */
  read(binding: Binding, objects: RouteObjects): TrafficState;
  /**
   * The requests that bring the route from what it is to what is wanted, at most one PATCH per object, in the order in which they have
   * to be sent; empty when nothing is to be done. Weights that somebody else changed are planned over all the same: the caller decides.
   * @throws {CannotRoute} when the objects do not allow it (a rule or an object is gone, a share cannot be expressed)
   */
  plan(binding: Binding, objects: RouteObjects, wanted: Intent | typeof ORIGINAL): readonly WriteRequest[];
  /** What the user's own rules make of shares and testers: others beside the pair keep their part, rules before ours take testers away. */
  review(binding: Binding, objects: RouteObjects, testers: Pick<Intent, 'headers' | 'cookies'>): Review;
  verdict(binding: Binding, objects: RouteObjects): RouteVerdict;
  capabilities(binding: Binding): Capabilities;
}

/** A route cannot be planned; the message says what was wanted, what was found and what to do. */
export class CannotRoute extends Error {}
