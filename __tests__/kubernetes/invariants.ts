import type {
  Deployment,
  EndpointSlice,
  KubeObject,
  PodTemplate,
  ReplicaSet,
  Service,
} from '../../src/cluster/wire.ts';
import { Api, paths } from './api.ts';
import { type Change, Recorder } from './recorder.ts';

/**
 * What must be true at every moment of a held release, checked from outside:
 *
 * - `exposed`: users reach the candidate only while the Deployment is paused, until the close has made it the stable track;
 * - `pinned`: the live Service is pinned to a track only while the Deployment is paused or held;
 * - `empty`: the live Service never loses its last ready endpoint;
 * - `stranger`: the live Service never reaches a version that is neither stable nor candidate.
 *
 * Each write to the API server makes a new state of the world; the rules are looked at in every one of them, in the order in
 * which they came to be (see `Recorder`).
 *
 * What "users reach" means. EndpointSlices follow a selector some milliseconds later; both count. While a slice still names
 * candidate pods as ready, users do reach them whatever the selector says by now; and a selector that names the candidate will
 * reach it whatever the slice still says. Pods that are not ready, or are terminating, are not reached. What kube-proxy does with
 * the slices later cannot be seen here: that is what the load on the real node is for.
 *
 * What "stable" means. It is the version that runs when recording begins, until a close: the write that ends the hold
 * (minReadySeconds is no longer the hold's). From then on the version of the Deployment's template is stable, and every other is
 * *leaving*: its pods may still be reached until they are gone, but not again after that. No other write makes a version stable,
 * so a plain rolling update counts as a violation: it is what must not happen during a release.
 */
export interface Violation {
  readonly rule: 'exposed' | 'pinned' | 'empty' | 'stranger';
  readonly message: string;
  /** Of the write that broke the rule. */
  readonly resourceVersion: number;
  /** Epoch ms. */
  readonly at: number;
  /** How long it lasted; undefined when it lasted to the end. */
  readonly ms?: number;
}

export interface InvariantsOptions {
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Name of the Deployment. */
  readonly deployment: string;
  /** Name of the live Service. */
  readonly service: string;
  /** `pod-template-hash` of stable, when recording begins in the middle of a release. */
  readonly stable?: string;
  /** Exposures no longer than this are no violation: a ramp unpauses for a moment to resize. Default 0. */
  readonly exposureAllowedMs?: number;
}

export interface InvariantsWatch {
  /** Ends the recording, the first time. @returns what was violated, oldest first; empty is what a test wants */
  stop(): Promise<Violation[]>;
  /** After `stop`: how long users reached a candidate that was not frozen, each time, those that were allowed included; ms. */
  exposures(): readonly number[];
  /** After `stop`: every change of state, one line each, to see what led to a violation. */
  timeline(): string;
}

/** `minReadySeconds` of a held Deployment. */
export const HELD_SECONDS = 2147483646;
const HASH = 'pod-template-hash';

/** Begins to record; everything that is written after this returns is judged by `stop`. */
export async function watchInvariants(options: InvariantsOptions): Promise<InvariantsWatch> {
  const { namespace } = options;
  const api = await Api.from(options.kubeconfig, 'crossfade-invariants');
  const recorder = await Recorder.start(api, {
    Deployment: paths.deployments(namespace),
    ReplicaSet: paths.replicaSets(namespace),
    Pod: paths.core(namespace, 'pods'),
    Service: paths.core(namespace, 'services'),
    EndpointSlice: paths.endpointSlices(namespace),
  });
  let timeline = '';
  let exposures: readonly number[] = [];
  let stopped: Promise<Violation[]> | null = null;
  const end = async (): Promise<Violation[]> => {
    try {
      const judged = judge(await recorder.stop(), options);
      timeline = judged.timeline;
      exposures = judged.exposures;
      return judged.violations;
    } finally {
      await api.close();
    }
  };
  return {
    stop() {
      stopped ??= end();
      return stopped;
    },
    exposures: () => exposures,
    timeline: () => timeline,
  };
}

