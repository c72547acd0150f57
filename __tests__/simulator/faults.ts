import type { Verb } from './paths.ts';

/** A request as a fault plan sees it. */
export interface FaultRequest {
  /** 1 for the first request that the server got. */
  readonly number: number;
  /** 1 for the first request that changes something (dry runs and questions do not); null for the others. */
  readonly mutation: number | null;
  readonly verb: Verb;
  /** Path with query. */
  readonly uri: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly user: string;
  readonly userAgent: string;
  readonly body: unknown;
}

/** What goes wrong with one request. */
export type Fault =
  /** Not executed; answered with a Status of this code. `retryAfter`: seconds. */
  | { readonly kind: 'refuse'; readonly status: number; readonly retryAfter?: number; readonly message?: string }
  /** Executed, and then answered with this code all the same. */
  | { readonly kind: 'lose-answer'; readonly status: number; readonly retryAfter?: number }
  /** The connection is reset, before the request took effect or after. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** Executed `ms` milliseconds later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Executed; half of the answer arrives, then the connection ends. */
  | { readonly kind: 'truncate' }
  /** Answered with a page for people, as proxies do; not executed, unless `when` says that it was. */
  | { readonly kind: 'html'; readonly status: number; readonly when?: 'before' | 'after' }
  /** Executed; no answer ever comes. */
  | { readonly kind: 'hang' }
  /** Of a watch: it ends by a reset after so many events. */
  | { readonly kind: 'cut-watch'; readonly events: number };

type Maybe<T> = T | undefined | Promise<T | undefined>;

/** Looks at every request. A test that wants to kill its client does it in here: the server waits for the promise. */
export interface FaultPlan {
  /** Before anything is done about the request. */
  before?(request: FaultRequest): Maybe<Fault>;
  /** The request has taken effect; its answer, with this status, has not left yet. */
  after?(request: FaultRequest, status: number): void | Promise<void>;
}

/** The faults of a simulator. Without a plan there are none. */
export class Faults {
  #plans = new Set<FaultPlan>();
  #watches = new Set<WatchControl>();
  #held = false;

  /** Adds a plan; the returned function takes it out again. Of several plans the first that wants a fault gets it. */
  use(plan: FaultPlan): () => void {
    this.#plans.add(plan);
    return () => this.#plans.delete(plan);
  }

  /** Takes all plans out and lets watches go on. */
  clear(): void {
    this.#plans.clear();
    this.releaseWatches();
  }

  async before(request: FaultRequest): Promise<Fault | undefined> {
    for (const plan of [...this.#plans]) {
      const fault = await plan.before?.(request);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  async after(request: FaultRequest, status: number): Promise<void> {
    for (const plan of [...this.#plans]) await plan.after?.(request, status);
  }

  /** Resets the connections of all open watches. */
  dropWatches(): void {
    for (const watch of [...this.#watches]) watch.reset();
  }

  /** Watches stay open and show nothing new until `releaseWatches`: what a client sees is stale. */
  holdWatches(): void {
    this.#held = true;
  }

  releaseWatches(): void {
    this.#held = false;
    for (const watch of [...this.#watches]) watch.flush();
  }

  get watchesHeld(): boolean {
    return this.#held;
  }

  /** For the server: an open watch, until the returned function is called. */
  register(watch: WatchControl): () => void {
    this.#watches.add(watch);
    return () => this.#watches.delete(watch);
  }
}

export interface WatchControl {
  reset(): void;
  /** Sends what was held back. */
  flush(): void;
}
