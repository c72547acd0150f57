import { strangeRoutes } from '../release/back.ts';
import type { Observation } from '../release/observation.ts';
import type { Plan } from '../release/plan.ts';
import { percent, type Share } from '../release/route.ts';
import type { ToldRoutes } from '../release/state.ts';

/** What somebody else has written, and was found and left. */
export interface Foreign {
  /** Digest of the template; null: it is none of theirs. */
  readonly template: string | null;
  readonly routes: ToldRoutes;
  /** Who wrote what, a sentence for each. */
  readonly sentences: readonly string[];
}

/** For the record, and for whoever reads why a release could not be taken back. Pure. */
export function foreignIn(plan: Plan, seen: Observation): Foreign {
  const { template, templateDigest, templateDifference, editor } = seen.deployment;
  const isForeign = template === 'foreign';
  const routes = strangeRoutes(plan, seen);
  const written = (by: string | null): string => `${by ?? 'Somebody'} changed`;
  const found = (share: Share | null): string =>
    share === null ? 'no share that Crossfade could have written' : percent(share);
  return {
    template: isForeign ? templateDigest : null,
    routes: Object.fromEntries(routes.map(({ name, share }) => [name, share])),
    sentences: [
      ...(seen.lost === 'deployment' ? [`Deployment ${plan.deployment.name} was deleted.`] : []),
      ...(seen.lost === 'service' ? [`The live Service ${plan.service.name} was deleted.`] : []),
      ...(isForeign
        ? [`${written(editor)} the pod template of ${plan.deployment.name}: ${templateDifference ?? ''}.`]
        : []),
      ...routes.map((route) => `${written(route.editor)} the weights of ${route.name}: found ${found(route.share)}.`),
    ],
  };
}
