import type { KubeObject, Service } from '../cluster/wire.ts';
import { servicePath, type WriteRequest } from '../cluster/write-request.ts';
import type { Plan, Selector } from '../release/plan.ts';
import { HASH_LABEL } from '../workload/template.ts';
import { nameOf } from './route-objects.ts';

/*
 * The router of blue/green: the selector of the user's own Service. A pin is one more label in it, `pod-template-hash`;
 * without it the selector is what the user wrote.
 */

/** Labels and annotations of what we make, so that a person knows whose it is. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'crossfade' } as const;

/** Whether we have made it. */
export function isOurs({ metadata }: KubeObject): boolean {
  return Object.entries(MANAGED_BY).every(([key, value]) => metadata?.labels?.[key] === value);
}

/** Only stable's pods, from before the candidate exists. */
export function pin(service: Service, hash: string): WriteRequest {
  return select(
    service,
    { ...unpinned(service), [HASH_LABEL]: hash },
    `pin Service ${nameOf(service)} to stable (${hash})`,
  );
}

/** The switch: all users to the candidate. */
export function switchTo(service: Service, hash: string): WriteRequest {
  return select(
    service,
    { ...unpinned(service), [HASH_LABEL]: hash },
    `switch Service ${nameOf(service)} to the candidate (${hash})`,
  );
}

/** All users to stable again. */
export function switchBack(service: Service, hash: string): WriteRequest {
  return select(
    service,
    { ...unpinned(service), [HASH_LABEL]: hash },
    `move users of Service ${nameOf(service)} back to stable (${hash})`,
  );
}

/** Both tracks for a moment, for load balancers that attach and detach pods one by one. */
export function overlap(service: Service): WriteRequest {
  return select(service, unpinned(service), `let Service ${nameOf(service)} reach both tracks`);
}

export function unpin(service: Service): WriteRequest {
  return select(service, unpinned(service), `unpin Service ${nameOf(service)}: its selector is again as you wrote it`);
}

function select(service: Service, selector: Selector, why: string): WriteRequest {
  return {
    verb: 'patch',
    path: servicePath(service.metadata?.namespace ?? '', nameOf(service)),
    tests: [
      { op: 'test', path: '/metadata/uid', value: service.metadata?.uid },
      { op: 'test', path: '/spec/selector', value: service.spec?.selector ?? {} },
    ],
    changes: [{ op: 'replace', path: '/spec/selector', value: selector }],
    why,
  };
}

/** The selector without the pin. */
export function unpinned(service: Service): Selector {
  const { [HASH_LABEL]: _pin, ...selector } = service.spec?.selector ?? {};
  return selector;
}

/** A Service of the same ports that reaches only the candidate; owned by the Deployment, so that it can never outlive it. */
export function createCandidateService(plan: Plan, live: Service, hash: string): WriteRequest {
  const namespace = live.metadata?.namespace ?? '';
  return {
    verb: 'create',
    path: servicePath(namespace),
    body: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: plan.candidateService.name,
        namespace,
        labels: MANAGED_BY,
        annotations: { 'crossfade/release': plan.release },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name: plan.deployment.name, uid: plan.deployment.uid },
        ],
      },
      spec: {
        type: 'ClusterIP',
        selector: { ...plan.service.selector, [HASH_LABEL]: hash },
        ports: (live.spec?.ports ?? []).map(({ nodePort: _nodePort, ...port }) => port),
      },
    },
    why: `create Service ${plan.candidateService.name}: it reaches only the candidate`,
  };
}

/** The user's own candidate Service: its selector gains the pin. */
export function pointCandidateService(service: Service, hash: string): WriteRequest {
  return select(
    service,
    { ...unpinned(service), [HASH_LABEL]: hash },
    `point Service ${nameOf(service)} at the candidate (${hash})`,
  );
}

/** Routes that still lead to the candidate Service bring users to stable from here on. */
export function divert(service: Service, hash: string): WriteRequest {
  return select(
    service,
    { ...unpinned(service), [HASH_LABEL]: hash },
    `point Service ${nameOf(service)} at stable: whoever is routed there is on stable again`,
  );
}

/** The candidate Service shows how far the EndpointSlice controller knows of the old pods' leaving. */
export function watchStable(service: Service, hash: string): WriteRequest {
  return select(
    service,
    { ...unpinned(service), [HASH_LABEL]: hash },
    `point Service ${nameOf(service)} at stable, to see its pods leave`,
  );
}

export function restoreCandidateService(service: Service, selector: Selector): WriteRequest {
  return select(service, selector, `put the selector of Service ${nameOf(service)} back`);
}

export function deleteCandidateService(service: Service): WriteRequest {
  return {
    verb: 'delete',
    path: servicePath(service.metadata?.namespace ?? '', nameOf(service)),
    uid: service.metadata?.uid ?? '',
    why: `delete Service ${nameOf(service)}`,
  };
}
