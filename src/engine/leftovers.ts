import { type Observation, remaining } from '../release/observation.ts';
import type { Plan } from '../release/plan.ts';
import { percent } from '../release/route.ts';

/** What a release has made of a Deployment, its Services and its routes, as far as it is there: a few words for each. Pure. */
export function leftoversOf(plan: Plan, seen: Observation): readonly string[] {
  const { deployment, candidate, live, candidateService, routes } = seen;
  const { name } = plan.deployment;
  const pods = candidate === null ? 0 : remaining(candidate);
  const isPaused = deployment.fields.paused && !plan.original.paused && !deployment.kept.paused;
  const isOurs = plan.candidateService.kind === 'ours';
  return [
    ...routes
      .filter(({ home }) => !home)
      .map((route) => `${route.name} sends ${whereTo(plan, candidateService.state, route.share)}`),
    ...(pods > 0 ? [`${pods} pod${pods === 1 ? '' : 's'} of the new version`] : []),
    ...(isPaused ? [`Deployment ${name} is paused`] : []),
    ...(live.pin === null ? [] : [`Service ${plan.service.name} selects one version’s pods alone`]),
    ...(isOurs && candidateService.state !== 'absent' ? [`Service ${plan.candidateService.name}`] : []),
  ];
}

function whereTo(plan: Plan, state: Observation['candidateService']['state'], share: number | null): string {
  const part = share === null ? 'some' : percent(share);
  const version = state === 'stable' ? ', which reaches the old version' : '';
  return `${part} to Service ${plan.candidateService.name}${version}`;
}
