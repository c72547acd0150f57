import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeCluster } from './node.ts';
import { until } from './processes.ts';

/** Constant load on a ClusterIP, from where pods are. */
export interface LoadOptions {
  /** e.g. `http://10.96.12.7/`. */
  readonly url: string;
  /** Requests a second, each on a connection of its own. Default 200, at most 2000. */
  readonly perSecond?: number;
  /** Clients that keep their connection and ask ten times a second. Default 20, at most 200. */
  readonly keptAlive?: number;
  /** When it ends by itself if nobody stops it. Default 60, at most 900. */
  readonly seconds?: number;
}

/** One request that ended. */
export interface Answer {
  /** Epoch ms of its end. */
  readonly at: number;
  readonly kind: 'fresh' | 'kept';
  /** How long it took. */
  readonly ms: number;
  /** First word of the answer: the version of the pod that gave it. */
  readonly version?: string;
  /** Name of the pod. */
  readonly pod?: string;
  /** Why there is no answer. */
  readonly error?: string;
}

export interface Load {
  /** What is known by now, some 100 ms behind. */
  report(): LoadReport;
  /** Ends the load, waits for requests under way (5 s at most), and tells everything. */
  stop(): Promise<LoadReport>;
}

/** @returns as soon as the first request was answered or failed */
export async function startLoad(node: NodeCluster, options: LoadOptions): Promise<Load> {
  const name = `load-${Date.now()}`;
  const file = join(node.folder, `${name}.ndjson`);
  const { url, perSecond = 200, keptAlive = 20, seconds = 60 } = options;
  const flags = [
    `-url=${url}`,
    `-per-second=${perSecond}`,
    `-kept=${keptAlive}`,
    `-seconds=${seconds}`,
    `-out=${file}`,
  ];
  node.startInside(name, [node.web, 'load', ...flags]);
  const report = (): LoadReport => new LoadReport(readAnswers(file));
  await until(`load on ${url}`, 10_000, () => report().total > 0);
  return {
    report,
    async stop() {
      await node.endInside(name);
      const last = report();
      if (last.total === 0) throw new Error(`the load on ${url} has told nothing: ${node.output(name)}`);
      return last;
    },
  };
}

/** All answers, oldest first, and what tests ask about them. */
export class LoadReport {
  readonly answers: readonly Answer[];

  constructor(answers: readonly Answer[]) {
    this.answers = [...answers].sort((a, b) => a.at - b.at);
  }

  get total(): number {
    return this.answers.length;
  }

  /** Requests without a good answer; `[]` is what a test wants, and a failed test shows which. */
  get failures(): readonly Answer[] {
    return this.answers.filter((answer) => answer.error !== undefined);
  }

  /** Versions by the order of their first answers. */
  get versions(): ReadonlyMap<string, { readonly count: number; readonly firstAt: number; readonly lastAt: number }> {
    const versions = new Map<string, { count: number; firstAt: number; lastAt: number }>();
    for (const { version, at } of this.answers) {
      if (version === undefined) continue;
      const seen = versions.get(version) ?? { count: 0, firstAt: at, lastAt: at };
      versions.set(version, { count: seen.count + 1, firstAt: seen.firstAt, lastAt: at });
    }
    return versions;
  }

  /** The part of one version in what was answered from one moment (epoch ms) to another, 0 to 1; NaN when nothing was. */
  share(version: string, from: number, to: number): number {
    const answered = this.answers.filter(({ at, error }) => error === undefined && at >= from && at <= to);
    return answered.filter((answer) => answer.version === version).length / answered.length;
  }

  /** Only answers of one kind. */
  of(kind: Answer['kind']): LoadReport {
    return new LoadReport(this.answers.filter((answer) => answer.kind === kind));
  }

  /** One line for people. */
  toString(): string {
    const versions = [...this.versions].map(([version, { count }]) => `${version} ${count}`);
    return `${this.total} requests, ${this.failures.length} failed; ${versions.join(', ')}`;
  }
}

function readAnswers(file: string): Answer[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return []; // Not there yet.
  }
  // The lines are our own program's (images/web/load.go). The last may be half written.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Answer]));
}
