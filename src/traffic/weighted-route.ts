import type { JsonPatch, JsonPatchOperation, KubeObject } from '../cluster/wire.ts';
import { driverRefusal, ownerWarnings } from './drivers.ts';
import { hasTesters } from './intent.ts';
import type { Patch } from './patch.ts';
import { keyOf, nameIn, nameOf, ofKind } from './route-objects.ts';
import {
  ALL,
  type Binding,
  CannotRoute,
  type Capabilities,
  type Discovery,
  type Intent,
  NOTHING_TO_SAY,
  ORIGINAL,
  percent,
  type Review,
  type RoutedApp,
  type Router,
  type RouteResource,
  type RouteVerdict,
  type Share,
} from './router.ts';
import { sharedWarnings } from './shared-rules.ts';
import { names, type Scale, sharedRules, shareIn, type WeightedRule } from './weighted-rules.ts';

/*
 * Routes that are one object with lists of weighted destinations (weighted-rules.ts): found, refused, and patched.
 */

/** Null: the weight was absent, and is to be so again. */
export function weightPatch(path: string, weight: number | null): JsonPatch {
  return [weight === null ? { op: 'remove', path } : { op: 'add', path, value: weight }];
}

/** What makes the testers' rules those that are wanted. `existing`: ours, as they stand in the list at `pointer`. */
export function testersPatch(
  pointer: string,
  existing: readonly { readonly path: string; readonly value: object }[],
  wanted: readonly object[],
): Patch {
  const missing = wanted.filter((rule) => !existing.some(({ value }) => keyOf(value) === keyOf(rule)));
  const surplus = existing.filter(({ value }) => !wanted.some((rule) => keyOf(value) === keyOf(rule)));
  return {
    tests: surplus.map(({ path, value }) => ({ op: 'test', path, value })),
    changes: [
      ...surplus.map(({ path }): JsonPatchOperation => ({ op: 'remove', path })).reverse(),
      ...missing.map((value): JsonPatchOperation => ({ op: 'add', path: `${pointer}/-`, value })),
    ],
  };
}

export function whyOf(kind: string, binding: Binding, wanted: Intent | typeof ORIGINAL): string {
  const object = `${kind} ${nameIn(binding)}`;
  if (wanted === ORIGINAL) return `put ${object} back as you wrote it`;
  const { live, candidate } = binding.app;
  const testers = hasTesters(wanted) ? ', testers always' : '';
  const mirror = wanted.mirror > 0 ? `, copies of ${percent(wanted.mirror)}` : '';
  return `${object}: ${percent(wanted.share)} to ${candidate}${testers}${mirror}, the rest to ${live}`;
}

/** How a router's kind of object is found and named. */
export interface RouteKind extends Pick<Router, 'kind'> {
  readonly resource: RouteResource;
  /** What a release changes, as a jq path. */
  readonly field: string;
  readonly scale: Scale;
}

export type Found =
  | { readonly refusal: string }
  | { readonly journal: unknown; readonly rules: readonly WeightedRule[]; readonly warnings?: readonly string[] };

/** The objects of a kind in the app's namespace; `found` is null for those that do not lead to the live Service. */
export function discoverEach(
  { kind: router, resource, field, scale }: RouteKind,
  app: RoutedApp,
  objects: readonly KubeObject[],
  found: (object: KubeObject) => Found | null,
): Discovery {
  const bindings: Binding[] = [];
  const refusals: string[] = [];
  const warnings: string[] = [];
  for (const object of ofKind(resource.kind, app.namespace, objects)) {
    const result = found(object);
    if (result === null) continue;
    const title = `${resource.kind} ${nameOf(object)}`;
    const driver = driverRefusal(object, title);
    if (driver !== null) refusals.push(driver);
    else if ('refusal' in result) refusals.push(result.refusal);
    else {
      const originalShare = shareIn(result.rules, app, scale);
      if (originalShare === null) {
        refusals.push(
          `${title} cannot be used: its rules give Service ${app.candidate} different shares; let them give it the same, or none.`,
        );
        continue;
      }
      const path = pathOf(resource, object);
      bindings.push({
        router: `${router}/${nameOf(object)}`,
        app,
        paths: [path],
        originalShare,
        journal: result.journal,
      });
      warnings.push(...ownerWarnings(object, title, field), ...(result.warnings ?? []));
    }
  }
  return { bindings, refusals, warnings };
}

function pathOf({ group, versions, resource }: RouteResource, { apiVersion, metadata }: KubeObject): string {
  const version = apiVersion?.split('/')[1] ?? versions[0];
  return `/apis/${group}/${version}/namespaces/${metadata?.namespace}/${resource}/${metadata?.name}`;
}

/** What there is to say of a kind whose rules take no testers away. @param rules null: the object is gone */
export function reviewShares(
  { resource, scale }: RouteKind,
  binding: Binding,
  rules: readonly WeightedRule[] | null,
): Review {
  if (rules === null) return NOTHING_TO_SAY;
  const shared = sharedRules(rules, binding.app, scale);
  return { refusals: [], warnings: sharedWarnings(`${resource.kind} ${nameIn(binding)}`, shared) };
}

/** @throws {CannotRoute} for what no object of this kind, or not this one, can do */
export function assertPossible(kind: string, binding: Binding, able: Capabilities, wanted: Intent): void {
  const object = `${kind} ${nameIn(binding)}`;
  const isPart = (part: Share): boolean => part >= 0 && part <= ALL;
  if (!isPart(wanted.share) || !isPart(wanted.mirror))
    throw new CannotRoute(
      `${object} is to give ${binding.app.candidate} a share of ${percent(wanted.share)} and copies of ${percent(wanted.mirror)}; both are from 0 to 100 %`,
    );
  const [below, above] = able.nearest(wanted.share);
  // Shares between weights are fractions: a third of 3 is 3333.3….
  if (Math.min(wanted.share - below, above - wanted.share) > 1e-6)
    throw new CannotRoute(
      `${object} is to give ${binding.app.candidate} ${percent(wanted.share)}, but its weights can express ${percent(below)} and ${percent(above)}: use one of these`,
    );
  const header = wanted.headers.find((match) => !able.headers.includes(match.kind));
  if (header !== undefined)
    throw new CannotRoute(`${object} cannot know testers by the ${header.kind} header ${header.name}: leave it out`);
  if (wanted.cookies.length > 0 && !able.cookies)
    throw new CannotRoute(`${object} cannot know testers by a cookie: leave it out`);
  if (wanted.mirror > 0 && !able.mirror)
    throw new CannotRoute(`${object} cannot copy requests to ${binding.app.candidate}: leave the mirror out`);
}

/** @throws {CannotRoute} when there is nothing to give a share in */
export function assertThere(kind: string, binding: Binding, rules: readonly WeightedRule[] | null): void {
  const object = `${kind} ${nameIn(binding)}`;
  if (rules === null)
    throw new CannotRoute(`${object} is to give ${binding.app.candidate} a share, but it was deleted: apply it again`);
  if (!rules.some((rule) => names(rule, binding.app.live)))
    throw new CannotRoute(
      `${object} is to give ${binding.app.candidate} a share, but it no longer names Service ${binding.app.live}: put that back`,
    );
}

export function deleted(kind: string, binding: Binding): RouteVerdict {
  return { is: 'no', level: 'stored', reasons: [`${kind} ${nameIn(binding)} was deleted: apply it again`] };
}
