import { ApiError } from '../cluster/errors.ts';
import { CannotRoute } from '../traffic/router.ts';
import { CommandMissing } from './command-route.ts';
import { CannotWrite } from './writes.ts';

/**
 * Somebody else was faster, or what was read was out of date: the next look tells. Also where a write has nothing left to do, or lacks what
 * it needs: watches bring news between the look that asked for it and the write.
 */
export function isRaceLost(error: unknown): boolean {
  return error instanceof CannotWrite || (error instanceof ApiError && [404, 409, 410, 422].includes(error.status));
}

/** No other try will change it. @param tries in a row, of the same, this one among them */
export function isFinal(error: unknown, tries: number, mayTurn: boolean): boolean {
  if (error instanceof CannotWrite) return tries > 1;
  if (error instanceof CannotRoute || error instanceof CommandMissing) return true;
  return error instanceof ApiError && isLastWord(error, mayTurn);
}

/**
 * A refusal that no other try will change. Who is not let in (401) may be in a moment. For a permission that is missing (403) a release
 * goes back; where it can only go on, on its way back or when it is closing, it is not given up for that: the permission may be on its way.
 */
function isLastWord(error: ApiError, mayTurn: boolean): boolean {
  const { status } = error;
  if (status >= 500 || isRaceLost(error) || status === 401) return false;
  return mayTurn || status !== 403;
}
