import { type Action, wait } from '../action.ts';
import type { KnativeObservation, RevisionView } from './observation.ts';

/*
 * Users at rest follow the latest Revision that is ready. A template that is set back makes a Revision once more, unless the user names
 * them; until that one is Ready the latest may be of the template before: users stay pinned by name.
 */

/** Milliseconds for the Revision that an old template makes once more, of images that ran a moment ago. */
const PATIENCE = 120_000;

/** `latestRevision: true` leads to what the template says, and to nothing that came in between. */
export function isUsersWay({ template, current, latestReady, renewed, restored }: KnativeObservation): boolean {
  if (!current || latestReady === null) return false;
  if (template === 'candidate') return renewed?.name === latestReady;
  return template === 'stable' && restored?.name === latestReady;
}

/**
 * Waits until the Revision of a template that was set back is the latest that is ready.
 * @param since when it was set back, epoch ms; undefined: before this run
 * @returns `failed` when it has been said for long enough that it cannot be Ready
 */
export function awaitLatest(
  made: RevisionView | null,
  { current }: KnativeObservation,
  since: number | undefined,
  now: number,
): Action | 'failed' {
  if (!current || made === null) return wait('controller', 'Knative to make a Revision of the old template');
  const { name, ready, sign } = made;
  if (ready) return wait('controller', `Knative to call ${name} its latest ready Revision`);
  const until = since === undefined ? null : since + PATIENCE;
  if (sign !== null && until !== null && now >= until) return 'failed';
  const why = sign === null ? '' : `: ${sign.reason}`;
  return wait('pods', `Revision ${name}, of the old template, to be Ready${why}`, until);
}
