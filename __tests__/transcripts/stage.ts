import type { Request } from '../../src/action/request.ts';
import type { CheckResult } from '../../src/checks/result.ts';
import { ApiError } from '../../src/cluster/errors.ts';
import type {
  Deployment,
  EndpointSlice,
  KubeObject,
  Pod,
  PodTemplate,
  ReplicaSet,
  Service,
} from '../../src/cluster/wire.ts';
import { observe } from '../../src/engine/observe.ts';
import { pauseShare } from '../../src/engine/plan-steps.ts';
import { preflight } from '../../src/engine/preflight.ts';
import { type Foreign, foreignIn } from '../../src/engine/foreign.ts';
import type { Snapshot } from '../../src/engine/snapshot.ts';
import { requestFor } from '../../src/engine/writes.ts';
import { type Action, type Ending, isOver } from '../../src/release/action.ts';
import { decide } from '../../src/release/decide.ts';
import type { EvidenceView, Observation } from '../../src/release/observation.ts';
import type { Plan } from '../../src/release/plan.ts';
import { afterAction, afterChecks, afterWrite, stopFinishing, turnBack } from '../../src/release/progress.ts';
import type { RouteVerdict, Share, Told } from '../../src/release/route.ts';
import { stageOf } from '../../src/release/stages.ts';
import { mayReachCandidate } from '../../src/release/reach.ts';
import { resumed } from '../../src/release/resumption.ts';
import { BEGINNING, type Cause, type State, type Turn } from '../../src/release/state.ts';
import { isCommand } from '../../src/traffic/command-route.ts';
import { createModel, type Model } from '../simulator/model.ts';
import { list, modelApi, read, send } from './model-api.ts';

export const NAMESPACE = 'default';
const DEPLOYMENTS = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
const SERVICES = `/api/v1/namespaces/${NAMESPACE}/services`;

const ROUTES = `/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/httproutes`;

interface RouteRule {
  readonly backendRefs?: readonly { readonly name: string; readonly weight?: number }[];
}

export interface AppOptions {
  readonly image: string;
  readonly replicas: number;
  /** An HTTPRoute `web` leads to the Service. */
  readonly routed?: boolean;
  /** Further fields of the Deployment's spec. */
  readonly spec?: object;
}

/** What one round of observe, decide and do came to. */
export interface Round {
  readonly seen: Observation;
  readonly action: Action;
  /** The one-line purpose of a write that was accepted. */
  readonly wrote: string | null;
  /** The API server's answer to a write that it refused. */
  readonly refused: string | null;
}

/**
 * A Deployment `web` with its Service on a model cluster, and one release of it: the product's own observe, decide and requests,
 * one round at a time, with nothing between that could hide their order.
 */
export class Stage {
  readonly model: Model;
  plan: Plan | null = null;
  state: State = BEGINNING;
  /** The last process came to an end by itself. */
  ended = false;
  /** It came to its end at a pause. */
  paused = false;
  /** The record says that users are on the candidate for good, and that stable is kept warm. */
  warm = false;
  /** No process is at work. */
  killed = false;
  /** The Gateway does not accept the route as it is from here on. */
  refuses = false;
  /** What the user's own command does when it is told a share: the process is killed with it, so that nobody knows. */
  commandDies = false;
  /** What `router-verify` says. */
  verify: 'yes' | 'not yet' | null = null;
  /** What the counters say of the present stage. */
  evidence: EvidenceView | null = null;
  #told: Told | null = null;
  /** The plan as the record has it; a run that brings the end about has one of its own. */
  #recorded: Plan | null = null;
  #template: PodTemplate | null = null;
  /** What the record says of the way back. */
  #turned: Turn | null = null;
  #stood: number | null = null;
  #foreign: Pick<Foreign, 'template' | 'routes'> = { template: null, routes: {} };

