import type { KubeObject } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import { driverRefusal, ownerWarnings } from './drivers.ts';
import { wishOf } from './intent.ts';
import { patchOf } from './patch.ts';
import { nameIn, nameOf, objectIn, ofKind } from './route-objects.ts';
import {
  type Binding,
  CannotRoute,
  type Capabilities,
  type Discovery,
  GONE,
  type Intent,
  NOTHING_TO_SAY,
  ORIGINAL,
  type Review,
  type RoutedApp,
  type Router,
  type RouteObjects,
  type RouteVerdict,
  type TrafficState,
} from './router.ts';
import { sharedWarnings } from './shared-rules.ts';
import {
  assertExpressible,
  assertNoMirror,
  changesOfList,
  coarseness,
  gone,
  journalOfList,
  LEAST_PODS,
  type ListJournal,
  listNames,
  type Member,
  names,
  nearestOf,
  originalShareOf,
  sharedList,
  shareOfList,
  statusless,
  TRAEFIK_GROUP,
  TRAEFIK_VERSION,
} from './traefik-list.ts';

/*
 * The TraefikService that has a weighted list (`spec.weighted.services`); what is to be known of such lists is told in traefik-list.ts.
 */

interface TraefikService extends KubeObject {
  readonly spec?: {
    readonly weighted?: { readonly services?: readonly Member[]; readonly sticky?: unknown };
    readonly mirroring?: Member;
    readonly highestRandomWeight?: { readonly services?: readonly Member[] };
    readonly failover?: { readonly service?: Member; readonly fallback?: Member };
  };
}

const KIND = 'TraefikService';
const LIST = '/spec/weighted/services';

export const traefikService: Router = {
  kind: 'traefikservice',
  resources: [{ group: TRAEFIK_GROUP, versions: [TRAEFIK_VERSION], resource: 'traefikservices', kind: KIND }],

  discover(app, objects): Discovery {
    const bindings: Binding[] = [];
    const refusals: string[] = [];
    const warnings: string[] = [];
    const services: TraefikService[] = ofKind(KIND, app.namespace, objects);
    for (const service of services) {
      const title = `${KIND} ${nameOf(service)}`;
      const otherwise = whyWithoutWeights(service, app);
      if (otherwise !== null) refusals.push(`${title} ${otherwise}`);
      const list = service.spec?.weighted?.services ?? [];
      if (!listNames(list, app.live, app)) continue;
      const journal = journalOfList(list, app);
      const driven = driverRefusal(service, title);
      if (driven !== null) {
        refusals.push(driven);
        continue;
      }
      if ('unfit' in journal) {
        refusals.push(`${title} ${journal.unfit}.`);
        continue;
      }
      warnings.push(...coarseness(title, journal.sum), ...ownerWarnings(service, title, '.spec.weighted.services'));
      if (service.spec?.weighted?.sticky !== undefined)
        warnings.push(
          `${title} has spec.weighted.sticky: users with its cookie stay on the version that they met first, so shares hold for new users only, and those on the candidate move back when it leaves the list.`,
        );
      bindings.push({
        router: `traefikservice/${nameOf(service)}`,
        app,
        paths: [pathOf(service, app)],
        originalShare: originalShareOf(journal),
        journal,
      });
    }
    return { bindings, refusals, warnings };
  },

  read(binding, objects): TrafficState {
    const service = objectOf(binding, objects);
    if (service === null) return GONE;
    const list = service.spec?.weighted?.services ?? [];
    return {
      share: shareOfList(list, binding.app),
      overrides: false,
      mirror: 0,
      original: changesOfList(LIST, list, binding.app, journalOf(binding), ORIGINAL).length === 0,
    };
  },

  plan(binding, objects, wanted): readonly WriteRequest[] {
    const { app } = binding;
    const title = titleOf(binding);
    const journal = journalOf(binding);
    if (wanted !== ORIGINAL) assertPossible(title, journal, wanted);
    const service = objectOf(binding, objects);
    if (service === null) {
      if (wanted === ORIGINAL) return [];
      throw gone(title, 'it', wanted, app);
    }
    const list = service.spec?.weighted?.services ?? [];
    const share = wanted === ORIGINAL ? ORIGINAL : wanted.share;
    const changes = changesOfList(LIST, list, app, journal, share);
    // The whole list: it holds the old weights, and an absent one cannot be tested by itself.
    const tests = [{ op: 'test', path: LIST, value: list } as const];
    const why = wanted === ORIGINAL ? `${title}: its services as you wrote them` : `${title}: ${wishOf(wanted, app)}`;
    return patchOf(binding, service, { tests, changes }, why);
  },

  review(binding, objects): Review {
    const service = objectOf(binding, objects);
    if (service === null) return NOTHING_TO_SAY;
    const list = sharedList('its list of services', service.spec?.weighted?.services ?? [], binding.app);
    return { refusals: [], warnings: sharedWarnings(titleOf(binding), [list]) };
  },

  verdict(binding, objects): RouteVerdict {
    const title = titleOf(binding);
    const service = objectOf(binding, objects);
    if (service === null) return { is: 'no', level: 'stored', reasons: [`${title} is not there any more.`] };
    if (shareOfList(service.spec?.weighted?.services ?? [], binding.app) === null)
      return {
        is: 'no',
        level: 'stored',
        reasons: [`${title} does not send users to Service ${binding.app.live} any more.`],
      };
    return statusless(title);
  },

  capabilities(binding): Capabilities {
    const { sum } = journalOf(binding);
    return {
      nearest: (share) => nearestOf(share, sum),
      headers: [],
      cookies: false,
      mirror: false,
      leastPods: LEAST_PODS,
      level: 'held',
    };
  },
};

/** What a TraefikService without weights does with the live Service; null: nothing that concerns users. */
function whyWithoutWeights({ spec }: TraefikService, app: RoutedApp): string | null {
  const instead =
    'Make a TraefikService with spec.weighted.services that names the Service, and name that one here with kind: TraefikService.';
  const leads = (member: Member | undefined): boolean => member !== undefined && names(member, app.live, app);
  if (leads(spec?.mirroring))
    return `sends users to Service ${app.live} by spec.mirroring, which has no weights. ${instead}`;
  if (leads(spec?.failover?.service) || leads(spec?.failover?.fallback))
    return `sends users to Service ${app.live} by spec.failover, which has no weights. ${instead}`;
  if (listNames(spec?.highestRandomWeight?.services ?? [], app.live, app))
    return `spreads users by spec.highestRandomWeight, which binds each client to one Service: a share of it is no share of the traffic. Use spec.weighted.services.`;
  return null;
}

function assertPossible(title: string, journal: ListJournal, wanted: Intent): void {
  assertExpressible(wanted.share, journal.sum, title);
  if (wanted.headers.length > 0 || wanted.cookies.length > 0)
    throw new CannotRoute(
      `Wanted testers on the candidate by header or cookie; ${title} has weights only, Traefik’s rules are in the IngressRoute. Let the IngressRoute name the Service itself, without a TraefikService between, or do without testers.`,
    );
  assertNoMirror(title, wanted);
}

function pathOf(service: TraefikService, app: RoutedApp): string {
  return `/apis/${TRAEFIK_GROUP}/${TRAEFIK_VERSION}/namespaces/${app.namespace}/traefikservices/${nameOf(service)}`;
}

function objectOf(binding: Binding, objects: RouteObjects): TraefikService | null {
  return objectIn(binding, objects);
}

function titleOf(binding: Binding): string {
  return `${KIND} ${nameIn(binding)}`;
}

function journalOf(binding: Binding): ListJournal {
  return binding.journal as ListJournal; // made by `discover`
}
