import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { JobSource } from '../action/request.ts';
import { describeCause } from '../cluster/errors.ts';
import { textOfBytes } from '../cluster/text-file.ts';
import type { Deployment, Job, Service } from '../cluster/wire.ts';
import { jobPath, type WriteRequest } from '../cluster/write-request.ts';
import type { Plan } from '../release/plan.ts';
import { MANAGED_BY } from '../traffic/service-selector.ts';
import { HASH_LABEL } from '../workload/template.ts';
import type { Versions } from './check-context.ts';
import { checkVariables } from './smoke-command.ts';

/** Names the release that a Job belongs to, so that another run can find it. */
export const RELEASE_LABEL = 'crossfade/release';

/** The manifest of input `job` cannot be used; the message says why, and quotes none of its values. */
export class JobUnfit extends Error {}

/** The Job of the user's manifest: checked as far as that is possible without the cluster. */
export interface JobManifest {
  /** For log and summary. */
  readonly name: string;
  readonly job: Job;
}

const DEFAULT_NAME = 'check';
/** Of 63 characters that the label `job-name` may have; the release's id and a suffix follow. */
const LONGEST_BASE = 36;
/** Seconds after which the cluster removes a Job that ended and that nobody removed. */
const KEPT_FOR = 600;

/**
 * Reads the manifest that input `job` gives or names. `workspace`: the folder that paths begin in.
 * @throws {JobUnfit}
 */
export async function readJobManifest(source: JobSource, workspace: string): Promise<JobManifest> {
  const where = source.kind === 'path' ? `the file ${source.value} (input job)` : 'input job';
  const unfit = (found: string): JobUnfit => new JobUnfit(`Wanted the manifest of a Job from ${where}; ${found}`);
  const text = source.kind === 'content' ? source.value : await readText(resolve(workspace, source.value), unfit);
  // Loaded when there is a manifest: the parser takes longer than all other inputs together.
  const { parseAllDocuments } = await import('yaml');
  const documents = [parseAllDocuments(text, { prettyErrors: false })].flat();
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error !== undefined) throw unfit(`it is not valid YAML (${error.code.toLowerCase().replaceAll('_', ' ')}).`);
  const values = documents.flatMap((each) => ('toJS' in each ? [contentOf(each, unfit)] : []));
  const [value, ...more] = values.filter((each) => each !== null && each !== undefined);
  if (value === undefined) throw unfit('it is empty.');
  if (more.length > 0) throw unfit('there are several objects in it. Give one Job.');
  const problem = problemOf(value);
  if (problem !== null) throw unfit(problem);
  // Looked at as far as we use it; the rest is the API server's to judge, in a dry run.
  const job = value as Job;
  return { name: job.metadata?.name ?? job.metadata?.generateName?.replace(/-+$/, '') ?? DEFAULT_NAME, job };
}

function contentOf(document: { toJS(): unknown }, unfit: (found: string) => JobUnfit): unknown {
  try {
    return document.toJS();
  } catch {
    throw unfit('its YAML has an alias (*name) of nothing, or aliases of aliases in too many places.');
  }
}

async function readText(path: string, unfit: (found: string) => JobUnfit): Promise<string> {
  try {
    return textOfBytes(await readFile(path));
  } catch (error) {
    throw unfit(
      `it cannot be read: ${describeCause(error)}. Is the repository checked out (actions/checkout) before this step?`,
    );
  }
}

function problemOf(value: unknown): string | null {
  if (!isRecord(value)) return 'it is not a YAML mapping.';
  const { apiVersion, kind, spec, metadata } = value;
  if (kind !== 'Job' || apiVersion !== 'batch/v1')
    return 'it is another kind of object; apiVersion: batch/v1 and kind: Job are wanted.';
  const problem = metadataProblem(metadata);
  if (problem !== null) return problem;
  if (!isRecord(spec) || !isRecord(spec.template) || !isRecord(spec.template.spec))
    return 'it has no spec.template.spec.';
  const { containers, initContainers = [] } = spec.template.spec;
  if (!Array.isArray(containers) || containers.length === 0)
    return 'it has no container (spec.template.spec.containers).';
  if (!Array.isArray(initContainers) || ![...containers, ...initContainers].every(isRecord))
    return 'a container of it is not a mapping.';
  const oddEnv = [...containers, ...initContainers].some(
    ({ env }) => env !== undefined && env !== null && !(Array.isArray(env) && env.every(isRecord)),
  );
  if (oddEnv) return 'the env of a container is not a list of mappings.';
  const ofPods = metadataProblem(spec.template.metadata);
  if (ofPods !== null) return `of its pods (spec.template): ${ofPods}`;
  if (spec.manualSelector === true || spec.selector !== undefined)
    return 'it has a selector of its own (spec.selector, spec.manualSelector). Leave it out: the cluster makes one.';
  if (spec.suspend === true) return 'it is suspended (spec.suspend: true), so that it would never run.';
  return null;
}

