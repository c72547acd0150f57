import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { IMAGE } from '../../contract/cluster.ts';
import type { Inputs } from '../../contract/scene.ts';
import type { RunResult } from '../../runner/runner.ts';
import type { NodeCluster } from '../node.ts';
import { until } from '../processes.ts';
import { fileTargets, followPods, onNode, PrometheusServer } from '../prometheus.ts';
import { BACK, expectBack } from '../ramps/in-time.ts';
import { BY_HTTP_ROUTE } from '../traefik.ts';
import { BusyScene } from '../under-load.ts';

/** How the app and the new version treat their users: variables of their containers. */
export type Mood = Readonly<Record<string, string>>;

export interface Judged {
  readonly busy: BusyScene;
  /** Null: the counters are read from the pods. */
  readonly prometheus: PrometheusServer | null;
  /** Inputs of the release: a canary by HTTPRoute, judged every two seconds. */
  readonly inputs: Inputs;
}

/** Where counters come from. */
export type Source = 'Prometheus' | 'pods';

/** Registers a judged release under load as a test; its app has four pods and 100 users a second, by a real Traefik. */
export type Case = (
  name: string,
  setting: { readonly source: Source; readonly stable?: Mood; readonly candidate?: Mood; readonly rules?: string },
  script: (judged: Judged) => Promise<void>,
) => void;

/** 100 requests a second, each on a connection of its own. */
const USERS = { perSecond: 100, keptAlive: 0 } as const;
/** Releases at the same time: most of one is waiting. */
const AT_ONCE = 3;
const TIMEOUT = 900_000;
const FIRST_PORT = 9100;

export function casesOn(node: () => NodeCluster): Case {
  let playing = 0;
  let ports = 0;
  const waiting: (() => void)[] = [];
  const inTurn = async (play: () => Promise<void>): Promise<void> => {
    if (playing >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    playing += 1;
    try {
      await play();
    } finally {
      playing -= 1;
      waiting.shift()?.();
    }
  };
  return (name, { source, stable = {}, candidate = {}, rules }, script) => {
    ports += 1;
    const port = FIRST_PORT + ports;
    const setting = { app: { replicas: 4, preStopSeconds: 3, env: stable }, users: USERS, lead: BY_HTTP_ROUTE.lead };
    test.concurrent(
      `${name}, counted by ${source}`,
      () =>
        inTurn(() =>
          BusyScene.play(
            node(),
            name,
            async (busy) => {
              const watched = source === 'pods' ? null : await prometheusFor(node(), busy, port, rules);
              const of = watched === null ? { metrics: 'pods' } : { prometheus: watched.server.url };
              try {
                await script({
                  busy,
                  prometheus: watched?.server ?? null,
                  inputs: { ...RAMP, ...of, env: envOf(candidate) },
                });
              } finally {
                await watched?.stop();
              }
            },
            setting,
          ),
        ),
      TIMEOUT,
    );
  };
}

const RAMP = {
  strategy: 'canary',
  images: `web=${IMAGE.v2}`,
  tick: '2s',
  'settle-time': '3s',
  'bake-time': '0s',
  'drain-time': '1s',
  timeout: '85s',
} as const;

function envOf(mood: Mood): string {
  return Object.entries(mood)
    .map(([name, value]) => `web.${name}=${value}`)
    .join('\n');
}

/** A Prometheus of this scene's own, which has scraped stable's pods for some seconds. */
async function prometheusFor(
  node: NodeCluster,
  { scene }: BusyScene,
  port: number,
  rules: string | undefined,
): Promise<{ server: PrometheusServer; stop: () => Promise<void> }> {
  const targets = join(node.folder, `targets-${port}.json`);
  const following = await followPods(scene.api, scene.namespace, targets);
  const server = await PrometheusServer.start(onNode(node), {
    name: `prometheus-${port}`,
    port,
    scrape: [fileTargets('pods', targets)],
    ...(rules === undefined ? {} : { rules }),
  });
  // Two scrapes of each pod, after its first request.
  await until('every pod is counted', 30_000, async () => {
    const counted = await server.query('count by (pod) (count_over_time(http_requests_total{code="200"}[1m]) > 1)');
    return counted.length === 4;
  });
  return {
    server,
    async stop() {
      await following.stop();
      await server.stop();
    },
  };
}

/** Milliseconds from the first weight to the write that took users back. */
export async function decidedAfter(busy: BusyScene): Promise<number> {
  const [first = 0] = await busy.writesTo('httproutes');
  return (await busy.wrote('web-candidate: select stable')) - first;
}

/**
 * Expects that the users were back within a second of the verdict, as the action told it, and ends the load.
 * @returns milliseconds from the verdict to the candidate's last answer
 */
export async function expectBackAfterVerdict(busy: BusyScene, result: RunResult): Promise<number> {
  const verdict = busy.told(verdictOf(result));
  const traffic = await busy.stop();
  const answers = traffic.answers('v2', verdict, Number.POSITIVE_INFINITY);
  const late = Math.max(0, ...answers.map(({ at }) => at - verdict));
  expectBack(traffic, verdict, late, { within: BACK });
  return late;
}

/** The log's line that is the reason. */
function verdictOf(result: RunResult): RegExp {
  const reason = result.outputs.reason ?? '';
  expect(reason).not.toBe('');
  return new RegExp(reason.slice(0, 60).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}
