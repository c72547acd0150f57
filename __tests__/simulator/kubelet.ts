import { timestamp } from './clock.ts';
import { Container, type Role } from './containers.ts';
import type { Context, Pod } from './controllers/context.ts';
import type { Timings } from './images.ts';
import { equal } from './json.ts';
import { missingReference, missingVolume } from './references.ts';
import { type Saved, together } from './saved.ts';
import { badRequest } from './status.ts';
import type { Writer } from './writes.ts';

/** The one node; it has room for everything and these labels. */
export const NODE = { name: 'node-0', labels: { 'kubernetes.io/hostname': 'node-0', 'kubernetes.io/os': 'linux' } };

const KUBELET: Writer = { manager: 'kubelet', dryRun: false };
const SCHEDULER: Writer = { manager: 'kube-scheduler', dryRun: false };

type Condition = NonNullable<NonNullable<Pod['status']>['conditions']>[number];

interface Life {
  readonly pod: Pod;
  readonly ip: string;
  readonly init: readonly Container[];
  readonly main: readonly Container[];
  /** Volumes are mounted and the first container has been started. */
  began: boolean;
  ending: boolean;
  timers: (() => void)[];
}

/** Scheduler and kubelet in one: gives pods a node, and lets them live as their images' tags say. */
export class Kubelet {
  readonly #context: Context;
  readonly #timings: Timings;
  #lives = new Map<string, Life>();
  #addresses = 9;

  constructor(context: Context, timings: Timings) {
    this.#context = context;
    this.#timings = timings;
  }

