import type { PodView, Track } from '../release/observation.ts';
import { describeSign, type Sign } from '../release/signs.ts';
import type { ApiPort } from './api.ts';
import { describeCause } from './errors.ts';
import type { Event, KubeList } from './wire.ts';

/** What a person wants to see of a candidate that does not come up. All texts come from the cluster: untrusted. */
export interface Diagnosis {
  readonly signs: readonly string[];
  /** Pod and container whose log is shown; null: there was none. */
  readonly log: { readonly pod: string; readonly container: string; readonly lines: readonly string[] } | null;
  readonly events: readonly string[];
}

const LOG_LINES = 20;
const EVENTS = 10;
/** Of so many sick pods the events are read: requests must not grow with the pods. */
const SICK_PODS = 2;
/** Milliseconds: a diagnosis must never hold up the way back. */
const PATIENCE = 3_000;

/**
 * Reads the last log lines of the sick container and the newest events of the candidate's ReplicaSet and of some of its sick pods.
 * Never throws: it says what it could not read.
 */
export async function diagnose(
  api: ApiPort,
  namespace: string,
  candidate: Track,
  replicaSet: string,
): Promise<Diagnosis> {
  const sickFirst = [...candidate.pods].filter((pod) => !pod.terminating).sort((a, b) => rank(a) - rank(b));
  const signs = [candidate.refused, ...sickFirst.map((pod) => pod.sign)].filter((sign) => sign !== null);
  const source = logSource(signs, sickFirst);
  const [log, ...events] = await Promise.all([
    source === null ? null : readLog(api, namespace, source),
    ...[replicaSet, ...sickFirst.slice(0, SICK_PODS).map((pod) => pod.name)].map((name) =>
      readEvents(api, namespace, name),
    ),
  ]);
  // Warnings first: the normal events of a start only show that it was normal.
  const newest = events.flat().sort((a, b) => Number(b.isWarning) - Number(a.isWarning) || b.at - a.at);
  return { signs: summarise(signs), log, events: [...new Set(newest.map((event) => event.text))].slice(0, EVENTS) };
}

interface LogSource {
  readonly pod: string;
  readonly container: string;
  /** Its next instance has not started yet. */
  readonly isWaiting: boolean;
}

/** Whose log to read: the container with a sign, else one that is not ready. */
function logSource(signs: readonly Sign[], pods: readonly PodView[]): LogSource | null {
  for (const { pod, container, reason } of signs)
    if (container !== null) return { pod, container, isWaiting: reason === 'CrashLoopBackOff' };
  for (const { name, unreadyContainer } of pods)
    if (unreadyContainer !== null) return { pod: name, container: unreadyContainer, isWaiting: false };
  return null;
}

function rank(pod: PodView): number {
  if (pod.sign !== null) return pod.sign.level === 'fatal' ? 0 : 1;
  return pod.ready ? 3 : 2;
}

/** One line for each kind of trouble: with the same in many pods, one of them and how many more. */
function summarise(signs: readonly Sign[]): string[] {
  const kinds = new Map<string, Sign[]>();
  for (const sign of signs) {
    const key = `${sign.container}/${sign.reason}/${sign.exitCode}`;
    kinds.set(key, [...(kinds.get(key) ?? []), sign]);
  }
  return [...kinds.values()].flatMap(([first, ...more]) =>
    first === undefined
      ? []
      : [`${describeSign(first)}${more.length === 0 ? '' : ` — and ${more.length} more like it`}`],
  );
}

/**
 * The log of the instance that crashed last: the previous one while the next is waited for, else the current one. A kubelet keeps one
 * dead container of each, and answers 200 with an excuse in place of the log of one that it has removed.
 */
async function readLog(api: ApiPort, namespace: string, source: LogSource): Promise<Diagnosis['log']> {
  const { pod, container, isWaiting } = source;
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
  for (const previous of [isWaiting, !isWaiting]) {
    try {
      const query = { container, tailLines: LOG_LINES, limitBytes: 16_384, ...(previous ? { previous: true } : {}) };
      const { status, body } = await api.text(path, query, { deadline: PATIENCE });
      const lines = body.split('\n').filter((line) => line !== '');
      const isExcuse = lines.length === 1 && body.startsWith('unable to retrieve container logs for ');
      if (status === 200 && lines.length > 0 && !isExcuse) return { pod, container, lines: lines.slice(-LOG_LINES) };
    } catch {
      // Diagnosis is a courtesy; the reason of the failure is known without it.
    }
  }
  return null;
}

interface ToldEvent {
  readonly at: number;
  readonly text: string;
  readonly isWarning: boolean;
}

async function readEvents(api: ApiPort, namespace: string, name: string): Promise<ToldEvent[]> {
  try {
    const query = { fieldSelector: `involvedObject.name=${name}`, limit: 100 };
    const { status, body } = await api.text(`/api/v1/namespaces/${namespace}/events`, query, { deadline: PATIENCE });
    if (status !== 200) return [unread(name, `HTTP ${status}`)];
    const { items } = JSON.parse(body) as KubeList<Event>;
    return items.map((event) => ({
      at: timeOf(event),
      isWarning: event.type === 'Warning',
      text: `${event.type ?? ''} ${event.reason ?? ''} ${event.involvedObject.name ?? ''}: ${event.message ?? ''}`,
    }));
  } catch (error) {
    return [unread(name, describeCause(error))];
  }
}

function unread(name: string, why: string): ToldEvent {
  return { at: 0, isWarning: false, text: `(the events of ${name} could not be read: ${why})` };
}

function timeOf(event: Event): number {
  const text = event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  return text === undefined || text === null ? 0 : Date.parse(String(text));
}
