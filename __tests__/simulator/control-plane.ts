import { type Clock, timestamp } from './clock.ts';
import type { Context } from './controllers/context.ts';
import { startControllers } from './controllers/controllers.ts';
import { WorkQueue } from './controllers/queue.ts';
import { EventRecorder } from './events.ts';
import { type Timings, TIMINGS } from './images.ts';
import { Kubelet, NODE } from './kubelet.ts';
import { type Saved, together } from './saved.ts';
import { Store } from './store.ts';
import { Writes } from './writes.ts';

export interface ControlPlaneOptions {
  readonly clock: Clock;
  /** Milliseconds from a change to the controllers' look at it; null: they look when the queue is told to run. */
  readonly latency: number | null;
  readonly timings: Partial<Timings>;
}

/** Store, API rules, controllers and node, wired together. */
export interface ControlPlane extends Context {
  readonly kubelet: Kubelet;
  readonly queue: WorkQueue;
  /** Everything but the clock, and who watches. */
  save(): Saved;
  /** Ends controllers, node and all their timers. */
  stop(): void;
}

/** Starts an empty cluster: one node, and the namespace `default`. */
export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { clock } = options;
  const store = new Store(clock);
  const writes = new Writes(store);
  const context: Context = { clock, store, writes, events: new EventRecorder(store, writes) };
  const queue = new WorkQueue(clock, options.latency);
  const kubelet = new Kubelet(context, { ...TIMINGS, ...options.timings });
  const stops = [startControllers(context, queue), kubelet.start()];
  const writer = { manager: 'kube-apiserver', dryRun: false };
  for (const name of ['default', 'kube-system']) writes.create('namespaces', undefined, { metadata: { name } }, writer);
  writes.create('nodes', undefined, { metadata: NODE }, writer);
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    lastTransitionTime: timestamp(clock.now()),
  };
  writes.update(
    'nodes',
    undefined,
    NODE.name,
    (node) => ({ ...node, status: { conditions: [condition] } }),
    writer,
    'status',
  );
  return {
    ...context,
    kubelet,
    queue,
    save: () => together([store, writes, context.events, queue, kubelet].map((part) => part.save())),
    stop() {
      for (const stop of stops) stop();
      queue.stop();
    },
  };
}
