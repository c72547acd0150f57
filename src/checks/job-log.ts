import type { ApiPort } from '../cluster/api.ts';
import type { Job, Pod } from '../cluster/wire.ts';
import { podsOf } from './job-manifest.ts';

/** What a Job wrote last; no lines: nothing, or it could not be read. */
export interface JobLog {
  readonly lines: readonly string[];
}

const LAST_LINES = 20;
const LONGEST_LINE = 500;
/** Milliseconds for all requests together: the log is a courtesy, the verdict is known without it. */
const PATIENCE = 3_000;

/** The last lines of the container that failed, or of the first one, in the youngest pod. Never rejects. */
export async function readJobLog(api: ApiPort, job: Job): Promise<JobLog> {
  const { namespace = '' } = job.metadata ?? {};
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const { items } = await api.list<Pod>(path, { labelSelector: podsOf(job) }, signal);
    const [pod] = items.toSorted((a, b) => createdAt(b) - createdAt(a));
    if (pod === undefined) return { lines: [] };
    const query = { container: containerOf(pod), tailLines: LAST_LINES, limitBytes: 65_536 };
    const { status, body } = await api.text(`${path}/${pod.metadata?.name}/log`, query, { signal, deadline: PATIENCE });
    if (status !== 200 || body.startsWith('unable to retrieve container logs for ')) return { lines: [] };
    const lines = body.split('\n').map((line) => line.replace(/\r$/, '').slice(0, LONGEST_LINE));
    return { lines: lines.filter((line) => line !== '').slice(-LAST_LINES) };
  } catch {
    return { lines: [] };
  }
}

function containerOf({ spec, status }: Pod): string | undefined {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const failed = statuses.find(({ state, lastState }) => {
    const ended = state?.terminated ?? lastState?.terminated;
    return ended !== undefined && ended.exitCode !== 0;
  });
  return failed?.name ?? spec?.containers[0]?.name;
}

function createdAt({ metadata }: Pod): number {
  return Date.parse(String(metadata?.creationTimestamp ?? 0));
}
