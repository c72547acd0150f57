import type { Api } from '../../cluster/api.ts';
import { type Diagnosis, diagnose } from '../../cluster/diagnosis.ts';
import type { Pod, PodTemplate } from '../../cluster/wire.ts';
import type { WriteRequest } from '../../cluster/write-request.ts';
import type { Action, Target, Write } from '../../release/action.ts';
import { checksAhead } from '../../release/knative/checks-ahead.ts';
import { decide, isClosing } from '../../release/knative/decide.ts';
import { mayReachCandidate } from '../../release/knative/back.ts';
import { resumed } from '../../release/knative/resumption.ts';
import { describeRevision } from '../../release/knative/describe.ts';
import type { KnativeObservation } from '../../release/knative/observation.ts';
import type { KnativePlan } from '../../release/knative/plan.ts';
import { percent, type Share } from '../../release/route.ts';
import type { EvidenceView } from '../../release/observation.ts';
import { stepOf } from '../../release/stages.ts';
import type { Resumable } from '../../release/resumption.ts';
import type { Marks, State } from '../../release/state.ts';
import { formatDuration } from '../../report/duration.ts';
import { effectOf } from '../../report/effect.ts';
import type { Phase } from '../../report/story.ts';
import { candidateIn, REVISION_OF_POD } from '../../workload/knative-service.ts';
import { podView } from '../../workload/tracks.ts';
import type { Clock } from '../clock.ts';
import type { Foreign } from '../foreign.ts';
import { NamespaceQuestion } from '../lost-namespace.ts';
import { measuredStage } from '../measured-stage.ts';
import type { Counted, Stage } from '../measuring.ts';
import { momentOf } from '../moment.ts';
import { Refused, unknownTemplate } from '../refusal.ts';
import type { ReachedStep, Workload } from '../workload.ts';
import type { SubjectContext } from '../../checks/check-context.ts';
import { observe } from './observe.ts';
import { phaseOf } from './phase.ts';
import type { KnativeWorld } from './world.ts';
import { requestFor } from './writes.ts';

export interface KnativeParts {
  readonly api: Api;
  readonly clock: Clock;
  readonly namespace: string;
  readonly plan: KnativePlan;
  readonly world: KnativeWorld;
  /** Null in a run that only takes a release back, or goes on with one. */
  readonly candidateTemplate: PodTemplate | null;
  /** Hears why a watch had to start again. */
  readonly onWatchFailure: (error: unknown) => void;
}

/** Milliseconds after which all is read again although no watch said anything. */
const LOOK = 5_000;

/** A Knative Service, as a release moves it. */
export class KnativeWorkload implements Workload<KnativeObservation> {
  readonly plan: KnativePlan;
  readonly #parts: KnativeParts;
  readonly #namespace: NamespaceQuestion;
  #lookedAt: number;

  constructor(parts: KnativeParts) {
    this.plan = parts.plan;
    this.#parts = parts;
    this.#namespace = new NamespaceQuestion(parts.api, parts.clock, parts.namespace);
    this.#lookedAt = parts.clock.now();
  }

  follow(): void {
    this.#parts.world.follow(this.#parts.onWatchFailure);
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.#parts.world.close();
  }

