import type { Cluster, Left } from '../crashes/cluster.ts';
import { FOREVER, NAMESPACE } from '../crashes/cluster.ts';
import { Play } from '../crashes/family.ts';
import type { MortalRun } from '../crashes/run.ts';
import { storyOf } from '../crashes/story.ts';
import { IMAGE } from '../contract/cluster.ts';
import { HELD_SECONDS } from '../kubernetes/invariants.ts';
import type { Fault } from '../simulator/faults.ts';
import { objectsAt } from '../simulator/json.ts';
import { type Act, type Deed, type Schedule, scheduleOf } from './schedule.ts';

/** What came of a seed. */
export interface Verdict {
  readonly seed: number;
  /** Empty: all is well. */
  readonly problems: readonly string[];
  /** Everything that happened. */
  readonly story: string;
}

const DEPLOYMENT = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/web`;
const SERVICE = `/api/v1/namespaces/${NAMESPACE}/services/web`;
const ROUTE = `/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/httproutes/web`;
const STRATEGIC = 'application/strategic-merge-patch+json';
const MERGE = 'application/merge-patch+json';
/** Runs that may be needed to bring to an end what others have put in the way. */
const ENDINGS = 5;
/** What is kept warm is not for `abort`; when somebody has taken its pin away, not for `finish` either. */
const LAST_ENDINGS = ['abort', 'finish', 'rollback'] as const;

/** Plays the schedule of a seed and judges it. Never rejects. */
export async function torment(seed: number): Promise<Verdict> {
  const schedule = scheduleOf(seed);
  const torture = new Torture(schedule);
  const problems: string[] = [];
  try {
    problems.push(...(await torture.play()));
  } catch (error) {
    problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const story = [`seed ${seed}: ${schedule.name}`, ...torture.told, storyOf(torture.scene)].join('\n');
  torture.scene.stop();
  return { seed, problems, story };
}

class Torture {
  readonly scene: Play;
  readonly told: string[] = [];
  readonly #schedule: Schedule;
  readonly #original: Left;
  #heldUntil = 0;
  #faults: Fault[] = [];
  /** Others have written something that a release manages. */
  #isForeign = false;
  #areWeightsForeign = false;
  /** Epoch ms from which on somebody else's template may have taken the candidate's pods away. */
  #replacedAt = Number.POSITIVE_INFINITY;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
    this.scene = new Play(schedule.family);
    this.#original = this.scene.cluster.left();
  }

  async play(): Promise<readonly string[]> {
    for (const act of this.#schedule.acts) await this.#act(act);
    this.#faults = [];
    this.#heldUntil = 0;
    await this.#end();
    return this.#judge();
  }

  async #act(act: Act): Promise<void> {
    const { time } = this.scene.cluster;
    this.#tell(`run ${this.scene.runs.length + 1}: ${JSON.stringify(act.inputs)}, ${JSON.stringify(act.death)}`);
    let mutations = -1;
    const run = await this.scene.start(act.inputs, {
      latency: this.#schedule.latency,
      watchesHeldUntil: () => this.#heldUntil,
      faultOf: () => this.#faults.shift() ?? null,
      fateOf: () => {
        mutations += 1;
        return mutations === act.death?.at ? act.death.fate : null;
      },
    });
    const begun = time.now();
    for (const { at, deed } of act.happenings) {
      await time.pass(() => run.isOver, begun + at);
      if (run.isOver) break;
      this.#do(deed, run);
    }
    if (!(await time.pass(() => run.isOver, FOREVER)))
      throw new Error('the run waits for something that will never come');
    this.#tell(`it ${run.state}: ${run.result?.outcome ?? String(run.failure)} (${run.result?.reason ?? ''})`);
    time.goOn(this.#schedule.latency() * 20);
  }

  /** Nothing goes wrong any more; what stands in the way by others is taken away by whoever runs next. */
  async #end(): Promise<void> {
    const { cluster } = this.scene;
    for (let runs = 0; runs < ENDINGS; runs += 1) {
      const inputs =
        runs === 0 ? this.#schedule.ending : { action: LAST_ENDINGS[(runs - 1) % LAST_ENDINGS.length] ?? '' };
      const run = await this.scene.run(inputs, { latency: this.#schedule.latency });
      this.#tell(`the end, ${JSON.stringify(inputs)}: ${run.state} ${run.result?.outcome ?? String(run.failure)}`);
      cluster.time.goOn(20_000);
      const isOver = run.state === 'ended' && run.result?.left !== 'unfinished' && cluster.left().isClosed;
      if (isOver) return;
    }
  }

  #do(deed: Deed, run: MortalRun): void {
    const { cluster } = this.scene;
    this.#tell(JSON.stringify(deed));
    switch (deed.do) {
      case 'set-image':
        this.#isForeign = true;
        // The old template (see `apply`), or any in the moment of a resize: design §2's one exception.
        if ((cluster.left().pods[deed.image] ?? 0) > 0 || isThawed(cluster)) this.#replaced();
        cluster.request('PATCH', DEPLOYMENT, withImage(deed.image), STRATEGIC);
        break;
      case 'apply': {
        this.#isForeign = true;
        this.#replaced();
        const { strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } } =
          this.#schedule.family.app.spec ?? {};
        const { spec } = withImage(IMAGE.v1);
        cluster.request('PATCH', DEPLOYMENT, { spec: { ...spec, strategy } }, STRATEGIC);
        break;
      }
      case 'apply-service':
        this.#isForeign = true;
        cluster.request('PATCH', SERVICE, { spec: { selector: { app: 'web', 'pod-template-hash': null } } }, MERGE);
        break;
      case 'double-weights':
        this.#areWeightsForeign = true;
        cluster.request('PATCH', ROUTE, doubled(cluster), MERGE);
        break;
      case 'scale':
        cluster.request('PATCH', DEPLOYMENT, { spec: { replicas: deed.replicas } }, MERGE);
        break;
      case 'delete-pod':
        this.#deletePod(deed.of);
        break;
      case 'cancel':
        run.cancel();
        break;
      case 'end':
        run.cancel();
        run.die();
        break;
      case 'hold-watches':
        this.#heldUntil = cluster.time.now() + deed.ms;
        break;
      case 'faults':
        this.#faults = Array.from({ length: deed.requests }, () => deed.fault);
        break;
    }
  }

  #replaced(): void {
    this.#replacedAt = Math.min(this.#replacedAt, this.scene.cluster.time.now());
  }

  /** Never the last one of its version that serves: nobody could keep users served then. */
  #deletePod(of: 'oldest' | 'newest'): void {
    const { cluster } = this.scene;
    const serving = cluster.plane.store
      .list('pods', NAMESPACE)
      .filter(({ metadata, status }) => {
        const ready = status?.conditions?.some(
          (condition) => condition.type === 'Ready' && condition.status === 'True',
        );
        return metadata.deletionTimestamp === undefined && ready === true;
      })
      .toSorted((a, b) => (a.metadata.uid < b.metadata.uid ? -1 : 1));
    const pod = of === 'oldest' ? serving[0] : serving.at(-1);
    const hash = pod?.metadata.labels?.['pod-template-hash'];
    if (
      pod === undefined ||
      serving.filter(({ metadata }) => metadata.labels?.['pod-template-hash'] === hash).length < 2
    )
      return;
    cluster.request('DELETE', `/api/v1/namespaces/${NAMESPACE}/pods/${pod.metadata.name}`);
  }

  #judge(): readonly string[] {
    const { cluster, users } = this.scene;
    const left = cluster.left();
    const original = this.#original;
    const image = imageIn(left.deployment);
    const replicas = replicasIn(left.deployment);
    // Whoever applies the old template takes the candidate's pods away, paused or not (README): users can only be brought back then.
    const unserved = users.unserved.filter(
      ({ at, message }) => at < this.#replacedAt || !/no endpoints$/.test(message),
    );
    const problems = this.#schedule.isWell ? unserved.map(({ at, message }) => `${this.#at(at)} ${message}`) : [];
    const check = (isWell: boolean, problem: string): void => {
      if (!isWell) problems.push(problem);
    };
    const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
    check(left.isClosed, 'a release is still on record as open');
    check(same(left.services, original.services), `Services are not as they were: ${JSON.stringify(left.services)}`);
    if (!this.#areWeightsForeign)
      check(same(left.others, original.others), `routes are not as they were: ${JSON.stringify(left.others)}`);
    const expected = asDeployed(original.deployment, image, replicas);
    check(same(left.deployment, expected), `the Deployment is not as it was: ${JSON.stringify(left.deployment)}`);
    const wanted = new Set([IMAGE.v1, ...this.#wanted(), ...(this.#isForeign ? [IMAGE.v3] : [])]);
    check(wanted.has(image), `nobody wanted ${image}`);
    // Promoted while it was still well.
    if (image === IMAGE.lateCrash || image === IMAGE.unreadyLater) return problems;
    if (isStuck(cluster)) return problems;
    check(same(left.pods, { [image]: replicas }), `pods: ${JSON.stringify(left.pods)}, wanted ${replicas} of ${image}`);
    check(same(left.users, { [image]: replicas }), `users: ${JSON.stringify(left.users)}`);
    return problems;
  }

  /** Versions of the runs. */
  #wanted(): readonly string[] {
    const all = [...this.#schedule.acts.map(({ inputs }) => inputs), this.#schedule.ending];
    return all.flatMap(({ images }) => (images === undefined ? [] : [images.replace('web=', '')]));
  }

  #tell(text: string): void {
    this.told.push(`${this.#at(this.scene.cluster.time.now())} ${text}`);
  }

  #at(time: number): string {
    return new Date(time).toISOString().slice(11, 23);
  }
}

