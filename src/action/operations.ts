/** What input `action` can ask for. */
export const ACTIONS = [
  'deploy',
  'promote',
  'abort',
  'rollback',
  'resume',
  'finish',
  'status',
  'plan',
  'role',
] as const;
export type ActionName = (typeof ACTIONS)[number];

/** Whether the inputs describe a release: of the others all that matters is on record. */
export function describesRelease(action: ActionName): boolean {
  return takesTime(action) || action === 'role';
}

/** Whether it is about a release of its own, with its steps and times: not of one that is on record. */
export function takesTime(action: ActionName): boolean {
  return action === 'deploy' || action === 'rollback' || action === 'plan';
}

/** Whether the inputs have to say what the new version is. */
export function namesVersion(action: ActionName): boolean {
  return action === 'deploy' || action === 'plan';
}

/** Operations that only look: they write nothing into the cluster, the lock included. */
export function onlyLooks(action: ActionName): boolean {
  return action === 'status' || action === 'plan' || action === 'role';
}
