import type { WriteRequest } from '../cluster/write-request.ts';
import { assertPossible, CANARY, namesTesters, NGINX, shareOf } from './canary-annotations.ts';
import {
  canaryName,
  creation,
  deletion,
  GROUP,
  identities,
  type Ingress,
  isComplete,
  pathOf,
  type Rule,
  rulesTo,
  update,
} from './canary-ingress.ts';
import { driverRefusal } from './drivers.ts';
import { classOf, FOREIGN_CLASSES, isAlb, KNOWN_CLASSES } from './ingress-classes.ts';
import { hasTesters, wishOf } from './intent.ts';
import { nameIn, nameOf, ofKind } from './route-objects.ts';
import {
  type Binding,
  CannotRoute,
  type Capabilities,
  type Discovery,
  NOTHING_TO_SAY,
  ORIGINAL,
  type RoutedApp,
  type Router,
  type RouteObjects,
  type RouteVerdict,
  type TrafficState,
} from './router.ts';
import { isOurs } from './service-selector.ts';

/*
 * Ingresses by the canary annotations of ingress-nginx (Traefik runs them too, from 3.7 on, with its provider kubernetesIngressNGINX).
 * The user's Ingress is never written. A second one stands beside it, with the rules that lead to the live Service, the candidate
 * Service behind them, and annotations that tell how much of the traffic is its.
 *
 * At share 0 without testers there is no second Ingress at all. With weight 0 it would not be harmless: under cookie affinity a user
 * who has been on the candidate stays there whatever the weight is, so only its absence brings everybody back. For the same reason
 * Original is nothing but its deletion.
 *
 * A trap, from ingress-nginx' sources: it hangs the canary on the *Service and port* of the first Ingress, so that other Ingresses to
 * the same Service and port split alike. More of them in canary-annotations.ts.
 */

/** Which rules led to the live Service at first, by their identities. */
interface Journal {
  readonly rules: readonly string[];
}

export const ingressAnnotations: Router = {
  kind: 'ingress',
  resources: [{ group: GROUP, versions: ['v1'], resource: 'ingresses', kind: 'Ingress' }],
  makes: ['ingresses'],

  discover(app, objects): Discovery {
    const bindings: Binding[] = [];
    const refusals: string[] = [];
    const warnings: string[] = [];
    const all: Ingress[] = ofKind('Ingress', app.namespace, objects);
    for (const ingress of all) {
      // The AWS Load Balancer Controller has a router of its own: alb-ingress.ts.
      if (isOurs(ingress) || isAlb(ingress)) continue;
      const title = `Ingress ${nameOf(ingress)}`;
      const rules = rulesTo(app.live, ingress);
      const isDefault = ingress.spec?.defaultBackend?.service?.name === app.live;
      if (rules.length === 0 && !isDefault) continue;
      const refusal = whyUnfit(ingress, rules, all, app) ?? driverRefusal(ingress, title);
      if (refusal !== null) {
        refusals.push(refusal);
        continue;
      }
      warnings.push(...warningsOf(ingress, isDefault));
      const journal: Journal = { rules: rules.flatMap(identities) };
      bindings.push({
        router: `ingress/${nameOf(ingress)}`,
        app,
        paths: [pathOf(app, nameOf(ingress)), pathOf(app, canaryName(nameOf(ingress)))],
        originalShare: 0,
        journal,
      });
    }
    if (bindings.length > 1)
      warnings.push(
        `Several Ingresses lead to Service ${app.live} (${bindings.map(nameIn).join(', ')}). ingress-nginx keeps one split for each Service and port, so a share given to one holds for the others on the same port, too.`,
      );
    return { bindings, refusals, warnings };
  },

  read(binding, objects): TrafficState {
    const { ingress, canary } = objectsOf(binding, objects);
    if (canary === null || !isOurs(canary)) {
      // Somebody else's object in our canary's place: what it does is not ours to say.
      const share = ingress === null || canary !== null || rulesTo(binding.app.live, ingress).length === 0 ? null : 0;
      return { share, overrides: false, mirror: 0, original: true };
    }
    const annotations = canary.metadata?.annotations ?? {};
    const isWhole = ingress !== null && isComplete(binding.app, journalOf(binding).rules, ingress, canary);
    return {
      share: isWhole && annotations[CANARY] === 'true' ? shareOf(annotations) : null,
      overrides: namesTesters(annotations),
      mirror: 0,
      original: false,
    };
  },

  plan(binding, objects, wanted): readonly WriteRequest[] {
    const { app } = binding;
    const title = titleOf(binding);
    const { ingress, canary } = objectsOf(binding, objects);
    if (wanted !== ORIGINAL) assertPossible(title, wanted);
    const isNothing = wanted === ORIGINAL || (wanted.share === 0 && !hasTesters(wanted));
    if (canary !== null && !isOurs(canary)) {
      if (isNothing) return [];
      throw new CannotRoute(notOurs(canary, title));
    }
    if (isNothing && canary !== null) return [deletion(app, canary, title)];
    if (wanted === ORIGINAL) return [];
    if (ingress === null)
      throw new CannotRoute(
        `Wanted ${wishOf(wanted, app)}; ${title} is not there any more. Put it back, or take the release back.`,
      );
    const rules = rulesTo(app.live, ingress);
    if (rules.length === 0)
      throw new CannotRoute(
        `Wanted ${wishOf(wanted, app)}; ${title} has no rule for Service ${app.live} any more. Put it back, or take the release back.`,
      );
    if (isNothing) return [];
    return canary === null ? [creation(app, ingress, wanted)] : update(app, ingress, canary, wanted);
  },

  // One Ingress leads a path to one Service, and testers are a matter of the second Ingress.
  review: () => NOTHING_TO_SAY,

  verdict(binding, objects): RouteVerdict {
    const title = titleOf(binding);
    const { ingress, canary } = objectsOf(binding, objects);
    if (ingress === null) return { is: 'no', level: 'stored', reasons: [`${title} is not there any more.`] };
    if (rulesTo(binding.app.live, ingress).length === 0)
      return {
        is: 'no',
        level: 'stored',
        reasons: [`${title} has no rule for Service ${binding.app.live} any more.`],
      };
    if (canary !== null && !isOurs(canary)) return { is: 'no', level: 'stored', reasons: [notOurs(canary, title)] };
    if (canary !== null && !isComplete(binding.app, journalOf(binding).rules, ingress, canary))
      return {
        is: 'no',
        level: 'stored',
        reasons: [
          `Ingress ${nameOf(canary)} has not the rules of ${title} for Service ${binding.app.live} any more: somebody changed one of them.`,
        ],
      };
    return {
      is: 'unknown',
      level: 'held',
      reasons: [
        `The status of ${title} has only addresses: its controller does not tell whether it took the weights up. Only traffic shows it.`,
      ],
    };
  },

  capabilities(): Capabilities {
    return {
      nearest: (share) => [Math.floor(share), Math.ceil(share)],
      headers: ['exact', 'regex'],
      // With the value `always` only, and one header and one cookie at most: `plan` says so when asked for something else.
      cookies: true,
      mirror: false,
      level: 'held',
    };
  },
};

