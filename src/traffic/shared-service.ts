import type { EndpointSlice, Service } from '../cluster/wire.ts';
import type { Finding } from '../engine/refusal.ts';
import type { Track } from '../release/observation.ts';
import { SERVICE_LABEL } from './endpoints.ts';

const MOST_NAMED = 3;

/**
 * Pods of others that the live Service sends users to as well: while a release has it lead to one version, they would have none, and whoever
 * routes to them alone (a subset of Istio's, say) would reach nobody. `tracks`: all of the Deployment's. Pure.
 */
export function sharedServiceFindings(
  service: Service,
  slices: readonly EndpointSlice[],
  { deployment, tracks }: { readonly deployment: string; readonly tracks: readonly Track[] },
): Finding[] {
  const name = service.metadata?.name;
  const reached = slices
    .filter((slice) => slice.metadata?.labels?.[SERVICE_LABEL] === name)
    .flatMap((slice) => slice.endpoints ?? [])
    .flatMap(({ conditions, targetRef }) =>
      conditions?.ready === false || targetRef?.kind !== 'Pod' ? [] : (targetRef.name ?? []),
    );
  const known = new Set(tracks.flatMap(({ pods }) => pods.map((pod) => pod.name)));
  // One that was deleted by force is gone before it is known to the Service.
  const isOwn = (pod: string): boolean =>
    known.has(pod) || tracks.some(({ hash }) => pod.startsWith(`${deployment}-${hash}-`));
  const others = [...new Set(reached)].filter((pod) => !isOwn(pod)).sort();
  if (others.length === 0) return [];
  const more = others.length - MOST_NAMED;
  return [
    {
      message:
        `Service ${name} sends users to ${others.length} ${others.length === 1 ? 'pod' : 'pods'} that ${others.length === 1 ? 'is' : 'are'} not of Deployment ${deployment}: ` +
        `${others.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}. While a release is under way the Service leads to this Deployment’s versions alone, and those pods would have no users. ` +
        `Give Deployment ${deployment} a Service of its own (input service), whose selector has a label that only its pods have, or end the others first.`,
    },
  ];
}
