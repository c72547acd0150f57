import type { Request } from '../../action/request.ts';
import type { ApiPort } from '../../cluster/api.ts';
import { isStatus } from '../../cluster/errors.ts';
import { askForNamespaceEnd } from '../../cluster/namespace-end.ts';
import { missingPermissions } from '../../cluster/permissions.ts';
import type { KubeList, PodTemplate } from '../../cluster/wire.ts';
import type { KnativePlan } from '../../release/knative/plan.ts';
import type { Step } from '../../release/plan.ts';
import { ALL } from '../../release/route.ts';
import { ownerWarnings } from '../../traffic/drivers.ts';
import { fitnessOf } from '../../workload/knative-fitness.ts';
import {
  type KnativeService,
  knativeServicePath,
  numberOf,
  open,
  pin,
  type Revision,
  revisionsPath,
  SERVICE_OF_REVISION,
  specDigest,
  split,
  templateDigest,
} from '../../workload/knative-service.ts';
import { changeTemplate, imagesOf } from '../../workload/template.ts';
import { type Allowance, ALL_NEEDED } from '../allowance.ts';
import { releasePermissions } from '../needed-permissions.ts';
import { editorsOf } from '../editors.ts';
import { judgingOf } from '../plan-judging.ts';
import { pauseShare } from '../plan-steps.ts';
import { permissionFinding, releaseId } from '../preflight.ts';
import { type Finding, inLostNamespace, misfitFinding, Refused } from '../refusal.ts';
import { named } from './candidate-template.ts';
import { ownedService } from './disown.ts';

/** A release that may begin: everything exists, fits and is allowed, and its writes were accepted as dry runs. */
export interface ClearedKnative {
  readonly kind: 'cleared';
  readonly plan: KnativePlan;
  readonly candidateTemplate: PodTemplate;
  readonly service: KnativeService;
  readonly revisions: KubeList<Revision>;
  /** What the user should know although it does not stop the release. */
  readonly warnings: readonly string[];
}

/** The Service runs exactly this already. */
export interface UnchangedKnative {
  readonly kind: 'unchanged';
  readonly plan: KnativePlan;
}

/** Of the candidate's URL, and what is taken where the user has that tag. */
const TAGS = ['candidate', 'crossfade'] as const;
/** Characters of a Revision's name. */
const LONGEST_NAME = 63;

/**
 * Reads and checks everything before the first write. Throws Refused with all findings at once, or what a read throws.
 * `now`: epoch ms, the start of the release.
 */
export async function preflight(
  api: ApiPort,
  request: Request,
  namespace: string,
  now: number,
  allowance: Allowance = ALL_NEEDED,
): Promise<ClearedKnative | UnchangedKnative> {
  const name = request.knativeService ?? '';
  const reads = Promise.all([
    api.get<KnativeService>(knativeServicePath(namespace, name)),
    revisionsOf(api, namespace, name),
  ]);
  // A missing permission fails a read too; the list of all that are missing says more.
  reads.catch(() => undefined);
  const needed = releasePermissions(request);
  const missing = allowance.fatal(await missingPermissions(api, namespace, needed));
  if (missing.length > 0) throw new Refused([permissionFinding(namespace, missing)]);
  const [service, revisions] = await reads;
  if (service === null || revisions === null) throw new Refused([await absent(api, namespace, name)]);
  const template = service.spec?.template ?? {};
  const fit = fitnessOf(service, revisions.items);
  const changed = changeTemplate(template, request.images, request.env);
  if (!('stable' in fit) || 'misfits' in changed)
    throw new Refused([
      ...('findings' in fit ? fit.findings : []),
      ...('misfits' in changed
        ? changed.misfits.map((misfit) => misfitFinding(`Knative Service ${name}`, misfit))
        : []),
    ]);
  const release = releaseId(now);
  const candidateName = candidateNameFor(template, name, release);
  const candidateTemplate = named(changed.template, candidateName);
  const steps = stepsOf(request);
  const plan: KnativePlan = {
    release,
    strategy: request.strategy,
    steps,
    pauseAt: pauseShare(request.pauseAt, steps),
    onFailure: request.onFailure,
    keepWarm: false,
    rollback: false,
    knative: {
      name,
      uid: service.metadata?.uid ?? '',
      traffic: service.spec?.traffic ?? null,
      templateMetadata: template.metadata ?? null,
      candidateName,
      candidateSpec: specDigest(specOf(candidateTemplate)),
      tag: TAGS.find((tag) => !service.spec?.traffic?.some((target) => target.tag === tag)) ?? TAGS[0],
      generation: Math.max(0, ...revisions.items.map(numberOf)),
    },
    stable: {
      hash: fit.stable.metadata?.name ?? '',
      digest: templateDigest(template),
      images: imagesOf(template),
      revision: String(numberOf(fit.stable)),
    },
    candidate: { digest: templateDigest(candidateTemplate), images: imagesOf(candidateTemplate) },
    times: {
      startedAt: now,
      deadline: now + request.timeout,
      bake: request.bakeTime,
      // Knative takes pods away when no request has come for a while.
      drain: 0,
      settle: request.settleTime,
    },
    editors: editorsOf(service.metadata),
    owned: ownedService(service, knativeServicePath(namespace, name)),
    ...judgingOf(request),
  };
  if (templateDigest(changed.template) === plan.stable.digest) return { kind: 'unchanged', plan };
  // As Knative's webhook will store it.
  const stored = (await tried(api, plan, service, candidateTemplate)).spec?.template ?? candidateTemplate;
  const knative = { ...plan.knative, candidateSpec: specDigest(specOf(stored)) };
  return {
    kind: 'cleared',
    plan: { ...plan, knative, candidate: { digest: templateDigest(stored), images: imagesOf(stored) } },
    candidateTemplate,
    service,
    revisions,
    warnings: ownerWarnings(service, `Knative Service ${name}`, '.spec.traffic'),
  };
}

