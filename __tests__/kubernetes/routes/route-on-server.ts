import type { JsonPatch, KubeObject } from '../../../src/cluster/wire.ts';
import type { Router, Share } from '../../../src/traffic/router.ts';

/*
 * A route as a user writes it, for a real API server: what a router brings to its contract there, and what such routes are made of.
 */

/** Weights of the pair in one rule, as the route's controller counts them. */
export interface Pair {
  readonly live: number;
  readonly candidate: number;
}

export interface RouteOnServer {
  readonly name: string;
  readonly router: Router;
  /** As the input `router` names it. */
  readonly route: string;
  /** Without namespace. Items of a list by collections are found by the resources of the router. */
  readonly objects: readonly KubeObject[];
  /** Beside 0 and 10000, in the order in which they are asked for. */
  readonly shares: readonly Share[];
  readonly originalShare: Share;
  readonly testers: boolean;
  /** Basis points; 0: this route cannot mirror. */
  readonly mirror: Share;
  /** Every rule that leads to the live Service. */
  readonly pairs: (objects: readonly KubeObject[]) => readonly Pair[];
  /** Somebody else's rule before all others; a text: why there is none. */
  readonly insert: JsonPatch | string;
  /** What stays under our name in `managedFields` when everything is as it was: the lists and values that were written. */
  readonly owned: readonly string[];
  /** Somebody else's change of the pair's weights, in the object of this name, while the candidate has a share. */
  readonly foreign: { readonly name: string; readonly patch: JsonPatch };
}

export type Json = Readonly<Record<string, unknown>>;

export function json(value: unknown): Json {
  return (value ?? {}) as Json; // an object, in everything that these routes are made of
}

export function list(object: unknown, ...path: string[]): Json[] {
  return (path.reduce((value: unknown, key) => json(value)[key], object) ?? []) as Json[]; // a list of objects, as above
}

export function kinds(objects: readonly KubeObject[], kind: string): KubeObject[] {
  return objects.filter((object) => object.kind === kind);
}

/** The pair among weighted entries; none when the live Service is not among them. */
export function pair(entries: readonly (readonly [name: unknown, weight: unknown])[], absent: number): Pair[] {
  const weightOf = (service: string): number =>
    entries.filter(([name]) => name === service).reduce((sum, [, weight]) => sum + Number(weight ?? absent), 0);
  return entries.some(([name]) => name === 'web')
    ? [{ live: weightOf('web'), candidate: weightOf('web-candidate') }]
    : [];
}

export function object(apiVersion: string, kind: string, spec: Json, metadata: Json = {}): KubeObject {
  return { apiVersion, kind, metadata: { name: 'web', ...metadata }, ...{ spec } };
}

/** What the API server's JSON writes otherwise than ours does: & < >, a line separator; and control characters, quotes, other scripts. */
export const AWKWARD = 'a&b<c>"\\\u2028é😀';
