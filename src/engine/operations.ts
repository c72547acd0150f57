import type { ActionName } from '../action/operations.ts';
import type { Request } from '../action/request.ts';
import { ApiError, ConnectionError, UnknownOutcome } from '../cluster/errors.ts';
import { LockHeld } from '../cluster/lease.ts';
import { abort } from './abort.ts';
import { deploy, type DeployParts, type Result, withoutNamespace } from './deploy.ts';
import { finish } from './finish.ts';
import { lostNamespace } from './lost-namespace.ts';
import { plan } from './plan-deploy.ts';
import { promote } from './promote.ts';
import { RecordConflict, RecordError } from './record-store.ts';
import { Refused } from './refusal.ts';
import { resume } from './resume.ts';
import { role } from './role.ts';
import { rollback } from './rollback.ts';
import { status } from './status.ts';

const OPERATIONS: Readonly<Record<ActionName, (request: Request, parts: DeployParts) => Promise<Result>>> = {
  deploy,
  promote,
  abort,
  rollback,
  resume,
  finish,
  status,
  plan,
  role,
};

/** Does what input `action` says. Throws what the operation throws, but for what comes of a namespace that is being deleted. */
export async function operate(request: Request, parts: DeployParts): Promise<Result> {
  try {
    return await OPERATIONS[request.action](request, parts);
  } catch (error) {
    const lost = saysOfCluster(error) ? lostNamespace(parts.api, parts.namespace) : null;
    // A refusal has words of its own for a namespace that never was.
    if (lost === null || (lost.is === 'gone' && error instanceof Refused)) throw error;
    return withoutNamespace(lost);
  }
}

/** It says something about the user's cluster, and nothing about our code. */
export function saysOfCluster(error: unknown): error is Error {
  return [Refused, ConnectionError, LockHeld, RecordError, RecordConflict, ApiError, UnknownOutcome].some(
    (kind) => error instanceof kind,
  );
}
