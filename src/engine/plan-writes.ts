import type { ApiPort } from '../cluster/api.ts';
import { type FieldChange, fieldChanges } from '../cluster/field-changes.ts';
import type { Permission } from '../cluster/permissions.ts';
import type { KubeObject } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import { requestLine } from '../report/request-line.ts';
import type { CommandRun } from '../traffic/command-route.ts';
import type { RouteObjects } from '../traffic/router.ts';
import { after, type Foreseen } from './foreseen-routes.ts';
import { isAmong, permissionFor } from './plan-api.ts';

/** A write of a release that has not begun. */
export interface PlannedWrite {
  /** `PATCH /apis/apps/v1/namespaces/shop/deployments/web`. */
  readonly request: string;
  readonly why: string;
  /** What it changes in its object, after all the writes before it. None: of a record or a lock, which are ours alone, and of deletions. */
  readonly changes: readonly FieldChange[];
  /**
   * `accepted` or `refused` by the API server as a dry run; `not-allowed`: the user lacks the permission for it; `no-place`: it cannot
   * be tried on the objects as they are (what it is about does not exist yet), or is a command of the user's own.
   */
  readonly tried: 'accepted' | 'refused' | 'not-allowed' | 'no-place';
  /** Of the API server; null: it was not refused. */
  readonly refusal: string | null;
}

/** Ours alone, or a manifest of the user's own that the workflow has anyway. */
const PLAIN = /\/(leases|configmaps|jobs)(\/|$)/;

/**
 * Every write with what it changes, tried as a dry run where that is possible and allowed.
 * @param objects as they are, by path
 * @param missing permissions that the user lacks
 */
export async function plannedWrites(
  api: Pick<ApiPort, 'write'>,
  writes: readonly Foreseen[],
  objects: RouteObjects,
  missing: readonly Permission[],
): Promise<readonly PlannedWrite[]> {
  const planned: PlannedWrite[] = [];
  let now = objects;
  for (const { write, trial } of writes) {
    const before = now;
    if (write.verb !== 'run') now = after(now, write);
    const changes = changesOf(write, before, now);
    planned.push({
      request: requestLine(write),
      why: write.why,
      changes,
      ...(await tryOut(api, write, trial, missing)),
    });
  }
  return planned;
}

function changesOf(write: WriteRequest | CommandRun, before: RouteObjects, now: RouteObjects): readonly FieldChange[] {
  if (write.verb === 'run' || write.verb === 'delete' || PLAIN.test(write.path)) return [];
  if (write.verb === 'create') {
    // Whole API objects are created; their names and owners are in the request.
    const { metadata, apiVersion: _version, kind: _kind, ...rest } = write.body as KubeObject;
    return fieldChanges({}, { metadata: { annotations: metadata?.annotations }, ...rest });
  }
  return fieldChanges(before.get(write.path) ?? {}, now.get(write.path) ?? {});
}

async function tryOut(
  api: Pick<ApiPort, 'write'>,
  write: WriteRequest | CommandRun,
  trial: WriteRequest | null,
  missing: readonly Permission[],
): Promise<Pick<PlannedWrite, 'tried' | 'refusal'>> {
  if (write.verb !== 'run' && isAmong(missing, permissionFor(write))) return { tried: 'not-allowed', refusal: null };
  if (trial === null) return { tried: 'no-place', refusal: null };
  try {
    await api.write(trial, { dryRun: true });
    return { tried: 'accepted', refusal: null };
  } catch (error) {
    return { tried: 'refused', refusal: error instanceof Error ? error.message : String(error) };
  }
}
