import type { EndpointSlice, Service } from '../cluster/wire.ts';

/** The label that ties EndpointSlices to their Service. */
export const SERVICE_LABEL = 'kubernetes.io/service-name';

/**
 * Names of the pods that a Service sends users to: ready in one of its EndpointSlices, behind every port of the Service.
 * A pod stands in several slices (IPv4 and IPv6, or after a split); one whose template lacks a named target port stands in a slice
 * without that port, and no error says so.
 */
export function readyPodsBehind(service: Service, slices: readonly EndpointSlice[]): Set<string> {
  const wanted = (service.spec?.ports ?? []).map((port) => port.name ?? '');
  const portsOfPod = new Map<string, Set<string>>();
  for (const slice of slices) {
    if (slice.metadata?.labels?.[SERVICE_LABEL] !== service.metadata?.name) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const pod = endpoint.targetRef?.kind === 'Pod' ? endpoint.targetRef.name : undefined;
      if (pod === undefined || endpoint.conditions?.ready === false) continue;
      const ports = portsOfPod.get(pod) ?? new Set();
      for (const port of slice.ports ?? []) ports.add(port.name ?? '');
      portsOfPod.set(pod, ports);
    }
  }
  return new Set([...portsOfPod].filter(([, ports]) => wanted.every((port) => ports.has(port))).map(([pod]) => pod));
}
