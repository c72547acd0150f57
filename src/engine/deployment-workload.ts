import type { Api } from '../cluster/api.ts';
import { type Diagnosis, diagnose } from '../cluster/diagnosis.ts';
import type { PodTemplate } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import type { Action, Target, Write } from '../release/action.ts';
import { isClosing } from '../release/closing.ts';
import { decide } from '../release/decide.ts';
import { isInGap } from '../release/gap.ts';
import { isBereft } from '../release/lost-namespace.ts';
import type { EvidenceView, Observation } from '../release/observation.ts';
import type { Plan, RolloutStrategy } from '../release/plan.ts';
import { mayReachCandidate } from '../release/reach.ts';
import { checksAhead } from '../release/checks-ahead.ts';
import { inDoubt, type Resumable, resumed } from '../release/resumption.ts';
import { stepOf } from '../release/stages.ts';
import { ALL, percent, type Share } from '../release/route.ts';
import { describeSign } from '../release/signs.ts';
import { isPlain, ratio, sizesFor } from '../release/sizes.ts';
import type { Marks, State } from '../release/state.ts';
import { usersShare } from '../release/users-share.ts';
import { formatDuration } from '../report/duration.ts';
import { effectOf } from '../report/effect.ts';
import type { Phase } from '../report/story.ts';
import type { CommandRun } from '../traffic/command-route.ts';
import type { Clock } from './clock.ts';
import { type CommandRoute, isOffCandidate, obstacleOf } from './command-route.ts';
import { type Foreign, foreignIn } from './foreign.ts';
import { countedNow, measuredStage } from './measured-stage.ts';
import type { Counted, Stage } from './measuring.ts';
import { NamespaceQuestion } from './lost-namespace.ts';
import { leftoversOf } from './leftovers.ts';
import { momentOf } from './moment.ts';
import { observe } from './observe.ts';
import { phaseOf } from './phase.ts';
import { Refused, unknownTemplate } from './refusal.ts';
import type { Snapshot } from './snapshot.ts';
import type { Teller } from './teller.ts';
import { releaseNames } from './deployment-kind.ts';
import type { ReachedStep, Workload } from './workload.ts';
import type { SubjectContext } from '../checks/check-context.ts';
import type { World } from './world.ts';
import { requestFor } from './writes.ts';

export interface DeploymentParts {
  readonly api: Api;
  readonly clock: Clock;
  readonly teller: Teller;
  readonly namespace: string;
  readonly plan: Plan;
  readonly world: World;
  /** Null: the user's own command is none of the plan's routes. */
  readonly command: CommandRoute | null;
  /** Null in a run that only takes a release back, or goes on with one. */
  readonly candidateTemplate: PodTemplate | null;
  /** Hears why a watch had to start again. */
  readonly onWatchFailure: (error: unknown) => void;
}

/** Milliseconds between two looks at what no watch shows: Services while nothing happens, ReplicaSets while a controller is awaited. */
const LOOK_AT_SERVICES = 5_000;
const LOOK_AT_REPLICA_SETS = 1_000;

/** A Deployment, its Services and its routes, as a release moves them. */
export class DeploymentWorkload implements Workload<Observation> {
  readonly plan: Plan;
  readonly #parts: DeploymentParts;
  readonly #namespace: NamespaceQuestion;
  #lookedAtServices: number;
  #hold: RolloutStrategy | null = null;

  constructor(parts: DeploymentParts) {
    this.plan = parts.plan;
    this.#parts = parts;
    this.#namespace = new NamespaceQuestion(parts.api, parts.clock, parts.namespace);
    this.#lookedAtServices = parts.clock.now();
  }

  follow(): void {
    const { world, command, onWatchFailure } = this.#parts;
    if (command !== null) command.onChange = () => world.wake();
    world.follow(onWatchFailure);
  }

  async end(): Promise<void> {
    await this.#parts.command?.close();
  }

  close(): Promise<void> {
    return this.#parts.world.close();
  }

