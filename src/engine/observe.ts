import type { Deployment, PodTemplate, Service } from '../cluster/wire.ts';
import { isHeld, sameStrategy } from '../release/hold.ts';
import type {
  CandidateServiceView,
  DeploymentView,
  Endpoints,
  LiveView,
  Observation,
  RouteView,
} from '../release/observation.ts';
import type { HoldFields, Plan, Selector } from '../release/plan.ts';
import { type Binding, LEVELS, type Level, type RouteVerdict } from '../release/route.ts';
import { readyPodsBehind } from '../traffic/endpoints.ts';
import { type CommandSeen, isCommand, readCommand } from '../traffic/command-route.ts';
import { routerOf } from '../traffic/routers.ts';
import { unpinned } from '../traffic/service-selector.ts';
import { digestOf, HASH_LABEL, templateDifference } from '../workload/template.ts';
import { hashOf, holdFieldsOf, type KnownTrack, tracksOf } from '../workload/tracks.ts';
import { claimsIn } from './disown.ts';
import { editorAt, keptFor, lastEditor, PAUSED, STRATEGY } from './editors.ts';
import { movedBackAt } from './moved-back.ts';
import { routeWriter } from './route-writer.ts';
import type { Snapshot } from './snapshot.ts';

/** API objects → the words of the release. Pure. */
export function observe(plan: Plan, snapshot: Snapshot): Observation {
  const { deployment, liveService } = snapshot;
  const lostDeployment = deployment === null || deployment.metadata?.uid !== plan.deployment.uid;
  const lostService = liveService === null || liveService.metadata?.uid !== plan.service.uid;
  const tracks = deployment === null ? [] : tracksOf(deployment, snapshot.replicaSets, snapshot.pods);
  const stable = tracks.find((track) => track.hash === plan.stable.hash) ?? null;
  const candidate = tracks.find((track) => track.digest === plan.candidate.digest) ?? null;
  const others = tracks.filter((track) => track !== stable && track !== candidate && isPopulated(track));
  const spread = spreadOver(snapshot, stable, candidate);
  return {
    lostNamespace: snapshot.lostNamespace,
    lost: lostDeployment ? 'deployment' : lostService ? 'service' : null,
    deployment: deploymentView(plan, deployment, snapshot),
    stable,
    candidate,
    others,
    current: isCurrent(deployment, snapshot.replicaSetsAsOf),
    live: liveView(plan, lostService ? null : liveService, spread),
    candidateService: candidateServiceView(snapshot.candidateService, candidate, plan.stable.hash, spread),
    movedBack: movedBackAt(plan, snapshot),
    routes: plan.routes.map((binding) => routeView(plan, binding, snapshot)),
    claims: claimsIn(plan, snapshot),
    evidence: null,
  };
}

function isPopulated(track: KnownTrack): boolean {
  return track.size > 0 || track.pods.length > 0;
}

function isCurrent(deployment: Deployment | null, replicaSetsAsOf: number): boolean {
  const generation = deployment?.metadata?.generation ?? 0;
  return (deployment?.status?.observedGeneration ?? 0) >= generation && replicaSetsAsOf >= generation;
}

function deploymentView(plan: Plan, deployment: Deployment | null, snapshot: Snapshot): DeploymentView {
  const template = deployment?.spec?.template ?? {};
  const fields = deployment === null ? plan.original : holdFieldsOf(deployment);
  const kind = templateKind(plan, template);
  return {
    replicas: deployment?.spec?.replicas ?? 1,
    template: deployment === null ? 'stable' : kind,
    templateDigest: digestOf(template),
    fields,
    held: isHeld(fields),
    editor: lastEditor(deployment?.metadata, plan),
    pausedBy: fields.paused ? editorAt(deployment?.metadata, plan, PAUSED) : null,
    strategyBy: isOtherHold(fields, snapshot) ? editorAt(deployment?.metadata, plan, STRATEGY) : null,
    kept: keptFor(deployment ?? {}, plan),
    templateDifference: kind === 'foreign' ? difference(plan, template, snapshot) : null,
  };
}

function isOtherHold({ strategy }: HoldFields, { hold }: Snapshot): boolean {
  return hold !== null && !sameStrategy(strategy, hold);
}

function templateKind(plan: Plan, template: PodTemplate): DeploymentView['template'] {
  const digest = digestOf(template);
  if (digest === plan.candidate.digest) return 'candidate';
  return digest === plan.stable.digest ? 'stable' : 'foreign';
}

