const open: string[] = [];

/**
 * Groups scenes, as Jest's function of this name does, but by their names alone: Jest plays one group after the other, so that one slow
 * scene keeps all groups behind it waiting.
 */
export function describe(name: string, register: () => void): void {
  open.push(name);
  try {
    register();
  } finally {
    open.pop();
  }
}

/** The name of a scene with those of the groups that it is registered in. */
export function inGroups(name: string): string {
  return [...open, name].join(' › ');
}
