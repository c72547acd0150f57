import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../../src/cluster/wire.ts';
import { type Api, paths } from './api.ts';
import type { NodeCluster } from './node.ts';
import { type Processes, until } from './processes.ts';
import { prometheusProgram } from './prometheus-program.ts';

/** Where a Prometheus runs. */
export interface Place {
  readonly folder: string;
  /** At which tests, and whoever it is to serve, reach it. */
  readonly address: string;
  start(name: string, argv: readonly string[]): number;
  end(name: string): Promise<void>;
  output(name: string): string;
}

/** On this machine, for targets on 127.0.0.1. */
export function hereAs(processes: Processes): Place {
  return {
    folder: processes.folder,
    address: '127.0.0.1',
    start: (name, [program = '', ...args]) => processes.start(name, program, args),
    end: (name) => processes.end(name),
    output: (name) => processes.output(name),
  };
}

/** Where the node's pods can be reached, and from where this machine and the API server reach it. */
export function onNode(node: NodeCluster): Place {
  return {
    folder: node.folder,
    address: node.address,
    start: (name, argv) => node.startInside(name, argv),
    end: (name) => node.endInside(name),
    output: (name) => node.output(name),
  };
}

export interface PrometheusConfig {
  /** Default `prometheus`; of the process, its files and its log. */
  readonly name?: string;
  readonly port: number;
  /** Seconds between two scrapes of a target. Default 1. */
  readonly every?: number;
  /** Entries of `scrape_configs`. */
  readonly scrape: readonly object[];
  /** A rules file: `groups: …`. */
  readonly rules?: string;
  readonly flags?: readonly string[];
}

/** A real Prometheus as a process. It ends with the place it runs in. */
export class PrometheusServer {
  readonly url: string;
  readonly port: number;
  readonly #place: Place;
  readonly #argv: readonly string[];
  readonly #name: string;
  readonly #rules: string;

  private constructor(place: Place, name: string, port: number, argv: readonly string[], rules: string) {
    this.#place = place;
    this.#name = name;
    this.#argv = argv;
    this.#rules = rules;
    this.port = port;
    this.url = `http://${place.address}:${port}`;
  }

  /** @returns when it is ready to answer */
  static async start(place: Place, config: PrometheusConfig): Promise<PrometheusServer> {
    const program = await prometheusProgram();
    const { name = 'prometheus', port, every = 1, scrape, rules = 'groups: []', flags = [] } = config;
    const file = join(place.folder, `${name}.yml`);
    const rulesFile = join(place.folder, `${name}-rules.yml`);
    const interval = `${every}s`;
    writeFileSync(rulesFile, rules);
    // JSON is YAML.
    writeFileSync(
      file,
      JSON.stringify({
        global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
        rule_files: [rulesFile],
        scrape_configs: scrape,
      }),
    );
    const argv = [
      program,
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(place.folder, `${name}-data`)}`,
      `--web.listen-address=0.0.0.0:${port}`,
      '--web.enable-lifecycle',
      ...flags,
    ];
    const server = new PrometheusServer(place, name, port, argv, rulesFile);
    await server.startAgain();
    return server;
  }

  /** After `stop`, with all that it had scraped. */
  async startAgain(): Promise<void> {
    this.#place.start(this.#name, this.#argv);
    try {
      await until(`${this.#name} is ready`, 30_000, async () => (await fetch(`${this.url}/-/ready`)).ok);
    } catch (error) {
      throw new Error(`${this.#name} does not start; it says:\n${this.#place.output(this.#name)}`, { cause: error });
    }
  }

  stop(): Promise<void> {
    return this.#place.end(this.#name);
  }

  /** Other alerting rules than before. */
  async setRules(rules: string): Promise<void> {
    writeFileSync(this.#rules, rules);
    const reloaded = await fetch(`${this.url}/-/reload`, { method: 'POST' });
    if (!reloaded.ok) throw new Error(`the rules are refused: ${await reloaded.text()}`);
  }

  /** Waits until all of these targets, which it may not know yet, have been scraped after this moment. `up`: the selector of their `up`. */
  async scraped(up: string, targets: () => Promise<readonly string[]>): Promise<void> {
    const now = Date.now() / 1000;
    await until(`${up} is new`, 30_000, async () => {
      const found = await this.query(`timestamp(${up}) > ${now} and ${up} == 1`);
      const names = found.map(({ labels }) => labels.pod ?? labels.instance);
      return (await targets()).every((name) => names.includes(name));
    });
  }

  /** Its own answer to an instant query, for what a test wants to know itself. */
  async query(promql: string): Promise<{ labels: Record<string, string>; value: number }[]> {
    const answer = await fetch(`${this.url}/api/v1/query?${new URLSearchParams({ query: promql })}`);
    // The form of its API.
    const { data } = (await answer.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
  }
}

/** Addresses `host:port` whose `/metrics` are scraped, with further labels. */
export function staticTargets(
  job: string,
  targets: readonly string[],
  labels: Readonly<Record<string, string>> = {},
): object {
  return { job_name: job, static_configs: [{ targets, labels }] };
}

/** Targets of a file that `followPods` keeps. Debian's Prometheus is built without the discovery of Kubernetes. */
export function fileTargets(job: string, file: string): object {
  return { job_name: job, file_sd_configs: [{ files: [file], refresh_interval: '1s' }] };
}

/** Keeps a file of the namespace's running pods with a port called `http`, with labels `namespace` and `pod`, until it is stopped. */
export async function followPods(api: Api, namespace: string, file: string): Promise<{ stop(): Promise<void> }> {
  const end = new AbortController();
  let last = '';
  const write = async (): Promise<void> => {
    const { items } = await api.list<Pod>(paths.core(namespace, 'pods'));
    const targets = JSON.stringify(items.flatMap(targetOf));
    if (targets === last) return;
    last = targets;
    // Never half of it.
    writeFileSync(`${file}.new`, targets);
    renameSync(`${file}.new`, file);
  };
  await write();
  const following = (async () => {
    while (!end.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await write();
    }
  })();
  // A failed list is the test's to see when it stops.
  following.catch(() => undefined);
  return {
    async stop() {
      end.abort();
      await following;
    },
  };
}

function targetOf({ metadata, spec, status }: Pod): object[] {
  const port = spec?.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === 'http')?.containerPort;
  if (status?.phase !== 'Running' || status.podIP === undefined || port === undefined) return [];
  const labels = { namespace: metadata?.namespace, pod: metadata?.name };
  return [{ targets: [`${status.podIP}:${port}`], labels }];
}
