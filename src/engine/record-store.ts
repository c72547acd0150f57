import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Run } from '../action/request.ts';
import type { ApiPort } from '../cluster/api.ts';
import { isStatus, UnknownOutcome } from '../cluster/errors.ts';
import type { ConfigMap } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import type { Images, Plan } from '../release/plan.ts';
import type { Told } from '../release/route.ts';
import type { Marks, ToldRoutes } from '../release/state.ts';
import { MANAGED_BY } from '../traffic/service-selector.ts';

/** Format of the record's data; a newer one is refused rather than misread. */
const SCHEMA = 1;
const KEPT_RELEASES = 10;
/** Tries of a write of the record whose outcome nobody knows. */
const TRIES = 6;

/** What the cluster remembers of a Deployment's releases: ConfigMap `crossfade.<deployment>`. */
export interface RecordBook {
  /** The release in progress, or one that was left unfinished; null: none. */
  readonly open: OpenRelease | null;
  /** The last releases, newest first. */
  readonly past: readonly PastRelease[];
  readonly resourceVersion: string | null;
}

export interface OpenRelease {
  readonly plan: Plan;
  /** Digest of a pod template of somebody else's for which a run has stopped, after naming it. */
  readonly toldTemplate: string | null;
  /** The same of routes, by their names. */
  readonly toldRoutes: ToldRoutes;
  readonly run: Run;
  /** Where it stands still until another run promotes or aborts it; null: it is being worked on, or was left unfinished. */
  readonly paused: Paused | null;
  /** What the user's own command was told, noted before it runs and after it; null: nothing. */
  readonly told: Told | null;
}

/** What a run that goes on has to know, beside the plan and the objects. */
export interface Paused {
  readonly step: number;
  readonly marks: Marks;
  readonly restarts: Readonly<Record<string, number>>;
}

export interface PastRelease {
  readonly release: string;
  readonly outcome: string;
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
  return map === null ? EMPTY_BOOK : parseBook(map);
}

function parseBook(map: ConfigMap): RecordBook {
  const { schema, open, past } = map.data ?? {};
  const name = `ConfigMap ${map.metadata?.name}`;
  const remedy = `If no release is in progress, delete it (kubectl delete configmap ${map.metadata?.name}) and run again.`;
  if (schema !== String(SCHEMA))
    throw new RecordError(
      `${name} has schema ${schema ?? '(none)'}; this version of Crossfade reads schema ${SCHEMA}. ${remedy}`,
    );
  try {
    return {
      // Written by `dataOf` below under the same schema number.
      open: open === undefined || open === '' ? null : (JSON.parse(open) as OpenRelease),
      past: JSON.parse(past ?? '[]') as PastRelease[],
      resourceVersion: map.metadata?.resourceVersion ?? null,
    };
  } catch {
    throw new RecordError(`${name} is no valid record: its data is not JSON. ${remedy}`);
  }
}

type BookRequest = Extract<WriteRequest, { verb: 'create' | 'update' }> & {
  readonly body: { readonly data: ConfigMap['data'] };
};

/** The request that replaces the book, for a dry run or for `writeBook`. */
export function bookRequest(namespace: string, deployment: string, book: RecordBook, why: string): BookRequest {
  const name = recordName(deployment);
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
      open: book.open === null ? '' : JSON.stringify(book.open),
      past: JSON.stringify(book.past.slice(0, KEPT_RELEASES)),
    },
  };
  return book.resourceVersion === null
    ? { verb: 'create', path: configMapPath(namespace), body, why }
    : { verb: 'update', path: configMapPath(namespace, name), body, why };
}

/** Compare-and-swap; answers the book with its new resourceVersion. Throws RecordConflict when somebody else was there first. */
export async function writeBook(
  api: ApiPort,
  namespace: string,
  deployment: string,
  book: RecordBook,
  why: string,
): Promise<RecordBook> {
  const request = bookRequest(namespace, deployment, book, why);
  for (let tried = 1; ; tried += 1) {
    try {
      const map = await api.write<ConfigMap>(request);
      return { ...book, resourceVersion: map.metadata?.resourceVersion ?? null };
    } catch (error) {
      const isConflict = isStatus(error, 409);
      if (!isConflict && !(error instanceof UnknownOutcome && tried < TRIES)) throw error;
      if (!isConflict) await sleep(100 * 2 ** tried);
      // It may have been carried out, and its answer lost.
      const map = await api.get<ConfigMap>(configMapPath(namespace, recordName(deployment)));
      const found = map?.metadata?.resourceVersion ?? null;
      if (map !== null && isDeepStrictEqual(map.data, request.body.data)) return { ...book, resourceVersion: found };
      if (found !== book.resourceVersion)
        throw new RecordConflict(`another run wrote ${recordName(deployment)} meanwhile`);
    }
  }
}