  constructor(app: AppOptions) {
    this.model = createModel({ now: Date.parse('2026-01-01T00:00:00Z') });
    this.#create(DEPLOYMENTS, {
      metadata: { name: 'web' },
      spec: {
        replicas: app.replicas,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            containers: [{ name: 'web', image: app.image, ports: [{ name: 'http', containerPort: 8080 }] }],
          },
        },
        ...app.spec,
      },
    });
    this.#create(SERVICES, {
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    });
    if (app.routed === true) this.#createRoute();
    this.model.advance(5_000);
  }

  #createRoute(): void {
    const group = 'gateway.networking.k8s.io';
    this.model.store.catalogue.register({ group, version: 'v1', plural: 'httproutes', kind: 'HTTPRoute' });
    this.#create(ROUTES, {
      metadata: { name: 'web' },
      spec: {
        parentRefs: [{ name: 'gateway' }],
        rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [{ name: 'web', port: 80 }] }],
      },
    });
  }

  /** What the Gateway's controller does now and then: it says what it thinks of the route. */
  gateway(): void {
    const route = this.route();
    if (route === null) return;
    const { generation } = route.metadata ?? {};
    const condition = (type: string, isTrue: boolean): object => ({
      type,
      status: isTrue ? 'True' : 'False',
      reason: isTrue ? type : 'UnsupportedValue',
      message: isTrue ? '' : 'this Gateway does not like weights',
      observedGeneration: generation,
    });
    const conditions = [condition('Accepted', !this.refuses), condition('ResolvedRefs', true)];
    const parents = [{ parentRef: { name: 'gateway' }, controllerName: 'example.test/gateway', conditions }];
    const body = { status: { parents } };
    const path = `${ROUTES}/web/status`;
    const { status } = this.model.request({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
    if (status !== 200) throw new Error(`PATCH ${path}: ${status}`);
  }

  /** Null: the app has none. */
  route(): (KubeObject & { readonly spec?: { readonly rules?: readonly RouteRule[] } }) | null {
    return this.model.store.catalogue.find('gateway.networking.k8s.io', 'v1', 'httproutes') === undefined
      ? null
      : read(this.model, `${ROUTES}/web`);
  }

  #create(path: string, body: object): void {
    const { status } = this.model.request({ method: 'POST', path, body, userAgent: 'kubectl' });
    if (status !== 201) throw new Error(`POST ${path}: ${status}`);
  }

  get now(): number {
    return this.model.now();
  }

  /** The real preflight; throws Refused. */
  async begin(request: Request, checks = 0): Promise<Plan> {
    const cleared = await preflight(modelApi(this.model), request, NAMESPACE, this.now, null);
    if (cleared.kind === 'unchanged') throw new Error('the release would change nothing');
    this.plan = { ...cleared.plan, release: 'r-1', checks };
    this.#recorded = this.plan;
    this.#template = cleared.candidateTemplate;
    this.state = BEGINNING;
    this.evidence = null;
    this.#foreign = { template: null, routes: {} };
    this.ended = false;
    this.#turned = null;
    this.warm = false;
    this.#told = null;
    return this.plan;
  }

  /** The process is gone and another one, that knows the plan from the record alone, takes the release back. */
  takeBack(cause: Cause = 'resumed', reason = 'a later run found it unfinished'): void {
    this.#template = null;
    this.paused = false;
    this.warm = false;
    const { template: toldTemplate, routes: toldRoutes } = this.#foreign;
    this.ended = false;
    this.killed = false;
    this.state = turnBack(
      { ...BEGINNING, toldTemplate, toldRoutes, marks: { backSwitched: this.now } },
      { at: this.now, cause, reason },
    );
  }

  /** The process is gone and another one goes on from where the cluster says the release is. */
  resume(): void {
    this.killed = false;
    this.plan = this.#recorded;
    const { template: toldTemplate, routes: toldRoutes } = this.#foreign;
    const known = { turned: this.#turned, toldTemplate, toldRoutes, told: this.#told, stood: this.#stood };
    this.state = resumed(this.#planned(), this.observe(), known, this.now);
  }

  /** Another process goes on from where this one paused, and knows what the record says. */
  promote(pauseAt: Request['pauseAt']): void {
    const plan = this.#recorded ?? this.#planned();
    this.plan = { ...plan, pauseAt: pauseShare(pauseAt, plan.steps) };
    this.#recorded = this.plan;
    this.ended = false;
    this.paused = false;
    this.#template = null;
    const { step, marks, restartsAtSwitch } = this.state;
    this.state = { ...BEGINNING, step, marks, restartsAtSwitch, approved: stageOf(plan, this.state) };
  }

  /** Another process is to bring the end about, and knows what the record says. */
  finish(timeout = 60_000): void {
    const plan = this.#recorded ?? this.#planned();
    const { step, marks } = this.paused || this.warm ? this.state : BEGINNING;
    this.plan = { ...plan, keepWarm: !this.warm, times: { ...plan.times, deadline: this.now + timeout } };
    this.ended = false;
    this.killed = false;
    this.paused = false;
    this.#template = null;
    this.state = { ...BEGINNING, step, marks, finishing: { warm: this.warm, stopped: null } };
    this.state = { ...this.state, toldTemplate: this.#foreign.template };
  }

  turnBack(cause: Cause, reason: string): void {
    if (this.state.finishing !== null) {
      this.state = stopFinishing(this.state, reason);
      return;
    }
    this.state = turnBack(this.state, { at: this.now, cause, reason });
  }

  checked(verdict: CheckResult['verdict'], detail: string): void {
    const result = { name: 'GET /healthz', kind: 'smoke-test', verdict, tries: 1, took: 0, detail } as const;
    this.state = afterChecks(this.state, stageOf(this.#planned(), this.state), [result], this.now);
  }

  observe(): Observation {
    return { ...observe(this.#planned(), this.snapshot()), evidence: this.evidence };
  }

  #planned(): Plan {
    if (this.plan === null) throw new Error('no release has begun');
    return this.plan;
  }

  /** What the API server has now. */
  snapshot(): Snapshot {
    const plan = this.#planned();
    const deployment = read<Deployment>(this.model, `${DEPLOYMENTS}/web`);
    const pods = { labelSelector: 'app=web' };
    return {
      lostNamespace: null,
      deployment,
      replicaSets: list<ReplicaSet>(this.model, `/apis/apps/v1/namespaces/${NAMESPACE}/replicasets`, pods).items,
      replicaSetsAsOf: deployment?.status?.observedGeneration ?? 0,
      pods: list<Pod>(this.model, `/api/v1/namespaces/${NAMESPACE}/pods`, pods).items,
      liveService: read<Service>(this.model, `${SERVICES}/${plan.service.name}`),
      candidateService: read<Service>(this.model, `${SERVICES}/${plan.candidateService.name}`),
      slices: list<EndpointSlice>(this.model, `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`).items,
      hold: null,
      command: plan.routes.some(isCommand) ? { told: this.#told, verdict: this.#verdict() } : null,
      routes: new Map(
        plan.routes.flatMap(({ paths }) => paths).map((path) => [path, read<KubeObject>(this.model, path)]),
      ),
    };
  }

  #verdict(): RouteVerdict {
    if (this.verify === null || this.verify === 'yes')
      return { is: 'yes', level: this.verify === null ? 'stored' : 'observed', reasons: [] };
    return { is: 'unknown', level: 'stored', reasons: ['router-verify: exit code 1: not yet'] };
  }

  /** One round on what the cluster is now, or was at `snapshot`. */
  round(snapshot: Snapshot = this.snapshot()): Round {
    const plan = this.#planned();
    const seen = { ...observe(plan, snapshot), evidence: this.evidence };
    const action = decide(plan, this.state, seen, this.now);
    // The engine notes it no later than this.
    if (this.state.back !== null && !mayReachCandidate(seen)) this.#turned ??= this.state.back;
    if (action.do === 'write') return { seen, action, ...this.#write(action, snapshot) };
    this.state = afterAction(this.state, action, this.now);
    this.ended = action.do === 'finish';
    if (action.do === 'finish') this.#keep(action.outcome, plan, seen);
    return { seen, action, wrote: null, refused: null };
  }

  /** What the engine keeps in the record. */
  #keep(ending: Ending, plan: Plan, seen: Observation): void {
    this.paused = ending.outcome === 'paused';
    this.warm = ending.outcome === 'promoted' ? ending.stable === 'warm' : this.warm && !isOver(ending);
    if (ending.outcome === 'failed' && ending.left === 'as-it-was')
      this.#foreign = { ...this.#foreign, template: ending.toldTemplate ?? this.#foreign.template };
    else this.#foreign = foreignIn(plan, seen);
    if (ending.outcome === 'failed' && ending.left === 'standing') this.#stood = seen.movedBack;
  }

  #write(
    { write, target }: Extract<Action, { do: 'write' }>,
    snapshot: Snapshot,
  ): { wrote: string | null; refused: string | null } {
    const request = requestFor(write, target, this.#planned(), snapshot, this.#template);
    try {
      if (request.verb === 'run') this.#tell(request.share);
      else send(this.model, request);
    } catch (error) {
      if (error instanceof ApiError) return { wrote: null, refused: `HTTP ${error.status} ${error.reason}` };
      throw error;
    }
    if (this.killed) return { wrote: `${request.why} (nobody knows)`, refused: null };
    this.state = afterWrite(this.state, write, this.now);
    return { wrote: request.why, refused: null };
  }

  /** What the record has after the command ran. */
  #tell(share: Share): void {
    this.#told = { is: this.commandDies ? 'in-doubt' : 'certain', share };
    this.killed = this.commandDies;
    this.commandDies = false;
  }

  /** A write by somebody else, as kubectl would send it. */
  foreign(
    method: 'PATCH' | 'DELETE',
    kind: 'deployment' | 'service' | 'pod' | 'route',
    name: string,
    body?: object,
  ): void {
    const paths = {
      pod: `/api/v1/namespaces/${NAMESPACE}/pods`,
      service: SERVICES,
      deployment: DEPLOYMENTS,
      route: ROUTES,
    };
    const { status } = this.model.request({
      method,
      path: `${paths[kind]}/${name}`,
      query: { fieldManager: 'kubectl' },
      userAgent: 'kubectl',
      ...(body === undefined ? {} : { body }),
      // Custom resources know no strategic merge.
      contentType: `application/${kind === 'route' ? '' : 'strategic-'}merge-patch+json`,
    });
    if (status >= 400) throw new Error(`${method} ${kind} ${name}: ${status}`);
  }
}
