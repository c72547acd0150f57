import { ManualClock } from './clock.ts';
import { type ControlPlane, createControlPlane } from './control-plane.ts';
import { type ApiResponse, handle } from './handle.ts';
import type { Timings } from './images.ts';
import { freeze } from './json.ts';
import { ADMIN, type User } from './rbac.ts';
import type { Store } from './store.ts';

export interface ModelOptions {
  /** Epoch milliseconds at the beginning. */
  readonly now?: number;
  readonly timings?: Partial<Timings>;
}

/** A request to the model: `path` may carry a query; `body` is a value, not text. */
export interface ModelRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** `application/json`; for a PATCH `application/json-patch+json`. */
  readonly contentType?: string;
  /** Name of a user who has what RBAC objects give; without it the administrator asks. */
  readonly user?: string;
  readonly userAgent?: string;
}

/** A whole cluster in one thread, with a clock that only moves when told to: the same start and the same calls give the same objects. */
export interface Model {
  readonly store: Store;
  /** Epoch milliseconds. */
  now(): number;
  /** One step of one controller, or one timer that is due. False: nothing is to be done at this time. */
  step(): boolean;
  /** Controllers and node, until nothing is to be done at this time. */
  settle(): void;
  /** Moves the clock by `ms`, firing what is due in order and settling after each. */
  advance(ms: number): void;
  /** What the API server would answer. Watches and proxies are not served here: read the store instead. */
  request(request: ModelRequest): ApiResponse;
}

/** Creates a model with the namespace `default` in it. */
export function createModel(options: ModelOptions = {}): Model {
  const clock = new ManualClock(options.now ?? Date.parse('2026-01-01T00:00:00Z'));
  const plane = createControlPlane({ clock, latency: null, timings: options.timings ?? {} });
  const step = () => plane.queue.runNext() || clock.step(clock.now());
  const settle = () => {
    while (step());
  };
  settle();
  return {
    store: plane.store,
    now: () => clock.now(),
    step,
    settle,
    advance(ms) {
      const end = clock.now() + ms;
      settle();
      while (clock.step(end)) settle();
    },
    request: (request) => ask(plane, request),
  };
}

function ask(plane: ControlPlane, request: ModelRequest): ApiResponse {
  const [path = '', text = ''] = request.path.split('?');
  const query = new URLSearchParams(text);
  for (const [key, value] of Object.entries(request.query ?? {})) query.set(key, value);
  const user: User = request.user === undefined ? ADMIN : { name: request.user, unrestricted: false };
  const response = handle(plane, {
    method: request.method,
    path,
    query,
    body: request.body,
    contentType:
      request.contentType ?? (request.method === 'PATCH' ? 'application/json-patch+json' : 'application/json'),
    user,
    userAgent: request.userAgent ?? 'model',
  });
  // What is stored is frozen; so is what is made for an answer. Nobody needs a copy.
  return freeze(response);
}
