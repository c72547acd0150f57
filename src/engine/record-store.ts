import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Run } from '../action/request.ts';
import type { Judgement } from '../analysis/judgement.ts';
import type { ApiPort } from '../cluster/api.ts';
import { isStatus, UnknownOutcome } from '../cluster/errors.ts';
import { namespaceEndIn } from '../cluster/namespace-end.ts';
import type { ConfigMap } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import { systemClock } from './clock.ts';
import type { AnyPlan } from '../release/knative/plan.ts';
import type { Images } from '../release/plan.ts';
import type { MeasuredPlan } from './measures.ts';
import type { Told } from '../release/route.ts';
import type { Marks, ToldRoutes, Turn } from '../release/state.ts';
import { oneLine } from '../report/escape.ts';
import { MANAGED_BY } from '../traffic/service-selector.ts';
import { OUTAGE } from './patience.ts';
import { misfitOfOpen, misfitOfPast } from './record-shape.ts';
import { keyOf } from './workload-kinds.ts';

/** Format of the record's data; a newer one is refused rather than misread. */
const SCHEMA = 1;
const KEPT_RELEASES = 10;
/** Tries of a write of the record, while the API server answers. */
const TRIES = 6;
const LONGEST_PAUSE = 5_000;

/** What the cluster remembers of a Deployment's releases: ConfigMap `crossfade.<deployment>`. */
export interface RecordBook {
  /** The release in progress, or one that was left unfinished; null: none. */
  readonly open: OpenRelease | null;
  /** The last releases, newest first. */
  readonly past: readonly PastRelease[];
  readonly resourceVersion: string | null;
}

export interface OpenRelease {
  readonly plan: AnyPlan;
  /** Digest of a pod template of somebody else's for which a run has stopped, after naming it. */
  readonly toldTemplate: string | null;
  /** The same of routes, by their names. */
  readonly toldRoutes: ToldRoutes;
  readonly run: Run;
  /** Where it stands still until another run promotes or aborts it; null: it is being worked on, or was left unfinished. */
  readonly paused: Paused | null;
  /** Why it goes back: users are off the candidate, and whoever continues it takes it back. Null: it goes forward, or stands. */
  readonly turned: Turn | null;
  /** It was promoted, and its old version is kept warm until another run finishes it or takes it back; null: it is not. */
  readonly warm: Warm | null;
  /** When users had been moved off the candidate by a way back that left it standing, epoch ms; null: none did, or that cannot be told. */
  readonly stood: number | null;
  /** What is measured of it; null: nothing. */
  readonly measured: MeasuredPlan | null;
  /** What the user's own command was told, noted before it runs and after it; null: nothing. */
  readonly told: Told | null;
}

/** What a run that goes on has to know, beside the plan and the objects. */
export interface Paused {
  readonly step: number;
  readonly marks: Marks;
  readonly restarts: Readonly<Record<string, number>>;
  /** What was known of the candidate there; null: nothing was measured. */
  readonly judgement: Judgement | null;
}

/** What a run that ends it has to know, beside the plan and the objects. */
export interface Warm {
  readonly step: number;
  readonly marks: Marks;
}

export interface PastRelease {
  readonly release: string;
  readonly outcome: string;
  /** It was to bring a version back that users had before. */
  readonly rollback: boolean;
  readonly reason: string | null;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly stableHash: string;
  readonly candidateHash: string | null;
  readonly revision: string | null;
  readonly from: Images;
  readonly to: Images;
  readonly run: Run;
}

/** The record is not ours to read: made by a newer version, or damaged by hand. */
export class RecordError extends Error {}

/** Another run wrote the record since we read it. */
export class RecordConflict extends Error {}

export const EMPTY_BOOK: RecordBook = { open: null, past: [], resourceVersion: null };

export function recordName(deployment: string): string {
  return `crossfade.${deployment}`;
}

export function configMapPath(namespace: string, name?: string): string {
  return `/api/v1/namespaces/${namespace}/configmaps${name === undefined ? '' : `/${name}`}`;
}

/** Throws RecordError when there is a record that cannot be understood, or what the read throws. */
export async function readBook(api: ApiPort, namespace: string, deployment: string): Promise<RecordBook> {
  const path = configMapPath(namespace, recordName(deployment));
  const map = await api.get<ConfigMap>(path);
  return map === null ? EMPTY_BOOK : parseBook(map, namespace, deployment);
}