function whyUnfit(ingress: Ingress, rules: readonly Rule[], all: readonly Ingress[], app: RoutedApp): string | null {
  const title = `Ingress ${nameOf(ingress)}`;
  const annotations = Object.keys(ingress.metadata?.annotations ?? {});
  const own = annotations.filter((key) => key.startsWith(CANARY)).sort();
  if (own.length > 0)
    return `${title} leads to Service ${app.live} and has canary annotations of its own (${own.join(', ')}); a rule can have one canary only. Remove them, or that Ingress.`;
  const alien = annotations.find((key) => key.startsWith('nginx.org/') || key.startsWith('nginx.com/'));
  if (alien !== undefined)
    return `${title} is run by F5’s NGINX Ingress Controller (annotation ${alien}), which has no canary annotations. Use another kind of route, or ingress-nginx.`;
  const className = classOf(ingress);
  const foreign = className === undefined ? undefined : FOREIGN_CLASSES.get(className);
  if (foreign !== undefined)
    return `${title} is of class ${className}, which ${foreign} runs: it does not know the canary annotations of ingress-nginx, and a second Ingress for the same hosts would take users at random. Use a kind of route that it can weight${className === 'traefik' ? ' (TraefikService, IngressRoute, HTTPRoute), or Traefik 3.7’s provider kubernetesIngressNGINX with a class of its own' : ''}.`;
  if (rules.length === 0)
    return `${title} leads to Service ${app.live} by spec.defaultBackend only, and canaries belong to rules. Give it a rule with path / for that Service.`;
  const name = canaryName(nameOf(ingress));
  const inTheWay = all.find((other) => nameOf(other) === name && !isOurs(other));
  if (inTheWay !== undefined) return notOurs(inTheWay, title);
  const paths = new Set(rules.flatMap(identities));
  const rival = all.find(
    (other) =>
      other.metadata?.annotations?.[CANARY] === 'true' &&
      !isOurs(other) &&
      (other.spec?.rules ?? []).flatMap(identities).some((identity) => paths.has(identity)),
  );
  if (rival !== undefined)
    return `${title} has a canary already: Ingress ${nameOf(rival)} for the same host and path. A rule can have one canary only; delete that Ingress.`;
  return null;
}

function notOurs(canary: Ingress, title: string): string {
  return `Wanted to make Ingress ${nameOf(canary)} as the canary of ${title}; there is one that Crossfade has not made. Rename or delete it.`;
}

function warningsOf(ingress: Ingress, isDefault: boolean): string[] {
  const title = `Ingress ${nameOf(ingress)}`;
  const className = classOf(ingress);
  const { [`${NGINX}affinity`]: affinity, [`${NGINX}affinity-canary-behavior`]: behaviour } =
    ingress.metadata?.annotations ?? {};
  const warnings: string[] = [];
  if (className === undefined || !KNOWN_CLASSES.test(className))
    warnings.push(
      `${title} ${className === undefined ? 'names no class' : `is of class ${className}, which Crossfade does not know`}: make sure that its controller runs the canary annotations of ingress-nginx (ingress-nginx itself, or Traefik from 3.7 on by its provider kubernetesIngressNGINX). Another one would take the second Ingress for a route of its own and send users there at random.`,
    );
  if (affinity === 'cookie' && behaviour !== 'legacy')
    warnings.push(
      `${title} has ${NGINX}affinity: cookie. Users with its cookie stay on the version that they met first, so shares hold for new users only. Set ${NGINX}affinity-canary-behavior: legacy to let the shares decide.`,
    );
  if (isDefault)
    warnings.push(`${title} leads to its Service by spec.defaultBackend, too; only its rules get a share for certain.`);
  return warnings;
}

function objectsOf(binding: Binding, objects: RouteObjects): { ingress: Ingress | null; canary: Ingress | null } {
  const [ingress = null, canary = null] = binding.paths.map((path) => objects.get(path) ?? null);
  return { ingress, canary };
}

function titleOf(binding: Binding): string {
  return `Ingress ${nameIn(binding)}`;
}

function journalOf(binding: Binding): Journal {
  return binding.journal as Journal; // made by `discover`
}
