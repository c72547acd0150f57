import type { ApiPort } from '../cluster/api.ts';
import { ApiError } from '../cluster/errors.ts';
import type { Deployment, PodTemplate, ReplicaSet } from '../cluster/wire.ts';
import { deploymentPath } from '../cluster/write-request.ts';
import type { Plan } from '../release/plan.ts';
import { sizesFor } from '../release/sizes.ts';
import { open } from '../workload/held-rollout.ts';
import { changeTemplate, digestOf, type MisfitChange, withoutHash } from '../workload/template.ts';
import { podSelectorOf } from '../workload/tracks.ts';
import type { Snapshot } from './snapshot.ts';
import type { TemplateChanges } from './workload-kind.ts';

/**
 * The candidate's template once more, for a release that was interrupted before it was written: the record does not hold it (its
 * environment may be secret). It is a ReplicaSet's, or stable's with the changes given; that it is the one of the release is known by its
 * digest. Null: it cannot be made, or is written already. Throws what a request throws, but for a refusal.
 */
export async function candidateTemplate(
  api: ApiPort,
  plan: Plan,
  { deployment, replicaSets }: Pick<Snapshot, 'deployment' | 'replicaSets'>,
  { images, env }: TemplateChanges,
): Promise<PodTemplate | null> {
  const stable = deployment?.spec?.template ?? {};
  if (deployment === null || digestOf(stable) !== plan.stable.digest) return null;
  const known = replicaSets
    .map(({ spec }) => spec?.template ?? {})
    .find((each) => digestOf(each) === plan.candidate.digest);
  if (known !== undefined) return withoutHash(known);
  const changed = changeTemplate(stable, images, env);
  if ('misfits' in changed) return null;
  const stored = await storedTemplate(api, plan, deployment, changed.template);
  return stored !== null && digestOf(stored) === plan.candidate.digest ? changed.template : null;
}

/** Whether these changes make the version that the release is of. */
export async function isVersionOfDeployment(
  api: ApiPort,
  namespace: string,
  plan: Plan,
  changes: TemplateChanges,
): Promise<boolean> {
  const deployment = await api.get<Deployment>(deploymentPath(namespace, plan.deployment.name));
  const template = deployment?.spec?.template ?? {};
  if (digestOf(template) !== plan.candidate.digest)
    return (await candidateTemplate(api, plan, { deployment, replicaSets: [] }, changes)) !== null;
  const changed = changeTemplate(template, changes.images, changes.env);
  return 'template' in changed && digestOf(changed.template) === plan.candidate.digest;
}

/**
 * What of the changes fits none of the Deployment's versions: while a release is in progress, the one that they will be made to is not yet
 * certain.
 */
export async function misfitsOfDeployment(
  api: ApiPort,
  namespace: string,
  plan: Plan,
  { images, env }: TemplateChanges,
): Promise<readonly MisfitChange[]> {
  const deployment = await api.get<Deployment>(deploymentPath(namespace, plan.deployment.name));
  if (deployment === null) return [];
  const changed = changeTemplate(deployment.spec?.template ?? {}, images, env);
  if (!('misfits' in changed)) return [];
  const replicaSets = await api.list<ReplicaSet>(`/apis/apps/v1/namespaces/${namespace}/replicasets`, {
    labelSelector: podSelectorOf(deployment),
  });
  const fitting = replicaSets.items.some(({ spec }) => 'template' in changeTemplate(spec?.template ?? {}, images, env));
  return fitting ? [] : changed.misfits;
}

/** As the API server would store it, with its defaults and whatever admission makes of it. Null: it refuses it. */
async function storedTemplate(
  api: ApiPort,
  plan: Plan,
  deployment: Deployment,
  template: PodTemplate,
): Promise<PodTemplate | null> {
  const sizes = sizesFor(plan, 0, deployment.spec?.replicas ?? 1);
  try {
    const opened = await api.write<Deployment>(open(deployment, template, sizes), { dryRun: true });
    return opened.spec?.template ?? null;
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return null;
    throw error;
  }
}
