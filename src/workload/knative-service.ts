import type { JsonPatch, KubeObject, PodTemplate } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import type { KnativePlan, RevisionGoal, TrafficTarget } from '../release/knative/plan.ts';
import { ALL, percent, type Share } from '../release/route.ts';
import { digestOf } from './template.ts';

/*
 * A Knative Service as the API has it, and every write of a release, each one PATCH of it. They test `metadata.generation`, which the
 * API server counts up with every change of the spec and with nothing else: a compare-and-swap of the whole spec.
 */

export interface KnativeService extends KubeObject {
  readonly spec?: { readonly template?: PodTemplate; readonly traffic?: readonly TrafficTarget[] };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly KnativeCondition[];
    readonly latestCreatedRevisionName?: string;
    readonly latestReadyRevisionName?: string;
    readonly traffic?: readonly (TrafficTarget & { readonly url?: string })[];
    readonly url?: string;
  };
}

export interface Revision extends KubeObject {
  readonly spec?: NonNullable<PodTemplate['spec']>;
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly KnativeCondition[] };
}

export interface KnativeCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export const KNATIVE_GROUP = 'serving.knative.dev';
/** On every Revision: the Service that it belongs to, and its number among those. */
export const SERVICE_OF_REVISION = `${KNATIVE_GROUP}/service`;
const GENERATION_OF_REVISION = `${KNATIVE_GROUP}/configurationGeneration`;
/** On every pod. */
export const REVISION_OF_POD = `${KNATIVE_GROUP}/revision`;

export function knativeServicePath(namespace: string, name?: string): string {
  return `/apis/${KNATIVE_GROUP}/v1/namespaces/${namespace}/services${name === undefined ? '' : `/${name}`}`;
}

export function revisionsPath(namespace: string): string {
  return `/apis/${KNATIVE_GROUP}/v1/namespaces/${namespace}/revisions`;
}

/**
 * Digest of a template, the same for a Service's and its Revision's: Knative's controllers write what they read through their own types,
 * which makes `resources: {}` of a container that says nothing about them.
 */
export function templateDigest(template: PodTemplate): string {
  // What is left of a template without its empty parts is one.
  return digestOf((withoutEmpty(template) ?? {}) as PodTemplate);
}

/** Of a template without its metadata, which is what a Revision has of it. */
export function specDigest({ spec }: Pick<Revision, 'spec'>): string {
  return templateDigest(spec === undefined ? {} : { spec });
}

/** Undefined: nothing is left. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => withoutEmpty(item) ?? {});
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const entries = Object.entries(value).flatMap(([key, entry]) => {
    const kept = withoutEmpty(entry);
    return kept === undefined ? [] : [[key, kept] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

export function numberOf(revision: Revision): number {
  return Number(revision.metadata?.labels?.[GENERATION_OF_REVISION] ?? 0);
}

export function conditionOf(
  { status }: { readonly status?: { readonly conditions?: readonly KnativeCondition[] } },
  type: string,
): KnativeCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** `OutOfDate: The Configuration is …`; empty when nothing is said. */
export function wordsOf(condition: KnativeCondition | undefined): string {
  return [condition?.reason, condition?.message].filter((text) => text !== undefined && text !== '').join(': ');
}

/** Knative's own default: an entry without a Revision's name follows the latest. */
export function isLatest(target: TrafficTarget): boolean {
  return target.latestRevision ?? target.revisionName === undefined;
}

/** `100 % web-00001, 0 % latest`. */
export function describeTraffic(traffic: readonly TrafficTarget[] | undefined): string {
  if (traffic === undefined || traffic.length === 0) return 'none, which means the latest Revision';
  return traffic.map((target) => `${target.percent ?? 0} % ${target.revisionName ?? 'latest'}`).join(', ');
}

/**
 * `spec.traffic` during a release: stable in the place of the entry that has the users, the candidate behind all others. Entries of the
 * user's own without users (tags) stay as they are.
 * @param candidate null: not yet there, or not to be reached by a URL of its own
 */
export function trafficOf(
  { knative, stable }: KnativePlan,
  share: Share,
  candidate: string | null,
): readonly TrafficTarget[] {
  const toCandidate = Math.round((share * 100) / ALL);
  const users = { revisionName: stable.hash, latestRevision: false, percent: 100 - toCandidate };
  const original = knative.traffic ?? [];
  const entries = original.map((target) => {
    if ((target.percent ?? 0) === 0) return target;
    return target.tag === undefined ? users : { ...users, tag: target.tag };
  });
  const own = { revisionName: candidate ?? '', latestRevision: false, percent: toCandidate, tag: knative.tag };
  return [...(original.length === 0 ? [users] : entries), ...(candidate === null ? [] : [own])];
}