/** Up and checked before any user, the ramp, all of the users. */
function stepsOf({ strategy, steps }: Request): readonly [Step, ...Step[]] {
  return [{ share: 0, stay: 0 }, ...(strategy === 'canary' ? steps : []), { share: ALL, stay: 0 }];
}

/** Who names Revisions has to give every one a name of its own. Null: Knative does. */
function candidateNameFor({ metadata }: PodTemplate, service: string, release: string): string | null {
  if (metadata?.name === undefined) return null;
  const [, ...parts] = release.split('-');
  const full = `${service}-${parts.join('-')}`;
  return full.length <= LONGEST_NAME ? full : `${service}-${parts.at(-1)}`;
}

function specOf({ spec }: PodTemplate): Pick<Revision, 'spec'> {
  return spec === undefined ? {} : { spec };
}

/** Null: the cluster serves no such thing. */
async function revisionsOf(api: ApiPort, namespace: string, service: string): Promise<KubeList<Revision> | null> {
  try {
    return await api.list<Revision>(revisionsPath(namespace), { labelSelector: `${SERVICE_OF_REVISION}=${service}` });
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}

export async function absent(api: ApiPort, namespace: string, name: string): Promise<Finding> {
  const end = await askForNamespaceEnd(api, namespace);
  if (end !== null) return inLostNamespace(`Knative Service ${name}`, namespace, end);
  try {
    const { items } = await api.list<KnativeService>(knativeServicePath(namespace));
    const names = items.map((item) => item.metadata?.name ?? '').slice(0, 20);
    const found = names.length === 0 ? 'it has none' : `it has: ${names.join(', ')}`;
    return {
      message: `Wanted Knative Service ${name} in namespace ${namespace}; ${found}. Check inputs knative-service, namespace and context.`,
    };
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
    return {
      message: `Wanted Knative Service ${name}; the cluster does not serve Knative Services (services.serving.knative.dev in v1). Install Knative Serving, check input context, or use input deployment.`,
    };
  }
}

/** The writes as dry runs: admission, validation and permission say now what they would say later. Answers the Service as opened. */
async function tried(
  api: ApiPort,
  plan: KnativePlan,
  service: KnativeService,
  template: PodTemplate,
): Promise<KnativeService> {
  const attempts = [open(service, template), pin(service, plan), split(service, plan, ALL, plan.stable.hash)];
  const [opened, ...others] = await Promise.allSettled(
    attempts.map((write) => api.write<KnativeService>(write, { dryRun: true })),
  );
  const refusals = [opened, ...others].flatMap((result) =>
    result?.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (refusals.length > 0)
    throw new Refused(
      refusals.map((reason) => ({
        message: `The API server would refuse a write of this release: ${reason instanceof Error ? reason.message : String(reason)}.`,
      })),
    );
  return opened?.status === 'fulfilled' ? opened.value : service;
}
