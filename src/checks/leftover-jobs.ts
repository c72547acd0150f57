import type { ApiPort } from '../cluster/api.ts';
import { ApiError, UnknownOutcome } from '../cluster/errors.ts';
import type { Job } from '../cluster/wire.ts';
import { jobPath, type WriteRequest } from '../cluster/write-request.ts';
import { isOurs } from '../traffic/service-selector.ts';
import { RELEASE_LABEL } from './job-manifest.ts';

interface Ports {
  readonly api: ApiPort;
  readonly onWrite: (write: WriteRequest) => void;
  readonly onFact: (text: string) => void;
}

const TRIES = 3;

/** Removes a Job and, in the background, its pods. Never rejects: what could not be removed is said, and ends by itself. */
export async function removeJob(job: Job, { api, onWrite, onFact }: Ports): Promise<void> {
  const { namespace = '', name = '', uid = '' } = job.metadata ?? {};
  const write: WriteRequest = {
    verb: 'delete',
    path: jobPath(namespace, name),
    uid,
    propagation: 'Background',
    why: `remove the Job ${name} and its pods`,
  };
  for (let tried = 1; ; tried += 1) {
    try {
      await api.write(write);
      return onWrite(write);
    } catch (error) {
      // Gone, or another one of that name (409: its uid is not this one's).
      if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return;
      if (error instanceof UnknownOutcome && tried < TRIES) continue;
      const message = error instanceof Error ? error.message : String(error);
      return onFact(
        `the Job ${name} could not be removed (${message}); the cluster removes it some minutes after its end. To do it now: kubectl delete job ${name} -n ${namespace}`,
      );
    }
  }
}

/**
 * Removes the Jobs that a killed run of this release left behind. Never rejects. Who may not list Jobs has no input `job`, or had the
 * permission when it was used: nothing is said then, and the cluster removes them by itself.
 */
export async function removeLeftoverJobs(namespace: string, release: string, ports: Ports): Promise<void> {
  let jobs: readonly Job[];
  try {
    jobs = (await ports.api.list<Job>(jobPath(namespace), { labelSelector: `${RELEASE_LABEL}=${release}` })).items;
  } catch (error) {
    const isUnable = error instanceof ApiError && (error.status === 403 || error.status === 404);
    if (!isUnable)
      ports.onFact(
        `whether a Job of release ${release} is left is not known: ${error instanceof Error ? error.message : String(error)}`,
      );
    return;
  }
  for (const job of jobs.filter(isOurs)) await removeJob(job, ports);
}
