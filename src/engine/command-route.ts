import type { ReleaseNames } from '../checks/user-command.ts';
import type { Observation } from '../release/observation.ts';
import type { Plan } from '../release/plan.ts';
import type { RouteVerdict, Share, Told } from '../release/route.ts';
import type { CommandSeen } from '../traffic/command-route.ts';
import type { Clock } from './clock.ts';

/** How a run of one of the user's commands ended. */
export interface CommandOutcome {
  readonly ok: boolean;
  /** One line: `exit code 3: no such listener`. */
  readonly reason: string;
}

type Run = (names: ReleaseNames, share: Share, signal: AbortSignal) => Promise<CommandOutcome>;

/** The user's own program. Neither of the two ever rejects, and both may be run again with the same share. */
export interface RouterCommand {
  readonly tell: Run;
  /** Null: that it was told is all that can be known. */
  readonly verify: Run | null;
}

/** It did not do as it was told; the message says which share, and what it said itself. */
export class CommandFailed extends Error {}

/** The release has told its users' split to a command that this run was not given; the message says what to do. */
export class CommandMissing extends Error {}

export interface CommandRouteParts {
  readonly clock: Clock;
  /** Null: this run was not given it. */
  readonly command: RouterCommand | null;
  readonly names: ReleaseNames;
  /** As the record has it. */
  readonly told: Told | null;
  /** Puts on record what it is told. */
  readonly note: (told: Told) => Promise<void>;
}

/** Whatever the command does: no Service leads there. */
export function isOffCandidate(plan: Plan, { live, candidateService }: Observation): boolean {
  return live.pin === plan.stable.hash && candidateService.state === 'stable';
}

/** The way back ends with trouble of the command's: what of it was done, and what is left. */
export function obstacleOf(plan: Plan, seen: Observation, message: string): string {
  const users = isOffCandidate(plan, seen)
    ? `Services ${plan.service.name} and ${plan.candidateService.name} both lead to the old version; the pods of both versions stand. `
    : '';
  return `${users}${message}. The release stays on record, for a later run to complete.`;
}

/** Milliseconds before a command that failed is run again; doubled each time. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 5_000;
/** Milliseconds between two questions to `router-verify`. */
const VERIFY_EVERY = 2_000;
/** Milliseconds that it has to confirm that nobody is sent to the candidate Service any more. */
const HOME_PATIENCE = 120_000;

interface Telling {
  readonly share: Share;
  readonly stop: AbortController;
  /** Resolves when nothing of it runs any more; never rejects. */
  readonly over: Promise<void>;
  ended: { readonly how: 'done' } | { readonly how: 'failed'; readonly error: unknown } | null;
}

/**
 * The command of `router: command` in a release: runs it beside the release's own rounds (it may take a minute, and a crash must not
 * wait for its end), notes on record what it is told before it runs and after, and asks `router-verify` what became of it.
 */
export class CommandRoute {
  /** Rung when something came to an end. */
  onChange: () => void = () => undefined;
  readonly #parts: CommandRouteParts;
  #told: Told | null;
  #verdict: RouteVerdict;
  #telling: Telling | null = null;
  #verifying: { readonly stop: AbortController; readonly over: Promise<void> } | null = null;
  #failures = 0;

  constructor(parts: CommandRouteParts) {
    this.#parts = parts;
    this.#told = parts.told;
    this.#verdict = this.#unverified();
  }