/** Held, and not paused: the controller does what the template says. */
function isThawed({ plane }: Cluster): boolean {
  const spec = plane.store.get('deployments.apps', NAMESPACE, 'web')?.spec;
  return spec?.minReadySeconds === HELD_SECONDS && spec.paused !== true;
}

/**
 * Kubernetes' own: `replicas` was lowered, to what a set has by then, in the midst of a rolling update of somebody's. The controller waits to
 * resize, and finds nothing that it would have to resize (`isScalingEvent` and `scale` in its sources).
 */
function isStuck({ plane }: Cluster): boolean {
  const replicas = plane.store.get('deployments.apps', NAMESPACE, 'web')?.spec.replicas;
  const active = plane.store.list('replicasets.apps', NAMESPACE).filter(({ spec }) => (spec.replicas ?? 0) > 0);
  const [only, ...more] = active;
  const desired = only?.metadata.annotations?.['deployment.kubernetes.io/desired-replicas'];
  return more.length === 0 && only?.spec.replicas === replicas && desired !== String(replicas);
}

function withImage(image: string): { readonly spec: { readonly template: object } } {
  return { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } };
}

/** The weight of the live Service, twice. */
function doubled({ plane }: Cluster): object {
  const route = plane.store.get<string>('httproutes.gateway.networking.k8s.io', NAMESPACE, 'web');
  const rules = objectsAt((route as { spec?: unknown } | undefined)?.spec, 'rules').map((rule) => ({
    ...rule,
    backendRefs: objectsAt(rule, 'backendRefs').map((ref) =>
      ref.name === 'web' ? { ...ref, weight: 2 * Number(ref.weight ?? 1) } : ref,
    ),
  }));
  return { spec: { rules } };
}

type DeploymentLike = {
  readonly spec: { readonly replicas: number; readonly template: { spec: { containers: { image: string }[] } } };
};

function imageIn(deployment: unknown): string {
  return (deployment as DeploymentLike).spec.template.spec.containers[0]?.image ?? '';
}

function replicasIn(deployment: unknown): number {
  return (deployment as DeploymentLike).spec.replicas;
}

function asDeployed(original: unknown, image: string, replicas: number): unknown {
  const text = JSON.stringify(original).replaceAll(IMAGE.v1, image);
  const copy = JSON.parse(text) as { spec: { replicas: number } };
  copy.spec.replicas = replicas;
  return copy;
}
