import { isDeepStrictEqual } from 'node:util';
import type { EndpointSlice, KubeObject, Pod } from '../../src/cluster/wire.ts';
import { signOf } from '../../src/release/signs.ts';
import type { AuditedRequest } from '../contract/cluster.ts';
import { normalised } from '../kubernetes/app.ts';
import { HELD_SECONDS } from '../kubernetes/invariants.ts';
import type { Change } from '../kubernetes/recorder.ts';
import { isDryRun } from './requests.ts';

/*
 * When things happened in one release, read off by an outsider: what the API server wrote down, and what the bench's own watches heard.
 * Never what the release says of itself. All times are epoch milliseconds of one machine; a watch hears of a thing some milliseconds
 * after it happened, and in all differences below both ends are heard that way, or the later one is.
 */

export interface Scene {
  readonly changes: readonly Change[];
  /** Requests of the release alone. */
  readonly requests: readonly AuditedRequest[];
  readonly deployment: string;
  readonly service: string;
  /** `pod-template-hash` of the candidate. */
  readonly candidate: string;
  readonly replicas: number;
}

/** Moments of every release. */
export interface Opening {
  readonly firstRequest: number;
  /** The PATCH that brings the new template: from here on the candidate's pods start. */
  readonly open: number;
  readonly lastRequest: number;
}

export function openingOf({ requests, deployment }: Scene): Opening {
  const opening = requests.find(
    (request) =>
      request.verb === 'patch' &&
      request.resource === 'deployments' &&
      request.name === deployment &&
      !isDryRun(request.uri) &&
      JSON.stringify(request.body ?? '').includes(String(HELD_SECONDS)),
  );
  return {
    firstRequest: known('a request', requests[0]?.at),
    open: known('the PATCH that opens the release', opening?.at),
    lastRequest: known('a request', requests.at(-1)?.at),
  };
}

/** Moments of a release that came to its end. */
export interface Promotion {
  readonly allReady: number;
  /** The candidate Service's endpoints are all of the candidate's pods. */
  readonly listed: number;
  /** The PATCH that moves users. */
  readonly switched: number;
  /** The live Service's endpoints are all of the candidate's pods, and nothing else. */
  readonly live: number;
}

export function promotionOf(scene: Scene): Promotion {
  const { changes, requests, service, candidate, replicas } = scene;
  const ready = new Map<string, number>();
  for (const { heardAt, object } of changesOf(changes, 'Pod')) {
    const name = object.metadata?.name ?? '';
    if (hashOf(object) === candidate && isReady(object) && !ready.has(name)) ready.set(name, heardAt);
  }
  if (ready.size < replicas) throw new Error(`${ready.size} of ${replicas} candidate pods were seen Ready`);
  const allReady = Math.max(...ready.values());
  const isWhole = (endpoints: ReadonlySet<string>): boolean =>
    endpoints.size >= replicas && [...endpoints].every((pod) => ready.has(pod));
  const switched = requests.find(
    (request) =>
      request.verb === 'patch' &&
      request.resource === 'services' &&
      request.name === service &&
      JSON.stringify(request.body ?? '').includes(candidate),
  );
  return {
    allReady,
    listed: known('the candidate Service’s endpoints', firstWith(changes, `${service}-candidate`, isWhole)),
    switched: known('the PATCH that moves users', switched?.at),
    live: known('the live Service’s endpoints', firstWith(changes, service, isWhole)),
  };
}

/** Moments of a release whose image is broken. */
export interface TurnBack {
  /** What the pod showed first that is fatal, or becomes so by lasting; see signs.ts. */
  readonly sign: { readonly at: number; readonly reason: string; readonly level: 'fatal' | 'grave' };
  /** No pod of the candidate is there any more. */
  readonly podsGone: number;
  /** Deployment and Services are again as they were, but for the revision. */
  readonly restored: number;
}

