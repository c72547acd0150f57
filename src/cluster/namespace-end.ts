import type { ApiPort } from './api.ts';
import { deadline } from './deadline.ts';
import { systemClock } from '../engine/clock.ts';
import { ApiError } from './errors.ts';
import type { WriteRequest } from './write-request.ts';

/**
 * What becomes of a namespace that is deleted. `leaving`: what is in it is being deleted, and nothing can be made in it; nobody can call
 * that off. `gone`: there is none of that name.
 */
export type NamespaceEnd = 'leaving' | 'gone';

/** Milliseconds that an answer is waited for. */
const PATIENCE = 2_000;

/** What an answer of the API server says of the namespace that it is about; null: nothing. */
export function namespaceEndIn(error: unknown): NamespaceEnd | null {
  if (!(error instanceof ApiError)) return null;
  if (error.status === 403 && error.details.causes.includes('NamespaceTerminating')) return 'leaving';
  return error.status === 404 && error.details.kind === 'namespaces' ? 'gone' : null;
}

/**
 * Asks the API server, by the trial of a write that a release needs the permission for anyway: a Namespace itself may be read by few.
 * Never throws. Null: it is there, or nobody said.
 */
export async function askForNamespaceEnd(api: ApiPort, namespace: string): Promise<NamespaceEnd | null> {
  const limit = deadline(api.clock ?? systemClock, PATIENCE);
  try {
    await api.write(trialIn(namespace), { dryRun: true, signal: limit.signal });
    return null;
  } catch (error) {
    return namespaceEndIn(error);
  } finally {
    limit.end();
  }
}

function trialIn(namespace: string): WriteRequest {
  const metadata = { generateName: 'crossfade.', namespace };
  return {
    verb: 'create',
    path: `/api/v1/namespaces/${namespace}/configmaps`,
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata },
    why: 'see whether anything can be made in the namespace',
  };
}
