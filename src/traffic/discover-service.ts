import type { Deployment, Service } from '../cluster/wire.ts';
import type { Finding } from '../engine/refusal.ts';
import { HASH_LABEL } from '../workload/template.ts';

/** The live Service: the one named, or the only one that selects the pods; otherwise what was found instead. Never a guess. */
export function chooseService(
  deployment: Deployment,
  services: readonly Service[],
  wanted: string | null,
): { service: Service } | { findings: Finding[] } {
  const labels = deployment.spec?.template?.metadata?.labels ?? {};
  const name = deployment.metadata?.name;
  if (wanted !== null) {
    const service = services.find((candidate) => candidate.metadata?.name === wanted);
    if (service === undefined)
      return refuse(`Wanted Service ${wanted} (input service); the namespace has: ${listNames(services)}.`);
    const unfit = whyUnfit(service, labels);
    return unfit === null
      ? { service }
      : refuse(`Service ${wanted} cannot switch users of Deployment ${name}: ${unfit}`);
  }
  const selecting = services.filter((service) => selects(service, labels) && !isCandidateHelper(service));
  const [only, ...rest] = selecting;
  if (only === undefined)
    return refuse(
      `Wanted a Service that selects the pods of Deployment ${name} (labels ${listLabels(labels)}); found none among: ${listNames(services)}. ` +
        'Blue/green switches users by a Service’s selector. Name it with input service.',
    );
  if (rest.length > 0)
    return refuse(
      `Several Services select the pods of Deployment ${name}: ${listNames(selecting)}. Name the one that users reach with input service.`,
    );
  const unfit = whyUnfit(only, labels);
  return unfit === null
    ? { service: only }
    : refuse(`Service ${only.metadata?.name} cannot switch users of Deployment ${name}: ${unfit}`);
}

/** Why a Service cannot reach one track by its selector; null: it can. `labels`: the pods'. */
export function whyUnfit(service: Service, labels: Record<string, string>): string | null {
  const { spec } = service;
  if (spec?.type === 'ExternalName') return 'it is of type ExternalName, which has no selector.';
  if (Object.keys(spec?.selector ?? {}).length === 0)
    return 'it has no selector; its endpoints are made by somebody else.';
  if (spec?.clusterIP === 'None')
    return 'it is headless (clusterIP: None): clients find pods by DNS and keep their addresses, a switch would not move them.';
  if (spec?.publishNotReadyAddresses === true)
    return 'it has publishNotReadyAddresses: true, so users would reach pods that are not Ready.';
  if (spec?.selector?.[HASH_LABEL] !== undefined) return whyPinned(spec.selector[HASH_LABEL]);
  if (!selects(service, labels))
    return `its selector (${listLabels(spec?.selector ?? {})}) does not select the pods (labels ${listLabels(labels)}).`;
  return null;
}

/** Whoever took the label away while another Deployment's release has it there would give that one's users whatever is Ready. */
function whyPinned(hash: string): string {
  return (
    `its selector has ${HASH_LABEL} already, and there is no record of an unfinished release of this Deployment. ` +
    `See whose version it leads to (kubectl get replicasets -l ${HASH_LABEL}=${hash}): an unfinished release of another Deployment is to be ended first, by action: promote or abort with that deployment. ` +
    'If there is none, remove that label from the selector.'
  );
}

function selects(service: Service, labels: Record<string, string>): boolean {
  const selector = Object.entries(service.spec?.selector ?? {}).filter(([key]) => key !== HASH_LABEL);
  return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
}

/** A candidate Service of ours that a killed run left behind is nobody's live Service. */
function isCandidateHelper(service: Service): boolean {
  return service.metadata?.annotations?.['crossfade/release'] !== undefined;
}

function listNames(services: readonly Service[]): string {
  const names = services.map((service) => service.metadata?.name ?? '');
  return names.length === 0 ? '(none)' : names.slice(0, 20).join(', ');
}

function listLabels(labels: Record<string, string>): string {
  const list = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return list.length === 0 ? 'none' : list.join(', ');
}

function refuse(message: string): { findings: Finding[] } {
  return { findings: [{ message }] };
}
