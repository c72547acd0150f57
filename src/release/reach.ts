import type { Observation } from './observation.ts';

/** Whether users may reach the candidate by the objects as they are: by the live Service, or by a route to the candidate Service. Pure. */
export function mayReachCandidate({ deployment, candidate, live, candidateService, routes }: Observation): boolean {
  if (candidate !== null && live.pin === candidate.hash) return true;
  if (live.pin === null && deployment.template !== 'stable') return true;
  return candidateService.state !== 'stable' && routes.some((route) => !route.home);
}
