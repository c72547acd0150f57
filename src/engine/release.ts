import type { CheckResult } from '../checks/result.ts';
import type { Api } from '../cluster/api.ts';
import { type Diagnosis, diagnose } from '../cluster/diagnosis.ts';
import { ApiError, describeCause, UnknownOutcome } from '../cluster/errors.ts';
import { FIELD_MANAGER } from '../cluster/field-owners.ts';
import type { PodTemplate } from '../cluster/wire.ts';
import type { Action, Ending } from '../release/action.ts';
import { decide, isClosing } from '../release/decide.ts';
import type { Observation } from '../release/observation.ts';
import type { Plan } from '../release/plan.ts';
import { stepOf } from '../release/ramp.ts';
import { ratio, sizesFor } from '../release/sizes.ts';
import { ALL, percent, type Share } from '../release/route.ts';
import { afterAction, afterChecks, afterDisown, afterWrite, turnBack } from '../release/progress.ts';
import { describeSign } from '../release/signs.ts';
import type { Cause, State } from '../release/state.ts';
import { formatDuration } from '../report/duration.ts';
import { effectOf } from '../report/effect.ts';
import type { Clock } from './clock.ts';
import { CommandFailed, CommandMissing, type CommandRoute, isOffCandidate, obstacleOf } from './command-route.ts';
import { type Foreign, foreignIn } from './foreign.ts';
import type { Helm } from './helm.ts';
import { observe } from './observe.ts';
import { phaseOf } from './phase.ts';
import type { Snapshot } from './snapshot.ts';
import type { Teller } from './teller.ts';
import { CannotRoute } from '../traffic/router.ts';
import type { World } from './world.ts';
import { CannotWrite, requestFor } from './writes.ts';

export interface ReleaseParts {
  readonly api: Api;
  readonly clock: Clock;
  readonly teller: Teller;
  readonly helm: Helm;
  readonly world: World;
  /** Null: the user's own command is none of the plan's routes. */
  readonly command: CommandRoute | null;
  readonly namespace: string;
  readonly plan: Plan;
  /** Null in a run that only takes a release back. */
  readonly candidateTemplate: PodTemplate | null;
  /** Smoke tests and commands against the candidate; results in the order of the inputs. */
  readonly check: (hashes: { candidate: string }, signal: AbortSignal) => Promise<readonly CheckResult[]>;
}

export interface Ended {
  readonly ending: Ending;
  readonly state: State;
  readonly diagnosis: Diagnosis | null;
  readonly candidateHash: string | null;
  readonly ramp: readonly ReachedStep[];
  readonly foreign: Foreign;
  /** Why it could not be ended, for a person; null: it could, or the cluster did not let us. */
  readonly obstacle: string | null;
}

/** A step of a ramp, as it was. */
export interface ReachedStep {
  readonly wanted: Share;
  /** What the numbers of pods made of it, without a router; otherwise what was written. */
  readonly real: Share;
  readonly candidatePods: number;
  readonly stablePods: number;
  /** `httproute/web: accepted by its controller`; none without a router. */
  readonly routes: readonly string[];
  readonly at: number;
}

/** Milliseconds between two looks at what no watch shows: Services while nothing happens, ReplicaSets while a controller is awaited. */
const LOOK_AT_SERVICES = 5_000;
const LOOK_AT_REPLICA_SETS = 1_000;
/** A write that is refused or in doubt so many times in a row is given up. */
const PATIENCE = 12;
/** The user's own command, on its way forward. */
const COMMAND_PATIENCE = 4;
const LONGEST_PAUSE = 5_000;
/** The same for giving fields back, which no user sees: it comes last, and nobody waits for it long. */
const DISOWN_PATIENCE = 4;
/** Milliseconds that the way back waits for logs and events of pods that it is about to remove. */
const DIAGNOSIS_PATIENCE = 3_000;

