import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { paths } from '../kubernetes/api.ts';
import { until } from '../kubernetes/processes.ts';
import type { RunningAction, RunResult } from '../runner/runner.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectResizesOnly } from './endings.ts';
import { describe } from './group.ts';
import { type Inputs, type Scene, scenariosOn, type Step } from './scene.ts';

/**
 * Secrets, each known by its text, wherever one can be given. `action`: the action itself has to mask them, from their input or the
 * kubeconfig. `never`: nobody masks them, and nothing shows them. `workflow`: the workflow has registered them, as values of
 * `secrets.*` are, since nobody else can know that they are secret.
 */
const MARKS = {
  action: {
    pluginVariable: 'mark-plugin-variable-51c0',
    proxyPassword: 'mark-proxy-password-77aa',
    webhookSecret: 'mark-webhook-secret-20ef',
    prometheusToken: 'mark-prometheus-token-91b2',
    prometheusHeader: 'mark-prometheus-header-0c4d',
    alertmanagerPassword: 'mark-alertmanager-password-6e13',
  },
  never: {
    routerCommand: 'mark-router-command-b7d9',
    smokeCommand: 'mark-smoke-command-33f1',
    newVariable: 'mark-new-variable-42e8',
    oldVariable: 'mark-old-variable-d05c',
    jobVariable: 'mark-job-variable-8a6b',
  },
  workflow: { inLog: 'mark-in-log-f2c7' },
} as const;

const CANARY = { strategy: 'canary', steps: '50% 0s', router: 'command' } as const;

/** It asks nobody for anything. */
const FROM_INPUTS = 'a Role made from the inputs';

type Run = (inputs: Inputs, step?: Step) => Promise<RunResult>;
const V2 = { ...CANARY, images: `web=${IMAGE.v2}` };
/** Before the end of the step that it is in. */
const LOST: Step = { kill: { whenLine: /50 % of the users|router-command: 50 %/, by: 'loss-of-runner' } };

/** What is run, each in an app of its own; a new action is one line more. Undefined: the run did not live to say what came of it. */
const OPERATIONS: readonly (readonly [
  string,
  (run: Run, scene: Scene) => Promise<RunResult[]>,
  (string | undefined)[],
])[] = [
  ['a good release', async (run) => [await run(V2)], ['promoted']],
  ['a bad release', async (run) => [await run({ ...V2, images: `web=${IMAGE.crash}` })], ['rolled-back']],
  ['a dry run', async (run) => [await run({ ...V2, 'dry-run': 'true' })], ['unchanged']],
  [
    'a pause, and promote',
    async (run) => [await run({ ...V2, 'pause-at': '50%' }), await run({ action: 'promote' })],
    ['paused', 'promoted'],
  ],
  [
    'a pause, and abort',
    async (run) => [await run({ ...V2, 'pause-at': '50%' }), await run({ action: 'abort' })],
    ['paused', 'aborted'],
  ],
  ['a plan', async (run) => [await run({ ...V2, action: 'plan' })], ['unchanged']],
  ['a status', async (run) => [await run({ action: 'status' })], ['unchanged']],
  [FROM_INPUTS, async (run) => [await run({ ...CANARY, action: 'role' })], ['unchanged']],
  [
    'an old version kept warm, and finish',
    async (run) => [await run({ ...V2, 'keep-warm': 'true' }), await run({ action: 'finish' })],
    ['promoted', 'promoted'],
  ],
  [
    'a release, and rollback',
    async (run) => [await run(V2), await run({ ...CANARY, action: 'rollback', env: '' })],
    ['promoted', 'rolled-back'],
  ],
  [
    'a lost runner, and resume',
    async (run, scene) => {
      const lost = await run(V2, LOST);
      await scene.expireLock();
      return [lost, await run({ action: 'resume' })];
    },
    ['failed', 'promoted'],
  ],
];