/** For a person. */
export function candidateIn({ knative }: KnativePlan): string {
  return knative.goal === undefined ? 'the candidate' : `Revision ${knative.goal.revision}`;
}

export function pin(service: KnativeService, plan: KnativePlan): WriteRequest {
  const why = `all users on Revision ${plan.stable.hash} by its name: a new Revision gets nobody by being the latest`;
  return patch(service, [setTraffic(trafficOf(plan, 0, null))], why);
}

export function open(service: KnativeService, template: PodTemplate): WriteRequest {
  return patch(service, [setTemplate(template)], 'the new template: Knative makes the candidate’s Revision');
}

/** @param revision of the goal, which has the template but for its metadata */
export function openAgain(service: KnativeService, goal: RevisionGoal, revision: Revision): WriteRequest {
  const why = `the template of ${goal.revision}: Knative makes a Revision of it, for the users who follow the latest`;
  return patch(service, [setTemplate(templateOf(goal.metadata, revision))], why);
}

/** @param candidate its Revision's name */
export function split(service: KnativeService, plan: KnativePlan, share: Share, candidate: string): WriteRequest {
  const name = candidateIn(plan);
  const why =
    share === 0
      ? `tag ${plan.knative.tag}: a URL for ${name} alone, no users`
      : `${percent(share)} of the users on ${name}`;
  return patch(service, [setTraffic(trafficOf(plan, share, candidate))], why);
}

/** @param candidate for whoever is to look at it by its URL; null: that goes, too */
export function trafficBack(service: KnativeService, plan: KnativePlan, candidate: string | null): WriteRequest {
  return patch(service, [setTraffic(trafficOf(plan, 0, candidate))], `all users back on Revision ${plan.stable.hash}`);
}

/** @param stable the Revision, which has the template but for its metadata */
export function templateBack(service: KnativeService, plan: KnativePlan, stable: Revision): WriteRequest {
  return patch(service, [setTemplate(templateOf(plan.knative.templateMetadata, stable))], 'the old template');
}

export function templateOf(metadata: object | null, { spec }: Revision): PodTemplate {
  return { ...(metadata === null ? {} : { metadata }), ...(spec === undefined ? {} : { spec }) };
}

/** What Knative's controllers write on Revisions of their own accord; everything else is the template's. */
const KNATIVES_OWN: ReadonlySet<string> = new Set(
  [
    'configuration',
    'configurationGeneration',
    'configurationUID',
    'creator',
    'lastModifier',
    'lastPinned',
    'routes',
    'routingState',
    'routingStateModified',
    'service',
    'serviceUID',
  ].map((key) => `${KNATIVE_GROUP}/${key}`),
);

/** The metadata of the template of which Knative made a Revision, but for its name; null: it had none. */
export function templateMetadataOf({ metadata }: Revision): object | null {
  const [labels, annotations] = [metadata?.labels, metadata?.annotations].map((map) =>
    Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !KNATIVES_OWN.has(key))),
  );
  const found = withoutEmpty({ labels, annotations });
  // Two maps of text, or nothing.
  return (found as object | undefined) ?? null;
}

export function trafficAsBefore(service: KnativeService, { knative }: KnativePlan): WriteRequest {
  const why = 'traffic as you wrote it';
  if (knative.traffic !== null) return patch(service, [setTraffic(knative.traffic)], why);
  return patch(service, [{ op: 'remove', path: '/spec/traffic' }], why);
}

function setTraffic(value: readonly TrafficTarget[]): JsonPatch[number] {
  return { op: 'add', path: '/spec/traffic', value };
}

function setTemplate(value: PodTemplate): JsonPatch[number] {
  return { op: 'replace', path: '/spec/template', value };
}

function patch({ metadata }: KnativeService, changes: JsonPatch, why: string): WriteRequest {
  return {
    verb: 'patch',
    path: knativeServicePath(metadata?.namespace ?? '', metadata?.name ?? ''),
    tests: [
      { op: 'test', path: '/metadata/uid', value: metadata?.uid },
      { op: 'test', path: '/metadata/generation', value: metadata?.generation },
    ],
    changes,
    why,
  };
}
