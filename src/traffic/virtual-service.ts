import type { KubeObject } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import { type Companion, companionPath, createCompanion, deleteCompanion, policiesFor } from './destination-rule.ts';
import { driverRefusal, ownerWarnings } from './drivers.ts';
import { hasTesters } from './intent.ts';
import { nameIn } from './route-objects.ts';
import { isOurs as isOurObject } from './service-selector.ts';
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
  type RoutedApp,
  type RouteObjects,
  type Router,
  type RouteVerdict,
  type Share,
  type TrafficState,
} from './router.ts';
import { type Found, intended, isOurMirror, located, originally, patchOf, wishOf } from './virtual-service-edits.ts';
import {
  hasThirds,
  isHostOf,
  isOurs,
  type Memo,
  namesCandidate,
  namespaceOf,
  pairIn,
  pathOf,
  placesIn,
  PROTOCOLS,
  rulesOf,
  titleOf,
  type VirtualService,
  weightAt,
} from './virtual-service-rules.ts';
import { reviewRules } from './virtual-service-review.ts';
import { judgeStatus } from './virtual-service-status.ts';
import { commonSum, nearestShares, pairOf, shareOf } from './weights.ts';

/*
 * Istio: the rules of a VirtualService (`http`, `tls`, `tcp`) whose destination is the live Service get the candidate Service as a second
 * destination. The pair is told by hosts, not by subsets: a subset selects by pod labels, the two tracks differ in nothing but
 * `pod-template-hash`, and the candidate's is not known before its ReplicaSet is there. A user's `host: live, subset: x` keeps its
 * subset; what the candidate needs of it, and why it names none, is told in destination-rule.ts.
 *
 * An absent weight is 0, but a single destination gets everything whatever its weight; several with a total of 0 are refused by Istio.
 * Weights are relative. Istio takes the first rule that matches, so testers' rules stand right before the rule that they are made of.
 *
 * Of a root VirtualService that delegates, the delegate is bound: it has the destinations.
 */

/** What is kept of the route as the user wrote it. */
interface Journal {
  readonly memos: readonly Memo[];
  /** The user's own route leads to the candidate Service somewhere. */
  readonly named: boolean;
  readonly companion: Companion | null;
}

export const virtualService: Router = {
  kind: 'virtualservice',
  resources: [
    {
      group: 'networking.istio.io',
      versions: ['v1', 'v1beta1', 'v1alpha3'],
      resource: 'virtualservices',
      kind: 'VirtualService',
    },
    {
      group: 'networking.istio.io',
      versions: ['v1', 'v1beta1', 'v1alpha3'],
      resource: 'destinationrules',
      kind: 'DestinationRule',
    },
  ],
  makes: ['destinationrules'],
  discover,
  read,
  plan,
  review(binding, objects, testers) {
    const route = routeIn(binding, objects);
    if (route === null) return NOTHING_TO_SAY;
    const others = [...objects.values()].filter((object) => object?.kind === route.kind && object !== route);
    return reviewRules(
      route,
      journalOf(binding).memos,
      others.filter((other) => other !== null),
      binding.app,
      testers,
    );
  },
  verdict,
  capabilities,
};

function discover(app: RoutedApp, objects: readonly KubeObject[]): Discovery {
  const bindings: Binding[] = [];
  const refusals: string[] = [];
  const warnings: string[] = [];
  const routes = objects.filter(({ kind }) => kind === 'VirtualService').sort(byName);
  const policies = objects.filter(({ kind }) => kind === 'DestinationRule');
  for (const route of routes) {
    const handed = delegatedElsewhere(route, app, routes);
    if (handed !== null) refusals.push(handed);
    const title = titleOf(route);
    const found = memosOf(route, app);
    if (found === null) continue;
    const driver = driverRefusal(route, title);
    if (driver !== null) {
      refusals.push(driver);
      continue;
    }
    if (typeof found === 'string') {
      refusals.push(found);
      continue;
    }
    const subsets = found.memos.map(({ live }) => live.destination?.subset);
    const policy = policiesFor(app, title, policies, subsets);
    if (policy.refusal !== null) {
      refusals.push(policy.refusal);
      continue;
    }
    const named = namesCandidate(route, app);
    // Whoever names the candidate Service already has decided which policies it has.
    const companion = named ? null : policy.companion;
    const journal: Journal = { memos: found.memos, named, companion };
    const path = pathOf(route);
    bindings.push({
      router: `virtualservice/${route.metadata?.name}`,
      app,
      paths: companion === null ? [path] : [companionPath(companion), path],
      originalShare: found.share,
      journal,
    });
    warnings.push(
      ...policy.warnings,
      ...ownWarnings(route, found.memos),
      ...ownerWarnings(route, title, fieldOf(found.memos)),
    );
  }
  return { bindings, refusals, warnings };
}

