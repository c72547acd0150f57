import type { ApiObject, Stored } from './objects.ts';
import type { Clock } from './clock.ts';
import { freeze } from './json.ts';
import type { Saved } from './saved.ts';
import { Catalogue, type ResourceKey, keyOf } from './resources.ts';

/** One committed write; `version` is its resourceVersion. */
export interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: ResourceKey;
  readonly object: ApiObject;
  /** What was stored before; null for ADDED. */
  readonly previous: ApiObject | null;
}

/** Changes that are kept for watches, at least. */
const HISTORY = 20_000;

/** The cluster's memory (what etcd is): objects, one increasing resourceVersion, and the log of changes that watches read. */
export class Store {
  readonly catalogue = new Catalogue();
  readonly clock: Clock;
  #objects = new Map<ResourceKey, Map<string, ApiObject>>();
  /** Objects of a resource in order, until the next write to it. */
  #sorted = new Map<ResourceKey, ApiObject[]>();
  #version = 100;
  #log: Change[] = [];
  /** The log is complete after this version. */
  #floor = 100;
  #listeners = new Set<(change: Change) => void>();
  #uids = 0;
  #random = 0x2545f491;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** resourceVersion of the last write. */
  get version(): number {
    return this.#version;
  }

  get<K extends ResourceKey>(resource: K, namespace: string | undefined, name: string): Stored<K> | undefined {
    const object = this.#objects.get(resource)?.get(address(namespace, name));
    // The one place where the resource's name stands for the object's type: defaulting and validation saw to it on the way in.
    return object as Stored<K> | undefined;
  }

  /** Objects of one namespace, or of all, by namespace and name. */
  list<K extends ResourceKey>(resource: K, namespace?: string): Stored<K>[] {
    const sorted =
      this.#sorted.get(resource) ??
      [...(this.#objects.get(resource)?.entries() ?? [])]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, object]) => object);
    this.#sorted.set(resource, sorted);
    return sorted.filter((object) => namespace === undefined || object.metadata.namespace === namespace) as Stored<K>[]; // as in `get`
  }

  /** Stores an object under its name, as new or in place of the old one. Returns it with its resourceVersion. */
  put(resource: ResourceKey, object: ApiObject): ApiObject {
    const table = this.#objects.get(resource) ?? new Map<string, ApiObject>();
    this.#objects.set(resource, table);
    const at = address(object.metadata.namespace, object.metadata.name);
    const previous = table.get(at) ?? null;
    const stored = this.#stamp(object);
    table.set(at, stored);
    this.#commit(previous === null ? 'ADDED' : 'MODIFIED', resource, stored, previous);
    return stored;
  }

  /** Forgets an object; its last state, with the version of the deletion, goes to the watches. */
  drop(resource: ResourceKey, object: ApiObject): void {
    const at = address(object.metadata.namespace, object.metadata.name);
    if (this.#objects.get(resource)?.delete(at) !== true) return;
    this.#commit('DELETED', resource, this.#stamp(object), object);
  }

  /** Calls `listener` after every write, in order; the returned function ends that. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes after `version`, oldest first, or `expired` when the log does not reach back so far. */
  changesSince(version: number): readonly Change[] | 'expired' {
    if (version < this.#floor) return 'expired';
    return this.#log.filter((change) => change.version > version);
  }

  /** Forgets the log, as etcd's compaction does: watches and list pages from before now get 410. */
  compact(): void {
    this.#floor = this.#version;
    this.#log = [];
  }

  /** Everything but who listens. */
  save(): Saved {
    const objects = [...this.#objects].map(([resource, table]) => [resource, new Map(table)] as const);
    const [version, log, floor, uids, random] = [this.#version, this.#log, this.#floor, this.#uids, this.#random];
    const logged = log.length;
    return {
      // Each write has a version of its own.
      text: JSON.stringify([
        objects.map(([resource, table]) => [
          resource,
          [...table].map(([at, { metadata }]) => [at, metadata.resourceVersion]),
        ]),
        [version, logged, floor, uids, random],
      ]),
      restore: () => {
        this.#objects = new Map(objects.map(([resource, table]) => [resource, new Map(table)]));
        this.#sorted.clear();
        this.#log = log.slice(0, logged);
        [this.#version, this.#floor, this.#uids, this.#random] = [version, floor, uids, random];
      },
    };
  }

  /** Increasing, so that two objects of the same second can still be told apart by age. */
  newUid(): string {
    this.#uids++;
    return `00000000-0000-4000-8000-${this.#uids.toString(16).padStart(12, '0')}`;
  }

  /** Five characters for generated names; the same sequence in every run. */
  newSuffix(): string {
    let suffix = '';
    for (let i = 0; i < 5; i++) {
      this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
      suffix += SUFFIX_LETTERS[(this.#random >>> 8) % SUFFIX_LETTERS.length];
    }
    return suffix;
  }

  /** Throws when the cluster serves no such resource. */
  typeOf(resource: ResourceKey) {
    return this.catalogue.get(resource);
  }

  /** Resources that have objects. */
  resources(): ResourceKey[] {
    return this.catalogue
      .all()
      .map(keyOf)
      .filter((key) => this.#objects.has(key));
  }

  #stamp(object: ApiObject): ApiObject {
    this.#version++;
    return freeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } });
  }

  #commit(type: Change['type'], resource: ResourceKey, object: ApiObject, previous: ApiObject | null): void {
    this.#sorted.delete(resource);
    const change: Change = { version: this.#version, type, resource, object, previous };
    this.#log.push(change);
    if (this.#log.length > 2 * HISTORY) {
      this.#log = this.#log.slice(-HISTORY);
      this.#floor = (this.#log[0]?.version ?? this.#version) - 1;
    }
    for (const listener of [...this.#listeners]) listener(change);
  }
}

/** The letters of Kubernetes' own generated names. */
export const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

function address(namespace: string | undefined, name: string): string {
  // Sorts by namespace, then name: no name contains a character below '-'.
  return `${namespace ?? ''}\u0000${name}`;
}
