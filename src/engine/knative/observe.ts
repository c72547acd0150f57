import { isDeepStrictEqual } from 'node:util';
import type { FieldPath } from '../../cluster/field-sets.ts';
import type { PodTemplate } from '../../cluster/wire.ts';
import type { KnativeObservation, RevisionView, TrafficView } from '../../release/knative/observation.ts';
import type { LostNamespace } from '../../release/lost-namespace.ts';
import type { KnativePlan, TrafficTarget } from '../../release/knative/plan.ts';
import { ALL, type RouteVerdict } from '../../release/route.ts';
import {
  conditionOf,
  describeTraffic,
  isLatest,
  type KnativeService,
  numberOf,
  type Revision,
  specDigest,
  templateDigest,
  trafficOf,
  wordsOf,
} from '../../workload/knative-service.ts';
import { templateDifference } from '../../workload/template.ts';
import { lastEditor } from '../editors.ts';
import { writtenAfter } from '../moved-back.ts';
import { claimsIn } from './disown.ts';

const TRAFFIC: FieldPath = ['f:spec', 'f:traffic'];

/** The objects of a release as last read. */
export interface KnativeSnapshot {
  /** Null: as far as anybody has said, it is there. */
  readonly lostNamespace: LostNamespace | null;
  /** Null: it is gone. */
  readonly service: KnativeService | null;
  readonly revisions: readonly Revision[];
}

/** API objects → the words of the release. Pure. */
export function observe(plan: KnativePlan, snapshot: KnativeSnapshot): KnativeObservation {
  const { revisions } = snapshot;
  const isLost = snapshot.service?.metadata?.uid !== plan.knative.uid;
  const service: KnativeService = (isLost ? null : snapshot.service) ?? {};
  const stable = revisions.find(({ metadata }) => metadata?.name === plan.stable.hash) ?? null;
  const candidate = candidateOf(plan, revisions);
  const template = service.spec?.template ?? {};
  const kind = templateKind(plan, template);
  const traffic = trafficView(plan, service, candidate, revisions);
  const latestReady = service.status?.latestReadyRevisionName ?? null;
  return {
    lostNamespace: snapshot.lostNamespace,
    lost: isLost,
    template: kind,
    templateDigest: templateDigest(template),
    templateDifference: kind === 'foreign' ? differenceOf(candidate ?? stable, template) : null,
    editor: lastEditor(service.metadata, plan),
    current: isCurrent(service),
    stable: viewOf(stable),
    candidate: viewOf(candidate),
    restored: viewOf(stable === null ? null : latestLike(service, revisions, specDigest(stable))),
    renewed: viewOf(
      plan.knative.goal === undefined ? candidate : latestLike(service, revisions, plan.knative.candidateSpec),
    ),
    latestReady,
    traffic,
    movedBack: kind === 'candidate' ? movedBackAt(service, candidate, traffic) : null,
    effect: effectOf(service),
    candidateUrl: service.status?.traffic?.find(({ tag }) => tag === plan.knative.tag)?.url ?? null,
    evidence: null,
    claims: claimsIn(plan, snapshot.service),
  };
}

/**
 * Going forward the Service is written before its Revision is there, and then to give that a tag; without one, later, only a way back
 * writes it.
 */
function movedBackAt(service: KnativeService, candidate: Revision | null, traffic: TrafficView): number | null {
  if (candidate === null || traffic.is !== 'ours' || traffic.share > 0 || traffic.tagged) return null;
  const made = Date.parse(candidate.metadata?.creationTimestamp ?? '');
  return writtenAfter(service, TRAFFIC, Number.isNaN(made) ? null : made);
}

function templateKind({ candidate, stable }: KnativePlan, template: PodTemplate): KnativeObservation['template'] {
  const digest = templateDigest(template);
  if (digest === candidate.digest) return 'candidate';
  return digest === stable.digest ? 'stable' : 'foreign';
}

function differenceOf(known: Revision | null, template: PodTemplate): string {
  const spec = known?.spec;
  return templateDifference(spec === undefined ? {} : { spec }, template);
}

/** The newest Revision since the release began that has the candidate's template; or the one from before that it goes back to. */
export function candidateOf({ knative }: KnativePlan, revisions: readonly Revision[]): Revision | null {
  const { candidateName, candidateSpec, generation, goal } = knative;
  if (goal !== undefined) return revisions.find(({ metadata }) => metadata?.name === goal.revision) ?? null;
  const own = revisions.filter(
    (revision) =>
      specDigest(revision) === candidateSpec &&
      (candidateName === null ? numberOf(revision) > generation : revision.metadata?.name === candidateName),
  );
  return own.sort((a, b) => numberOf(b) - numberOf(a))[0] ?? null;
}

/** The Revision of the template as it is now, if it is like this one. */
function latestLike({ status }: KnativeService, revisions: readonly Revision[], digest: string): Revision | null {
  const latest = revisions.find(({ metadata }) => metadata?.name === status?.latestCreatedRevisionName);
  return latest !== undefined && specDigest(latest) === digest ? latest : null;
}

