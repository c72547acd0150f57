import { isDeepStrictEqual } from 'node:util';
import { patched } from '../../src/cluster/json-patch.ts';
import type { PodTemplate } from '../../src/cluster/wire.ts';
import type { WriteRequest } from '../../src/cluster/write-request.ts';
import { type KnativeSnapshot, observe } from '../../src/engine/knative/observe.ts';
import { requestFor } from '../../src/engine/knative/writes.ts';
import type { Action, Ending } from '../../src/release/action.ts';
import { decide } from '../../src/release/knative/decide.ts';
import type { KnativePlan } from '../../src/release/knative/plan.ts';
import { afterAction, afterChecks, afterWrite } from '../../src/release/progress.ts';
import type { EvidenceView } from '../../src/release/observation.ts';
import { stageOf } from '../../src/release/stages.ts';
import { BEGINNING, type State } from '../../src/release/state.ts';
import {
  type Revision,
  specDigest,
  templateDigest,
  templateMetadataOf,
  templateOf,
} from '../../src/workload/knative-service.ts';
import { imagesOf } from '../../src/workload/template.ts';
import { Configuration } from './configuration.ts';
import type { Condition, KnativeObject, Target, Template } from './objects.ts';

/** A frozen clock's Knative: nothing moves but by `tick`. */
export interface ModelOptions {
  readonly traffic?: readonly Target[];
  readonly template?: Template['metadata'];
  /** Milliseconds from a template to its Revision, from that to Ready, and from traffic to its effect. */
  readonly pace?: { readonly make: number; readonly ready: number; readonly route: number };
  /** Why the candidate never becomes Ready. */
  readonly sick?: string;
  /** A Revision that never does. */
  readonly neverReady?: string;
}

export const OLD = 'shop/web:1';
export const NEW = 'shop/web:2';
const START = Date.parse('2026-11-21T12:00:00Z');
const PACE = { make: 200, ready: 1_000, route: 300 };

export class Model {
  now = START;
  service: KnativeObject;
  revisions: KnativeObject[] = [];
  /** What users reached, by image: harshly, `latestRevision` is followed the moment it leads elsewhere. */
  readonly reached: Record<string, number>[] = [];
  readonly #options: ModelOptions;
  readonly #configuration: Configuration;
  readonly #born = new Map<string, number>();
  #routed: { key: string; since: number } = { key: '', since: 0 };
  #effective: readonly Target[] = [];

  constructor(options: ModelOptions = {}) {
    this.#options = options;
    this.#configuration = new Configuration('web', this.#pace.make);
    this.service = {
      metadata: { name: 'web', namespace: 'shop', uid: 'u', generation: 1 },
      spec: {
        template: {
          ...(options.template === undefined ? {} : { metadata: options.template }),
          spec: { containers: [{ name: 'web', image: OLD }] },
        },
        ...(options.traffic === undefined ? {} : { traffic: options.traffic }),
      },
    };
    this.tick(10_000);
    this.reached.splice(0, this.reached.length - 1);
  }

