import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from '../../src/cluster/api.ts';
import { connect } from '../../src/cluster/connection.ts';
import { type Simulator, startSimulator } from './cluster.ts';

export type Given = Parameters<typeof connect>[0]['kubeconfig'];

interface Parts {
  readonly server?: string;
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
  readonly top?: object;
}

export interface Tried {
  readonly message: string;
  /** In the order in which they were masked. */
  readonly secrets: readonly string[];
  /** Milliseconds. */
  readonly took: number;
}

/** A cluster, and kubeconfigs for it in a folder of their own. */
export class Kubeconfigs {
  readonly cluster: Simulator;
  readonly folder: string;
  #files = 0;

  private constructor(cluster: Simulator, folder: string) {
    this.cluster = cluster;
    this.folder = folder;
  }

  static async start(): Promise<Kubeconfigs> {
    const folder = await mkdtemp(join(tmpdir(), 'kubeconfigs-'));
    return new Kubeconfigs(await startSimulator({ serve: false }), folder);
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A kubeconfig for the cluster, but for what is said; JSON is YAML. */
  text({ server = this.cluster.url, cluster: more = {}, user, context = {}, top = {} }: Parts = {}): string {
    const authority = Buffer.from(this.cluster.authority ?? '').toString('base64');
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': authority, ...more } }],
      users: [{ name: 'u', user: user ?? { token: this.cluster.token } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'default', ...context } }],
      'current-context': 'x',
      ...top,
    });
  }

  newName(): string {
    this.#files += 1;
    return `file-${this.#files}`;
  }

  async file(content: string, name = this.newName()): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  }

  /** A program that stands for an exec plugin. */
  async plugin(script: string, name = this.newName()): Promise<string> {
    const path = await this.file(`#!/bin/sh\n${script}\n`, name);
    await chmod(path, 0o755);
    return path;
  }
}

export const exec = (command: string, more: object = {}) => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command, ...more },
});

export const content = (value: string) => ({ kind: 'content', value }) as const;
export const path = (value: string) => ({ kind: 'path', value }) as const;

export function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port; // it listens on a port
}

/** Connects as the action does and reads one object; what it says when that fails, or 'connected'. */
export async function tried(
  given: Given,
  options: { context?: string; allowExec?: 'auto' | 'true' | 'false'; env?: NodeJS.ProcessEnv } = {},
): Promise<Tried> {
  const secrets: string[] = [];
  const started = Date.now();
  const { context = null, allowExec = 'auto', env = { PATH: process.env.PATH } } = options;
  const done = (message: string): Tried => ({ message, secrets, took: Date.now() - started });
  try {
    const where = { kubeconfig: given, context, namespace: null, allowExec };
    const connection = await connect(where, env, (secret) => secrets.push(secret));
    try {
      await new Api(connection, () => undefined).get('/api/v1/namespaces/default');
      return done('connected');
    } finally {
      await connection.close();
    }
  } catch (error) {
    return done(error instanceof Error ? error.message : String(error));
  }
}
