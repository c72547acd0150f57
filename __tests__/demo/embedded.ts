import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '../../src/cluster/wire.ts';
import { IMAGE, REPOSITORY } from '../contract/cluster.ts';
import { Api, paths } from '../kubernetes/api.ts';
import { createApp } from '../kubernetes/app.ts';
import { type RunResult, startAction } from '../runner/runner.ts';
import { type Simulator, startSimulator } from '../simulator/cluster.ts';
import { REQUESTS_PER_SECOND } from './crowd.ts';
import { faultsOf, KEPT_CONNECTIONS_NOTE, resultOf, totalsOf, verdictOf } from './findings.ts';
import { errorsOf, indexPage } from './index-page.ts';
import { summaryPage } from './page.ts';
import { ACTION, writePage } from './places.ts';
import { coloured, follow, heading, say, terminalWidth } from './terminal.ts';
import { textChart } from './text-chart.ts';
import { failuresOf, movesIn, type Played, type Traffic } from './traffic.ts';
import { startUsers, type Users } from './users.ts';

/** One act of the demo. */
interface Act {
  readonly title: string;
  readonly told: string;
  readonly from: string;
  readonly to: string;
  readonly image: string;
  readonly outcome: 'promoted' | 'rolled-back';
  /** Users are to meet the new version. */
  readonly meets: boolean;
  readonly page: string;
  /** Beside those that all acts have. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** What befalls it meanwhile. */
  readonly trouble?: (stage: Stage) => Promise<void>;
}

interface Stage {
  readonly cluster: Simulator;
  readonly api: Api;
  readonly namespace: string;
  readonly users: Users;
}

const ACTS: readonly Act[] = [
  {
    title: 'good release',
    told: 'A good release, v1 → v2: tested, switched, watched for 3 s, closed.',
    ...{ from: 'v1', to: 'v2', image: IMAGE.v2, outcome: 'promoted', meets: true, page: '1-good-release.html' },
  },
  {
    title: 'canary',
    told: 'A canary, v2 → v3: 20 % of the users, then 50 %, then all, split by the numbers of pods.',
    ...{ from: 'v2', to: 'v3', image: IMAGE.v3, outcome: 'promoted', meets: true, page: '2-canary.html' },
    inputs: { strategy: 'canary', steps: '20% 2s, 50% 2s', 'bake-time': '1s' },
  },
  {
    title: 'rolling batches',
    told: 'A rolling release, v3 → v4: one pod, then half of them, then all, each in the place of an old one.',
    ...{ from: 'v3', to: 'v4', image: `${REPOSITORY}:v4`, outcome: 'promoted', meets: true, page: '3-rolling.html' },
    inputs: { strategy: 'rolling', batches: '1 1s, 50% 1s', 'bake-time': '1s', 'settle-time': '500ms' },
  },
  {
    title: 'crashing image',
    told: 'A release whose image crashes, v4 → crash: no user may ever reach it.',
    ...{ from: 'v4', to: 'crash', image: IMAGE.crash, outcome: 'rolled-back', meets: false },
    page: '4-crashing-image.html',
  },
  {
    title: 'ill after the switch',
    told: 'A release that falls ill while it is watched, v4 → v5: one of its pods stops being Ready a second after the switch.',
    ...{ from: 'v4', to: 'v5', image: `${REPOSITORY}:v5`, outcome: 'rolled-back', meets: true },
    page: '5-ill-after-the-switch.html',
    trouble: fallIll,
    // It ends with the illness, which has to come before: also where this process, the cluster's, has much to do.
    inputs: { 'bake-time': '15s' },
  },
];

const REPLICAS = 4;
/** As of people's own pods: Ready after most of a second, and a second of preStop for those who still connect to them. */
const TIMINGS = { ready: 700, grace: 1000 };
const WAITS = { 'bake-time': '3s', 'drain-time': '1s', 'settle-time': '1s', timeout: '40s' };
const STEP_TIMEOUT_MS = 60_000;
/** So that the chart shows what was before, between and after. */
const QUIET_MS = 600;

const SETTING = `Users send ${REQUESTS_PER_SECOND} requests a second through the Service, half of them on fresh connections, half on kept ones.`;

/** Plays all acts; the exit code. Once the signal fires, the running release is cancelled and no other follows. */
export async function playEmbedded(signal: AbortSignal): Promise<number> {
  const cluster = await startSimulator({ timings: TIMINGS });
  const api = await Api.from(cluster.kubeconfig, 'crossfade-demo');
  try {
    const namespace = await cluster.namespace('shop');
    await createApp(api, { namespace, replicas: REPLICAS, preStopSeconds: 1 });
    const { port } = await cluster.listen(namespace, 'web');
    say(heading(`An embedded cluster: Deployment web, ${REPLICAS} pods of v1, and its Service.`));
    say(SETTING);
    const users = startUsers(port);
    const { sentAt: startedAt } = await users.next(() => true);
    const ended: Ended[] = [];
    try {
      for (const [index, act] of ACTS.entries()) {
        await sleep(QUIET_MS);
        if (signal.aborted) break;
        say();
        say(heading(`${index + 1}  ${act.told}`));
        ended.push(await play(act, { cluster, api, namespace, users }, signal));
      }
      await sleep(signal.aborted ? 0 : QUIET_MS);
    } finally {
      await users.leave();
    }
    if (signal.aborted) return 130;
    return conclude({ answers: users.answers, startedAt, endedAt: Date.now() }, ended);
  } finally {
    await api.close();
    await cluster.stop();
  }
}

