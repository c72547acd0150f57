import type { Api } from '../cluster/api.ts';
import { askForNamespaceEnd } from '../cluster/namespace-end.ts';
import type { LostNamespace } from '../release/lost-namespace.ts';
import type { Clock } from './clock.ts';

/** Milliseconds in which nobody is asked again. */
const ASK_EVERY = 5_000;

/** What the API server has said of it so far; null: nothing. */
export function lostNamespace(api: Pick<Api, 'namespaceEnd'>, name: string): LostNamespace | null {
  const is = api.namespaceEnd(name);
  return is === null ? null : { name, is };
}

/** Asks for it now. Never throws. */
export async function askForLostNamespace(api: Api, name: string): Promise<LostNamespace | null> {
  await askForNamespaceEnd(api, name);
  return lostNamespace(api, name);
}

/** The same for a release that looks on: now and then. */
export class NamespaceQuestion {
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #namespace: string;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(api: Api, clock: Clock, namespace: string) {
    this.#api = api;
    this.#clock = clock;
    this.#namespace = namespace;
  }

  /** Resolves when it was answered, within two seconds; at once when that was a moment ago. */
  async ask(): Promise<void> {
    if (this.#clock.now() < this.#askedAt + ASK_EVERY) return;
    this.#askedAt = this.#clock.now();
    await askForLostNamespace(this.#api, this.#namespace);
  }
}