  /** Follows the store; returns the way to end that, and all timers with it. */
  start(): () => void {
    const unsubscribe = this.#context.store.subscribe((change) => {
      if (change.resource === 'pods')
        this.#podChanged(change.object.metadata.namespace, change.object.metadata.name, change.object.metadata.uid);
      if (change.resource === 'secrets' || change.resource === 'configmaps')
        this.#retry(change.object.metadata.namespace);
    });
    return () => {
      unsubscribe();
      for (const uid of [...this.#lives.keys()]) this.#forget(uid);
    };
  }

  save(): Saved {
    const lives = new Map(this.#lives);
    const addresses = this.#addresses;
    const saved = [...lives].map(([uid, life]): Saved => {
      const { began, ending } = life;
      const timers = [...life.timers];
      const containers = together([...life.init, ...life.main].map((container) => container.save()));
      return {
        text: JSON.stringify([uid, began, ending, containers.text]),
        restore: () => {
          Object.assign(life, { began, ending, timers: [...timers] });
          containers.restore();
        },
      };
    });
    const all = together(saved);
    return {
      text: JSON.stringify([addresses, all.text]),
      restore: () => {
        this.#lives = new Map(lives);
        this.#addresses = addresses;
        all.restore();
      },
    };
  }

  /** True while clients can connect to the pod: something in it listens, or still does while it ends. */
  isListening(uid: string): boolean {
    return this.#lives.get(uid)?.main.some((container) => container.listening) === true;
  }

  /**
   * Lines that a container has written. Throws 400, as the real one, when there is no such container or log.
   * Without a name the pod's only container is meant.
   */
  logs(pod: Pod, name: string | undefined, previous: boolean): readonly string[] {
    const names = pod.spec.containers.map((container) => container.name);
    if (name === undefined && names.length > 1)
      throw badRequest(
        `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
      );
    const wanted = name ?? names[0];
    const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    if (!all.some((container) => container.name === wanted))
      throw badRequest(`container ${wanted} is not valid for pod ${pod.metadata.name}`);
    const life = this.#lives.get(pod.metadata.uid);
    const container = [...(life?.init ?? []), ...(life?.main ?? [])].find((one) => one.spec.name === wanted);
    const lines = container?.log(previous);
    if (lines !== null && lines !== undefined) return lines;
    if (previous) throw badRequest(`previous terminated container "${wanted}" in pod "${pod.metadata.name}" not found`);
    const reason = container?.waitingReason ?? 'ContainerCreating';
    const why = WAITING_FOR_IMAGE[reason] ?? reason;
    throw badRequest(`container "${wanted}" in pod "${pod.metadata.name}" is waiting to start: ${why}`);
  }

  #podChanged(namespace: string | undefined, name: string, uid: string): void {
    const pod = this.#context.store.get('pods', namespace, name);
    if (pod?.metadata.uid !== uid) {
      this.#forget(uid);
      return;
    }
    const life = this.#lives.get(uid) ?? this.#adopt(pod);
    if (pod.metadata.deletionTimestamp !== undefined && !life.ending) this.#end(life, pod);
  }

  #adopt(pod: Pod): Life {
    const { name, namespace = '', uid } = pod.metadata;
    const container = (spec: Container['spec'], role: Role): Container =>
      new Container(spec, role, { name, namespace, uid }, this.#context.clock, this.#timings, {
        changed: () => this.#proceed(uid),
        event: (type, reason, message) =>
          this.#event(
            pod,
            type,
            reason,
            message,
            `spec.${role === 'init' ? 'initContainers' : 'containers'}{${spec.name}}`,
          ),
        misconfiguration: () => missingReference(this.#context.store, namespace, spec),
      });
    this.#addresses++;
    const life: Life = {
      pod,
      ip: `10.244.${this.#addresses >> 8}.${this.#addresses & 255}`,
      init: (pod.spec.initContainers ?? []).map((spec) => container(spec, 'init')),
      main: pod.spec.containers.map((spec) => container(spec, isJob(pod) ? 'job' : 'serves')),
      began: false,
      ending: false,
      timers: [],
    };
    this.#lives.set(uid, life);
    life.timers.push(this.#context.clock.after(this.#timings.schedule, () => this.#schedule(life)));
    return life;
  }

  #schedule(life: Life): void {
    const { name, namespace = '' } = life.pod.metadata;
    const selector = Object.entries(life.pod.spec.nodeSelector ?? {});
    if (!selector.every(([key, value]) => Object.entries(NODE.labels).some(([k, v]) => k === key && v === value))) {
      this.#refuseNode(life);
      return;
    }
    this.#context.writes.update(
      'pods',
      namespace,
      name,
      (pod) => ({ ...pod, spec: { ...pod.spec, nodeName: NODE.name } }),
      SCHEDULER,
    );
    this.#context.events.record(
      { apiVersion: 'v1', kind: 'Pod', metadata: life.pod.metadata },
      {
        type: 'Normal',
        reason: 'Scheduled',
        message: `Successfully assigned ${namespace}/${name} to ${NODE.name}`,
        component: 'default-scheduler',
      },
    );
    for (const container of life.main) container.wait(life.init.length > 0 ? 'PodInitializing' : 'ContainerCreating');
    life.timers.push(this.#context.clock.after(this.#timings.start, () => this.#begin(life)));
  }

  #refuseNode(life: Life): void {
    const message = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.";
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    this.#writeStatus(life, { conditions: [this.#since(life, condition)] }, SCHEDULER);
    this.#context.events.record(
      { apiVersion: 'v1', kind: 'Pod', metadata: life.pod.metadata },
      { type: 'Warning', reason: 'FailedScheduling', message, component: 'default-scheduler' },
    );
  }

  /** Starts the first container, once the pod's volumes are there. */
  #begin(life: Life): void {
    const missing = missingVolume(this.#context.store, life.pod);
    if (missing !== null) {
      this.#event(life.pod, 'Warning', 'FailedMount', missing);
      return;
    }
    life.began = true;
    const first = life.init[0];
    if (first !== undefined) first.start();
    else for (const container of life.main) container.start();
  }

  /** After a change of one container: the next one, and the pod's status. */
  #proceed(uid: string): void {
    const life = this.#lives.get(uid);
    if (life === undefined || life.ending) return;
    const open = life.init.findIndex((container) => !container.completed);
    const next = life.init[open];
    if (next !== undefined && open > 0 && !next.started && next.waitingReason === 'PodInitializing') next.start();
    const initialized = open < 0;
    this.#writeStatus(life, this.#statusOf(life, initialized), KUBELET);
    if (!initialized) return;
    for (const container of life.main)
      if (life.init.length > 0 && !container.started && container.waitingReason === 'PodInitializing')
        container.start();
  }

  #statusOf(life: Life, initialized: boolean): NonNullable<Pod['status']> {
    const waiting = (all: readonly Container[]) =>
      `[${all
        .filter((container) => !container.ready)
        .map((container) => container.spec.name)
        .join(' ')}]`;
    const notReady = {
      status: 'False',
      reason: 'ContainersNotReady',
      message: `containers with unready status: ${waiting(life.main)}`,
    };
    const ready = life.main.every((container) => container.ready) ? { status: 'True' } : notReady;
    const notInitialized = {
      status: 'False',
      reason: 'ContainersNotInitialized',
      message: `containers with incomplete status: ${waiting(life.init)}`,
    };
    const conditions = [
      { type: 'PodReadyToStartContainers', status: 'True' },
      { type: 'Initialized', ...(initialized ? { status: 'True' } : notInitialized) },
      { type: 'Ready', ...ready },
      { type: 'ContainersReady', ...ready },
      { type: 'PodScheduled', status: 'True' },
    ];
    return {
      phase: phaseOf(life),
      conditions: conditions.map((condition) => this.#since(life, condition)),
      hostIP: '192.0.2.10',
      podIP: life.ip,
      podIPs: [{ ip: life.ip }],
      startTime: life.pod.metadata.creationTimestamp,
      ...(life.init.length === 0 ? {} : { initContainerStatuses: life.init.map((container) => container.status()) }),
      containerStatuses: life.main.map((container) => container.status()),
      qosClass: 'BestEffort',
    };
  }

  /** A condition with the time of its last change of status. */
  #since(life: Life, condition: Omit<Condition, 'lastTransitionTime'>): Condition {
    const { namespace, name } = life.pod.metadata;
    const stored = this.#context.store.get('pods', namespace, name);
    const old = stored?.status?.conditions?.find((other) => other.type === condition.type);
    const since = old?.status === condition.status ? old.lastTransitionTime : undefined;
    return { ...condition, lastTransitionTime: since ?? timestamp(this.#context.clock.now()) };
  }

  #writeStatus(life: Life, status: NonNullable<Pod['status']>, writer: Writer): void {
    const { namespace, name } = life.pod.metadata;
    const pod = this.#context.store.get('pods', namespace, name);
    if (pod === undefined || equal({ ...pod.status, ...status }, pod.status)) return;
    this.#context.writes.update(
      'pods',
      namespace,
      name,
      (current) => ({ ...current, status: { ...current.status, ...status } }),
      writer,
      'status',
    );
  }

  /** Containers go on as they are, and keep serving, until the grace is over; then the pod is gone. */
  #end(life: Life, pod: Pod): void {
    life.ending = true;
    for (const container of [...life.init, ...life.main]) {
      container.stop();
      if (container.started && !container.completed)
        this.#event(pod, 'Normal', 'Killing', `Stopping container ${container.spec.name}`);
    }
    const { namespace, name, uid, deletionGracePeriodSeconds = 30 } = pod.metadata;
    const grace = Math.min(deletionGracePeriodSeconds * 1000, this.#timings.grace);
    life.timers.push(
      this.#context.clock.after(grace, () =>
        this.#context.writes.remove('pods', namespace, name, { uid, gracePeriodSeconds: 0 }, KUBELET),
      ),
    );
  }

  /** A Secret or ConfigMap has changed: what waits for one looks again. */
  #retry(namespace: string | undefined): void {
    for (const life of this.#lives.values()) {
      if (life.pod.metadata.namespace !== namespace || life.ending) continue;
      const containers = [...life.init, ...life.main];
      const waits = containers.filter((container) => container.waitingReason === 'CreateContainerConfigError');
      for (const container of waits)
        if (missingReference(this.#context.store, namespace ?? '', container.spec) === null) container.start();
      const scheduled = this.#context.store.get('pods', namespace, life.pod.metadata.name)?.spec.nodeName !== undefined;
      if (!life.began && scheduled && missingVolume(this.#context.store, life.pod) === null) this.#begin(life);
    }
  }

  #event(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void {
    this.#context.events.record(
      { apiVersion: 'v1', kind: 'Pod', metadata: pod.metadata, ...(fieldPath === undefined ? {} : { fieldPath }) },
      { type, reason, message, component: 'kubelet' },
    );
  }

  #forget(uid: string): void {
    const life = this.#lives.get(uid);
    if (life === undefined) return;
    this.#lives.delete(uid);
    for (const cancel of life.timers) cancel();
    for (const container of [...life.init, ...life.main]) container.stop();
  }
}

/** A pod whose containers are not started again when they end well. */
function isJob(pod: Pod): boolean {
  return (pod.spec.restartPolicy ?? 'Always') !== 'Always';
}

function phaseOf({ main }: Life): string {
  if (main.every((container) => container.over))
    return main.every((container) => container.completed) ? 'Succeeded' : 'Failed';
  return main.every((container) => container.started) ? 'Running' : 'Pending';
}

const WAITING_FOR_IMAGE: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};
