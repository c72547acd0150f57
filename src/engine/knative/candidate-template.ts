import type { ApiPort } from '../../cluster/api.ts';
import { ApiError } from '../../cluster/errors.ts';
import type { PodTemplate } from '../../cluster/wire.ts';
import type { KnativePlan } from '../../release/knative/plan.ts';
import { type KnativeService, knativeServicePath, open, templateDigest } from '../../workload/knative-service.ts';
import { changeTemplate, type MisfitChange } from '../../workload/template.ts';
import type { TemplateChanges } from '../workload-kind.ts';

/** The candidate's template once more, as `candidateTemplate` of Deployments: from stable's with the changes given, known by its digest. */
export async function candidateTemplate(
  api: ApiPort,
  plan: KnativePlan,
  service: KnativeService | null,
  { images, env }: TemplateChanges,
): Promise<PodTemplate | null> {
  const stable = service?.spec?.template ?? {};
  if (service === null || templateDigest(stable) !== plan.stable.digest) return null;
  const changed = changeTemplate(stable, images, env);
  if ('misfits' in changed) return null;
  const template = named(changed.template, plan.knative.candidateName);
  try {
    const opened = await api.write<KnativeService>(open(service, template), { dryRun: true });
    return templateDigest(opened.spec?.template ?? {}) === plan.candidate.digest ? template : null;
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return null;
    throw error;
  }
}

/** Whether these changes make the version that the release is of. */
export async function isVersionOfKnative(
  api: ApiPort,
  namespace: string,
  plan: KnativePlan,
  changes: TemplateChanges,
): Promise<boolean> {
  const service = await api.get<KnativeService>(knativeServicePath(namespace, plan.knative.name));
  const template = service?.spec?.template ?? {};
  if (templateDigest(template) !== plan.candidate.digest)
    return (await candidateTemplate(api, plan, service, changes)) !== null;
  const changed = changeTemplate(template, changes.images, changes.env);
  return 'template' in changed && templateDigest(changed.template) === plan.candidate.digest;
}

/** What of the changes does not fit the Knative Service as it is. */
export async function misfitsOfKnative(
  api: ApiPort,
  namespace: string,
  plan: KnativePlan,
  { images, env }: TemplateChanges,
): Promise<readonly MisfitChange[]> {
  const service = await api.get<KnativeService>(knativeServicePath(namespace, plan.knative.name));
  const changed = changeTemplate(service?.spec?.template ?? {}, images, env);
  return service !== null && 'misfits' in changed ? changed.misfits : [];
}

/** With the name that the user's own naming of Revisions asks for; null: Knative names them. */
export function named(template: PodTemplate, name: string | null): PodTemplate {
  return name === null ? template : { ...template, metadata: { ...template.metadata, name } };
}
