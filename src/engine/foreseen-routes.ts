import { patched } from '../cluster/json-patch.ts';
import type { KubeObject } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import type { Binding, Intent, Share } from '../release/route.ts';
import { type CommandRun, commandRun, isCommand } from '../traffic/command-route.ts';
import type { ORIGINAL, RouteObjects } from '../traffic/router.ts';
import { routerOf } from '../traffic/routers.ts';

/** A write as it will be, and as it can be tried on the objects as they are; null: on those it has no place, or it is a command. */
export interface Foreseen {
  readonly write: WriteRequest | CommandRun;
  readonly trial: WriteRequest | null;
}

/** The writes of a release's routes one after the other, each planned for what those before it will have made of the objects. */
export class ForeseenRoutes {
  readonly #found: RouteObjects;
  #objects: RouteObjects;
  /** What the user's own command will have been told last. */
  #told: Share = 0;

  constructor(objects: RouteObjects) {
    this.#found = objects;
    this.#objects = objects;
  }

  /** @throws {CannotRoute} as planning does */
  write(binding: Binding, wanted: Intent | typeof ORIGINAL): readonly Foreseen[] {
    if (isCommand(binding)) return this.#tell(binding, wanted);
    const router = routerOf(binding);
    const writes = router.plan(binding, this.#objects, wanted);
    const trials = router.plan(binding, this.#found, wanted);
    this.#objects = writes.reduce(after, this.#objects);
    return writes.map((write) => ({
      write,
      trial: trials.find(({ verb, path }) => verb === write.verb && path === write.path) ?? null,
    }));
  }

  #tell(binding: Binding, wanted: Intent | typeof ORIGINAL): readonly Foreseen[] {
    const run = commandRun(binding, { is: 'certain', share: this.#told }, wanted);
    if (run === null) return [];
    this.#told = run.share;
    return [{ write: run, trial: null }];
  }
}

/** The objects after a write, as far as that can be worked out without the API server. */
export function after(objects: RouteObjects, write: WriteRequest): RouteObjects {
  const object = objects.get(write.path) ?? {};
  switch (write.verb) {
    case 'patch':
      return new Map([...objects, [write.path, patched(object, write.changes)]]);
    case 'create': {
      const body: KubeObject = write.body; // whole API objects are created
      return new Map([...objects, [`${write.path}/${body.metadata?.name}`, body]]);
    }
    case 'update':
      return new Map([...objects, [write.path, write.body]]);
    case 'delete':
      return new Map([...objects, [write.path, null]]);
  }
}