  get #pace(): typeof PACE {
    return this.#options.pace ?? PACE;
  }

  /** Lets time go by, in small steps. */
  tick(ms: number): void {
    for (let left = ms; left > 0; left -= 100) {
      this.now += 100;
      this.#reconcile();
    }
  }

  #reconcile(): void {
    const made = this.#configuration.reconcile(this.service, this.revisions, this.now);
    // Made by the stand-in's Configuration, in just this form.
    if (made !== null) this.revisions = [...this.revisions, made as KnativeObject];
    this.revisions = this.revisions.map((revision) => ({
      ...revision,
      status: { conditions: [this.#readiness(revision)] },
    }));
    const { latestCreated, latestReady, ready } = this.#configuration.status(this.revisions);
    const wanted = this.service.spec?.traffic ?? [{ latestRevision: true, percent: 100 }];
    const key = JSON.stringify(wanted);
    if (this.#routed.key !== key) this.#routed = { key, since: this.now };
    const isRouted = this.now >= this.#routed.since + this.#pace.route;
    if (isRouted) this.#effective = wanted;
    const routes: Condition = isRouted
      ? { type: 'RoutesReady', status: 'True' }
      : { type: 'RoutesReady', status: 'Unknown', reason: 'TrafficNotMigrated' };
    // Until the Route has the new traffic, the old one goes on: with the latest Revision, whichever that is by now.
    const traffic = resolved(this.#effective, latestReady);
    this.service = {
      ...this.service,
      status: {
        ...(this.service.metadata?.generation === undefined
          ? {}
          : { observedGeneration: this.service.metadata.generation }),
        ...(latestCreated === null ? {} : { latestCreatedRevisionName: latestCreated }),
        ...(latestReady === null ? {} : { latestReadyRevisionName: latestReady }),
        traffic,
        conditions: [ready, routes],
      },
    };
    this.#note(traffic);
  }

  #readiness(revision: KnativeObject): Condition {
    const name = revision.metadata?.name ?? '';
    const born = this.#born.get(name) ?? this.now;
    this.#born.set(name, born);
    const { sick, neverReady } = this.#options;
    const isNew = revision.spec?.containers?.[0]?.image === NEW;
    if (this.now < born + this.#pace.ready) return { type: 'Ready', status: 'Unknown', reason: 'Deploying' };
    if (name === neverReady) return { type: 'Ready', status: 'False', reason: 'ErrImagePull', message: 'it said so' };
    if (sick !== undefined && isNew) return { type: 'Ready', status: 'False', reason: sick, message: 'it said so' };
    return { type: 'Ready', status: 'True' };
  }

  #note(traffic: readonly Target[]): void {
    const users: Record<string, number> = {};
    for (const { revisionName, percent = 0 } of traffic) {
      if (percent === 0) continue;
      const found = this.revisions.find(({ metadata }) => metadata?.name === revisionName);
      const image = found?.spec?.containers?.[0]?.image ?? '(nobody)';
      users[image] = (users[image] ?? 0) + percent;
    }
    if (!isDeepStrictEqual(this.reached.at(-1), users)) this.reached.push(users);
  }

  /** As the API server does it. @throws when a test of the patch does not hold */
  apply(request: WriteRequest): void {
    if (request.verb !== 'patch') throw new Error(`unexpected ${request.verb}`);
    for (const test of request.tests) {
      const [, of, field] = test.path.split('/');
      if (of !== 'metadata' || field === undefined || !('value' in test)) throw new Error(`unknown test ${test.path}`);
      const found = (this.service.metadata as Record<string, unknown>)[field];
      if (!isDeepStrictEqual(found, test.value)) throw new Error(`422: ${test.path} is ${String(found)}`);
    }
    // A patch of a Knative Service makes one.
    this.edit(patched(this.service, request.changes) as KnativeObject);
  }

  /** Somebody's write of the spec. */
  edit({ spec }: KnativeObject): void {
    if (isDeepStrictEqual(spec, this.service.spec)) return;
    const generation = (this.service.metadata?.generation ?? 0) + 1;
    this.service = {
      ...this.service,
      metadata: { ...this.service.metadata, generation },
      ...(spec === undefined ? {} : { spec }),
    };
  }

  snapshot(): KnativeSnapshot {
    // The same JSON by the product's types, which share nothing with the tests' own.
    return { lostNamespace: null, service: this.service, revisions: this.revisions } as unknown as KnativeSnapshot;
  }
}

function resolved(traffic: readonly Target[], latestReady: string | null): Target[] {
  return traffic.map((target) => ({ ...target, revisionName: target.revisionName ?? latestReady ?? '' }));
}

/** The same JSON by the product's type. */
function podTemplate(template: Template): PodTemplate {
  return template as unknown as PodTemplate;
}

export function candidateTemplate({ service }: Model, name: string | null): Template {
  const template = service.spec?.template ?? {};
  const metadata = name === null ? template.metadata : { ...template.metadata, name };
  return {
    ...(metadata === undefined ? {} : { metadata }),
    spec: { containers: (template.spec?.containers ?? []).map((container) => ({ ...container, image: NEW })) },
  };
}

export function planOf(model: Model, more: Partial<KnativePlan> = {}): KnativePlan {
  const template = podTemplate(model.service.spec?.template ?? {});
  const candidateName = template.metadata?.name === undefined ? null : 'web-new';
  const candidate = podTemplate(candidateTemplate(model, candidateName));
  const stable = model.service.status?.latestReadyRevisionName ?? '';
  return {
    release: 'r-1',
    strategy: 'canary',
    steps: [
      { share: 0, stay: 0 },
      { share: 1_000, stay: 2_000 },
      { share: 5_000, stay: 2_000 },
      { share: 10_000, stay: 0 },
    ],
    pauseAt: null,
    onFailure: 'rollback',
    keepWarm: false,
    rollback: false,
    stable: { hash: stable, digest: templateDigest(template), images: imagesOf(template), revision: '1' },
    candidate: { digest: templateDigest(candidate), images: imagesOf(candidate) },
    times: { startedAt: model.now, deadline: model.now + 60_000, bake: 3_000, drain: 0, settle: 500 },
    editors: [],
    owned: [],
    checks: 0,
    checkedBy: [],
    checkAt: 'start',
    judging: { onInconclusive: 'pause', early: false, patience: 10_000, restarts: 'any' },
    knative: {
      name: 'web',
      uid: 'u',
      traffic: model.service.spec?.traffic ?? null,
      templateMetadata: template.metadata ?? null,
      candidateName,
      candidateSpec: specDigest(candidate.spec === undefined ? {} : { spec: candidate.spec }),
      tag: 'candidate',
      generation: model.revisions.length,
    },
    ...more,
  };
}

/** Users of a Service that was released to the new image are to go back to the Revision of the old one. */
export function planBack(model: Model, more: Partial<KnativePlan> = {}): KnativePlan {
  const goal = model.revisions[0] ?? {};
  const plan = planOf(model);
  // The same JSON by the product's type.
  const revision = goal as unknown as Revision;
  const name = goal.metadata?.name ?? '';
  const isNamed = model.service.spec?.template?.metadata?.name !== undefined;
  const known = templateMetadataOf(revision);
  const metadata = isNamed ? { ...known, name } : known;
  const template = templateOf(metadata, revision);
  return {
    ...plan,
    release: 'r-2',
    strategy: 'blue-green',
    steps: [{ share: 10_000, stay: 0 }],
    rollback: true,
    candidate: { digest: templateDigest(template), images: imagesOf(template) },
    ...more,
    knative: {
      ...plan.knative,
      candidateName: isNamed ? name : null,
      candidateSpec: specDigest(revision),
      goal: { revision: name, metadata },
    },
  };
}

/** One process: decides and acts on the model until it ends, or for so many actions. */
export class Process {
  state: State;
  readonly actions: Action[] = [];
  readonly #model: Model;
  readonly #plan: KnativePlan;
  readonly #template: Template | null;

  constructor(model: Model, plan: KnativePlan, template: Template | null, state: State = BEGINNING) {
    this.#model = model;
    this.#plan = plan;
    this.#template = template;
    this.state = state;
  }

  /** What is known of the present stage beside the objects. */
  evidence: EvidenceView | null = null;

  get writes(): string[] {
    return this.actions.flatMap((action) => (action.do === 'write' ? [action.write] : []));
  }

  /** Null: not ended within `limit` actions that change something. @param disturb before each round */
  run(limit = Number.POSITIVE_INFINITY, disturb: (actions: number) => void = () => undefined): Ending | null {
    for (let rounds = 0; rounds < 2_000; rounds += 1) {
      disturb(this.actions.length);
      const seen = { ...observe(this.#plan, this.#model.snapshot()), evidence: this.evidence };
      const action = decide(this.#plan, this.state, seen, this.#model.now);
      if (action.do === 'finish') return action.outcome;
      if (action.do === 'wait') {
        this.#model.tick(100);
        continue;
      }
      if (this.actions.length >= limit) return null;
      this.actions.push(action);
      this.#act(action, seen.candidate?.name ?? null);
    }
    throw new Error('it never ended');
  }

  #act(action: Action, candidate: string | null): void {
    const { now } = this.#model;
    if (action.do === 'write') {
      const candidateTemplate = this.#template === null ? null : podTemplate(this.#template);
      const request = requestFor(action.write, action.target, this.#plan, this.#model.snapshot(), {
        candidateTemplate,
        candidate,
      });
      this.#model.apply(request);
      this.state = afterWrite(this.state, action.write, now, action.target);
    } else if (action.do === 'check') this.state = afterChecks(this.state, stageOf(this.#plan, this.state), [], now);
    else this.state = afterAction(this.state, action, now);
  }
}
