import type { Sign } from '../release/signs.ts';
import { describeSign } from '../release/signs.ts';
import type { Api } from './api.ts';
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
/** Milliseconds: a diagnosis must never hold up the way back. */
const PATIENCE = 3_000;

/** Reads the last log lines of the sick container and the newest events of the candidate. Never throws: it says what it could not read. */
export async function diagnose(
  api: Api,
  namespace: string,
  hash: string | null,
  deployment: string,
  signs: readonly Sign[],
): Promise<Diagnosis> {
  const sick = signs.find((sign) => sign.container !== null) ?? signs[0];
  const [log, events] = await Promise.all([
    sick?.container === undefined || sick.container === null
      ? null
      : readLog(api, namespace, sick.pod, sick.container, sick.restarts),
    hash === null ? [] : readEvents(api, namespace, `${deployment}-${hash}`),
  ]);
  return { signs: unique(signs.map(describeSign)), log, events };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].slice(0, 10);
}

/** The crashed instance's log: `previous` fails while the container is still in state Error, so the current one is tried after it. */
async function readLog(
  api: Api,
  namespace: string,
  pod: string,
  container: string,
  restarts: number,
): Promise<Diagnosis['log']> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
  for (const previous of restarts > 0 ? [true, false] : [false, true]) {
    try {
      const query = { container, tailLines: LOG_LINES, limitBytes: 16_384, ...(previous ? { previous: true } : {}) };
      const { status, body } = await api.text(path, query, { deadline: PATIENCE });
      const lines = body.split('\n').filter((line) => line !== '');
      if (status === 200 && lines.length > 0) return { pod, container, lines: lines.slice(-LOG_LINES) };
    } catch {
      // Diagnosis is a courtesy; the reason of the failure is known without it.
    }
  }
  return null;
}

async function readEvents(api: Api, namespace: string, prefix: string): Promise<string[]> {
  try {
    const { body } = await api.text(`/api/v1/namespaces/${namespace}/events`, { limit: 500 }, { deadline: PATIENCE });
    const { items } = JSON.parse(body) as KubeList<Event>;
    const own = items.filter((event) => event.involvedObject.name?.startsWith(prefix));
    own.sort((a, b) => timeOf(b) - timeOf(a));
    const seen = own.map(
      (event) => `${event.type ?? ''} ${event.reason ?? ''} ${event.involvedObject.name ?? ''}: ${event.message ?? ''}`,
    );
    return [...new Set(seen)].slice(0, EVENTS);
  } catch {
    return ['(the events could not be read)'];
  }
}

function timeOf(event: Event): number {
  const text = event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  return text === undefined || text === null ? 0 : Date.parse(String(text));
}
