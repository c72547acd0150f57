import type { MetricsRequest } from './metrics-request.ts';
import type { AppNow, Part } from './prepare.ts';
import type { PreparedMetrics } from './prepared.ts';
import { MOST_PER_SECOND, type Probed, type ProbePorts, probe } from './probe.ts';
import { shownMs } from './slow-edge.ts';

const TRIES = 10;
/** Milliseconds: the edges that client libraries have by default. */
const EDGES = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 4000];

/** A few requests to stable: it must answer them, and its answers say what is slow. */
export async function prepareProbe(
  { probe: request, slow }: MetricsRequest,
  app: AppNow,
  ports: ProbePorts,
  signal: AbortSignal,
): Promise<Part<PreparedMetrics['probe']>> {
  if (request === null) return { value: null, notes: [], findings: [] };
  if (app.mixes)
    return {
      value: null,
      notes: [],
      findings: [
        {
          message: `Input probe asks both Services, and in this release Service ${app.service.name} leads to both versions (users are split by the numbers of pods): stable cannot be asked. Use metrics: pods, a router, or strategy: blue-green.`,
        },
      ],
    };
  const answers: Probed[] = [];
  let silence = '';
  for (let tried = 1; tried <= TRIES; tried += 1) {
    const answer = await probe(request, app.service.name, ports, signal);
    signal.throwIfAborted();
    if (typeof answer === 'string') silence = answer;
    else answers.push(answer);
    if (typeof answer === 'string' && tried >= 3 && answers.length === 0) break;
    await ports.clock.sleep(1000 / Math.min(request.perSecond, MOST_PER_SECOND), signal);
  }
  const failed = answers.filter((answer) => answer.failed);
  const wanted = `Wanted answers of stable to ${request.line} (input probe) by Service ${app.service.name}`;
  const wrong = (message: string): Part<PreparedMetrics['probe']> => ({
    value: null,
    notes: [],
    findings: [{ message }],
  });
  if (answers.length === 0)
    return wrong(
      `${wanted}; found none: ${silence}. Check the path and the port, and that your user may get services/proxy.`,
    );
  if (failed.length > answers.length / 2)
    return wrong(
      `${wanted}; found ${failed[0]?.found} in ${failed.length} of ${answers.length}. Choose a path that stable answers with a status below 400.`,
    );
  const slowest = Math.max(...answers.map(({ took }) => took));
  const slowMs = slow === 'off' ? null : slow === 'auto' ? edgeAbove(2 * slowest) : slow.ms;
  const judged = slowMs === null ? 'slow answers are not judged' : `slow is more than ${shownMs(slowMs)}`;
  return {
    value: { request, slowMs },
    notes: [`requests of our own (synthetic): ${request.line}; ${judged}`],
    findings: [],
  };
}

function edgeAbove(ms: number): number {
  return EDGES.find((edge) => edge >= ms) ?? EDGES.at(-1) ?? ms;
}