function difference(plan: Plan, template: PodTemplate, snapshot: Snapshot): string {
  const known = snapshot.replicaSets.map((replicaSet) => replicaSet.spec?.template ?? {});
  const candidate = known.find((entry) => digestOf(entry) === plan.candidate.digest);
  const stable = known.find((entry) => digestOf(entry) === plan.stable.digest);
  return templateDifference(candidate ?? stable ?? {}, template);
}

type Spread = (service: Service | null) => Endpoints;

function spreadOver(snapshot: Snapshot, stable: KnownTrack | null, candidate: KnownTrack | null): Spread {
  const hashes = new Map(snapshot.pods.map((pod) => [pod.metadata?.name ?? '', hashOf(pod)]));
  return (service) => {
    const counts = { stable: 0, candidate: 0, other: 0 };
    if (service === null) return counts;
    for (const pod of readyPodsBehind(service, snapshot.slices)) {
      const hash = hashes.get(pod) ?? hashFromName(pod);
      if (hash === stable?.hash) counts.stable += 1;
      else if (hash === candidate?.hash) counts.candidate += 1;
      else counts.other += 1;
    }
    return counts;
  };
}

/** A pod that the pod watch has not shown yet (watches of two kinds are not ordered): `web-7c9d-x2x4z` → `7c9d`. */
function hashFromName(pod: string): string | undefined {
  return pod.split('-').at(-2);
}

function liveView(plan: Plan, service: Service | null, spread: Spread): LiveView {
  if (service === null)
    return { pin: null, selectorIntact: true, editor: null, endpoints: { stable: 0, candidate: 0, other: 0 } };
  return {
    pin: service.spec?.selector?.[HASH_LABEL] ?? null,
    selectorIntact: sameSelector(unpinned(service), plan.service.selector),
    editor: lastEditor(service.metadata, plan),
    endpoints: spread(service),
  };
}

function candidateServiceView(
  service: Service | null,
  candidate: KnownTrack | null,
  stableHash: string,
  spread: Spread,
): CandidateServiceView {
  if (service === null) return { state: 'absent', pinned: false, endpoints: spread(null) };
  const pin = service.spec?.selector?.[HASH_LABEL];
  const state =
    pin === undefined ? 'idle' : pin === candidate?.hash ? 'candidate' : pin === stableHash ? 'stable' : 'idle';
  return { state, pinned: pin !== undefined, endpoints: spread(service) };
}

function routeView(plan: Plan, binding: Binding, { routes, command }: Snapshot): RouteView {
  if (isCommand(binding)) return commandView(binding, command ?? UNTOLD);
  const router = routerOf(binding);
  const objects = binding.paths.map((path) => routes.get(path) ?? null);
  const { share, overrides, mirror, original } = router.read(binding, routes);
  const sendsNobody = share === 0 && !overrides && mirror === 0;
  // A route that was deleted sends nobody anywhere, and there is nothing to be put back.
  const isGone = objects.every((object) => object === null);
  const home = isGone || (binding.originalShare === 0 ? original : sendsNobody);
  return {
    name: binding.router,
    share,
    inDoubt: false,
    testers: overrides,
    mirror,
    original: original || isGone,
    home,
    verdict: asFarAsCanBeKnown(router.verdict(binding, routes), router.capabilities(binding).level),
    editor: objects.map((object) => lastEditor(object?.metadata, plan)).find((editor) => editor !== null) ?? null,
    writtenBy: home ? null : routeWriter(plan, binding, routes),
  };
}

const UNTOLD: CommandSeen = { told: null, verdict: { is: 'unknown', level: 'stored', reasons: [] } };

/** Nobody else can tell it anything: what it was told is the record's. */
function commandView({ router }: Binding, seen: CommandSeen): RouteView {
  const { share, inDoubt, overrides, mirror, original } = readCommand(seen.told);
  const { verdict } = seen;
  return {
    name: router,
    share,
    inDoubt,
    testers: overrides,
    mirror,
    original,
    home: original,
    verdict,
    editor: null,
    writtenBy: null,
  };
}

/** Some kinds of route never say what became of them: what they can show is all that can be waited for. */
function asFarAsCanBeKnown(verdict: RouteVerdict, highest: Level): RouteVerdict {
  const isAllThereIs = verdict.is === 'unknown' && LEVELS.indexOf(verdict.level) >= LEVELS.indexOf(highest);
  return isAllThereIs ? { ...verdict, is: 'yes' } : verdict;
}

function sameSelector(a: Selector, b: Selector): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
