import type { Request } from '../action/request.ts';
import type { Deployment, PodTemplate, ReplicaSet } from '../cluster/wire.ts';
import { changeTemplate, HASH_LABEL, type MisfitChange, withoutHash } from './template.ts';

/**
 * Where the template of the candidate comes from: the running one with the changes of the inputs, or a version that ran before. `hash`: of
 * a Knative Service, the name of its Revision.
 */
export type WantedVersion = { readonly from: 'inputs' } | { readonly from: 'history'; readonly hash: string };

/** The candidate's template; or everything that stands in the way of it. Pure. */
export function wantedTemplate(
  wanted: WantedVersion,
  { images, env }: Pick<Request, 'images' | 'env'>,
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
): { readonly template: PodTemplate } | { readonly misfits: readonly MisfitChange[] } {
  if (wanted.from === 'inputs') return changeTemplate(deployment.spec?.template ?? {}, images, env);
  const found = replicaSets.find(({ metadata }) => metadata?.labels?.[HASH_LABEL] === wanted.hash);
  if (found?.spec?.template !== undefined) return { template: withoutHash(found.spec.template) };
  return {
    misfits: [{ input: 'to', message: `wanted the version ${wanted.hash}; its ReplicaSet is not there` }],
  };
}
