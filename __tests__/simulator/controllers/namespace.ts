import { type Context, CONTROLLER } from './context.ts';

/** Milliseconds from a namespace's deletion to that of what is in it, and from one look at its pods to the next; like the real controller's. */
const BEGINS_AFTER = 5_000;
const LOOKS_EVERY = 3_000;

/** One look at a namespace that is being deleted: its pods first, when they are gone the rest, and then itself. */
export function reconcileNamespace(context: Context, name: string): number | undefined {
  const { store, writes, clock } = context;
  const namespace = store.get('namespaces', undefined, name);
  const { deletionTimestamp } = namespace?.metadata ?? {};
  if (namespace === undefined || deletionTimestamp === undefined) return undefined;
  const wait = Date.parse(deletionTimestamp) + BEGINS_AFTER - clock.now();
  if (wait > 0) return wait;
  const remove = (resource: string): void => {
    for (const { metadata } of store.list<string>(resource, name))
      writes.remove(resource, name, metadata.name, {}, CONTROLLER);
  };
  remove('pods');
  if (store.list('pods', name).length > 0) return LOOKS_EVERY;
  for (const resource of store.resources()) if (resource !== 'namespaces') remove(resource);
  if (store.resources().some((resource) => store.list<string>(resource, name).length > 0)) return LOOKS_EVERY;
  store.drop('namespaces', namespace);
  return undefined;
}