/** The rules that lead to the pair and the candidate's share in them; a sentence: why not; null: they lead somewhere else. */
function memosOf(route: VirtualService, app: RoutedApp): { memos: Memo[]; share: Share } | string | null {
  const title = titleOf(route);
  const from = namespaceOf(route);
  const memos: Memo[] = [];
  const shares = new Set<Share>();
  let isNamed = false;
  for (const protocol of PROTOCOLS)
    for (const [index, rule] of rulesOf(route, protocol).entries()) {
      const places = placesIn(rule, app, from);
      const live = rule.route?.[places.live[0] ?? -1];
      if (isOurs(rule) || live === undefined) continue;
      isNamed = true;
      const where = `${title} (${protocol} rule ${rule.name ?? index + 1})`;
      if (places.live.length > 1 || places.candidate.length > 1)
        return (
          `${where} names Service ${places.live.length > 1 ? app.live : app.candidate} more than once ` +
          '(under several subsets or ports), and a release cannot tell these destinations apart. Name it once in each rule.'
        );
      const all = (rule.route ?? []).map((_target, at) => weightAt(rule, at));
      if (all.every((weight) => weight === 0))
        return `${where} has several destinations and no weight on any of them, which Istio refuses. Give them weights.`;
      const pair = pairIn(rule, places);
      const share = shareOf(pair);
      // Somebody else gets everything in this rule.
      if (share === null) continue;
      shares.add(share);
      memos.push({
        protocol,
        name: rule.name ?? null,
        match: rule.match ?? null,
        live,
        candidate: rule.route?.[places.candidate[0] ?? -1] ?? null,
        sum: hasThirds(rule, places) ? pair.live + pair.candidate : null,
        mirrored: rule.mirror !== undefined || rule.mirrors !== undefined,
      });
    }
  if (!isNamed) return null;
  const [share, another] = shares;
  if (share === undefined)
    return `${title} names Service ${app.live}, but no rule of it gives that Service a weight. Give it one, or choose another route.`;
  if (another !== undefined)
    return (
      `${title} gives Service ${app.candidate} ${percents([...shares])} of the users of Service ${app.live}, each in another rule. ` +
      'A release has one share for all of them: give all these rules the same weights.'
    );
  return { memos, share };
}

/** A root whose rules are in a namespace that is not read. */
function delegatedElsewhere(root: VirtualService, app: RoutedApp, read: readonly VirtualService[]): string | null {
  const from = namespaceOf(root);
  if (!(root.spec?.hosts ?? []).some((host) => isHostOf(host, app.live, app.namespace, from))) return null;
  for (const { delegate } of rulesOf(root, 'http')) {
    const { name, namespace = from } = delegate ?? {};
    if (name === undefined || read.some(({ metadata }) => metadata?.name === name && metadata.namespace === namespace))
      continue;
    return (
      `${titleOf(root)} is for Service ${app.live} and delegates to VirtualService ${name} in namespace ${namespace}, ` +
      `which was not found among those of namespace ${app.namespace}. Only routes in the namespace of the app can be used: move it there.`
    );
  }
  return null;
}

