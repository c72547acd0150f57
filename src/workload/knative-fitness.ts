import type { Finding } from '../engine/refusal.ts';
import type { TrafficTarget } from '../release/knative/plan.ts';
import { driverRefusal } from '../traffic/drivers.ts';
import {
  conditionOf,
  describeTraffic,
  isLatest,
  type KnativeService,
  type Revision,
  specDigest,
  wordsOf,
} from './knative-service.ts';
import type { WantedVersion } from './wanted-version.ts';

/** Whether a release of this Knative Service may begin, and its stable Revision; or everything that speaks against it. Pure. */
export function fitnessOf(
  service: KnativeService,
  revisions: readonly Revision[],
  { from }: Pick<WantedVersion, 'from'> = { from: 'inputs' },
): { readonly stable: Revision } | { readonly findings: readonly Finding[] } {
  const stable = revisions.find(({ metadata }) => metadata?.name === service.status?.latestReadyRevisionName);
  const messages = [
    deleted(service),
    driverRefusal(service, titleOf(service)),
    owned(service),
    unsettled(service, from),
    divided(service),
    stable === undefined ? null : unlike(service, stable),
  ].filter((message) => message !== null);
  if (messages.length === 0 && stable !== undefined) return { stable };
  const none = `${titleOf(service)} has no ready Revision that users could be on. Deploy it once by other means, then release.`;
  return { findings: (messages.length > 0 ? messages : [none]).map((message) => ({ message })) };
}

function titleOf({ metadata }: KnativeService): string {
  return `Knative Service ${metadata?.name}`;
}

function deleted(service: KnativeService): string | null {
  if (service.metadata?.deletionTimestamp === undefined) return null;
  return `${titleOf(service)} is being deleted. Wait until it is gone, make it anew, and release again.`;
}

/** Its owner would write its own template and traffic over ours. */
function owned(service: KnativeService): string | null {
  const owner = service.metadata?.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return null;
  return `${titleOf(service)} is made by ${owner.kind} ${owner.name} (${owner.apiVersion}), which writes its template and traffic. Release that one by its own means.`;
}

/** A release begins from a version that is well: going back means back to that. One that is to be left need not be. */
function unsettled(service: KnativeService, from: WantedVersion['from']): string | null {
  const { metadata, status } = service;
  const ready = conditionOf(service, from === 'history' ? 'RoutesReady' : 'Ready');
  const said = wordsOf(ready);
  if (ready?.status !== 'True')
    return `${titleOf(service)} is not Ready${said === '' ? '' : ` (${said})`}. Put it right first: what a release goes back to has to be well.`;
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0))
    return `Knative is still at work on the last change of ${titleOf(service)}. Run the job again when it is Ready.`;
  if (status?.latestCreatedRevisionName === status?.latestReadyRevisionName) return null;
  return `The newest Revision of ${titleOf(service)}, ${status?.latestCreatedRevisionName}, is not the latest ready one, ${status?.latestReadyRevisionName}. Wait for it, or put it right first.`;
}

/** The users are all on the latest Revision; a promoted release ends with just this traffic. */
function divided(service: KnativeService): string | null {
  const traffic = service.spec?.traffic;
  const withUsers = (traffic ?? []).filter(({ percent = 0 }) => percent > 0);
  const [only] = withUsers;
  if (withUsers.length === 0) return null;
  const title = `The traffic of ${titleOf(service)}`;
  const remedy = `Let all of it follow the latest Revision first (kn service update ${service.metadata?.name} --traffic @latest=100), then release.`;
  if (withUsers.length > 1)
    return `${title} is divided already (${describeTraffic(traffic)}), by hand or by another tool. ${remedy}`;
  if (only !== undefined && !isLatest(only))
    return `${title} names Revision ${nameOf(only)}: a new Revision would never get users by it, and a release ends with the traffic as you wrote it. ${remedy}`;
  return null;
}

function nameOf({ revisionName = '' }: TrafficTarget): string {
  return revisionName;
}

/** The way back takes the template from the Revision. */
function unlike(service: KnativeService, { metadata, spec }: Revision): string | null {
  const template = service.spec?.template?.spec;
  const digest = (of: Revision['spec']): string => specDigest(of === undefined ? {} : { spec: of });
  if (digest(template) === digest(spec)) return null;
  return `The template of ${titleOf(service)} is not that of its latest Revision ${metadata?.name} (a newer Knative may fill in other defaults), so that a release could not go back to it. Deploy it once by other means, so that Knative makes a Revision of the template, then release.`;
}