  observe(): Observation {
    return observe(this.plan, this.#snapshot());
  }

  async surely(seen: Observation): Promise<Observation> {
    if (seen.lostNamespace !== null || !isBereft(seen)) return seen;
    await this.#namespace.ask();
    return this.observe();
  }

  #snapshot(): Snapshot {
    const { world, command } = this.#parts;
    return { ...world.snapshot(), command: command?.seen ?? null, hold: this.#hold };
  }

  hasLostNamespace({ lostNamespace }: Observation): boolean {
    return lostNamespace !== null;
  }

  decide(state: State, seen: Observation, evidence: EvidenceView | null, now: number): Action {
    return decide(this.plan, state, { ...seen, evidence }, now);
  }

  stage(state: State): Stage {
    return measuredStage(this.plan, state, { isPlain: isPlain(this.plan), mirror: this.plan.mirror });
  }

  counted(seen: Observation): Counted {
    return countedNow(this.plan, this.#parts.namespace, seen);
  }

  phaseOf(state: State, action: Action, seen: Observation): Phase | null {
    return phaseOf(this.plan, state, action, seen);
  }

  isClosing(seen: Observation): boolean {
    return isClosing(this.plan, seen);
  }

  mayBeHeld(seen: Observation): boolean {
    return seen.deployment.template === 'candidate' && !isPlain(this.plan) && !isInGap(this.plan, seen);
  }

  isAtRest({ deployment, lostNamespace }: Observation): boolean {
    return lostNamespace === null && deployment.template === 'candidate' && deployment.held && deployment.fields.paused;
  }

  reachesUsers(seen: Observation): boolean {
    return mayReachCandidate(seen);
  }

  usersShare(seen: Observation): Share | null {
    return usersShare(seen);
  }

  resumed(known: Resumable, seen: Observation, now: number): State {
    const state = resumed(this.plan, seen, known, now);
    const mustOpen = state.back === null && seen.deployment.template === 'stable';
    if (mustOpen && this.#parts.candidateTemplate === null) throw new Refused([unknownTemplate(this.plan)]);
    return state;
  }

  checksAhead(state: State, seen: Observation): boolean {
    return checksAhead(this.plan, state, seen);
  }

  inDoubt(state: State, write: Write, seen: Observation | null, now: number): State {
    this.#hold = null;
    return inDoubt(this.plan, state, write, seen, now);
  }

  isOffCandidate(seen: Observation): boolean {
    return isOffCandidate(this.plan, seen);
  }

  candidateOf({ candidate }: Observation): string | null {
    return candidate?.hash ?? null;
  }

  checkContext(state: State, { candidate }: Observation): SubjectContext {
    const { plan } = this;
    return {
      ...releaseNames(plan, this.#parts.namespace),
      strategy: plan.strategy,
      stableHash: plan.stable.hash,
      candidateHash: candidate?.hash ?? '',
      stableImages: plan.stable.images,
      images: plan.candidate.images,
      moment: momentOf(plan, state),
    };
  }

  async write(write: Write, target: Target): Promise<WriteRequest | CommandRun | null> {
    const { world, command, teller, candidateTemplate } = this.#parts;
    const request = requestFor(write, target, this.plan, this.#snapshot(), candidateTemplate);
    if (request.verb !== 'run') {
      await world.write(request);
      this.#hold = strategyIn(request) ?? this.#hold;
    } else if (command?.tell(request.share) !== true) {
      teller.waiting(`router-command to give the candidate ${percent(request.share)}`);
      await world.changed(LOOK_AT_SERVICES);
      return null;
    }
    return request;
  }

  async wait(action: Extract<Action, { do: 'wait' }>, seen: Observation): Promise<void> {
    const { world, clock } = this.#parts;
    if (action.wait.for === 'route') this.#parts.command?.verify();
    const now = clock.now();
    const populated = [seen.candidate, seen.stable, ...seen.others].filter((track) => track !== null && track.size > 0);
    const asks =
      action.wait.for === 'controller' || !seen.current || (action.wait.for === 'retirement' && populated.length > 1);
    if (asks && (await world.readReplicaSets('moved'))) return;
    const look = asks ? LOOK_AT_REPLICA_SETS : LOOK_AT_SERVICES;
    const until = Math.min(now + look, action.until ?? Number.POSITIVE_INFINITY);
    await world.changed(Math.max(0, until - now));
    if (asks && clock.now() >= now + look) await world.readReplicaSets('always');
    await this.#lookAtServices(action.wait.for === 'endpoints');
  }

  async changed(ms: number): Promise<void> {
    await this.#parts.world.changed(ms);
    await this.#lookAtServices(false);
  }

  /**
   * No watch shows them. Now and then, and at once when their endpoints, which one does show, say that somebody has written or deleted one.
   * @param isMoving the endpoints are about to follow a write of ours, and say nothing
   */
  async #lookAtServices(isMoving: boolean): Promise<void> {
    const { world, clock } = this.#parts;
    const isDue = clock.now() >= this.#lookedAtServices + LOOK_AT_SERVICES;
    if (!world.hasLostSlices() && !isDue && (isMoving || !hasStrangers(this.observe()))) return;
    this.#lookedAtServices = clock.now();
    await world.readServices();
  }

  wake(): void {
    this.#parts.world.wake();
  }

  refresh(): Promise<void> {
    return this.#parts.world.refresh();
  }

  turnBack(): void {
    this.#parts.command?.turnBack();
  }

  diagnose({ candidate }: Observation): Promise<Diagnosis> | null {
    const { api, namespace } = this.#parts;
    if (candidate === null) return null;
    return diagnose(api, namespace, candidate, `${this.plan.deployment.name}-${candidate.hash}`);
  }

  signs({ candidate }: Observation): { kind: string; text: string }[] {
    return (candidate?.pods ?? []).flatMap(({ sign }) =>
      sign === null ? [] : [{ kind: `${sign.container}/${sign.reason}/${sign.restarts}`, text: describeSign(sign) }],
    );
  }

  tellMark(mark: keyof Marks, { live, candidate }: Observation): string[] {
    const pods = candidate?.pods.length ?? 0;
    switch (mark) {
      case 'ready':
        return [`${pods} candidate pod${pods === 1 ? '' : 's'} Ready and listed`];
      case 'switched':
        return [`all ${live.endpoints.candidate} live endpoints are candidate pods`];
      case 'homed':
        return ['the routes are as you wrote them; users stay on the candidate by the live Service'];
      case 'overlapped':
        return ['live endpoints list both tracks'];
      case 'backVerified':
        return [`all ${live.endpoints.stable} live endpoints are stable pods again`];
      case 'baked':
        return ['the candidate stayed Ready and did not restart'];
      default:
        return [];
    }
  }

  tellStep(state: State, { deployment }: Observation): string {
    const { share, stay } = stepOf(this.plan, state);
    const { candidate: pods } = sizesFor(this.plan, state.step, deployment.replicas);
    const time = stay === 0 ? '' : `, for ${formatDuration(stay)}`;
    return `next: ${percent(share)} of the users${time}; ${pods} of ${deployment.replicas} candidate pods`;
  }

  reached(
    state: State,
    { routes, live, candidateService }: Observation,
    now: number,
  ): { step: ReachedStep; facts: string[] } {
    const { candidate } = candidateService.endpoints;
    const { share } = stepOf(this.plan, state);
    const isRatio = routes.length === 0;
    const [ours, theirs] = [isRatio ? live.endpoints.candidate : candidate, live.endpoints.stable];
    const real = ratio(ours, theirs);
    const ofRoutes = routes.map((route) => `${route.name} gives the candidate ${percent(share)} (${effectOf(route)})`);
    const ofPods = `wanted ${percent(share)}; ${ours} of ${ours + theirs} pods are the candidate’s: ${percent(real)}`;
    return {
      step: {
        wanted: share,
        real: isRatio && share < ALL ? real : share,
        candidatePods: ours,
        stablePods: theirs,
        routes: routes.map((route) => `${route.name}: ${effectOf(route)}`),
        at: now,
      },
      facts: [...ofRoutes, ...(isRatio && share > 0 && share < ALL ? [ofPods] : [])],
    };
  }

  foreign(seen: Observation): Foreign {
    return foreignIn(this.plan, seen);
  }

  movedBack({ movedBack }: Observation): number | null {
    return movedBack;
  }

  leftovers(seen: Observation): readonly string[] {
    return leftoversOf(this.plan, seen);
  }

  obstacle(seen: Observation, trouble: string): string {
    return obstacleOf(this.plan, seen, trouble);
  }
}

/** The live Service is pinned to one track, as far as we know, and reaches pods that are not of it. */
function hasStrangers({ live, stable, candidate }: Observation): boolean {
  const { pin, endpoints } = live;
  if (pin === null) return false;
  const ofStable = pin === stable?.hash ? 0 : endpoints.stable;
  const ofCandidate = pin === candidate?.hash ? 0 : endpoints.candidate;
  return ofStable + ofCandidate + endpoints.other > 0;
}

/** The strategy that a write gives the Deployment; null: it does not. */
function strategyIn(request: WriteRequest): RolloutStrategy | null {
  if (request.verb !== 'patch') return null;
  const change = request.changes.find(({ path }) => path === '/spec/strategy');
  // Written by `held-rollout`, from a strategy.
  return change !== undefined && 'value' in change ? (change.value as RolloutStrategy) : null;
}
