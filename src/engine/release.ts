import type { Diagnosis } from '../cluster/diagnosis.ts';
import { ApiError, describeCause, UnknownOutcome } from '../cluster/errors.ts';
import type { Judgement } from '../analysis/judgement.ts';
import type { Measured } from '../analysis/measured.ts';
import { type Action, type Ending, MOVES_USERS_BACK, type Write } from '../release/action.ts';
import type { EvidenceView } from '../release/observation.ts';
import type { Share } from '../release/route.ts';
import { shareOf, stageOf } from '../release/stages.ts';
import { afterAction, afterChecks, afterDenial, afterWrite, stopFinishing, turnBack } from '../release/progress.ts';
import type { Cause, Marks, State } from '../release/state.ts';
import { CommandFailed, CommandMissing } from './command-route.ts';
import type { Foreign } from './foreign.ts';
import { Denials, type Short } from './denied.ts';
import { notGivenBack } from './disown.ts';
import { isFinal, isRaceLost } from './last-word.ts';
import { Patience } from './patience.ts';
import { RecordConflict } from './record-store.ts';
import { formatDuration } from '../report/duration.ts';
import { CannotRoute } from '../traffic/router.ts';
import type { ReachedStep, Workload } from './workload.ts';
import type { Loop } from './workload-kind.ts';
import { CannotWrite } from './writes.ts';

export type ReleaseParts<Seen> = Loop & { readonly workload: Workload<Seen> };

export interface Ended {
  readonly ending: Ending;
  readonly state: State;
  readonly diagnosis: Diagnosis | null;
  readonly candidateHash: string | null;
  readonly ramp: readonly ReachedStep[];
  /** The part of the users that was on the candidate when this run began, basis points; null: that could not be told. */
  readonly foundAt: Share | null;
  /** When users were first on the candidate, epoch ms; null: this run never saw them there. */
  readonly reachedAt: number | null;
  /** Null: nothing was measured. */
  readonly measured: Measured | null;
  /** What is known of the candidate, for a run that goes on. */
  readonly judgement: Judgement | null;
  readonly foreign: Foreign;
  /** Why it could not be ended, for a person; null: it could, or the cluster did not let us. */
  readonly obstacle: string | null;
  /** When users were moved off the candidate, epoch ms; null: they were not, or that cannot be told. */
  readonly movedBack: number | null;
  /** A way back that ended where its user may not go on; null: it did not. */
  readonly short: Short | null;
}

/** Milliseconds between two looks while checks run. */
const LOOK_AT_CHECKS = 5_000;
/** Failures in a row of the user's own command, on its way forward. */
const COMMAND_PATIENCE = 4;
/** The same for giving fields back, which no user sees: it comes last, and nobody waits for it long. */
const DISOWN_PATIENCE = 4;
/** What may go wrong with the one thing that is done; everything else is a mistake of ours. */
const TROUBLES = [ApiError, UnknownOutcome, CannotWrite, CannotRoute, CommandFailed, CommandMissing];
/** Milliseconds that the way back waits for logs and events of pods that it is about to remove. */
const DIAGNOSIS_PATIENCE = 3_000;

/** Observe, decide, do one thing; until the release has ended one way or the other. */
export class Release<Seen> {
  readonly #parts: ReleaseParts<Seen>;
  #state: State;
  #checking: AbortController | null = null;
  #diagnosis: Promise<Diagnosis> | null = null;
  readonly #patience = new Patience();
  /** A write of which nobody knows whether it was carried out, until the objects have been read again. */
  #doubted: Write | null = null;
  /** Of the way back: something was written, and it is on record. */
  #hasWrittenBack = false;
  #turnNoted = false;
  #candidateHash: string | null = null;
  readonly #denials: Denials;
  /** What the user's own command failed with last; null: it did not. */
  #commandTrouble: string | null = null;
  readonly #ramp: ReachedStep[] = [];
  /** Undefined: nothing was looked at yet. */
  #foundAt: Share | null | undefined;
  #reachedAt: number | null = null;
  readonly #toldSigns = new Set<string>();

