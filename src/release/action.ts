import type { Share } from './route.ts';
import type { Sizes } from './sizes.ts';
import type { Cause, Marks } from './state.ts';

/** The one thing to do next. Everything but `write` changes nothing in the cluster. */
export type Action =
  | { readonly do: 'write'; readonly write: Write; readonly target: Target }
  | { readonly do: 'check' }
  | { readonly do: 'mark'; readonly mark: keyof Marks; readonly restarts?: Readonly<Record<string, number>> }
  | { readonly do: 'next-step' }
  | { readonly do: 'note-signs'; readonly signsSince: Readonly<Record<string, number>> }
  | { readonly do: 'turn-back'; readonly cause: Cause; readonly reason: string }
  /** `until`: epoch ms at which to decide again even if nothing changed; null: only when something changes. */
  | { readonly do: 'wait'; readonly wait: Wait; readonly until: number | null }
  | { readonly do: 'finish'; readonly outcome: Ending };

/**
 * What a write is for: index of a step of the plan, of one of its routes, of one of its `owned` objects; the pods that both tracks are to
 * have.
 */
export interface Target {
  readonly step?: number;
  readonly route?: number;
  readonly object?: number;
  readonly sizes?: Sizes;
}

/** Every mutating request of a release, by what it is for. */
export type Write =
  | 'pause'
  | 'pin'
  | 'open'
  | 'resize'
  | 'freeze'
  | 'create-candidate-service'
  | 'point-candidate-service'
  | 'watch-stable'
  | 'route'
  | 'overlap'
  | 'switch'
  | 'close'
  | 'hold-again'
  | 'divert'
  | 'traffic-back'
  | 'roll'
  | 'roll-back'
  | 'regrow'
  | 'close-back'
  | 'evict-candidate'
  | 'route-home'
  | 'unpin'
  | 'restore'
  | 'delete-candidate-service'
  | 'restore-candidate-service'
  | 'route-restore'
  | 'disown';

/** What takes users off the candidate: nothing comes in between. */
export const MOVES_USERS_BACK: ReadonlySet<Write> = new Set([
  'hold-again',
  'divert',
  'traffic-back',
  'overlap',
  'route-home',
  'regrow',
  'roll-back',
]);

/** What a release waits for; `text` is one line for a person: `3 of 4 candidate pods Ready`. */
export interface Wait {
  readonly for:
    | 'controller'
    | 'pods'
    | 'endpoints'
    | 'route'
    | 'step'
    | 'evidence'
    | 'bake'
    | 'drain'
    | 'settle'
    | 'retirement';
  readonly text: string;
}

/**
 * How a release ended, or a run that worked on it. What a failed one left: `standing`: users are on stable and both tracks stand, frozen, for
 * a person to look at; `unfinished`: the cluster did not let us go on, a later run has to; `deleted`: its workload was; `theirs`: somebody
 * else's template rolls out by Kubernetes' own rolling update; `as-it-was`: there was something in the way of the release's end, and it stands
 * as it stood; `gone`: its namespace is being deleted, and everything in it with it.
 */
export type Ending =
  /** `warm`: users are on the candidate for good, and stable's pods stay until another run finishes the release, or takes it back. */
  | { readonly outcome: 'promoted'; readonly stable: 'retired' | 'warm' }
  /** Users stay at this share until another run promotes or aborts. */
  | { readonly outcome: 'paused'; readonly share: Share; readonly because: PauseReason }
  | { readonly outcome: 'rolled-back' }
  | { readonly outcome: 'aborted' }
  | { readonly outcome: 'failed'; readonly left: 'standing' | 'unfinished' | 'deleted' | 'theirs' }
  /**
   * `toldTemplate`: digest of the foreign template that `reason` names; null: it is something else. `pinned`: users are all on the version
   * from before that was wanted; nobody takes them from there unless asked.
   */
  | {
      readonly outcome: 'failed';
      readonly left: 'as-it-was';
      readonly reason: string;
      readonly toldTemplate: string | null;
      readonly pinned?: true;
    }
  | { readonly outcome: 'failed'; readonly left: 'gone'; readonly reason: string };

/** The release is over: nothing of it stands, and no run has to come back to it. */
export function isOver(ending: Ending): boolean {
  switch (ending.outcome) {
    case 'promoted':
      return ending.stable === 'retired';
    case 'paused':
      return false;
    case 'failed':
      return ending.left === 'deleted' || ending.left === 'theirs';
    default:
      return true;
  }
}

/** `asked`: by `pause-at`. `lacking`: `text` could not be known. `cancelled`: the run was, with `on-cancel: hold`. */
export type PauseReason =
  | { readonly is: 'asked' }
  | { readonly is: 'lacking'; readonly text: string }
  | { readonly is: 'cancelled' };

export function write(name: Write, target: Target = {}): Action {
  return { do: 'write', write: name, target };
}

export function wait(reason: Wait['for'], text: string, until: number | null = null): Action {
  return { do: 'wait', wait: { for: reason, text }, until };
}
