import type { Diagnosis } from '../cluster/diagnosis.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import type { Action, Target, Write } from '../release/action.ts';
import type { EvidenceView } from '../release/observation.ts';
import type { ReleasePlan } from '../release/plan.ts';
import type { Share } from '../release/route.ts';
import type { Resumable } from '../release/resumption.ts';
import type { Marks, State } from '../release/state.ts';
import type { Phase } from '../report/story.ts';
import type { CommandRun } from '../traffic/command-route.ts';
import type { Foreign } from './foreign.ts';
import type { Counted, Stage } from './measuring.ts';
import type { SubjectContext } from '../checks/check-context.ts';

/**
 * What a release moves, as its loop needs it: how it is seen, what is to be done next, how that is written, and how it is told.
 * `Seen`: the observation, of which the loop itself knows nothing.
 */
export interface Workload<Seen> {
  readonly plan: ReleasePlan;

  /** Keeps everything current until `close`. */
  follow(): void;
  /** Nothing of it writes any more, the record included; it is still kept current. */
  end(): Promise<void>;
  close(): Promise<void>;

  /** From what was read last. */
  observe(): Seen;
  /** What was seen, once more when it looked as if the namespace itself were being deleted: that is asked for first. */
  surely(seen: Seen): Promise<Seen>;
  /** Pure and total. `evidence`: null where nothing is measured. */
  decide(state: State, seen: Seen, evidence: EvidenceView | null, now: number): Action;
  /** The stage in which the release is, and what is to be counted in it. */
  stage(state: State): Stage;
  counted(seen: Seen): Counted;
  /** It is being deleted, as far as anybody has said so. */
  hasLostNamespace(seen: Seen): boolean;
  /** The chapter to which an action belongs; null: it opens no new one. */
  phaseOf(state: State, action: Action, seen: Seen): Phase | null;
  /** The candidate is becoming the stable version: what is left can mostly only be completed. */
  isClosing(seen: Seen): boolean;
  /** It can be left as it is, now or when what is under way is done. */
  mayBeHeld(seen: Seen): boolean;
  /** Both versions are there, and no controller moves pods of them or users between them. */
  isAtRest(seen: Seen): boolean;
  /** Some users may reach the candidate now. */
  reachesUsers(seen: Seen): boolean;
  /** The part of the users that is on the candidate; null: that cannot be told. */
  usersShare(seen: Seen): Share | null;
  /** How far an interrupted release has come. @throws Refused when it cannot go on from there */
  resumed(known: Resumable, seen: Seen, now: number): State;
  /** It will have its candidate checked when it goes on from here. */
  checksAhead(state: State, seen: Seen): boolean;
  /** The state after a write of which nobody knows whether it was carried out. `seen`: read since then; null: that was not possible. */
  inDoubt(state: State, write: Write, seen: Seen | null, now: number): State;
  /** No user reaches the candidate, whatever could not be done. */
  isOffCandidate(seen: Seen): boolean;
  /** What the cluster calls the candidate (its hash, its revision); null: it is not there. */
  candidateOf(seen: Seen): string | null;
  checkContext(state: State, seen: Seen): SubjectContext;

  /**
   * Makes the request for a write and sends it. Null: it is under way, and the loop is to look again.
   * @throws ApiError, UnknownOutcome, CannotWrite, CannotRoute, CommandFailed or CommandMissing
   */
  write(write: Write, target: Target): Promise<WriteRequest | CommandRun | null>;
  /** Until something has changed or may have, not longer than until the action says. */
  wait(action: Extract<Action, { do: 'wait' }>, seen: Seen): Promise<void>;
  /** Resolves when something changed since the last call, after `ms`, or at once after `wake`. */
  changed(ms: number): Promise<void>;
  wake(): void;
  /** Everything that no watch shows, again; after a write that was refused, or whose outcome nobody knows. */
  refresh(): Promise<void>;
  /** The release goes back: what runs for its way forward is to end. */
  turnBack(): void;

  /** What the cluster knows of a candidate that does not become well; null: there is none. */
  diagnose(seen: Seen): Promise<Diagnosis> | null;
  /** Signs of trouble, also such as may cure themselves, each with its kind: of a kind one is told. */
  signs(seen: Seen): readonly { readonly kind: string; readonly text: string }[];
  /** Lines about a moment that was marked. */
  tellMark(mark: keyof Marks, seen: Seen): readonly string[];
  /** A line about the step that comes now. */
  tellStep(state: State, seen: Seen): string;
  /** The step whose share was reached, for the ramp's table. */
  reached(state: State, seen: Seen, now: number): { readonly step: ReachedStep; readonly facts: readonly string[] };
  foreign(seen: Seen): Foreign;
  /** When a write of ours moved users off the candidate, epoch ms; null: none did, or that cannot be told. */
  movedBack(seen: Seen): number | null;
  /** What there is still of the release, a few words for each. */
  leftovers(seen: Seen): readonly string[];
  /** What of the user's own stands in the way of an end, for a person, when that is what a command failed with. */
  obstacle(seen: Seen, trouble: string): string;
}

/** A step of a ramp, as it was. */
export interface ReachedStep {
  readonly wanted: Share;
  /** What the numbers of pods made of it, without a router; otherwise what was written. */
  readonly real: Share;
  /** Null: their number is the platform's own business. */
  readonly candidatePods: number | null;
  readonly stablePods: number | null;
  /** `httproute/web: accepted by its controller`; none without a router. */
  readonly routes: readonly string[];
  readonly at: number;
}
