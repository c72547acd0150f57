import type { KubeObject } from '../cluster/wire.ts';
import type { Observation, Track } from '../release/observation.ts';
import type { Plan, ReleasePlan } from '../release/plan.ts';
import { ALL, percent, type Share } from '../release/route.ts';
import { isByPods, isPlain } from '../release/sizes.ts';
import { shareOf, stageOf } from '../release/stages.ts';
import type { State } from '../release/state.ts';
import type { AppNow } from '../metrics/prepare.ts';
import type { TrackNow } from '../metrics/source.ts';
import { hashOf } from '../workload/tracks.ts';
import type { Counted, Stage } from './measuring.ts';
import type { Cleared } from './preflight.ts';
import type { CountedPod } from './restart-counter.ts';

/** How users are moved, as far as it matters here: mixed from the first pod on; with copies of requests (basis points) before them. */
export interface Moving {
  readonly isPlain: boolean;
  readonly mirror: Share;
}

/** The stage of a release, as far as measuring has to know it. Pure. */
export function measuredStage(plan: ReleasePlan, state: State, how: Moving): Stage {
  const index = stageOf(plan, state);
  const share = shareOf(plan, state);
  const lasting = { index, isPassing: false };
  if (state.marks.switched !== undefined) return { ...lasting, name: 'bake', sides: 'candidate', isReached: true };
  if (how.isPlain) return { ...lasting, name: 'update', sides: 'both', isReached: true };
  if (share >= ALL) return { index, name: percent(share), sides: 'candidate', isReached: true, isPassing: true };
  if (share > 0) return { ...lasting, name: percent(share), sides: 'both', isReached: true };
  return { ...lasting, name: 'mirror', sides: 'both', isReached: how.mirror > 0 };
}

/** The pods and Services whose counters tell of the two tracks. Pure. */
export function countedNow(plan: Plan, namespace: string, seen: Observation): Counted {
  const { stable, candidate, live } = seen;
  return {
    tracks: {
      namespace,
      deployment: plan.deployment.name,
      stable: { hash: plan.stable.hash, pods: namesOf(stable) },
      candidate: candidate === null ? null : trackNow(candidate),
      service: { name: plan.service.name, leadsTo: leadsTo(plan, seen, live.pin) },
      candidateService: plan.candidateService.name,
    },
    pods: { candidate: podsOf(candidate), stable: podsOf(stable) },
  };
}

/** The app before its release, for those who try what they will count. Pure. */
export function appBefore(plan: Plan, namespace: string, { objects, routes }: Cleared): AppNow {
  const ready = objects.pods.items.filter(
    (pod) =>
      hashOf(pod) === plan.stable.hash &&
      pod.metadata?.deletionTimestamp === undefined &&
      pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true,
  );
  return {
    namespace,
    deployment: plan.deployment.name,
    stable: { hash: plan.stable.hash, pods: ready.map((pod) => pod.metadata?.name ?? '') },
    service: {
      name: plan.service.name,
      ports: (objects.service.spec?.ports ?? []).flatMap(({ name, port }) => [
        String(port),
        ...(name === undefined ? [] : [name]),
      ]),
    },
    candidateService: plan.candidateService.name,
    mixes: isByPods(plan) || isPlain(plan),
    routers: plan.routes.map(({ router, paths }) => ({
      kind: router.split('/')[0] ?? '',
      controller:
        paths.map((path) => controllerOf(routes.objects.get(path) ?? null)).find((name) => name !== null) ?? null,
    })),
  };
}

/** Who says in the status of a Gateway API route that it is his. */
function controllerOf(object: KubeObject | null): string | null {
  // The status of Gateway API routes; other kinds have no such field.
  const status = object as { status?: { parents?: { controllerName?: string }[] } } | null;
  return status?.status?.parents?.[0]?.controllerName ?? null;
}

function leadsTo(plan: Plan, { candidate }: Observation, pin: string | null): 'stable' | 'both' | 'candidate' {
  if (pin !== null) return pin === candidate?.hash ? 'candidate' : 'stable';
  // Not pinned: whoever is Ready is reached.
  if (candidate === null || candidate.pods.every((pod) => !pod.ready)) return 'stable';
  return isByPods(plan) || isPlain(plan) ? 'both' : 'stable';
}

function trackNow(track: Track): TrackNow {
  return { hash: track.hash, pods: namesOf(track) };
}

function namesOf(track: Track | null): string[] {
  return podsOf(track).map(({ name }) => name);
}

/** Those that serve. */
function podsOf(track: Track | null): CountedPod[] {
  return (track?.pods ?? [])
    .filter((pod) => pod.ready && !pod.terminating)
    .map(({ name, restarts }) => ({ name, restarts }));
}
