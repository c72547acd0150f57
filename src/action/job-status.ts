/** How the job went so far, as the runner fills it into the input `job-status` for `post`. */
export type JobStatus = 'success' | 'failure' | 'cancelled';

const STATUSES: readonly JobStatus[] = ['success', 'failure', 'cancelled'];

/** Null: not known. Never an error: `post` must do its work whatever the runner filled in. */
export function readJobStatus(get: (name: string) => string): JobStatus | null {
  const given = get('job-status').trim().toLowerCase();
  return STATUSES.find((status) => status === given) ?? null;
}
