import type { Endpoints, Observation } from './observation.ts';
import { ALL, type Share } from './route.ts';

/**
 * The part of the users that reaches the candidate, by the routes' shares and by the pods behind the two Services. Null: it cannot be
 * told: a route is not as anybody of us would write it, routes disagree, or a Service that some of the users are sent to reaches no pod.
 */
export function usersShare({
  live,
  candidateService,
  routes,
}: Pick<Observation, 'live' | 'candidateService' | 'routes'>): Share | null {
  const behindLive = partOf(live.endpoints);
  if (routes.length === 0) return behindLive;
  const [first, ...others] = routes.map(({ share }) =>
    share === null ? null : mixed(share, partOf(candidateService.endpoints), behindLive),
  );
  return first === undefined || others.some((share) => share !== first) ? null : first;
}

/** Null: no pod is behind it. */
function partOf({ stable, candidate, other }: Endpoints): Share | null {
  const all = stable + candidate + other;
  return all === 0 ? null : (candidate * ALL) / all;
}

/** @param share what the route sends to the candidate Service */
function mixed(share: Share, behindCandidate: Share | null, behindLive: Share | null): Share | null {
  const terms = [
    { weight: share / ALL, part: behindCandidate },
    { weight: 1 - share / ALL, part: behindLive },
  ].filter(({ weight }) => weight > 0);
  // Where nobody is sent, it does not matter who is there.
  return terms.reduce<Share | null>(
    (sum, { weight, part }) => (sum === null || part === null ? null : sum + weight * part),
    0,
  );
}