interface Ended {
  readonly act: Act;
  readonly result: RunResult;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly moves: readonly number[];
}

async function play(act: Act, stage: Stage, signal: AbortSignal): Promise<Ended> {
  const startedAt = Date.now();
  const running = startAction({
    action: ACTION,
    inputs: {
      ...WAITS,
      kubeconfig: stage.cluster.kubeconfig,
      namespace: stage.namespace,
      deployment: 'web',
      images: `web=${act.image}`,
      'smoke-test': `GET /healthz 200\nGET / 200 port=http contains="${act.to}"`,
      ...act.inputs,
    },
    timeoutMs: STEP_TIMEOUT_MS,
    cancel: { signal },
    onLine: follow(),
  });
  // Without its trouble an act ends otherwise than expected, and that is told; it must not end the demo unseen.
  const troubled = act.trouble?.(stage).catch((error: unknown) => say(`  ${String(error)}`));
  const result = await running.done;
  const endedAt = Date.now();
  void troubled;
  return {
    act,
    result,
    startedAt,
    endedAt,
    moves: movesIn(await stage.cluster.audit(startedAt), 'web', act.inputs?.strategy === 'rolling'),
  };
}

/** A second after users met v5, the node's kubelet says that one of its pods is not Ready. */
async function fallIll({ api, namespace, users }: Stage): Promise<void> {
  const { pod } = await users.next(({ version }) => version === 'v5');
  await sleep(1000);
  const path = paths.core(namespace, 'pods', pod ?? '');
  const { status } = await api.get<Pod>(path);
  const conditions = status?.conditions?.map((condition) =>
    ['Ready', 'ContainersReady'].includes(condition.type) ? { ...condition, status: 'False' } : condition,
  );
  const containerStatuses = status?.containerStatuses?.map((container) => ({ ...container, ready: false }));
  await api.patch(`${path}/status`, { status: { conditions, containerStatuses } });
}

function conclude(traffic: Traffic, ended: readonly Ended[]): number {
  const releases = ended.map((one, index) => judged(one, traffic, ended[index + 1]?.startedAt ?? traffic.endedAt));
  const failures = failuresOf(traffic);
  say();
  say(heading('What users saw: requests over time, by the version that answered'));
  for (const row of coloured(textChart(traffic, releases, terminalWidth()))) say(row);
  say();
  const totals = totalsOf(traffic, releases);
  for (const { version, count, met } of totals) say(`  ${version.padEnd(8)}${String(count).padStart(6)}  ${met}`);
  say(`  failed  ${String(failures.length).padStart(6)}${failures.length === 0 ? '  no request failed' : ''}`);
  for (const error of errorsOf(traffic)) say(`          ${error}`);
  say(`  ${KEPT_CONNECTIONS_NOTE}`);
  say();
  for (const [index, release] of releases.entries()) {
    say(`  ${index + 1}  ${release.title}: ${resultOf(release)}${release.faults.length === 0 ? ', as expected' : ''}`);
    if (release.reason !== '') say(`     ${release.reason}`);
    for (const fault of release.faults) say(`     NOT AS EXPECTED: ${fault}`);
  }
  say();
  for (const { act, result } of ended)
    writePage(act.page, summaryPage(result.summary, `${act.title}: ${act.from} → ${act.to}`));
  const index = writePage('index.html', indexPage(traffic, releases, SETTING));
  say(heading(verdictOf(traffic)));
  say(`The chart: ${index}   The job summaries: ${releases.map(({ page }) => `out/${page}`).join('  ')}`);
  return failures.length === 0 && releases.every(({ faults }) => faults.length === 0) ? 0 : 1;
}

/** `until`: what users meet from then on is the next release's doing. */
function judged({ act, result, startedAt, endedAt, moves }: Ended, traffic: Traffic, until: number): Played {
  const { title, from, to, page } = act;
  const { outcome = '', reason = '', duration = '' } = result.outputs;
  const own = { ...traffic, answers: traffic.answers.filter(({ at }) => at < until) };
  const faults = faultsOf(act, { outcome, moves, startedAt, endedAt }, own);
  return { title, from, to, startedAt, endedAt, duration, outcome, reason, moves, page, faults };
}
