import type { JsonPatch, KubeObject } from '../cluster/wire.ts';
import { type Binding, GONE, ORIGINAL, type RoutedApp, type Router, type RouteObjects, type Share } from './router.ts';
import { type Condition, verdictOf } from './condition.ts';
import { patchOf } from './patch.ts';
import { nameOf, objectIn } from './route-objects.ts';
import {
  deleted,
  discoverEach,
  type Found,
  assertPossible,
  assertThere,
  reviewShares,
  type RouteKind,
  weightPatch,
  whyOf,
} from './weighted-route.ts';
import {
  editsOf,
  keepAll,
  type KeptWeights,
  names,
  nearestOf,
  shareIn,
  type WeightEdit,
  type WeightedRule,
} from './weighted-rules.ts';

/*
 * OpenShift Route: `spec.to.weight` and up to three `spec.alternateBackends[].weight`, 0 to 256 each; an absent weight is 100. A Route
 * is one list of weighted destinations and nothing else.
 */

const KIND = 'Route';
/** 200: percents are exact, and halves of them. */
const OPENSHIFT: RouteKind = {
  kind: 'route',
  resource: { group: 'route.openshift.io', versions: ['v1'], resource: 'routes', kind: KIND },
  field: '.spec.to, .spec.alternateBackends',
  scale: { absent: 100, alone: 200, max: 256, even: false },
};
const MOST_ALTERNATES = 3;
const ALTERNATES = '/spec/alternateBackends';
/** https://docs.redhat.com/en/documentation/openshift_container_platform/4.18/html/networking/configuring-routes */
const COOKIES = 'haproxy.router.openshift.io/disable_cookies';
const BALANCE = 'haproxy.router.openshift.io/balance';

interface Route extends KubeObject {
  spec?: { to?: Backend; alternateBackends?: readonly Backend[]; tls?: { termination?: string } };
  status?: { ingress?: readonly { readonly routerName?: string; readonly conditions?: readonly Condition[] }[] };
}

interface Backend {
  readonly kind?: string;
  readonly name: string;
  readonly weight?: number;
}

interface Journal {
  readonly rules: readonly KeptWeights[];
  /** Whether `spec.alternateBackends` was there. */
  readonly alternates: boolean;
}

export const openshiftRoute: Router = {
  kind: OPENSHIFT.kind,
  resources: [OPENSHIFT.resource],

  discover(app, objects) {
    return discoverEach(OPENSHIFT, app, objects, (object) => bind(app, object));
  },

  read(binding, objects) {
    const route = routeOf(binding, objects);
    if (route === null) return GONE;
    const list = listOf(route);
    return {
      share: shareIn([list], binding.app, OPENSHIFT.scale),
      overrides: false,
      mirror: 0,
      original: editsOf(list, journalOf(binding).rules, binding.app, OPENSHIFT.scale, ORIGINAL).length === 0,
    };
  },

  plan(binding, objects, wanted) {
    const route = routeOf(binding, objects);
    if (wanted !== ORIGINAL) {
      assertPossible(KIND, binding, openshiftRoute.capabilities(binding), wanted);
      assertThere(KIND, binding, route === null ? null : [listOf(route)]);
    }
    if (route === null) return [];
    const tests: JsonPatch = [
      { op: 'test', path: '/spec/to', value: route.spec?.to },
      { op: 'test', path: ALTERNATES, value: route.spec?.alternateBackends ?? null },
    ];
    const changes = changesOf(binding, route, wanted === ORIGINAL ? wanted : wanted.share);
    return patchOf(binding, route, { tests, changes }, whyOf(KIND, binding, wanted));
  },

  review(binding, objects) {
    const route = routeOf(binding, objects);
    return reviewShares(OPENSHIFT, binding, route && [listOf(route)]);
  },

  verdict(binding, objects) {
    const route = routeOf(binding, objects);
    if (route === null) return deleted(KIND, binding);
    const verdicts = (route.status?.ingress ?? []).map(({ routerName = '', conditions = [] }) =>
      verdictOf(
        `${KIND} ${nameOf(route)} at router ${routerName}`,
        route,
        conditions.find(({ type }) => type === 'Admitted'),
      ),
    );
    if (verdicts.length === 0) return verdictOf(`${KIND} ${nameOf(route)}`, route, undefined);
    const refused = verdicts.filter(({ is }) => is === 'no');
    const open = verdicts.filter(({ is }) => is !== 'yes');
    const telling = refused.length > 0 ? refused : open.length > 0 ? open : verdicts;
    return {
      is: telling[0]?.is ?? 'unknown',
      level: telling[0]?.level ?? 'stored',
      reasons: telling.flatMap(({ reasons }) => reasons),
    };
  },

  capabilities(binding) {
    return {
      nearest: (share) => nearestOf(share, journalOf(binding).rules, OPENSHIFT.scale),
      headers: [],
      cookies: false,
      mirror: false,
      level: 'accepted',
    };
  },
};

