import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeCluster } from './node.ts';
import { until } from './processes.ts';

/** Constant load on a ClusterIP or a proxy, from where pods are. */
export interface LoadOptions {
  /** e.g. `http://10.96.12.7/`. */
  readonly url: string;
  /** Host header, by which a proxy tells apps apart. Default: that of the URL. */
  readonly host?: string;
  /** Requests a second, each on a connection of its own. Default 200, at most 2000. */
  readonly perSecond?: number;
  /**
   * Clients that keep their connection and ask ten times a second, with cookies that are nearly those of testers. Default 20, at most
   * 200.
   */
  readonly keptAlive?: number;
  /** Testers: the same, with the header `x-canary: true`. Default 0. */
  readonly byHeader?: number;
  /** Testers: the same, with the cookie `canary=always` among others. Default 0. */
  readonly byCookie?: number;
  /** Clients that hold a WebSocket, on which the pod says a word ten times a second. Default 0. */
  readonly sockets?: number;
  /** When it ends by itself if nobody stops it. Default 60, at most 900. */
  readonly seconds?: number;
}

/** Clients that are to reach the candidate whatever its share is, by how they are told. */
export type Tester = 'by-header' | 'by-cookie';

/** One request that ended. */
export interface Answer {
  /** Epoch ms of its end. */
  readonly at: number;
  readonly kind: 'fresh' | 'kept' | Tester;
  /** How long it took. */
  readonly ms: number;
  /** First word of the answer: the version of the pod that gave it. */
  readonly version?: string;
  /** Name of the pod. */
  readonly pod?: string;
  /** Why there is no answer. */
  readonly error?: string;
}

/** One WebSocket that has come to its end. The client opens another then. */
export interface Socket {
  /** Epoch ms of its end. */
  readonly at: number;
  readonly kind: 'socket';
  /** How long it was open. */
  readonly ms: number;
  readonly version?: string;
  readonly pod?: string;
  readonly words?: number;
  /** The load was stopped while it was open. */
  readonly ours?: boolean;
  /** Why it ended, if neither with the server's goodbye (1001) nor with the load. */
  readonly error?: string;
}

export interface Load {
  /** What is known by now, some 100 ms behind. */
  report(): LoadReport;
  /** What the machine had given it at each moment, some times a second, until its end. */
  readonly processor: readonly Processor[];
  /** Ends the load, waits for requests under way (5 s at most), and tells everything. */
  stop(): Promise<LoadReport>;
}

/** What a process had got of the processors since its start: time in which its threads ran, and in which they had to wait for one. */
export interface Processor {
  /** Epoch ms. */
  readonly at: number;
  readonly ran: number;
  readonly waited: number;
}

const PROCESSOR_EVERY_MS = 250;

let loads = 0;

/** @returns as soon as the first request was answered or failed */
export async function startLoad(node: NodeCluster, options: LoadOptions): Promise<Load> {
  loads += 1;
  const name = `load-${loads}`;
  const file = join(node.folder, `${name}.ndjson`);
  const { url, host, perSecond = 200, keptAlive = 20, byHeader = 0, byCookie = 0, sockets = 0, seconds = 60 } = options;
  const flags = [
    `-url=${url}`,
    ...(host === undefined ? [] : [`-host=${host}`]),
    `-per-second=${perSecond}`,
    `-kept=${keptAlive}`,
    `-by-header=${byHeader}`,
    `-by-cookie=${byCookie}`,
    `-sockets=${sockets}`,
    `-seconds=${seconds}`,
    `-out=${file}`,
  ];
  const pid = node.startInside(name, [node.web, 'load', ...flags]);
  const report = (): LoadReport => new LoadReport(readLines(file));
  await until(`load on ${url}`, 30_000, () => report().total > 0);
  const processor = [processorOf(pid)];
  const sampling = setInterval(() => {
    try {
      processor.push(processorOf(pid));
    } catch {
      // It has ended by itself.
      clearInterval(sampling);
    }
  }, PROCESSOR_EVERY_MS);
  sampling.unref();
  return {
    report,
    processor,
    async stop() {
      clearInterval(sampling);
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
  /** WebSockets in the order in which they ended. */
  readonly sockets: readonly Socket[];

  constructor(lines: readonly (Answer | Socket)[]) {
    const sorted = [...lines].sort((a, b) => a.at - b.at);
    this.answers = sorted.filter((line) => line.kind !== 'socket');
    this.sockets = sorted.filter((line) => line.kind === 'socket');
  }

  get total(): number {
    return this.answers.length;
  }

  /** Requests without a good answer, and WebSockets that broke; `[]` is what a test wants, and a failed test shows which. */
  get failures(): readonly (Answer | Socket)[] {
    return [...this.answers, ...this.sockets].filter(({ error }) => error !== undefined);
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

function processorOf(pid: number): Processor {
  const threads = readdirSync(`/proc/${pid}/task`).map((task) => {
    // Nanoseconds of running and of waiting, and a count.
    const [ran = 0, waited = 0] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ').map(Number);
    return { ran, waited };
  });
  const sum = (of: 'ran' | 'waited'): number => threads.reduce((total, thread) => total + thread[of], 0);
  return { at: Date.now(), ran: sum('ran'), waited: sum('waited') };
}

function readLines(file: string): (Answer | Socket)[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return []; // Not there yet.
  }
  // The lines are our own program's (images/web/load.go). The last may be half written.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Answer | Socket]));
}
