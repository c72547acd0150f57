import type { KubeObject } from '../../src/cluster/wire.ts';
import { type Api, ApiError } from './api.ts';
import { until } from './processes.ts';

/** One thing that happened to an object. */
export interface Change {
  readonly kind: string;
  /** `present`: it was there when recording began. */
  readonly type: 'present' | 'added' | 'modified' | 'deleted';
  readonly resourceVersion: number;
  /** Epoch ms at which the recorder heard of it; some milliseconds after the fact. */
  readonly heardAt: number;
  readonly object: KubeObject;
}

/**
 * Follows collections by watches and gives back everything that happened to them, in the order in which it happened.
 * Watches of different kinds arrive in any order, but all kinds share one etcd, so resourceVersions order them.
 */
export class Recorder {
  readonly #api: Api;
  readonly #stop = new AbortController();
  readonly #followers: Follower[] = [];

  private constructor(api: Api) {
    this.#api = api;
  }

  /** @param collections path of each kind, e.g. `{ Deployment: paths.deployments(namespace) }`; recording has begun on return */
  static async start(api: Api, collections: Readonly<Record<string, string>>): Promise<Recorder> {
    const recorder = new Recorder(api);
    for (const [kind, path] of Object.entries(collections)) {
      const follower = new Follower(api, kind, path);
      const from = await follower.list('present');
      follower.done = follower.follow(from, recorder.#stop.signal);
      recorder.#followers.push(follower);
    }
    return recorder;
  }

  /**
   * Waits until the watches have told of everything that is true now, and ends them.
   * @throws Error when a watch cannot be kept up, or does not catch up within 30 s: a record with gaps proves nothing
   */
  async stop(): Promise<Change[]> {
    try {
      for (const follower of this.#followers) {
        // Listed anew each time: an object that is deleted after a list would be waited for in vain.
        const isCurrent = async (): Promise<boolean> =>
          follower.knows((await this.#api.list<KubeObject>(follower.path)).items);
        await until(`the watch of ${follower.path} catches up`, 30_000, isCurrent, 20);
      }
    } finally {
      this.#stop.abort();
      await Promise.all(this.#followers.map((follower) => follower.done));
    }
    const changes = this.#followers.flatMap((follower) => follower.changes);
    const first = (change: Change): number => (change.type === 'present' ? 0 : 1);
    return changes.sort((a, b) => first(a) - first(b) || a.resourceVersion - b.resourceVersion);
  }
}

/** The watch of one collection, kept up over ends, errors and expiry. */
class Follower {
  readonly kind: string;
  readonly path: string;
  readonly changes: Change[] = [];
  done: Promise<void> = Promise.resolve();
  readonly #api: Api;
  readonly #known = new Map<string, KubeObject>();
  #failed: unknown;

  constructor(api: Api, kind: string, path: string) {
    this.#api = api;
    this.kind = kind;
    this.path = path;
  }

  /** Reads all objects; what is new or gone since the last time becomes a change. @returns the list's resourceVersion */
  async list(type: 'present' | 'modified'): Promise<string> {
    const list = await this.#api.list<KubeObject>(this.path);
    const version = list.metadata.resourceVersion ?? '0';
    const found = new Set(list.items.map(nameOf));
    for (const object of list.items) {
      if (versionOf(object) !== versionOf(this.#known.get(nameOf(object)))) this.#note(type, object);
    }
    for (const [name, object] of [...this.#known]) {
      if (!found.has(name))
        this.#note('deleted', { ...object, metadata: { ...object.metadata, resourceVersion: version } });
    }
    return version;
  }

  async follow(from: string, signal: AbortSignal): Promise<void> {
    let version = from;
    let failures = 0;
    while (!signal.aborted) {
      try {
        for await (const event of this.#api.watch<KubeObject>(this.path, version, signal)) {
          failures = 0;
          version = event.object.metadata?.resourceVersion ?? version;
          if (event.type !== 'BOOKMARK') this.#note(TYPES[event.type], event.object);
        }
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        if (failures > 50) {
          this.#failed = error;
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
        if (error instanceof ApiError && error.status === 410)
          version = await this.list('modified').catch(() => version);
      }
    }
  }

  /** @throws what ended the watch, if something did */
  knows(items: readonly KubeObject[]): boolean {
    if (this.#failed !== undefined) throw this.#failed;
    const names = new Set(items.map(nameOf));
    return (
      items.every((object) => versionOf(this.#known.get(nameOf(object))) >= versionOf(object)) &&
      [...this.#known.keys()].every((name) => names.has(name))
    );
  }

  #note(type: Change['type'], object: KubeObject): void {
    if (type === 'deleted') this.#known.delete(nameOf(object));
    else this.#known.set(nameOf(object), object);
    this.changes.push({ kind: this.kind, type, resourceVersion: versionOf(object), heardAt: Date.now(), object });
  }
}

const TYPES = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

function nameOf(object: KubeObject): string {
  return object.metadata?.name ?? '';
}

function versionOf(object: KubeObject | undefined): number {
  return Number(object?.metadata?.resourceVersion ?? -1);
}