/** Anybody with the rights for it may have edited it: it is believed when everything has the form in which it was written. */
export function parseBook(map: ConfigMap, namespace: string, key: string): RecordBook {
  const { data = {} } = map;
  const { schema, digest } = data;
  const name = recordName(key);
  const remedy =
    `If no release is in progress, delete it (kubectl delete configmap ${name} --namespace ${namespace}) and run again; ` +
    'else put back what was changed.';
  if (schema !== String(SCHEMA))
    throw new RecordError(
      `ConfigMap ${name} has schema ${oneLine(schema ?? '(none)', 40)}; this version of Crossfade reads schema ${SCHEMA}. ${remedy}`,
    );
  const damaged = (what: string): RecordError =>
    new RecordError(`ConfigMap ${name} is no valid record: ${what}. Somebody changed it. ${remedy}`);
  if (digest !== undefined && digest !== digestOf(data.open ?? ''))
    throw damaged('its release is another than was written');
  const found = { open: jsonOf(data.open, null), past: jsonOf(data.past, []) };
  if (found.open === undefined || found.past === undefined) throw damaged('its data is not JSON');
  const misfit = (found.open === null ? null : misfitOfOpen(found.open, namespace)) ?? misfitOfPast(found.past);
  if (misfit !== null) throw damaged(misfit);
  // Looked at above, as far as anything is done with them; written by `bookRequest` below.
  const open = found.open as OpenRelease | null;
  const past = found.past as PastRelease[];
  const book = {
    open: open === null ? null : { ...NEWER.open, ...open, plan: { ...NEWER.plan, ...open.plan } },
    past: past.map((release) => ({ ...NEWER.past, ...release })),
    resourceVersion: map.metadata?.resourceVersion ?? null,
  };
  if (book.open !== null && keyOf(book.open.plan) !== key) throw damaged('its release is that of another workload');
  return book;
}

/** What routers keep in a record has forms of their own: that nobody changed it is known by this. */
function digestOf(open: string): string {
  return createHash('sha256').update(open).digest('hex').slice(0, 16);
}

/** Undefined: no JSON. */
function jsonOf(given: string | undefined, absent: unknown): unknown {
  if (given === undefined || given === '') return absent;
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}

/** Fields that the first records of this schema did not have. */
const NEWER = {
  open: { turned: null, stood: null, warm: null },
  plan: { keepWarm: false, rollback: false, checkedBy: null },
  past: { rollback: false },
};

type BookRequest = Extract<WriteRequest, { verb: 'create' | 'update' }> & {
  readonly body: { readonly data: ConfigMap['data'] };
};

/** The request that replaces the book, for a dry run or for `writeBook`. */
export function bookRequest(namespace: string, deployment: string, book: RecordBook, why: string): BookRequest {
  const name = recordName(deployment);
  const open = book.open === null ? '' : JSON.stringify(book.open);
  const body = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace,
      labels: MANAGED_BY,
      ...(book.resourceVersion === null ? {} : { resourceVersion: book.resourceVersion }),
    },
    data: {
      schema: String(SCHEMA),
      open,
      digest: digestOf(open),
      past: JSON.stringify(book.past.slice(0, KEPT_RELEASES)),
    },
  };
  return book.resourceVersion === null
    ? { verb: 'create', path: configMapPath(namespace), body, why }
    : { verb: 'update', path: configMapPath(namespace, name), body, why };
}

/**
 * Compare-and-swap; answers the book with its new resourceVersion. Of a release that has begun nothing may be lost for a moment in which
 * the API server is away, or refuses. A record that somebody has deleted is made anew: what was in it is known here. Throws RecordConflict
 * when somebody else was there first.
 * @param isBegun false: nothing has been written yet, and a refusal ends it at once
 */
export async function writeBook(
  api: ApiPort,
  namespace: string,
  deployment: string,
  book: RecordBook,
  why: string,
  { isBegun = true }: { readonly isBegun?: boolean } = {},
): Promise<RecordBook> {
  let expected = book.resourceVersion;
  let request = bookRequest(namespace, deployment, book, why);
  const clock = api.clock ?? systemClock;
  const since = clock.now();
  for (let tried = 1; ; tried += 1) {
    try {
      const map = await api.write<ConfigMap>(request);
      return { ...book, resourceVersion: map.metadata?.resourceVersion ?? null };
    } catch (error) {
      if (isStatus(error, 404) && expected !== null) {
        expected = null;
        request = bookRequest(namespace, deployment, { ...book, resourceVersion: null }, why);
        continue;
      }
      if (isStatus(error, 404) || namespaceEndIn(error) !== null) throw error;
      const mayPass = error instanceof UnknownOutcome || isStatus(error, 409) || isBegun;
      if (mayPass && !isStatus(error, 409)) await clock.sleep(100 * 2 ** tried, new AbortController().signal);
      // It may have been carried out, whatever was answered.
      const path = configMapPath(namespace, recordName(deployment));
      const map = await readUntil(api, path, mayPass ? since + OUTAGE : since).catch((unread: unknown) => {
        throw mayPass ? unread : error;
      });
      const found = map?.metadata?.resourceVersion ?? null;
      if (map !== null && isDeepStrictEqual(map.data, request.body.data)) return { ...book, resourceVersion: found };
      if (!mayPass || tried >= TRIES) throw error;
      if (found !== expected) throw new RecordConflict(`another run wrote ${recordName(deployment)} meanwhile`);
    }
  }
}

/** Waits for an API server that does not answer. `until`: epoch ms; then throws what the last read threw. */
async function readUntil(api: ApiPort, path: string, until: number): Promise<ConfigMap | null> {
  const clock = api.clock ?? systemClock;
  for (;;) {
    try {
      return await api.get<ConfigMap>(path);
    } catch (error) {
      if (!(error instanceof UnknownOutcome) || clock.now() >= until) throw error;
      await clock.sleep(LONGEST_PAUSE, new AbortController().signal);
    }
  }
}