/** Pure: what the rules say about a sequence of changes. */
export function judge(
  changes: readonly Change[],
  options: Omit<InvariantsOptions, 'kubeconfig' | 'namespace'>,
): { violations: Violation[]; exposures: number[]; timeline: string } {
  const versions = new Versions(changes, options.deployment);
  const world = new World(versions, options);
  const open = new Map<string, Violation>();
  const violations: Violation[] = [];
  const exposures: number[] = [];
  const lines: string[] = [];
  const began = changes.findLast(({ type }) => type === 'present')?.heardAt ?? 0;
  let seen = '';
  const close = (key: string, violation: Violation, at: number): void => {
    open.delete(key);
    const ms = Math.max(0, at - violation.at);
    if (violation.rule === 'exposed') exposures.push(ms);
    if (violation.rule !== 'exposed' || ms > (options.exposureAllowedMs ?? 0)) violations.push({ ...violation, ms });
  };
  for (const [index, change] of changes.entries()) {
    world.apply(change);
    // The first state is the one in which all objects are known.
    if (changes[index + 1]?.type === 'present') continue;
    const broken = world.broken();
    for (const [key, violation] of [...open]) if (!broken.has(key)) close(key, violation, change.heardAt);
    for (const [key, found] of broken) {
      if (!open.has(key)) open.set(key, { ...found, resourceVersion: change.resourceVersion, at: change.heardAt });
    }
    const state = world.describe();
    if (state !== seen) {
      const seconds = ((change.heardAt - began) / 1000).toFixed(3);
      lines.push(
        `+${seconds} s  rv ${change.resourceVersion}  ${change.kind.padEnd(13)}  ${state}${[...broken.keys()].map((key) => `  !! ${key}`).join('')}`,
      );
    }
    seen = state;
  }
  return {
    violations: [...violations, ...open.values()].sort((a, b) => a.resourceVersion - b.resourceVersion),
    exposures,
    timeline: lines.join('\n'),
  };
}

/** Which hash a template or a pod has. Neither ever changes, so the whole recording answers for every moment of it. */
class Versions {
  readonly #ofTemplate = new Map<string, string>();
  readonly #ofPod = new Map<string, string>();

  constructor(changes: readonly Change[], deployment: string) {
    for (const { kind, object } of changes) {
      const hash = object.metadata?.labels?.[HASH];
      if (hash === undefined) continue;
      if (kind === 'Pod') this.#ofPod.set(object.metadata?.name ?? '', hash);
      if (kind === 'ReplicaSet' && ownedBy(object, deployment)) {
        this.#ofTemplate.set(templateKey((object as ReplicaSet).spec?.template), hash);
      }
    }
  }

  /** Undefined for a template that never came to pods. */
  ofTemplate(template: PodTemplate | undefined): string | undefined {
    return this.#ofTemplate.get(templateKey(template));
  }

  ofPod(name: string): string {
    return this.#ofPod.get(name) ?? `unknown (${name})`;
  }
}

/** The state after each change, as far as the rules need it. */
class World {
  readonly #versions: Versions;
  readonly #names: { readonly deployment: string; readonly service: string };
  #deployment:
    | { paused: boolean; held: boolean; version: string | undefined; wanted: number; text: string }
    | undefined;
  #service: { pin: string | undefined } | undefined;
  /** Of each EndpointSlice: the version of each ready pod. */
  readonly #slices = new Map<string, Map<string, string>>();
  #stable: string | undefined;
  #candidate: string | undefined;
  #leaving = new Set<string>();
  #served = false;

  constructor(versions: Versions, options: { deployment: string; service: string; stable?: string }) {
    this.#versions = versions;
    this.#names = options;
    this.#stable = options.stable;
  }