/** The Service's controller has seen its generation, and the Configuration's has made the Revision of it. */
function isCurrent(service: KnativeService): boolean {
  const { metadata, status } = service;
  const isSeen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  return isSeen && conditionOf(service, 'ConfigurationsReady')?.reason !== 'OutOfDate';
}

function viewOf(revision: Revision | null): RevisionView | null {
  if (revision === null) return null;
  const name = revision.metadata?.name ?? '';
  const ready = conditionOf(revision, 'Ready');
  const failed = { pod: name, container: null, exitCode: null, restarts: 0, level: 'grave' } as const;
  return {
    name,
    ready: ready?.status === 'True',
    sign:
      ready?.status === 'False'
        ? { ...failed, reason: ready.reason ?? 'NotReady', message: ready.message ?? '' }
        : null,
  };
}

function trafficView(
  plan: KnativePlan,
  service: KnativeService,
  candidate: Revision | null,
  revisions: readonly Revision[],
): TrafficView {
  const traffic = service.spec?.traffic;
  if (sameTraffic(traffic ?? [], plan.knative.traffic ?? [])) return { is: 'original' };
  const name = candidate?.metadata?.name ?? null;
  if (sameTraffic(traffic ?? [], trafficOf(plan, 0, null))) return { is: 'ours', share: 0, tagged: false };
  const own = traffic?.find(({ tag, revisionName }) => tag === plan.knative.tag && revisionName === name);
  const share = ((own?.percent ?? 0) * ALL) / 100;
  if (name !== null && own !== undefined && sameTraffic(traffic ?? [], trafficOf(plan, share, name)))
    return { is: 'ours', share, tagged: true };
  // A Revision that is gone serves nobody: users are to leave it, too.
  const isSafe = ({ revisionName }: TrafficTarget): boolean =>
    revisionName !== name && revisions.some(({ metadata }) => metadata?.name === revisionName);
  const reaches = (target: TrafficTarget): boolean =>
    (target.percent ?? 0) > 0 && (isLatest(target) || !isSafe(target));
  const isEmpty = traffic === undefined || traffic.length === 0;
  return { is: 'foreign', reachesCandidate: isEmpty || traffic.some(reaches), text: describeTraffic(traffic) };
}

/** But for what Knative's webhook fills in. */
function sameTraffic(a: readonly TrafficTarget[], b: readonly TrafficTarget[]): boolean {
  const full = (target: TrafficTarget): TrafficTarget => ({
    ...target,
    percent: target.percent ?? 0,
    latestRevision: isLatest(target),
  });
  // Both are plain JSON; the webhook's default for no traffic at all is the latest Revision.
  const all = (list: readonly TrafficTarget[]): readonly TrafficTarget[] =>
    (list.length === 0 ? [{ percent: 100, latestRevision: true }] : list).map(full);
  return isDeepStrictEqual(all(a), all(b));
}

/** From `status.traffic`, and from what the Route's controller, which asks the proxies themselves, says of it. */
export function effectOf(service: KnativeService): RouteVerdict {
  const { metadata, spec, status } = service;
  const title = `Knative Service ${metadata?.name}`;
  const unknown = (reason: string): RouteVerdict => ({ is: 'unknown', level: 'stored', reasons: [reason] });
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0))
    return unknown(
      `${title} is at generation ${metadata?.generation}; its controller has seen ${status?.observedGeneration ?? 'none'}: wait`,
    );
  const routes = conditionOf(service, 'RoutesReady');
  const said = wordsOf(routes);
  if (routes?.status === 'False')
    return { is: 'no', level: 'stored', reasons: [`${title}: RoutesReady is False${said === '' ? '' : ` (${said})`}`] };
  const wanted = sharesOf(spec?.traffic ?? [], status?.latestReadyRevisionName);
  const found = sharesOf(status?.traffic ?? [], status?.latestReadyRevisionName);
  if (!isDeepStrictEqual(wanted, found))
    return unknown(
      `${title} has its users at ${describeTraffic(status?.traffic)}; wanted ${describeTraffic(spec?.traffic)}`,
    );
  if (routes?.status !== 'True')
    return unknown(`${title}: RoutesReady is ${routes?.status ?? 'not there'}${said === '' ? '' : ` (${said})`}`);
  return { is: 'yes', level: 'programmed', reasons: [`${title}: RoutesReady is True`] };
}

/** Percent by Revision and tag, without entries of nobody. */
function sharesOf(traffic: readonly TrafficTarget[], latestReady: string | undefined): Record<string, number> {
  const list = traffic.length === 0 ? [{ percent: 100, latestRevision: true }] : traffic;
  const shares: Record<string, number> = {};
  for (const { revisionName, percent = 0, tag = '' } of list) {
    if (percent === 0 && tag === '') continue;
    const key = `${revisionName ?? latestReady ?? 'latest'} ${tag}`;
    shares[key] = (shares[key] ?? 0) + percent;
  }
  return Object.fromEntries(Object.entries(shares).sort(([a], [b]) => (a < b ? -1 : 1)));
}
