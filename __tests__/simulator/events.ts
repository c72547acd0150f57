import { timestamp } from './clock.ts';
import type { Metadata } from './objects.ts';
import type { Saved } from './saved.ts';
import type { Store } from './store.ts';
import type { Writes } from './writes.ts';

/** What an event is about. */
export interface Subject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  /** Part of a pod: `spec.containers{web}`. */
  readonly fieldPath?: string;
}

export interface Occurrence {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** `deployment-controller`, `kubelet` … */
  readonly component: string;
}

/** Writes core/v1 Events; the same occurrence again raises the count of its event. */
export class EventRecorder {
  readonly #store: Store;
  readonly #writes: Writes;
  #known = new Map<string, string>();

  constructor(store: Store, writes: Writes) {
    this.#store = store;
    this.#writes = writes;
  }

  save(): Saved {
    const known = new Map(this.#known);
    return {
      text: JSON.stringify([...known]),
      restore: () => {
        this.#known = new Map(known);
      },
    };
  }

  record(subject: Subject, { type, reason, message, component }: Occurrence): void {
    const { name, namespace, uid, resourceVersion } = subject.metadata;
    const now = timestamp(this.#store.clock.now());
    const key = [uid, subject.fieldPath, reason, message].join('\n');
    const known = this.#known.get(key);
    const writer = { manager: component, dryRun: false };
    if (known !== undefined && this.#store.get('events', namespace, known) !== undefined) {
      this.#writes.update(
        'events',
        namespace,
        known,
        (event) => ({ ...event, count: (event.count ?? 1) + 1, lastTimestamp: now }),
        writer,
      );
      return;
    }
    const home = this.#store.get('namespaces', undefined, namespace ?? '');
    if (home === undefined || home.metadata.deletionTimestamp !== undefined) return;
    const event = this.#writes.create(
      'events',
      namespace,
      {
        metadata: { name: `${name}.${this.#store.version.toString(16).padStart(16, '0')}` },
        involvedObject: {
          apiVersion: subject.apiVersion,
          kind: subject.kind,
          namespace,
          name,
          uid,
          resourceVersion,
          ...(subject.fieldPath === undefined ? {} : { fieldPath: subject.fieldPath }),
        },
        reason,
        message,
        type,
        source: component === 'kubelet' ? { component, host: 'node-0' } : { component },
        reportingComponent: component,
        reportingInstance: component === 'kubelet' ? 'node-0' : '',
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
      },
      writer,
    );
    this.#known.set(key, event.metadata.name);
  }
}