  apply(change: Change): void {
    // The casts below: the collection from which an object came says what it is.
    const { kind, object } = change;
    const gone = change.type === 'deleted';
    const name = object.metadata?.name ?? '';
    if (kind === 'Deployment' && name === this.#names.deployment) this.#setDeployment(gone ? undefined : object);
    if (kind === 'Service' && name === this.#names.service) {
      this.#service = gone ? undefined : { pin: (object as Service).spec?.selector?.[HASH] };
    }
    if (kind === 'EndpointSlice' && object.metadata?.labels?.['kubernetes.io/service-name'] === this.#names.service) {
      if (gone) this.#slices.delete(name);
      else this.#slices.set(name, this.#readyPods(object as EndpointSlice));
    }
    const reached = this.#reached();
    if (reached.size > 0) this.#served = true;
    this.#leaving = new Set([...this.#leaving].filter((version) => reached.has(version)));
  }

  /** Rules that do not hold, by a key that stays the same as long as the violation is the same. */
  broken(): Map<string, Pick<Violation, 'rule' | 'message'>> {
    const found = new Map<string, Pick<Violation, 'rule' | 'message'>>();
    const report = (rule: Violation['rule'], subject: string, message: string): void => {
      found.set(`${rule} ${subject}`.trim(), { rule, message });
    };
    const deployment = this.#deployment;
    if (deployment === undefined || this.#service === undefined) return found;
    const { pin } = this.#service;
    if (pin !== undefined && !deployment.paused && !deployment.held) {
      report('pinned', pin, `the live Service is pinned to ${pin} while the Deployment is neither paused nor held`);
    }
    const reached = this.#reached();
    if (this.#served && reached.size === 0 && deployment.wanted > 0)
      report('empty', '', 'the live Service has no ready endpoint');
    if (pin !== undefined) reached.add(pin);
    for (const version of reached) {
      if (version === this.#stable || this.#leaving.has(version)) continue;
      if (!deployment.paused) report('exposed', version, `users reach ${version} while the Deployment is not paused`);
      if (version !== this.#candidate && !(version === deployment.version && !deployment.held)) {
        report('stranger', version, `users reach ${version}, which is neither stable nor the candidate`);
      }
    }
    return found;
  }

  describe(): string {
    const counts = new Map<string, number>();
    for (const slice of this.#slices.values()) {
      for (const version of slice.values()) counts.set(version, (counts.get(version) ?? 0) + 1);
    }
    const ready = [...counts].sort().map(([version, count]) => `${version}×${count}`);
    const service = this.#service === undefined ? 'no Service' : (this.#service.pin ?? 'all');
    const text = this.#deployment?.text ?? 'no Deployment';
    return `${text}  selects ${service}  ready ${ready.join(' ') || 'none'}  stable ${this.#stable ?? '?'}`;
  }

  #setDeployment(object: Deployment | undefined): void {
    const spec = object?.spec;
    if (spec === undefined) {
      this.#deployment = undefined;
      return;
    }
    const version = this.#versions.ofTemplate(spec.template);
    const held = spec.minReadySeconds === HELD_SECONDS;
    const paused = spec.paused === true;
    const before = this.#deployment;
    if (before === undefined) this.#stable ??= held ? undefined : version;
    if (held && before?.held !== true) this.#candidate = version;
    if (!held && before?.held === true) {
      this.#stable = version;
      this.#candidate = undefined;
      this.#leaving = this.#reached();
      if (version !== undefined) this.#leaving.delete(version);
    }
    const { maxSurge, maxUnavailable } = spec.strategy?.rollingUpdate ?? {};
    const state = [...(held ? ['held'] : []), ...(paused ? ['paused'] : [])].join('+') || 'rolling';
    const text = `${state} ${version ?? '?'} n=${spec.replicas} S=${maxSurge} U=${maxUnavailable}`;
    this.#deployment = { paused, held, version, wanted: spec.replicas ?? 1, text };
  }

  #reached(): Set<string> {
    return new Set([...this.#slices.values()].flatMap((slice) => [...slice.values()]));
  }

  #readyPods(slice: EndpointSlice): Map<string, string> {
    // A slice without ports: the Service's named targetPort is missing in these pods, and nobody can connect to them.
    if ((slice.ports ?? []).length === 0) return new Map();
    const ready = (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready !== false);
    return new Map(
      ready.map(({ targetRef, addresses }) => {
        const pod = targetRef?.name ?? addresses[0] ?? '';
        return [pod, this.#versions.ofPod(pod)];
      }),
    );
  }
}

function ownedBy(object: KubeObject, deployment: string): boolean {
  return (object.metadata?.ownerReferences ?? []).some(
    (owner) => owner.kind === 'Deployment' && owner.name === deployment,
  );
}

/** A template without what the controller adds to it, in one spelling. */
function templateKey(template: PodTemplate | undefined): string {
  const { creationTimestamp: _, labels, ...metadata } = template?.metadata ?? {};
  const { [HASH]: __, ...own } = labels ?? {};
  return canonical({ spec: template?.spec, metadata: { ...metadata, labels: own } });
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