/** Observe, decide, do one thing; until the release has ended one way or the other. */
export class Release {
  readonly #parts: ReleaseParts;
  #state: State;
  #checking: AbortController | null = null;
  #diagnosis: Promise<Diagnosis> | null = null;
  #troubles = 0;
  #troubledBy = '';
  #lookedAtServices: number;
  #candidateHash: string | null = null;
  /** What the user's own command failed with last; null: it did not. */
  #commandTrouble: string | null = null;
  readonly #ramp: ReachedStep[] = [];
  readonly #toldSigns = new Set<string>();

  constructor(parts: ReleaseParts, state: State) {
    this.#parts = parts;
    this.#lookedAtServices = parts.clock.now();
    this.#state = state;
  }

  async run(): Promise<Ended> {
    const { helm, world, command } = this.#parts;
    helm.whenOrdered(() => world.wake());
    if (command !== null) command.onChange = () => world.wake();
    try {
      return await this.#go();
    } finally {
      await command?.close();
    }
  }

  /** One round after another. */
  async #go(): Promise<Ended> {
    const { teller } = this.#parts;
    for (;;) {
      this.#obeyHelm();
      const seen = this.#observe();
      this.#tellSigns(seen);
      const action = decide(this.#parts.plan, this.#state, seen, this.#parts.clock.now());
      const phase = phaseOf(this.#parts.plan, this.#state, action, seen);
      if (phase !== null) teller.phase(phase);
      if (action.do === 'finish') return await this.#end(action.outcome);
      try {
        const ended = await this.#do(action, seen);
        if (ended !== null) return await this.#end(ended);
      } catch (error) {
        const ended = await this.#weather(error, action);
        if (ended !== null) return await this.#end(ended);
      }
    }
  }

  async #end(ending: Ending): Promise<Ended> {
    this.#checking?.abort();
    this.#parts.teller.waiting(null);
    const diagnosis = this.#diagnosis === null ? null : await this.#diagnosis;
    const seen = this.#observe();
    const foreign = foreignIn(this.#parts.plan, seen);
    const trouble = ending.outcome === 'failed' ? this.#commandTrouble : null;
    return {
      ending,
      state: this.#state,
      diagnosis,
      candidateHash: this.#candidateHash,
      ramp: this.#ramp,
      foreign,
      obstacle: trouble === null ? null : obstacleOf(this.#parts.plan, seen, trouble),
    };
  }

  #observe(): Observation {
    const seen = observe(this.#parts.plan, this.#snapshot());
    this.#candidateHash = seen.candidate?.hash ?? this.#candidateHash;
    return seen;
  }

  #snapshot(): Snapshot {
    const { world, command } = this.#parts;
    return { ...world.snapshot(), command: command?.seen ?? null };
  }

  #obeyHelm(): void {
    const { order } = this.#parts.helm;
    if (order === null || this.#state.back !== null) return;
    this.#turn(order.cause, order.reason, this.#observe());
  }

  async #do(action: Action, seen: Observation): Promise<Ending | null> {
    switch (action.do) {
      case 'write':
        await this.#write(action);
        return null;
      case 'check':
        await this.#check();
        return null;
      case 'turn-back':
        this.#turn(action.cause, action.reason, seen);
        return null;
      case 'wait':
        await this.#wait(action, seen);
        return null;
      case 'mark':
      case 'next-step':
      case 'note-signs':
        this.#state = afterAction(this.#state, action, this.#parts.clock.now());
        if (action.do === 'mark') this.#tellMark(action.mark, seen);
        if (action.do === 'next-step') this.#tellStep(seen);
        return null;
      case 'finish':
        return action.outcome;
    }
  }