/** @throws Error also when users reached the broken version: a figure of that would be worth nothing */
export function turnBackOf(scene: Scene): TurnBack {
  const { changes, service, candidate } = scene;
  const pods = changesOf(changes, 'Pod').filter(({ object }) => hashOf(object) === candidate);
  const names = new Set(pods.map(({ object }) => object.metadata?.name ?? ''));
  const reached = firstWith(changes, service, (endpoints) => [...endpoints].some((pod) => names.has(pod)));
  if (reached !== undefined) throw new Error('users reached a pod of the broken version');
  const signs = pods.flatMap(({ heardAt, object }) => {
    // Changes of kind Pod carry pods.
    const sign = signOf(object as Pod);
    return sign === null || sign.level === 'warning' ? [] : [{ at: heardAt, reason: sign.reason, level: sign.level }];
  });
  return {
    sign: known('a sign of the broken image', signs[0]),
    podsGone: known('the end of the candidate’s pods', podsGone(pods)),
    restored: Math.max(...['Deployment', 'Service'].map((kind) => restoredAt(changesOf(changes, kind)))),
  };
}

function podsGone(pods: readonly Change[]): number | undefined {
  const left = new Set<string>();
  let gone: number | undefined;
  for (const { type, heardAt, object } of pods) {
    const name = object.metadata?.name ?? '';
    if (type === 'deleted') left.delete(name);
    else left.add(name);
    if (left.size === 0) gone = heardAt;
  }
  return left.size === 0 ? gone : undefined;
}

/** When a collection was for good as it had been when recording began. @throws Error when it is not in the end */
function restoredAt(changes: readonly Change[]): number {
  const before = new Map<string, unknown>();
  const now = new Map<string, unknown>();
  let since: number | undefined;
  for (const { type, heardAt, object } of changes) {
    const name = object.metadata?.name ?? '';
    if (type === 'present') before.set(name, contentOf(object));
    if (type === 'deleted') now.delete(name);
    else now.set(name, contentOf(object));
    if (!isDeepStrictEqual(now, before)) since = undefined;
    else since ??= heardAt;
  }
  const [first] = changes;
  return known(`a ${first?.kind ?? 'collection'} that is as it was`, since);
}

/** Items of a list do not say their kind, those of a watch do. */
function contentOf(object: KubeObject): unknown {
  const { kind: _, apiVersion: __, ...content } = object;
  return normalised(content);
}

/** First moment at which the ready endpoints of a Service are as wanted, in all its EndpointSlices together. */
function firstWith(
  changes: readonly Change[],
  service: string,
  wanted: (endpoints: ReadonlySet<string>) => boolean,
): number | undefined {
  const slices = new Map<string, readonly string[]>();
  for (const { type, heardAt, object } of changesOf(changes, 'EndpointSlice')) {
    if (object.metadata?.labels?.['kubernetes.io/service-name'] !== service) continue;
    const name = object.metadata?.name ?? '';
    // Changes of kind EndpointSlice carry EndpointSlices.
    if (type === 'deleted') slices.delete(name);
    else slices.set(name, readyIn(object as EndpointSlice));
    if (wanted(new Set([...slices.values()].flat()))) return heardAt;
  }
  return undefined;
}

function readyIn({ endpoints }: EndpointSlice): string[] {
  return (endpoints ?? [])
    .filter((endpoint) => endpoint.conditions?.ready !== false)
    .map((endpoint) => endpoint.targetRef?.name ?? '');
}

function changesOf(changes: readonly Change[], kind: string): Change[] {
  return changes.filter((change) => change.kind === kind);
}

function hashOf(object: KubeObject): string | undefined {
  return object.metadata?.labels?.['pod-template-hash'];
}

function isReady(pod: Pod): boolean {
  return (pod.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
}

function known<T>(what: string, value: T | undefined): T {
  if (value === undefined) throw new Error(`${what} was not seen`);
  return value;
}
