import type { ActionName } from '../action/operations.ts';
import { ALL, percent, type Share } from '../release/route.ts';

/** Where the releases of a workload stand. */
export type Standing =
  /** No release is open. */
  | 'idle'
  /** It waits at a pause for a person. */
  | 'paused'
  /** A run is at work on it. */
  | 'in-progress'
  /** Open, with nobody at work, and all users on stable while the candidate's pods stand beside it, frozen. */
  | 'standing'
  /** It was promoted, and its old version is kept warm. */
  | 'kept-warm'
  /** Open, with nobody at work, at any other point. */
  | 'unfinished';

export interface Situation {
  readonly is: Standing;
  /** Id of the open release; null: none. */
  readonly release: string | null;
  /** Where a paused release stands, basis points; null: it does not. */
  readonly standsAt: Share | null;
  /** Of the users who are on the candidate; null: it cannot be told. */
  readonly share: Share | null;
  /** The open release is itself to bring a version from before back. */
  readonly goesBack: boolean;
  /** The version from before is still known to the cluster, and `rollback` can bring it back. */
  readonly rollbackPossible: boolean;
  /** A release of it would be refused as it is: paused by somebody, or scaled to zero. */
  readonly isHeldBack: boolean;
}

/** Something that can be done now, and what it would do. */
export interface Possible {
  readonly action: ActionName;
  /** A whole sentence. */
  readonly text: string;
}

type Rule = (situation: Situation) => string | null;

/** Of each operation that changes something: what it would do now, or null where it makes no sense. */
const RULES: readonly (readonly [ActionName, Rule])[] = [
  ['promote', ({ is, standsAt }) => (is === 'paused' ? `It goes on from ${percent(standsAt ?? 0)}.` : null)],
  [
    'resume',
    ({ is, release }) =>
      is === 'unfinished' || is === 'standing'
        ? `It goes on with release ${release} from where the cluster says it is.`
        : null,
  ],
  [
    'abort',
    ({ is, release }) => {
      if (is === 'in-progress' && release !== null)
        return `It asks the run that is at work to take release ${release} back.`;
      return isLeft(is) ? `It takes release ${release} back: users to stable, then the pods.` : null;
    },
  ],
  [
    'finish',
    ({ is, release, share }) => {
      if (is === 'kept-warm') return `It lets the old version of release ${release} go.`;
      return (is === 'paused' || is === 'unfinished') && share === ALL
        ? `It ends release ${release} on its new version.`
        : null;
    },
  ],
  [
    'rollback',
    ({ is, release, goesBack, rollbackPossible, isHeldBack }) => {
      if (is === 'kept-warm') return `It takes users back to the old version of release ${release}, by one write.`;
      if (is === 'idle') return rollbackPossible && !isHeldBack ? 'It releases the version from before.' : null;
      if (isLeft(is) && goesBack) return `It brings users to where release ${release} was to bring them.`;
      return isLeft(is) && rollbackPossible ? `It takes release ${release} back, as abort does.` : null;
    },
  ],
  [
    'deploy',
    ({ is, release, isHeldBack }) => {
      if (is === 'idle') return isHeldBack ? null : 'It begins a release.';
      if (is === 'kept-warm') return `It lets the old version of release ${release} go first, and then begins another.`;
      return isLeft(is) ? `It takes release ${release} back first, and then begins another.` : null;
    },
  ],
];

/** Open, and nobody is at work on it. */
function isLeft(is: Standing): boolean {
  return is === 'paused' || is === 'standing' || is === 'unfinished';
}

/** What can be done now, in the order in which a person would think of it. Pure. */
export function possibleOperations(situation: Situation): readonly Possible[] {
  return RULES.flatMap(([action, rule]) => {
    const text = rule(situation);
    return text === null ? [] : [{ action, text }];
  });
}