  get seen(): CommandSeen {
    return { told: this.#told, verdict: this.#verdict };
  }

  /**
   * True when it was told this share. False while that takes its time: ask again when `onChange` rings.
   * @throws {CommandFailed} once for each failure; asked again, it is told again after a pause
   * @throws {CommandMissing}
   * @throws what writing the record throws
   */
  tell(share: Share): boolean {
    const { command } = this.#parts;
    if (command === null) throw this.#missing();
    const telling = this.#telling;
    if (telling === null) {
      this.#telling = this.#begin(command, share);
      return false;
    }
    if (telling.share !== share) telling.stop.abort();
    if (telling.ended === null) return false;
    this.#telling = null;
    // Stopped: whatever came of it, it is told anew.
    if (telling.stop.signal.aborted) return this.tell(share);
    if (telling.ended.how === 'failed') {
      this.#failures += 1;
      throw telling.ended.error;
    }
    this.#failures = 0;
    this.#told = { is: 'certain', share };
    this.#verdict = this.#unverified();
    return true;
  }

  /** Asks `router-verify`, until it says yes or the command is told something else. */
  verify(): void {
    const verify = this.#parts.command?.verify ?? null;
    const told = this.#told;
    if (verify === null || told?.is !== 'certain' || this.#verdict.is === 'yes' || this.#verifying !== null) return;
    const stop = new AbortController();
    this.#verifying = { stop, over: this.#ask(verify, told.share, stop.signal) };
  }

  /** The release turns back: what runs is ended, and the next telling begins without a pause. */
  turnBack(): void {
    this.#failures = 0;
    this.#telling?.stop.abort();
    this.#verifying?.stop.abort();
  }

  /** Ends whatever runs, and waits for its end. */
  async close(): Promise<void> {
    const running = [this.#telling, this.#verifying];
    for (const each of running) each?.stop.abort();
    await Promise.all(running.map((each) => each?.over));
  }

  #begin(command: RouterCommand, share: Share): Telling {
    this.#told = { is: 'in-doubt', share };
    this.#verdict = this.#unverified();
    const verifying = this.#verifying;
    verifying?.stop.abort();
    const stop = new AbortController();
    const work = (async () => {
      await verifying?.over;
      await this.#pause(stop.signal);
      await this.#carryOut(command, share, stop.signal);
    })();
    const telling: Telling = {
      share,
      stop,
      ended: null,
      over: work
        .then(
          () => {
            telling.ended = { how: 'done' };
          },
          (error: unknown) => {
            telling.ended = { how: 'failed', error };
          },
        )
        .then(() => this.onChange()),
    };
    return telling;
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const ms = this.#failures === 0 ? 0 : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#failures - 1));
    // Told to stop meanwhile: nothing was run.
    if (ms > 0) await this.#parts.clock.sleep(ms, signal);
  }

  async #carryOut(command: RouterCommand, share: Share, signal: AbortSignal): Promise<void> {
    const { note, names } = this.#parts;
    await note({ is: 'in-doubt', share });
    signal.throwIfAborted();
    const told = await command.tell(names, share, signal);
    if (!told.ok) throw new CommandFailed(`router-command did not succeed at ${share / 100} %, ${told.reason}`);
    // Nothing waits for a verdict on the way home, and the candidate Service is deleted after it.
    if (share === 0 && command.verify !== null) await this.#confirmHome(command.verify, signal);
    await note({ is: 'certain', share });
  }

  async #confirmHome(verify: Run, signal: AbortSignal): Promise<void> {
    const { clock, names } = this.#parts;
    const until = clock.now() + HOME_PATIENCE;
    for (;;) {
      const { ok, reason } = await verify(names, 0, signal);
      if (ok) return;
      if (clock.now() + VERIFY_EVERY > until)
        throw new CommandFailed(`router-verify did not confirm 0 % within ${HOME_PATIENCE / 1000} s, ${reason}`);
      await clock.sleep(VERIFY_EVERY, signal);
    }
  }

  async #ask(verify: Run, share: Share, signal: AbortSignal): Promise<void> {
    const { clock, names } = this.#parts;
    while (!signal.aborted) {
      const { ok, reason } = await verify(names, share, signal);
      if (signal.aborted) break;
      this.#verdict = ok
        ? { is: 'yes', level: 'observed', reasons: [] }
        : { is: 'unknown', level: 'stored', reasons: [`router-verify at ${share / 100} %: ${reason}`] };
      this.onChange();
      if (ok) break;
      await clock.sleep(VERIFY_EVERY, signal).catch(() => undefined);
    }
    this.#verifying = null;
  }

  /** Without a `router-verify`, that it was told is all that there is to know. */
  #unverified(): RouteVerdict {
    const isCertain = this.#told === null || this.#told.is === 'certain';
    if (isCertain && (this.#parts.command?.verify ?? null) === null) return { is: 'yes', level: 'stored', reasons: [] };
    return { is: 'unknown', level: 'stored', reasons: ['router-verify has not said yes.'] };
  }

  #missing(): CommandMissing {
    const { told, names } = this.#parts;
    const share =
      told === null ? '' : ` It ${told.is === 'certain' ? 'was' : 'may have been'} told ${told.share / 100} %.`;
    return new CommandMissing(
      `Release ${names.release} splits its users with a command (router: command), and this run was not given it.${share} ` +
        'Run action: abort with input router-command; or, when you have sent everybody to ' +
        `Service ${names.service} yourself, with router-command: "true"`,
    );
  }
}