function metadataProblem(metadata: unknown): string | null {
  if (metadata === undefined || metadata === null) return null;
  if (!isRecord(metadata)) return 'its metadata is not a mapping.';
  const { name, generateName, labels, annotations } = metadata;
  for (const each of [name, generateName])
    if (each !== undefined && each !== null && typeof each !== 'string')
      return 'its name is not a text (quotes make one of a number).';
  const isTexts = (value: unknown): boolean =>
    isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
  return isTexts(labels ?? {}) && isTexts(annotations ?? {})
    ? null
    : 'its labels or annotations are not a mapping of texts.';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The Job as it is created for one check: with a name, labels and variables of its own.
 * @param suffix of its name; lower-case letters and digits
 * @param leftMs milliseconds until the release's deadline
 */
export function jobFor({ name, job }: JobManifest, context: Versions, suffix: string, leftMs: number): Job {
  const labels = { ...MANAGED_BY, [RELEASE_LABEL]: context.release };
  const { spec } = job;
  const template = spec?.template ?? {};
  const pod = template.spec;
  const environment = checkVariables({ ...context, kubeconfig: null });
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...(job.metadata?.annotations === undefined ? {} : { annotations: job.metadata.annotations }),
      name: `${baseOf(name)}-${context.release.replace(/^r-/, '')}-${suffix}`,
      namespace: context.namespace,
      labels: { ...job.metadata?.labels, ...labels },
    },
    spec: {
      ...spec,
      backoffLimit: spec?.backoffLimit ?? 0,
      activeDeadlineSeconds: spec?.activeDeadlineSeconds ?? Math.max(1, Math.ceil(leftMs / 1000)),
      // A shorter time could take the Job away before it was looked at.
      ttlSecondsAfterFinished: KEPT_FOR,
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } },
        spec: {
          ...pod,
          restartPolicy: pod?.restartPolicy ?? 'Never',
          ...(pod?.initContainers === undefined
            ? {}
            : { initContainers: pod.initContainers.map((container) => withVariables(container, environment)) }),
          containers: (pod?.containers ?? []).map((container) => withVariables(container, environment)),
        },
      },
    },
  };
}

/** The Job's creation as it will be when the candidate is up, for a dry run: what only the candidate's pods show is stood in for. */
export function jobTrial(
  manifest: JobManifest,
  { plan, namespace, leftMs }: { readonly plan: Plan; readonly namespace: string; readonly leftMs: number },
): WriteRequest {
  const context = {
    namespace,
    deployment: plan.deployment.name,
    service: plan.service.name,
    candidateService: plan.candidateService.name,
    release: plan.release,
    stableHash: plan.stable.hash,
    candidateHash: 'candidate',
    images: plan.candidate.images,
  };
  const body = jobFor(manifest, context, 'dry', leftMs);
  return { verb: 'create', path: jobPath(namespace), body, why: `run the Job ${manifest.name} against the candidate` };
}

/** A name of a Job may have dots; a label and the names of pods are made of it. */
function baseOf(name: string): string {
  const base = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, LONGEST_BASE)
    .replaceAll(/^-+|-+$/g, '');
  return base === '' ? DEFAULT_NAME : base;
}

type Container = NonNullable<NonNullable<NonNullable<Job['spec']>['template']['spec']>['containers']>[number];

/** Ours first: the user's own may refer to them, `$(CROSSFADE_CANDIDATE_SERVICE)`. */
function withVariables(container: Container, variables: Readonly<Record<string, string>>): Container {
  const ours = Object.entries(variables).map(([name, value]) => ({ name, value: asPlain(value) }));
  const theirs = (container.env ?? []).filter(({ name }) => !Object.hasOwn(variables, name));
  return { ...container, env: [...ours, ...theirs] };
}

/** Kubernetes would expand `$(NAME)` in a value. */
function asPlain(value: string): string {
  return value.replaceAll('$(', () => '$$(');
}

/** The label selector of a Job's pods, by the label that every version of Kubernetes gives them. */
export function podsOf(job: Job): string {
  return `job-name=${job.metadata?.name}`;
}

/** What reaches pods by their labels. */
export interface Reach {
  readonly deployment: Deployment;
  readonly services: readonly (Service | null)[];
}

/**
 * Why the pods of a Job must not run: the live or the candidate Service would lead users or checks to them, or the Deployment would
 * take them for its own. Null: nothing does. Pins (`pod-template-hash`) do not count: they come and go during a release.
 */
export function whyReached({ job }: JobManifest, { deployment, services }: Reach): string | null {
  const labels = job.spec?.template.metadata?.labels ?? {};
  const advice = 'Give its pods (spec.template.metadata.labels) other labels.';
  for (const service of services) {
    const selector = Object.entries(service?.spec?.selector ?? {}).filter(([key]) => key !== HASH_LABEL);
    if (selector.length > 0 && selector.every(([key, value]) => labels[key] === value))
      return `The pods of the Job (input job) have the labels that Service ${service?.metadata?.name} selects (${listed(selector)}): it would lead requests to them. ${advice}`;
  }
  const { matchLabels = {}, matchExpressions = [] } = deployment.spec?.selector ?? {};
  const isOwn =
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      return operator === 'In'
        ? value !== undefined && values.includes(value)
        : value === undefined || !values.includes(value);
    });
  if (isOwn)
    return `The pods of the Job (input job) have the labels that Deployment ${deployment.metadata?.name} selects: they would count as its own. ${advice}`;
  if (labels[HASH_LABEL] !== undefined)
    return `The pods of the Job (input job) have the label ${HASH_LABEL}, which tells the versions of the Deployment apart. Leave it out.`;
  return null;
}

function listed(selector: readonly (readonly [string, string])[]): string {
  return selector.map(([key, value]) => `${key}=${value}`).join(', ');
}
