import type { Share } from '../release/route.ts';
import type { Phase, Story } from './story.ts';

/** Which version users are on after the run. */
export type Users =
  | { readonly on: 'new' }
  /** `newFor`: milliseconds that they were on the new version meanwhile; null: they never were. */
  | { readonly on: 'old'; readonly newFor: number | null }
  /**
   * On the version from before. Who had been on the new one, only the run that began the release knows; `found`: how many were when this one
   * came, basis points; null: that is not known either.
   */
  | { readonly on: 'old-again'; readonly found: Share | null }
  /** Some of them are on the new version: the release stands still there. Basis points. */
  | { readonly on: 'both'; readonly share: Share }
  /** Where they were wanted: on a version from before, which a release has brought back. */
  | { readonly on: 'before' }
  /** Where they were not wanted any more: the version from before could not be brought back. `backFor`: ms that they were on it meanwhile. */
  | { readonly on: 'not-back'; readonly backFor: number | null }
  /** The version asked for was running already. */
  | { readonly on: 'same' }
  /** The run wrote nothing: wherever they were. */
  | { readonly on: 'untouched' }
  /** On neither: the pods of both versions go with their namespace, or their workload. */
  | { readonly on: 'neither'; readonly goneWith: 'namespace' | 'workload' }
  /** On what somebody else has given them meanwhile. */
  | { readonly on: 'theirs' }
  /** The run ended before this was certain. */
  | { readonly on: 'uncertain' };

/** Where the run left the users, from how it ended and from what it wrote. */
export function usersAfter(story: Story): Users {
  if (story.dryRun) return { on: 'untouched' };
  if (story.lost === 'template') return { on: 'theirs' };
  if (story.lost !== null) return { on: 'neither', goneWith: story.lost };
  if (story.outcome === 'promoted') return { on: 'new' };
  if (story.outcome === 'paused') return { on: 'both', share: story.pausedAt ?? 0 };
  if (story.outcome === 'unchanged') return { on: 'same' };
  const oldAgain: Users = { on: 'old-again', found: story.foundAt };
  if (story.denied) return oldAgain;
  const began = beginningOf(story);
  if (began === 'Take back an unfinished release' || began === 'Roll back')
    return story.outcome === 'failed' ? { on: 'uncertain' } : oldAgain;
  if (story.rollback && story.outcome === 'rolled-back') return { on: 'before' };
  // An earlier run's was taken back first, and then this one was refused.
  if (began === null && story.phases.some(({ phase }) => phase === 'Take back an unfinished release')) return oldAgain;
  if (story.writes.length === 0) return { on: 'untouched' };
  // They were all there when it began, and nothing has moved them since.
  if (story.phases.at(-1)?.phase === 'Set the template back' && story.outcome === 'failed') return { on: 'before' };
  // They were all on the new version when it began.
  if (began === 'Finish') return { on: 'new' };
  const exposure = exposureOf(story);
  if (exposure?.isOver === false) return { on: 'uncertain' };
  const ms = exposure?.ms ?? null;
  return story.rollback ? { on: 'not-back', backFor: ms } : { on: 'old', newFor: ms };
}

/**
 * How long the live Service reached the new version: from the first write to it in the switch to the first in going back.
 * A switch whose write is not known to have happened counts: better too long than too short.
 */
function exposureOf(story: Story): { readonly ms: number; readonly isOver: boolean } | null {
  if (story.strategy === 'rolling') return rollingExposure(story);
  const began = story.phases.find(({ phase }) => phase === 'Switch users');
  const ramped = story.ramp.find(({ wanted }) => wanted > 0);
  if (ramped !== undefined) return rampExposure(story, ramped.at);
  if (began === undefined) return null;
  const service = `/services/${story.service ?? ''}`;
  const moves = story.writes.filter(({ request, at }) => request.endsWith(service) && at >= began.startedAt);
  const turned = story.phases.find(({ phase, startedAt }) => phase === 'Go back' && startedAt >= began.startedAt);
  const back = turned === undefined ? undefined : moves.find(({ at }) => at >= turned.startedAt);
  const first = moves.find(({ at }) => turned === undefined || at < turned.startedAt);
  const from = first?.at ?? began.startedAt;
  const until = back?.at ?? turned?.startedAt ?? story.finishedAt;
  return { ms: until - from, isOver: back !== undefined };
}

/** From the first step that users were on to the first write of the way back. */
function rampExposure({ phases, writes, finishedAt }: Story, from: number): { ms: number; isOver: boolean } {
  const turned = phases.find(({ phase, startedAt }) => phase === 'Go back' && startedAt >= from);
  const back = turned === undefined ? undefined : writes.find(({ at }) => at >= turned.startedAt);
  return { ms: (back?.at ?? turned?.startedAt ?? finishedAt) - from, isOver: back !== undefined };
}

/** From the first pod that users reached to the last that left: stable gets its pods back before the candidate's go. */
function rollingExposure({
  phases,
  reachedAt,
  outcome,
  release,
  finishedAt,
  rollback,
  held,
}: Story): { ms: number; isOver: boolean } | null {
  const began = phases.find(({ phase }) => phase === 'Ramp');
  // A run that had no time to finish does not know its release.
  const isBack = outcome === 'rolled-back' || outcome === 'aborted' || (rollback && outcome === 'failed' && !held);
  const isOver = release !== null && isBack;
  if (began === undefined || (isOver && reachedAt === null)) return null;
  return { ms: finishedAt - (reachedAt ?? began.startedAt), isOver };
}

/** Chapters in which the release of an earlier run is ended. */
export const OF_EARLIER_RUNS: readonly Phase[] = ['Take back an unfinished release', 'Roll back', 'Finish'];
/** Chapters with which a rollback begins that has nothing to open: users go to a Revision that is there. */
const WITHOUT_OPENING: readonly Phase[] = ['Start candidate', 'Switch users'];

/**
 * The chapter with which the release began that the story ends with: `Open` of this run's own, or the one in which an earlier run's is ended,
 * whatever chapters follow. Null: none did; what was ended before the last `Preflight` is over.
 */
export function beginningOf({ action, phases }: Pick<Story, 'action' | 'phases'>): Phase | null {
  const at = phases.findLastIndex(({ phase }) => [...OF_EARLIER_RUNS, 'Open', 'Preflight'].includes(phase));
  const last = phases[at]?.phase;
  if (last !== undefined && last !== 'Preflight') return last;
  if (action !== 'rollback') return null;
  return phases.slice(at + 1).find(({ phase }) => WITHOUT_OPENING.includes(phase))?.phase ?? null;
}

/** Whether the release of this run got as far as writing. Findings before that are refusals, after it they are failures. */
export function hasBegun(story: Story): boolean {
  return beginningOf(story) !== null;
}