  #turn(cause: Cause, reason: string, seen: Observation): void {
    const { teller, clock, api, namespace, plan } = this.#parts;
    this.#state = turnBack(this.#state, { at: clock.now(), cause, reason });
    this.#checking?.abort();
    this.#parts.command?.turnBack();
    teller.phase(isClosing(plan, seen) ? 'Close' : 'Go back');
    teller.fact(isClosing(plan, seen) ? `${reason} The release was closing already.` : reason);
    if (cause !== 'unhealthy' && cause !== 'deadline') return;
    if (seen.candidate !== null)
      this.#diagnosis = diagnose(api, namespace, seen.candidate, `${plan.deployment.name}-${seen.candidate.hash}`);
  }

  async #write({ write, target }: Extract<Action, { do: 'write' }>): Promise<void> {
    const { world, command, plan, teller, clock, candidateTemplate } = this.#parts;
    // Logs and events go with the pods; users are back on stable by now.
    if (write === 'close-back' && this.#diagnosis !== null) await this.#diagnosed(this.#diagnosis);
    const request = requestFor(write, target, plan, this.#snapshot(), candidateTemplate);
    if (request.verb !== 'run') await world.write(request);
    else if (command?.tell(request.share) !== true) {
      teller.waiting(`router-command to give the candidate ${percent(request.share)}`);
      return await world.changed(LOOK_AT_SERVICES);
    } else this.#commandTrouble = null;
    this.#troubles = 0;
    this.#state = afterWrite(this.#state, write, clock.now(), target);
    teller.wrote(request);
  }

  /** Waits for the diagnosis, but not for long. */
  async #diagnosed(diagnosis: Promise<Diagnosis>): Promise<void> {
    const enough = new AbortController();
    const patience = this.#parts.clock.sleep(DIAGNOSIS_PATIENCE, enough.signal).catch(() => undefined);
    await Promise.race([diagnosis, patience]);
    enough.abort();
  }

  /** Starts the checks once and looks on meanwhile: a crash while they run must not wait for their end. */
  async #check(): Promise<void> {
    const { world, clock, teller, check, plan } = this.#parts;
    if (this.#checking === null) {
      this.#checking = new AbortController();
      const { signal } = this.#checking;
      teller.fact(`${plan.checks} check${plan.checks === 1 ? '' : 's'} of the candidate`);
      void check({ candidate: this.#candidateHash ?? '' }, signal).then((results) => {
        this.#state = afterChecks(this.#state, results, clock.now());
        for (const result of results)
          teller.fact(`${result.kind} “${result.name}”: ${result.verdict} (${result.detail.split('\n')[0]})`);
        world.wake();
      });
    }
    await world.changed(LOOK_AT_SERVICES);
  }

  async #wait(action: Extract<Action, { do: 'wait' }>, seen: Observation): Promise<void> {
    const { world, clock, teller } = this.#parts;
    teller.waiting(action.wait.text);
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
    if (clock.now() < this.#lookedAtServices + LOOK_AT_SERVICES) return;
    this.#lookedAtServices = clock.now();
    await world.readServices();
  }

  /** A request that failed: look again and decide again; the tests in every patch make repeating safe. */
  async #weather(error: unknown, action: Action): Promise<Ending | null> {
    const { teller, world, plan, clock } = this.#parts;
    const doing = action.do === 'write' ? action.write : action.do;
    // Trouble with another write is progress: the one before was carried out, whatever its answer.
    this.#troubles = doing === this.#troubledBy ? this.#troubles + 1 : 1;
    this.#troubledBy = doing;
    const message = error instanceof Error ? error.message : String(error);
    const isRace = error instanceof ApiError && [404, 409, 422].includes(error.status);
    const isKnown = [ApiError, UnknownOutcome, CannotWrite, CannotRoute, CommandFailed, CommandMissing].some(
      (kind) => error instanceof kind,
    );
    if (!isKnown) throw error;
    const ofCommand = error instanceof CommandFailed || error instanceof CommandMissing;
    if (!isRace || this.#troubles > 1) teller.fact(ofCommand ? message : `${doing} did not succeed: ${message}`);
    const isFinal =
      error instanceof CannotWrite ||
      error instanceof CannotRoute ||
      error instanceof CommandMissing ||
      (error instanceof ApiError && !isRace && error.status < 500);
    if (action.do === 'write' && action.write === 'disown' && (isFinal || this.#troubles >= DISOWN_PATIENCE)) {
      this.#state = afterDisown(this.#state, action.target);
      this.#troubles = 0;
      teller.warning(
        `Fields that are as they were before the release stay under the name ${FIELD_MANAGER} in managedFields, because they could not be given back (${message}). ` +
          'Whoever applies them server-side and is told of a conflict may take them over with --force-conflicts.',
      );
      return null;
    }
    if (ofCommand) this.#commandTrouble = message;
    const isTold = ofCommand && doing === 'route';
    if (isFinal || this.#troubles >= (isTold ? COMMAND_PATIENCE : PATIENCE)) {
      if (this.#state.back !== null || this.#troubles >= 2 * PATIENCE) {
        const isStanding = error instanceof CommandMissing && isOffCandidate(plan, this.#observe());
        return { outcome: 'failed', left: isStanding ? 'standing' : 'unfinished' };
      }
      if (isTold) this.#turn('unhealthy', `${message}.`, this.#observe());
      else this.#turn('error', `${doing} was not possible: ${message}`, this.#observe());
      this.#troubles = 0;
      this.#troubledBy = '';
      return null;
    }
    // A command has pauses of its own, in which the release goes on looking.
    if (this.#troubles > 1 && !ofCommand)
      await clock.sleep(Math.min(LONGEST_PAUSE, 100 * 2 ** this.#troubles), new AbortController().signal);
    await world.refresh().catch((again: unknown) => teller.fact(`the cluster cannot be read: ${describeCause(again)}`));
    return null;
  }

  /** Trouble as it is first seen, also what may still cure itself: one line for each kind, however many pods have it. */
  #tellSigns({ candidate }: Observation): void {
    for (const { sign } of candidate?.pods ?? []) {
      if (sign === null) continue;
      const kind = `${sign.container}/${sign.reason}/${sign.restarts}`;
      if (!this.#toldSigns.has(kind)) this.#parts.teller.fact(describeSign(sign));
      this.#toldSigns.add(kind);
    }
  }

  #tellMark(mark: string, seen: Observation): void {
    const { teller } = this.#parts;
    const { live, candidate } = seen;
    const pods = candidate?.pods.length ?? 0;
    if (mark === 'ready') teller.fact(`${pods} candidate pod${pods === 1 ? '' : 's'} Ready and listed`);
    if (mark === 'switched') teller.fact(`all ${live.endpoints.candidate} live endpoints are candidate pods`);
    if (mark === 'stepReached') this.#tellShare(seen);
    if (mark === 'homed')
      teller.fact('the routes are as you wrote them; users stay on the candidate by the live Service');
    if (mark === 'overlapped') teller.fact('live endpoints list both tracks');
    if (mark === 'backVerified') teller.fact(`all ${live.endpoints.stable} live endpoints are stable pods again`);
    if (mark === 'baked') teller.fact('the candidate stayed Ready and did not restart');
  }

  #tellStep({ deployment }: Observation): void {
    const { plan, teller } = this.#parts;
    const { share, stay } = stepOf(plan, this.#state);
    const { candidate: pods } = sizesFor(plan, this.#state.step, deployment.replicas);
    const time = stay === 0 ? '' : `, for ${formatDuration(stay)}`;
    teller.fact(`next: ${percent(share)} of the users${time}; ${pods} of ${deployment.replicas} candidate pods`);
  }

  #tellShare({ routes, live, candidateService }: Observation): void {
    const { candidate } = candidateService.endpoints;
    const { plan, teller } = this.#parts;
    const { share } = stepOf(plan, this.#state);
    const isRatio = routes.length === 0;
    const [ours, theirs] = [isRatio ? live.endpoints.candidate : candidate, live.endpoints.stable];
    this.#ramp.push({
      wanted: share,
      real: isRatio && share < ALL ? ratio(ours, theirs) : share,
      candidatePods: ours,
      stablePods: theirs,
      routes: routes.map((route) => `${route.name}: ${effectOf(route)}`),
      at: this.#parts.clock.now(),
    });
    for (const route of routes) teller.fact(`${route.name} gives the candidate ${percent(share)} (${effectOf(route)})`);
    if (!isRatio || share === 0 || share >= ALL) return;
    const real = percent(ratio(ours, theirs));
    teller.fact(`wanted ${percent(share)}; ${ours} of ${ours + theirs} pods are the candidate’s: ${real}`);
  }
}