export function secrets(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);
  const app = { replicas: 2, env: { PASSWORD: MARKS.never.oldVariable, LAST_WORDS: `lost ${MARKS.workflow.inLog}` } };

  describe('no secret is seen', () => {
    for (const [name, operation, outcomes] of OPERATIONS) {
      // A dry run, and the release of a candidate that never comes up, run no command and ask no webhook.
      const goesFar = !outcomes.includes('unchanged') && outcomes[0] !== 'rolled-back';
      scenario(`in ${name}`, app, async (scene) => {
        scene.judge = expectResizesOnly;
        const surroundings = await Surroundings.start();
        const processes = new Processes();
        try {
          const { text, token } = surroundings.kubeconfig(scene.cluster.kubeconfig);
          const inputs = { ...surroundings.inputs(), kubeconfig: text };
          const results = await operation(
            (more, step) =>
              processes.watch(scene.start({ ...inputs, ...more }, { ...step, secrets: [MARKS.workflow.inLog] })),
            scene,
          );
          expect(results.map(({ outputs }) => outputs.outcome)).toEqual(outcomes);
          for (const result of results) expectHidden(result, token);
          expectMarkless(await left(scene), [...Object.values(MARKS).flatMap((marks) => Object.values(marks)), token]);
          // Not of the plugin: its variables are its own.
          expectMarkless(processes.commands(), [
            ...Object.values(MARKS).flatMap((marks) => Object.values(marks)),
            token,
          ]);
          // A run that asks nobody is over before anybody can look at its files.
          if (name !== FROM_INPUTS)
            expect(processes.files()).toContainEqual(expect.stringMatching(/^600 .*kubeconfig$/));
          expect(processes.commands().includes('bash -e -o pipefail -c')).toBe(goesFar);
          const begins = !outcomes.includes('unchanged');
          const asked = { proxy: name !== FROM_INPUTS, prometheus: begins, alertmanager: begins, webhook: goesFar };
          expect(surroundings.wasAsked()).toEqual(asked);
        } finally {
          processes.stop();
          await surroundings.stop();
        }
      });
    }
  });

  scenario('a kubeconfig that a killed step left is removed by post', {}, async (scene) => {
    const processes = new Processes();
    const isThere: boolean[] = [];
    const look = (): unknown => isThere.push(exists(processes.files()[0]?.slice('600 '.length) ?? ''));
    const onLine: Step['onLine'] = (line, stage) => {
      if (stage === 'post' && line.includes('Take back')) look();
    };
    const inputs = { images: `web=${IMAGE.v2}`, 'smoke-command': 'echo here; sleep 60' };
    const action = scene.start({ ...inputs, kubeconfig: readFileSync(scene.cluster.kubeconfig, 'utf8') }, { onLine });
    const done = processes.watch(action);
    await action.line(/^ +here$/);
    await until('the kubeconfig was seen', 30_000, async () => processes.files().length > 0);
    look();
    action.kill('SIGKILL');
    await done;
    processes.stop();
    expect(isThere).toEqual([true, false]);
  });
}

/** What GitHub keeps of a step, without the lines in which the runner itself shows what it was given. */
function expectHidden(result: RunResult, token: string): void {
  const ofAction = (log: string): string => log.slice(log.indexOf('##[endgroup]'));
  const told = [result, ...(result.post === undefined ? [] : [result.post])].flatMap((stage) => [
    stage === result ? ofAction(stage.displayedLog) : stage.displayedLog,
    stage.summary,
    stage.annotations.map(({ message, title }) => `${title} ${message}`),
    Object.entries({ ...stage.env, ...stage.state }).map(([name, value]) => `${name} ${value}`),
  ]);
  const all = Object.values(MARKS).flatMap((marks) => Object.values(marks));
  expectMarkless(told.flat().join('\n'), [...all, token]);
  // What is registered is masked by whoever shows an output, and no output of a job may hold it; the lines of a pod are in `result`.
  expectMarkless(JSON.stringify(result.outputs), [
    ...Object.values(MARKS.action),
    ...Object.values(MARKS.never),
    token,
  ]);
  expect(result.masks).toEqual(
    expect.arrayContaining([
      ...Object.values(MARKS.action).filter((mark) => mark !== MARKS.action.pluginVariable),
      token,
    ]),
  );
}

function expectMarkless(text: string, marks: readonly string[]): void {
  const forms = marks.flatMap((mark) => [mark, Buffer.from(mark).toString('base64'), encodeURIComponent(mark)]);
  const shown = forms.filter((form) => text.includes(form));
  const first = text.indexOf(shown[0] ?? '');
  expect([shown, shown.length === 0 ? '' : text.slice(Math.max(0, first - 200), first + 100)]).toEqual([[], '']);
}

