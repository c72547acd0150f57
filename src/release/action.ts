import type { Cause, Marks } from './state.ts';

/** The one thing to do next. Everything but `write` changes nothing in the cluster. */
export type Action =
  | { readonly do: 'write'; readonly write: Write }
  | { readonly do: 'check' }
  | { readonly do: 'mark'; readonly mark: keyof Marks; readonly restarts?: Readonly<Record<string, number>> }
  | { readonly do: 'note-signs'; readonly signsSince: Readonly<Record<string, number>> }
  | { readonly do: 'turn-back'; readonly cause: Cause; readonly reason: string }
  /** `until`: epoch ms at which to decide again even if nothing changed; null: only when something changes. */
  | { readonly do: 'wait'; readonly wait: Wait; readonly until: number | null }
  | { readonly do: 'finish'; readonly outcome: Ending };

/** Every mutating request of a blue/green release, by what it is for. */
export type Write =
  | 'pause'
  | 'pin'
  | 'open'
  | 'freeze'
  | 'create-candidate-service'
  | 'point-candidate-service'
  | 'watch-stable'
  | 'overlap'
  | 'switch'
  | 'close'
  | 'hold-again'
  | 'traffic-back'
  | 'close-back'
  | 'evict-candidate'
  | 'unpin'
  | 'restore'
  | 'delete-candidate-service'
  | 'restore-candidate-service';

/** What a release waits for; `text` is one line for a person: `3 of 4 candidate pods Ready`. */
export interface Wait {
  readonly for: 'controller' | 'pods' | 'endpoints' | 'bake' | 'drain' | 'settle' | 'retirement';
  readonly text: string;
}

/**
 * How a release ended. What a failed one left: `standing`: users are on stable and both tracks stand, frozen, for a person to look at;
 * `unfinished`: the cluster did not let us go on, a later run has to; `nothing`: the Deployment is gone.
 */
export type Ending =
  | { readonly outcome: 'promoted' }
  | { readonly outcome: 'rolled-back' }
  | { readonly outcome: 'aborted' }
  | { readonly outcome: 'failed'; readonly left: 'standing' | 'unfinished' | 'nothing' };
