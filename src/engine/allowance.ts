import type { Permission } from '../cluster/permissions.ts';

/** What is made of permissions that the user lacks. */
export interface Allowance {
  /** Those of them without which nothing can go on. */
  fatal(missing: readonly Permission[]): readonly Permission[];
}

/** A release needs them all. */
export const ALL_NEEDED: Allowance = { fatal: (missing) => missing };

/** Goes on without those for which `isNeeded` is false, and remembers them. */
export class Lenience implements Allowance {
  readonly #isNeeded: (permission: Permission) => boolean;
  readonly #missing: Permission[] = [];

  constructor(isNeeded: (permission: Permission) => boolean) {
    this.#isNeeded = isNeeded;
  }

  /** All that was missing so far. */
  get missing(): readonly Permission[] {
    return this.#missing;
  }

  fatal(missing: readonly Permission[]): readonly Permission[] {
    this.#missing.push(...missing);
    return missing.filter(this.#isNeeded);
  }
}