function ownWarnings(route: VirtualService, memos: readonly Memo[]): string[] {
  const title = titleOf(route);
  const left = rulesOf(route, 'http').filter(isOurs);
  const blind = new Set(memos.map(({ protocol }) => protocol).filter((protocol) => protocol !== 'http'));
  return [
    ...(left.length > 0
      ? [
          `${title} has rules of an unfinished release (${left.map(({ name }) => name).join(', ')}); they will be removed.`,
        ]
      : []),
    ...(blind.size > 0 && memos.some(({ protocol }) => protocol === 'http')
      ? [
          `${title}: its ${[...blind].join(' and ')} rules have no headers to look at; testers are known in its http rules alone.`,
        ]
      : []),
  ];
}

function read(binding: Binding, objects: RouteObjects): TrafficState {
  const route = routeIn(binding, objects);
  const original = restoring(binding, objects).length === 0;
  if (route === null) return { share: null, overrides: false, mirror: 0, original };
  const { app } = binding;
  const { memos } = journalOf(binding);
  const rules = located(memos, route, app);
  const shares = new Set(rules.map((found) => (found === null ? null : shareAt(found, app, route))));
  const [share = null, ...others] = shares;
  const mirrors = rules.flatMap((found) =>
    found === null || found.memo.protocol !== 'http' ? [] : [mirrorOf(found, app, route)],
  );
  return {
    share: others.length > 0 ? null : share,
    overrides: rulesOf(route, 'http').some(isOurs),
    mirror: mirrors.length === 0 ? 0 : Math.min(...mirrors),
    original,
  };
}

function shareAt({ memo, rule }: Found, app: RoutedApp, route: VirtualService): Share | null {
  const places = placesIn(rule, app, namespaceOf(route));
  const isWhole = places.live.length === 1 && places.candidate.length <= 1;
  const isMissing = memo.candidate !== null && places.candidate.length === 0;
  return isWhole && !isMissing ? shareOf(pairIn(rule, places)) : null;
}

function mirrorOf({ memo, rule }: Found, app: RoutedApp, route: VirtualService): Share {
  if (memo.mirrored || !isOurMirror(rule, app, namespaceOf(route))) return 0;
  return Math.round((rule.mirrorPercentage?.value ?? 100) * 100);
}

function plan(binding: Binding, objects: RouteObjects, wanted: Intent | typeof ORIGINAL): readonly WriteRequest[] {
  if (wanted === ORIGINAL) return restoring(binding, objects);
  const title = bindingTitle(binding);
  assertPossible(binding, wanted);
  const route = routeIn(binding, objects);
  if (route === null)
    throw new CannotRoute(
      `Wanted ${wishOf(wanted)} in ${title}; it is not there any more. Apply it again, or take the release back.`,
    );
  const { app } = binding;
  const { memos, companion } = journalOf(binding);
  const found = companionIn(companion, objects);
  if (companion !== null && found !== null && !isOurObject(found))
    throw new CannotRoute(
      `Wanted a DestinationRule ${companion.name} for Service ${app.candidate}; there is one of that name that is not ours. Rename it.`,
    );
  return [
    // Before the route names the candidate: it has its policies from the first request on.
    ...(companion !== null && found === null ? [createCompanion(companion, app, route)] : []),
    ...patchOf(route, intended(located(memos, route, app), app, route, wanted), `${wishOf(wanted)} (${title})`),
  ];
}

function assertPossible(binding: Binding, wanted: Intent): void {
  const title = bindingTitle(binding);
  for (const [name, value] of [
    ['share', wanted.share],
    ['mirror', wanted.mirror],
  ] as const)
    if (!(value >= 0 && value <= ALL))
      throw new CannotRoute(`Wanted a ${name} of ${percent(value)} in ${title}; it is between 0 and 100 %.`);
  const { nearest, headers, mirror } = capabilities(binding);
  const [below, above] = nearest(wanted.share);
  if (below !== wanted.share)
    throw new CannotRoute(
      `Wanted ${percent(wanted.share)} in ${title}, where other destinations keep their weights; ` +
        `the nearest that it can express are ${percents([below, above])}.`,
    );
  if (hasTesters(wanted) && headers.length === 0)
    throw new CannotRoute(
      `Wanted testers by header or cookie in ${title}; it leads to Service ${binding.app.live} by tls and tcp rules alone, ` +
        'where no header can be seen. Leave the testers away.',
    );
  if (wanted.mirror > 0 && !mirror)
    throw new CannotRoute(
      `Wanted copies of ${percent(wanted.mirror)} of requests in ${title}; ` +
        'its http rules have a mirror of their own, or it has none. Remove that mirror, or release without one.',
    );
}