  constructor(parts: ReleaseParts<Seen>, state: State) {
    this.#parts = parts;
    this.#denials = new Denials(parts.lacking);
    this.#state = state;
  }

  async run(): Promise<Ended> {
    const { helm, workload, measuring } = this.#parts;
    helm.whenOrdered(() => workload.wake());
    workload.follow();
    if (measuring !== null) measuring.onChange = () => workload.wake();
    measuring?.start();
    try {
      return await this.#go();
    } finally {
      await measuring?.close();
      await workload.end();
    }
  }

  /** One round after another. */
  async #go(): Promise<Ended> {
    const { teller, workload, clock } = this.#parts;
    for (;;) {
      this.#obeyHelm();
      const seen = await workload.surely(this.#observe());
      const share = workload.usersShare(seen);
      if (this.#foundAt === undefined) this.#foundAt = share;
      if (share !== null && share > 0) this.#reachedAt ??= clock.now();
      if (this.#mayStand(seen)) return await this.#end(this.#standing());
      this.#tellSigns(seen);
      const action = workload.decide(this.#state, seen, this.#evidence(seen), clock.now());
      const phase = workload.phaseOf(this.#state, action, seen);
      if (phase !== null) teller.phase(phase);
      if (action.do === 'finish') return await this.#end(action.outcome);
      try {
        await this.#noteTurn(seen, action);
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
    const { workload, namespace } = this.#parts;
    const trouble = ending.outcome === 'failed' ? this.#commandTrouble : null;
    if ('reason' in ending) this.#parts.teller.fact(ending.reason);
    const lacked = ending.outcome === 'failed' ? this.#denials.lacked(this.#state.unnoted) : null;
    const found = { namespace, areUsersBack: !workload.reachesUsers(seen), left: workload.leftovers(seen) };
    return {
      ending,
      state: this.#state,
      diagnosis,
      candidateHash: this.#candidateHash,
      ramp: this.#ramp,
      foundAt: this.#foundAt ?? null,
      reachedAt: this.#reachedAt,
      measured: this.#parts.measuring?.measured() ?? null,
      judgement: this.#parts.measuring?.judgement ?? null,
      foreign: workload.foreign(seen),
      movedBack: workload.movedBack(seen),
      obstacle: trouble === null ? null : workload.obstacle(seen, trouble),
      short: lacked === null ? null : { ...lacked, ...found },
    };
  }

  /**
   * Users first: that the release goes back is put on record when none of them reaches the candidate, or when what is left for that is
   * to wait. A run that continues it from there will not go forward again.
   */
  async #noteTurn(seen: Seen, action: Action): Promise<void> {
    const { noteTurn, workload, teller } = this.#parts;
    const { back } = this.#state;
    if (back === null || this.#turnNoted) return;
    const isMoving = action.do === 'write' && MOVES_USERS_BACK.has(action.write);
    const mayWait = this.#hasWrittenBack && !isMoving;
    if (workload.reachesUsers(seen) && !mayWait) return;
    this.#turnNoted = true;
    try {
      await noteTurn(back);
    } catch (error) {
      if (error instanceof RecordConflict) throw error;
      teller.fact(`that it goes back could not be put on record: ${describeCause(error)}`);
    }
  }

  #observe(): Seen {
    const { workload } = this.#parts;
    const seen = workload.observe();
    this.#candidateHash = workload.candidateOf(seen) ?? this.#candidateHash;
    return seen;
  }

  /** What is known of the candidate beside what the cluster says; of no interest any more on the way back. */
  #evidence(seen: Seen): EvidenceView | null {
    const { measuring, workload } = this.#parts;
    if (measuring === null || this.#state.back !== null) return null;
    measuring.follow(workload.counted(seen), workload.stage(this.#state));
    return measuring.view();
  }

  #obeyHelm(): void {
    const { order } = this.#parts.helm;
    if (order === null || this.#state.back !== null) return;
    // Its users have been where they are for good.
    if (this.#state.finishing !== null) {
      this.#state = stopFinishing(this.#state, order.reason);
      return;
    }
    const seen = this.#observe();
    if (order.do === 'take-back' || !this.#parts.workload.mayBeHeld(seen)) this.#turn(order.cause, order.reason, seen);
  }

  /** It was told to stay as it is, and nothing of it moves by itself. */
  #mayStand(seen: Seen): boolean {
    const { helm, workload } = this.#parts;
    const { back, finishing } = this.#state;
    return helm.order?.do === 'hold' && back === null && finishing === null && workload.isAtRest(seen);
  }

  #standing(): Ending {
    return { outcome: 'paused', share: shareOf(this.#parts.workload.plan, this.#state), because: { is: 'cancelled' } };
  }

  async #do(action: Action, seen: Seen): Promise<Ending | null> {
    switch (action.do) {
      case 'write':
        await this.#write(action);
        return null;
      case 'check':
        await this.#check(seen);
        return null;
      case 'turn-back':
        this.#turn(action.cause, action.reason, seen);
        return null;
      case 'wait':
        await this.#wait(action, seen);
        this.#patience.eased('wait');
        return null;
      case 'mark':
      case 'next-step':
      case 'note-signs':
        this.#state = afterAction(this.#state, action, this.#parts.clock.now());
        if (action.do === 'mark') this.#tellMark(action.mark, seen);
        if (action.do === 'next-step') this.#parts.teller.fact(this.#parts.workload.tellStep(this.#state, seen));
        return null;
      case 'finish':
        return action.outcome;
    }
  }

  #turn(cause: Cause, reason: string, seen: Seen): void {
    const { teller, clock, workload, measuring } = this.#parts;
    this.#state = turnBack(this.#state, { at: clock.now(), cause, reason });
    this.#checking?.abort();
    workload.turnBack();
    // Whatever it says from here on, users go back.
    void measuring?.close();
    const isClosing = workload.isClosing(seen);
    teller.phase(isClosing ? 'Close' : 'Go back');
    teller.fact(isClosing ? `${reason} The release was closing already.` : reason);
    if (cause === 'unhealthy' || cause === 'deadline') this.#diagnosis = workload.diagnose(seen);
  }

  async #write({ write, target }: Extract<Action, { do: 'write' }>): Promise<void> {
    const { workload, teller, clock } = this.#parts;
    // Logs and events go with the pods; users are back on stable by now.
    if (write === 'close-back' && this.#diagnosis !== null) await this.#diagnosed(this.#diagnosis);
    const request = await workload.write(write, target);
    if (request === null) return;
    if (request.verb === 'run') this.#commandTrouble = null;
    this.#patience.begin();
    this.#hasWrittenBack ||= this.#state.back !== null;
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
  async #check(seen: Seen): Promise<void> {
    const { workload, clock, teller, check } = this.#parts;
    const { plan } = workload;
    if (this.#checking === null) {
      this.#checking = new AbortController();
      const { signal } = this.#checking;
      const stage = stageOf(plan, this.#state);
      teller.fact(`${plan.checks} check${plan.checks === 1 ? '' : 's'} of the candidate`);
      void check(workload.checkContext(this.#state, seen), signal).then((results) => {
        this.#state = afterChecks(this.#state, stage, results, clock.now());
        this.#checking = null;
        for (const result of results)
          teller.fact(`${result.kind} “${result.name}”: ${result.verdict} (${result.detail.split('\n')[0]})`);
        workload.wake();
      });
    }
    await workload.changed(LOOK_AT_CHECKS);
  }

  async #wait(action: Extract<Action, { do: 'wait' }>, seen: Seen): Promise<void> {
    this.#parts.teller.waiting(action.wait.text);
    await this.#parts.workload.wait(action, seen);
  }

  /** A request that failed: look again and decide again; the tests in every patch make repeating safe. */
  async #weather(error: unknown, action: Action): Promise<Ending | null> {
    const { teller, workload, clock } = this.#parts;
    if (workload.hasLostNamespace(this.#observe())) return null;
    const patience = this.#patience;
    const doing = action.do === 'write' ? action.write : action.do;
    patience.met(doing);
    const message = error instanceof Error ? error.message : String(error);
    const isRace = isRaceLost(error);
    if (!TROUBLES.some((kind) => error instanceof kind)) throw error;
    const ofCommand = error instanceof CommandFailed || error instanceof CommandMissing;
    if ((!isRace || patience.tries > 1) && !patience.isSilent)
      teller.fact(ofCommand ? message : `${doing} did not succeed: ${message}`);
    const { back, finishing } = this.#state;
    const isForward = back === null && finishing === null;
    const mayTurn = isForward && !workload.isClosing(this.#observe());
    const isLast = isFinal(error, patience.tries, mayTurn);
    if (
      action.do === 'write' &&
      action.write === 'disown' &&
      (isLast || patience.isOver(clock.now(), DISOWN_PATIENCE))
    ) {
      this.#state = afterWrite(this.#state, 'disown', clock.now(), action.target);
      patience.begin();
      teller.warning(notGivenBack(message));
      return null;
    }
    const mayBeDenied = back !== null && action.do === 'write';
    if (ofCommand) this.#commandTrouble = message;
    if (error instanceof UnknownOutcome && action.do === 'write') this.#doubted = action.write;
    const isTold = ofCommand && doing === 'route';
    if (
      isLast ||
      (mayBeDenied && this.#denials.isKnown(error)) ||
      patience.isOver(clock.now(), isTold ? COMMAND_PATIENCE : undefined)
    ) {
      if (!isForward) {
        // Users are taken back by the candidate Service all the same.
        if (mayBeDenied && this.#denials.meet(error) && action.write === 'route-home') {
          this.#state = afterDenial(this.#state, action.target);
          patience.begin();
          return null;
        }
        const isStanding = error instanceof CommandMissing && workload.isOffCandidate(this.#observe());
        return { outcome: 'failed', left: isStanding ? 'standing' : 'unfinished' };
      }
      if (isTold) this.#turn('unhealthy', `${message}.`, this.#observe());
      else this.#turn('error', `${doing} was not possible: ${message}`, this.#observe());
      patience.turn(clock.now());
      // What was refused may be there all the same. With users on the candidate nothing comes before taking them off it.
      if (error instanceof ApiError && !workload.reachesUsers(this.#observe())) await this.#lookAgain();
      return null;
    }
    // A command has pauses of its own, in which the release goes on looking.
    if (!ofCommand) await clock.sleep(patience.pause, new AbortController().signal);
    await this.#lookAgain();
    return null;
  }

  async #lookAgain(): Promise<void> {
    const { workload, clock } = this.#parts;
    const isRead = await workload.refresh().then(
      () => true,
      (error: unknown) => {
        this.#tellUnread(error);
        return false;
      },
    );
    if (isRead) this.#tellAnswer();
    if (this.#doubted === null) return;
    this.#state = workload.inDoubt(this.#state, this.#doubted, isRead ? this.#observe() : null, clock.now());
    if (isRead) this.#doubted = null;
  }

  #tellUnread(error: unknown): void {
    const { teller, clock } = this.#parts;
    if (!this.#patience.isSilent) teller.fact(`the cluster cannot be read: ${describeCause(error)}`);
    if (error instanceof UnknownOutcome) this.#patience.silence(clock.now());
  }

  #tellAnswer(): void {
    const { teller, clock } = this.#parts;
    const silence = this.#patience.answered(clock.now());
    if (silence !== null) teller.fact(`the API server answers again, after ${formatDuration(silence)}`);
  }

  /** Trouble as it is first seen, also what may still cure itself: one line for each kind, however many pods have it. */
  #tellSigns(seen: Seen): void {
    for (const { kind, text } of this.#parts.workload.signs(seen)) {
      if (!this.#toldSigns.has(kind)) this.#parts.teller.fact(text);
      this.#toldSigns.add(kind);
    }
  }

  #tellMark(mark: keyof Marks, seen: Seen): void {
    const { teller, workload, clock } = this.#parts;
    for (const fact of workload.tellMark(mark, seen)) teller.fact(fact);
    if (mark !== 'stepReached') return;
    const { step, facts } = workload.reached(this.#state, seen, clock.now());
    this.#ramp.push(step);
    for (const fact of facts) teller.fact(fact);
  }
}