  observe(): KnativeObservation {
    return observe(this.plan, this.#parts.world.snapshot());
  }

  async surely(seen: KnativeObservation): Promise<KnativeObservation> {
    if (seen.lostNamespace !== null || !seen.lost) return seen;
    await this.#namespace.ask();
    return this.observe();
  }

  hasLostNamespace({ lostNamespace }: KnativeObservation): boolean {
    return lostNamespace !== null;
  }

  decide(state: State, seen: KnativeObservation, evidence: EvidenceView | null, now: number): Action {
    return decide(this.plan, state, { ...seen, evidence }, now);
  }

  stage(state: State): Stage {
    return measuredStage(this.plan, state, { isPlain: false, mirror: 0 });
  }

  /** Its pods come and go as Knative likes: they are not counted. */
  counted({ candidate }: KnativeObservation): Counted {
    const { knative, stable } = this.plan;
    return {
      tracks: {
        namespace: this.#parts.namespace,
        deployment: knative.name,
        stable: { hash: stable.hash, pods: [] },
        candidate: candidate === null ? null : { hash: candidate.name, pods: [] },
        service: { name: knative.name, leadsTo: 'both' },
        candidateService: candidate?.name ?? '',
      },
      pods: { candidate: [], stable: [] },
    };
  }

  phaseOf(state: State, action: Action, seen: KnativeObservation): Phase | null {
    return phaseOf(state, action, seen);
  }

  isClosing(seen: KnativeObservation): boolean {
    return isClosing(seen);
  }

  mayBeHeld({ template, traffic }: KnativeObservation): boolean {
    return template === 'candidate' || (this.#isBack() && traffic.is === 'ours');
  }

  /** Traffic by Revisions' names stays as it is. */
  isAtRest({ template, traffic, lostNamespace }: KnativeObservation): boolean {
    return lostNamespace === null && (template === 'candidate' || this.#isBack()) && traffic.is === 'ours';
  }

  /** To a Revision from before, which is there whatever the template is. */
  #isBack(): boolean {
    return this.plan.knative.goal !== undefined;
  }

  reachesUsers(seen: KnativeObservation): boolean {
    return mayReachCandidate(seen);
  }

  usersShare({ traffic }: KnativeObservation): Share | null {
    return traffic.is === 'ours' ? traffic.share : null;
  }

  resumed(known: Resumable, seen: KnativeObservation, now: number): State {
    const state = resumed(this.plan, seen, known, now);
    const mustOpen = state.back === null && seen.template === 'stable' && !this.#isBack();
    if (mustOpen && this.#parts.candidateTemplate === null) throw new Refused([unknownTemplate(this.plan)]);
    return state;
  }

  checksAhead(state: State, seen: KnativeObservation): boolean {
    return checksAhead(this.plan, state, seen);
  }

  /** Template and traffic are one object's: what it shows is judged as it is. */
  inDoubt(state: State): State {
    return state;
  }

  isOffCandidate({ traffic }: KnativeObservation): boolean {
    return traffic.is === 'ours' && traffic.share === 0;
  }

  candidateOf({ candidate }: KnativeObservation): string | null {
    return candidate?.name ?? null;
  }

  checkContext(state: State, { candidate, candidateUrl }: KnativeObservation): SubjectContext {
    const { plan } = this;
    return {
      namespace: this.#parts.namespace,
      knativeService: plan.knative.name,
      release: plan.release,
      stableRevision: plan.stable.hash,
      candidateRevision: candidate?.name ?? '',
      candidateUrl,
      strategy: plan.strategy,
      stableImages: plan.stable.images,
      images: plan.candidate.images,
      moment: momentOf(plan, state),
    };
  }

  async write(write: Write, target: Target): Promise<WriteRequest> {
    const { world, candidateTemplate } = this.#parts;
    const candidate = this.candidateOf(this.observe());
    const request = requestFor(write, target, this.plan, world.snapshot(), { candidateTemplate, candidate });
    await world.write(request);
    return request;
  }

  async wait(action: Extract<Action, { do: 'wait' }>): Promise<void> {
    const { world, clock } = this.#parts;
    const now = clock.now();
    await world.changed(Math.max(0, Math.min(now + LOOK, action.until ?? Number.POSITIVE_INFINITY) - now));
    if (clock.now() < this.#lookedAt + LOOK) return;
    this.#lookedAt = clock.now();
    await world.refresh();
  }

  changed(ms: number): Promise<void> {
    return this.#parts.world.changed(ms);
  }

  wake(): void {
    this.#parts.world.wake();
  }

  refresh(): Promise<void> {
    return this.#parts.world.refresh();
  }

  turnBack(): void {}

  /** Knative's own words are the sign; logs and events are those of the Revision's pods, where they may be read. */
  diagnose({ candidate }: KnativeObservation): Promise<Diagnosis> | null {
    return candidate === null ? null : this.#diagnose(candidate.name);
  }

  async #diagnose(revision: string): Promise<Diagnosis> {
    const { api, namespace } = this.#parts;
    const query = { labelSelector: `${REVISION_OF_POD}=${revision}` };
    const pods = await api.list<Pod>(`/api/v1/namespaces/${namespace}/pods`, query).catch(() => ({ items: [] }));
    const track = { hash: revision, size: pods.items.length, pods: pods.items.map(podView), refused: null };
    return diagnose(api, namespace, track, `${revision}-deployment`);
  }

  signs({ candidate }: KnativeObservation): { kind: string; text: string }[] {
    const sign = candidate?.sign ?? null;
    return sign === null ? [] : [{ kind: sign.reason, text: describeRevision(sign) }];
  }

  tellMark(mark: keyof Marks, { candidate }: KnativeObservation): string[] {
    switch (mark) {
      case 'ready':
        return [`Revision ${candidate?.name} is Ready`];
      case 'backVerified':
        return [`all users are on Revision ${this.plan.stable.hash} again`];
      case 'baked':
        return [this.#isBack() ? `Revision ${candidate?.name} stayed Ready` : 'the candidate’s Revision stayed Ready'];
      default:
        return [];
    }
  }

  tellStep(state: State): string {
    const { share, stay } = stepOf(this.plan, state);
    const time = stay === 0 ? '' : `, for ${formatDuration(stay)}`;
    return `next: ${percent(share)} of the users${time}`;
  }

  reached(
    state: State,
    { effect, candidateUrl }: KnativeObservation,
    now: number,
  ): { step: ReachedStep; facts: string[] } {
    const { share } = stepOf(this.plan, state);
    const name = `Knative Service ${this.plan.knative.name}`;
    const known = effectOf({ name, verdict: effect });
    const candidate = candidateIn(this.plan);
    return {
      step: {
        wanted: share,
        real: share,
        candidatePods: null,
        stablePods: null,
        routes: [`${name}: ${known}`],
        at: now,
      },
      facts: [
        `${name} gives ${candidate} ${percent(share)} (${known})`,
        ...(share === 0 && candidateUrl !== null ? [`${candidate} alone is at ${candidateUrl}`] : []),
      ],
    };
  }

  foreign({ template, templateDigest, templateDifference, editor, traffic }: KnativeObservation): Foreign {
    const { name } = this.plan.knative;
    const written = `${editor ?? 'Somebody'} changed`;
    return {
      template: template === 'foreign' ? templateDigest : null,
      routes: {},
      sentences: [
        ...(template === 'foreign' ? [`${written} the template of ${name}: ${templateDifference ?? ''}.`] : []),
        ...(traffic.is === 'foreign' ? [`${written} the traffic of ${name}: found ${traffic.text}.`] : []),
      ],
    };
  }

  movedBack({ movedBack }: KnativeObservation): number | null {
    return movedBack;
  }

  leftovers({ template, traffic }: KnativeObservation): readonly string[] {
    const { name } = this.plan.knative;
    return [
      ...(template === 'candidate' ? [`the new version’s template of ${name}`] : []),
      ...(traffic.is === 'ours' ? [`the traffic of ${name}, which names its Revisions`] : []),
    ];
  }

  /** No command of the user's has a part in it. */
  obstacle(_seen: KnativeObservation, trouble: string): string {
    return trouble;
  }
}