function restoring(binding: Binding, objects: RouteObjects): readonly WriteRequest[] {
  const { app } = binding;
  const { memos, named, companion } = journalOf(binding);
  const route = routeIn(binding, objects);
  const found = companionIn(companion, objects);
  return [
    ...(route === null
      ? []
      : patchOf(
          route,
          originally(memos, named, app, route),
          `put the rules of ${titleOf(route)} back as you wrote them`,
        )),
    // After the route: as long as it leads to the candidate, the candidate has its policies.
    ...(companion !== null && found !== null && isOurObject(found) ? [deleteCompanion(companion, found)] : []),
  ];
}

function verdict(binding: Binding, objects: RouteObjects): RouteVerdict {
  const route = routeIn(binding, objects);
  if (route === null)
    return { is: 'no', level: 'stored', reasons: [`${bindingTitle(binding)} is not there any more.`] };
  const title = titleOf(route);
  const { companion, named } = journalOf(binding);
  const found = companionIn(companion, objects);
  if (companion !== null && found === null && !named && namesCandidate(route, binding.app))
    return {
      is: 'no',
      level: 'held',
      reasons: [
        `${title} leads to Service ${binding.app.candidate}, whose DestinationRule ${companion.name} is not there: it lacks the traffic policy of Service ${binding.app.live}.`,
      ],
    };
  return judgeStatus(title, route);
}

function capabilities(binding: Binding): Capabilities {
  const { memos } = journalOf(binding);
  const http = memos.filter(({ protocol }) => protocol === 'http');
  const sums = memos.flatMap(({ sum }) => sum ?? []);
  return {
    nearest(share) {
      const isExpressed = sums.every((sum) => shareOf(pairOf(share, sum)) === share);
      if (Number.isInteger(share) && isExpressed) return [share, share];
      const [below, above] = nearestShares(share, commonSum(sums) || ALL);
      return [Math.round(below), Math.round(above)];
    },
    headers: http.length > 0 ? ['exact', 'regex'] : [],
    cookies: http.length > 0,
    mirror: http.length > 0 && !http.some(({ mirrored: isMirrored }) => isMirrored),
    // `programmed` is seen only where Istio was told to write status.
    level: 'held',
  };
}

function journalOf(binding: Binding): Journal {
  return binding.journal as Journal; // written by `discover`; the record keeps it as JSON
}

/** The VirtualService is what is written last when the share rises. */
function routeIn(binding: Binding, objects: RouteObjects): VirtualService | null {
  return objects.get(binding.paths.at(-1) ?? '') ?? null;
}

function companionIn(companion: Companion | null, objects: RouteObjects): KubeObject | null {
  return companion === null ? null : (objects.get(companionPath(companion)) ?? null);
}

function bindingTitle(binding: Binding): string {
  return `VirtualService ${nameIn(binding)}`;
}

function fieldOf(memos: readonly Memo[]): string {
  const { protocol } = memos[0] ?? { protocol: 'http' };
  return protocol === 'http' ? '.spec.http' : `.spec.${protocol}[].route`;
}

function byName(a: KubeObject, b: KubeObject): number {
  const key = ({ metadata }: KubeObject): string => `${metadata?.namespace}/${metadata?.name}`;
  return key(a) < key(b) ? -1 : 1;
}

function percents(shares: readonly Share[]): string {
  return shares.map(percent).join(' and ');
}