function bind(app: RoutedApp, route: Route): Found | null {
  const list = listOf(route);
  if (!names(list, app.live)) return null;
  const title = `${KIND} ${nameOf(route)}`;
  const alternates = route.spec?.alternateBackends;
  if (!names(list, app.candidate) && (alternates ?? []).length >= MOST_ALTERNATES)
    return {
      refusal: `${title} cannot be used: it has ${MOST_ALTERNATES} alternate backends, the most there can be; take one out of \`spec.alternateBackends\`, so that Service ${app.candidate} has a place.`,
    };
  const { kept, refusal } = keepAll([list], app, OPENSHIFT.scale, title);
  if (refusal !== undefined) return { refusal };
  const journal: Journal = { rules: kept, alternates: alternates !== undefined };
  return { journal, rules: [list], warnings: warningsOf(route, title) };
}

function warningsOf({ metadata, spec }: Route, title: string): string[] {
  const warnings: string[] = [];
  const isSticky =
    spec?.tls?.termination !== 'passthrough' && !/^(true|1|yes)$/i.test(metadata?.annotations?.[COOKIES] ?? '');
  if (isSticky)
    warnings.push(
      `${title} keeps each browser on its pod by a cookie, so that a share holds for new users only; the annotation \`${COOKIES}: "true"\` makes it hold for every request.`,
    );
  const balance = metadata?.annotations?.[BALANCE];
  if (balance !== undefined && balance !== 'roundrobin' && balance !== 'random')
    warnings.push(
      `${title} balances by \`${balance}\`, which does not follow weights closely; let its annotation \`${BALANCE}\` say \`roundrobin\`.`,
    );
  return warnings;
}

function listOf({ spec }: Route): WeightedRule {
  return {
    key: 'backends',
    title: 'its list of backends',
    destinations: backendsOf(spec).map(({ kind, name, weight }) => ({
      service: kind === undefined || kind === '' || kind === 'Service' ? name : null,
      weight: weight ?? null,
    })),
  };
}

function backendsOf(spec: Route['spec']): readonly Backend[] {
  return [...(spec?.to === undefined ? [] : [spec.to]), ...(spec?.alternateBackends ?? [])];
}

function changesOf(binding: Binding, route: Route, wanted: Share | typeof ORIGINAL): JsonPatch {
  const edits = editsOf(listOf(route), journalOf(binding).rules, binding.app, OPENSHIFT.scale, wanted);
  return edits.flatMap((edit) => changeOf(binding, route, edit));
}

function changeOf(binding: Binding, { spec }: Route, edit: WeightEdit): JsonPatch {
  const path = edit.at === 0 ? '/spec/to' : `${ALTERNATES}/${edit.at - 1}`;
  switch (edit.edit) {
    case 'weight':
      return weightPatch(`${path}/weight`, edit.weight);
    case 'add': {
      const value = { ...backendsOf(spec)[edit.at], name: binding.app.candidate, weight: edit.weight };
      return spec?.alternateBackends === undefined
        ? [{ op: 'add', path: ALTERNATES, value: [value] }]
        : [{ op: 'add', path: `${ALTERNATES}/-`, value }];
    }
    case 'rename':
      return [{ op: 'replace', path: `${path}/name`, value: binding.app.live }];
    case 'drop': {
      const isLast = spec?.alternateBackends?.length === 1 && !journalOf(binding).alternates;
      return [{ op: 'remove', path: isLast ? ALTERNATES : path }];
    }
  }
}

function routeOf(binding: Binding, objects: RouteObjects): Route | null {
  return objectIn(binding, objects);
}

function journalOf(binding: Binding): Journal {
  return binding.journal as Journal; // made by `bind`
}
