import type { ServerResponse } from 'node:http';
import type { Fault, Faults } from './faults.ts';
import type { Target } from './paths.ts';
import type { Store } from './store.ts';
import { type WatchEvent, watch } from './watch.ts';

/** Longest life of a watch that asks for no other, in seconds; the real server takes 30 to 60 minutes. */
const TIMEOUT = 1800;

/** Answers a watch: JSON lines until the client goes, `timeoutSeconds` are over or a fault ends it. Throws as `watch`. `reset` breaks the connection. */
export function streamWatch(
  store: Store,
  target: Target,
  params: URLSearchParams,
  faults: Faults,
  fault: Fault | undefined,
  response: ServerResponse,
  reset: () => void,
): void {
  if (target.type === undefined) return;
  const limit = fault?.kind === 'cut-watch' ? fault.events : Number.POSITIVE_INFINITY;
  const held: WatchEvent[] = [];
  let sent = 0;
  let over = false;
  let stop = () => {};
  const begin = () => {
    if (!response.headersSent)
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  };
  const write = (event: WatchEvent) => {
    if (sent >= limit) return;
    begin();
    response.write(`${JSON.stringify(event)}\n`);
    sent++;
    if (sent >= limit) setImmediate(reset);
  };
  const end = () => {
    if (over) return;
    over = true;
    stop();
    response.end();
  };
  const namespace = target.type.namespaced ? target.namespace : undefined;
  stop = watch(store, target.type, namespace, params, {
    send: (event) => (faults.watchesHeld ? held.push(event) : write(event)),
    end: () => setImmediate(end),
  });
  begin();
  response.flushHeaders();
  if (limit === 0) setImmediate(reset);
  const unregister = faults.register({
    reset,
    flush: () => {
      for (const event of held.splice(0)) write(event);
    },
  });
  const timer = setTimeout(end, Number(params.get('timeoutSeconds') ?? TIMEOUT) * 1000);
  timer.unref();
  response.on('close', () => {
    over = true;
    stop();
    unregister();
    clearTimeout(timer);
  });
}