/** Everything that a run leaves in the namespace, but for pod templates, where the app's variables belong. */
async function left(scene: Scene): Promise<string> {
  const { api, namespace } = scene;
  const lists = await Promise.all([
    ...['configmaps', 'services', 'events', 'secrets'].map((kind) => api.list(paths.core(namespace, kind))),
    api.list(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`),
  ]);
  const { metadata } = await scene.deployment();
  return JSON.stringify([lists, metadata?.annotations, metadata?.labels]);
}

/** What the action talks to, and what it talks through. */
class Surroundings {
  readonly #folder = mkdtempSync(join(tmpdir(), 'surroundings-'));
  readonly #server: Server;
  readonly #asked = { proxy: false, prometheus: false, alertmanager: false, webhook: false };

  private constructor() {
    this.#server = createServer((request, response) => {
      const { url = '', headers } = request;
      const signIn = headers.authorization ?? '';
      request.resume();
      if (url.startsWith('/api/v1/')) {
        this.#asked.prometheus ||= signIn === `Bearer ${MARKS.action.prometheusToken}`;
        // A server that tells everybody what it was told.
        const warnings = [`you said ${signIn} and ${String(headers['x-scope'])}`];
        const result = [{ metric: {}, value: [Date.now() / 1000, '1'] }];
        response.end(JSON.stringify({ status: 'success', warnings, data: { resultType: 'vector', result } }));
      } else if (url.startsWith('/api/v2/')) {
        this.#asked.alertmanager ||=
          Buffer.from(signIn.slice(6), 'base64').toString() === `me:${MARKS.action.alertmanagerPassword}`;
        response.end('[]');
      } else {
        this.#asked.webhook ||= headers['x-crossfade-signature-256'] !== undefined;
        response.end('yes');
      }
    });
    this.#server.on('connect', (request, client) => {
      const given = Buffer.from((request.headers['proxy-authorization'] ?? '').slice(6), 'base64').toString();
      this.#asked.proxy ||= given === `me:${MARKS.action.proxyPassword}`;
      const [host = '', port = ''] = (request.url ?? '').split(':');
      const server = connectTcp(Number(port), host, () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        server.pipe(client).pipe(server);
      });
      server.on('error', () => client.destroy());
      client.on('error', () => server.destroy());
    });
  }

  static async start(): Promise<Surroundings> {
    const surroundings = new Surroundings();
    await new Promise<void>((resolve) => surroundings.#server.listen(0, '127.0.0.1', resolve));
    return surroundings;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.#folder, { recursive: true });
  }

  get #address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // it listens on a port
  }

  /** For the same cluster, through a proxy, with a token from a plugin. */
  kubeconfig(path: string): { text: string; token: string } {
    const config = JSON.parse(readFileSync(path, 'utf8')) as Kubeconfig; // as the simulator writes it
    const token = config.users[0]?.user.token ?? '';
    const plugin = join(this.#folder, 'plugin');
    const credential = JSON.stringify({ kind: 'ExecCredential', status: { token } });
    writeFileSync(plugin, `#!/bin/sh\necho "$CLIENT_SECRET" >&2\necho '${credential}'\n`, { mode: 0o755 });
    const env = [{ name: 'CLIENT_SECRET', value: MARKS.action.pluginVariable }];
    const user = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, env } };
    const proxy = { 'proxy-url': `http://me:${MARKS.action.proxyPassword}@${this.#address}` };
    const clusters = config.clusters.map((entry) => ({ ...entry, cluster: { ...entry.cluster, ...proxy } }));
    const users = config.users.map((entry) => ({ ...entry, user }));
    // On several lines, as people keep it; on one, the runner would mask it as a whole and nothing in it.
    return { text: JSON.stringify({ ...config, clusters, users }, undefined, 1), token };
  }

  inputs(): Inputs {
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'smoke' },
      spec: {
        template: {
          metadata: { labels: { app: 'smoke' } },
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'smoke', image: IMAGE.v1, env: [{ name: 'KEY', value: MARKS.never.jobVariable }] }],
          },
        },
      },
    };
    return {
      env: `web.API_KEY=${MARKS.never.newVariable}`,
      'router-command': `true\nsleep 0.3; : ${MARKS.never.routerCommand}`,
      'smoke-command': `true\nsleep 0.3; : ${MARKS.never.smokeCommand}`,
      job: JSON.stringify(job),
      webhook: `http://${this.#address}/gate`,
      'webhook-secret': MARKS.action.webhookSecret,
      prometheus: `http://${this.#address}`,
      'prometheus-token': MARKS.action.prometheusToken,
      'prometheus-headers': `X-Scope: ${MARKS.action.prometheusHeader}`,
      metrics: 'none',
      thresholds: 'up: up > 0',
      alertmanager: `http://me:${MARKS.action.alertmanagerPassword}@${this.#address}`,
      alerts: 'TooHot',
    };
  }

  wasAsked(): Readonly<Record<string, boolean>> {
    return this.#asked;
  }
}

interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: object }[];
  readonly users: readonly { readonly name: string; readonly user: { readonly token?: string } }[];
}

/** Looks at the processes of an action, and at the files that it keeps beside its workspace. */
class Processes {
  readonly #commands = new Set<string>();
  /** Mode and path, in the order in which they were seen. */
  readonly #files = new Set<string>();
  readonly #timers: NodeJS.Timeout[] = [];

  watch(action: RunningAction): Promise<RunResult> {
    this.#timers.push(setInterval(() => this.#look(action.pid), 10));
    return action.done;
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  commands(): string {
    return [...this.#commands].join('\n');
  }

  files(): readonly string[] {
    return [...this.#files];
  }

  #look(pid: number | undefined): void {
    if (pid === undefined) return;
    try {
      this.#commands.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
      const temp = /(?:^|\0)RUNNER_TEMP=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1];
      for (const folder of readdirSync(temp ?? '').filter((name) => name.startsWith('crossfade-')))
        for (const name of readdirSync(join(temp ?? '', folder))) {
          const path = join(temp ?? '', folder, name);
          this.#files.add(`${(statSync(path).mode & 0o777).toString(8)} ${path}`);
        }
    } catch {
      // It has ended meanwhile.
    }
    try {
      for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' '))
        if (child !== '') this.#look(Number(child));
    } catch {
      // So has this one.
    }
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
