import type { Clock } from './clock.ts';
import type { JsonObject } from './json.ts';
import { selectionOf, matching } from './lists.ts';
import type { ApiObject } from './objects.ts';
import { type ResourceType, apiVersionOf, keyOf } from './resources.ts';
import { ApiError, expired } from './status.ts';
import type { Change, Store } from './store.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

export interface WatchSink {
  send(event: WatchEvent): void;
  /** Nothing more will come. */
  end(): void;
}

/** Milliseconds between bookmarks. */
const BOOKMARKS = 10_000;

/**
 * Follows the objects that a query asks for. Without a resourceVersion (or with 0) it begins with what exists; from a version
 * that the log no longer has it sends an ERROR with a 410 and ends, as the real server does. Returns the way to end it.
 * @param clock whose bookmarks it sends
 * Throws 400 for selectors and 500 for a version that cannot be read.
 */
export function watch(
  store: Store,
  type: ResourceType,
  namespace: string | undefined,
  params: URLSearchParams,
  sink: WatchSink,
  clock: Clock = store.clock,
): () => void {
  const selects = selectionOf(type, params);
  const from = params.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(from))
    throw new ApiError(
      500,
      undefined,
      `resourceVersion: Invalid value: ${JSON.stringify(from)}: strconv.ParseUint: parsing ${JSON.stringify(from)}: invalid syntax`,
    );
  const deliver = (change: Change) => {
    if (change.resource !== keyOf(type)) return;
    if (namespace !== undefined && change.object.metadata.namespace !== namespace) return;
    const event = eventOf(change, selects);
    if (event !== null) sink.send(event);
  };
  const bookmarks = params.get('allowWatchBookmarks') === 'true';
  const bookmark = (annotations?: JsonObject) =>
    sink.send({
      type: 'BOOKMARK',
      object: {
        kind: type.kind,
        apiVersion: apiVersionOf(type),
        metadata: { resourceVersion: String(store.version), ...(annotations === undefined ? {} : { annotations }) },
      },
    });
  if (from === '' || from === '0') {
    for (const object of matching(store, type, { namespace, params })) sink.send({ type: 'ADDED', object });
    if (bookmarks) bookmark({ 'k8s.io/initial-events-end': 'true' });
  } else {
    const missed = store.changesSince(Number(from));
    if (missed === 'expired') {
      sink.send({ type: 'ERROR', object: expired(`too old resource version: ${from} (${store.version})`).body });
      sink.end();
      return () => {};
    }
    for (const change of missed) deliver(change);
  }
  const unsubscribe = store.subscribe(deliver);
  let cancel = () => {};
  const again = () => {
    cancel = clock.after(BOOKMARKS, () => {
      bookmark();
      again();
    });
  };
  if (bookmarks) again();
  return () => {
    unsubscribe();
    cancel();
  };
}

/** An object that begins to match is ADDED, one that ceases to is DELETED, whatever happened to it. */
function eventOf(change: Change, selects: (object: ApiObject) => boolean): WatchEvent | null {
  const { object, previous } = change;
  const was = previous !== null && selects(previous);
  const is = change.type !== 'DELETED' && selects(object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object };
  return was ? { type: 'DELETED', object } : null;
}
