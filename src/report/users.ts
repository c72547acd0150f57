import type { Share } from '../release/route.ts';
import type { Story } from './story.ts';

/** Which version users are on after the run. */
export type Users =
  | { readonly on: 'new' }
  /** `newFor`: milliseconds that they were on the new version meanwhile; null: they never were. */
  | { readonly on: 'old'; readonly newFor: number | null }
  /** On the version from before; whether they had been on the new one, only the run that began the release knows. */
  | { readonly on: 'old-again' }
  /** Some of them are on the new version: the release stands still there. Basis points. */
  | { readonly on: 'both'; readonly share: Share }
  /** The version asked for was running already. */
  | { readonly on: 'same' }
  /** The run wrote nothing: wherever they were. */
  | { readonly on: 'untouched' }
  /** The run ended before this was certain. */
  | { readonly on: 'uncertain' };

/** Where the run left the users, from how it ended and from what it wrote. */
export function usersAfter(story: Story): Users {
  if (story.dryRun) return { on: 'untouched' };
  if (story.outcome === 'promoted') return { on: 'new' };
  if (story.outcome === 'paused') return { on: 'both', share: story.pausedAt ?? 0 };
  if (story.outcome === 'unchanged') return { on: 'same' };
  if (story.phases.at(-1)?.phase === 'Take back an unfinished release')
    return { on: story.outcome === 'failed' ? 'uncertain' : 'old-again' };
  if (story.writes.length === 0) return { on: 'untouched' };
  const exposure = exposureOf(story);
  if (exposure === null) return { on: 'old', newFor: null };
  return exposure.isOver ? { on: 'old', newFor: exposure.ms } : { on: 'uncertain' };
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

/** From the first pods that users may reach to the last that left: stable gets its pods back before the candidate's go. */
function rollingExposure({ phases, outcome, release, finishedAt }: Story): { ms: number; isOver: boolean } | null {
  const began = phases.find(({ phase }) => phase === 'Ramp');
  if (began === undefined) return null;
  // A run that had no time to finish does not know its release.
  const isBack = outcome === 'rolled-back' || outcome === 'aborted';
  return { ms: finishedAt - began.startedAt, isOver: release !== null && isBack };
}

/** Whether the release of this run got as far as writing. Findings before that are refusals, after it they are failures. */
export function hasBegun({ phases }: Story): boolean {
  return phases.some(({ phase }) => phase === 'Open') || phases.at(-1)?.phase === 'Take back an unfinished release';
}
