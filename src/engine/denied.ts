import { ApiError } from '../cluster/errors.ts';
import { type Permission, missingRoleFor } from '../cluster/permissions.ts';
import type { Finding } from './refusal.ts';
import { permissionsOf } from './route-permissions.ts';

/* A way back whose user may do a part of it alone. */

const VERBS: Readonly<Record<string, string>> = { PATCH: 'patch', POST: 'create', PUT: 'update', DELETE: 'delete' };

/** Where the way back ended short of its end. */
export interface Short {
  readonly namespace: string;
  readonly lacking: readonly Permission[];
  /** That was asked before: no other try of this user's will change it. */
  readonly isKnown: boolean;
  /** No user is left on the candidate. */
  readonly areUsersBack: boolean;
  /** What there is still of the release, a few words for each. */
  readonly left: readonly string[];
}

/** What the API server has refused (403) for want of it; null: the error is another one. */
export function deniedBy(error: unknown): Permission | null {
  if (!(error instanceof ApiError) || error.status !== 403) return null;
  const [method = '', path = ''] = error.what.split(' ');
  const verb = VERBS[method];
  return verb === undefined ? null : (permissionsOf(path, [verb])[0] ?? null);
}

/** Without it nothing can be put on record: neither that a release goes back, nor that it is over. */
export function isOfRecord({ group, resource, verb }: Permission): boolean {
  return group === '' && resource === 'configmaps' && verb === 'update';
}

/** The permissions that a way back is found to lack. */
export class Denials {
  readonly #known: readonly Permission[];
  readonly #met: Permission[] = [];

  /** @param known missing from the start, as far as that could be asked */
  constructor(known: readonly Permission[]) {
    this.#known = known;
  }

  /** It is a refusal for want of one that is known to be missing: no other try will change it. */
  isKnown(error: unknown): boolean {
    const denied = deniedBy(error);
    return denied !== null && this.#known.some((known) => isSame(known, denied));
  }

  /** A write is given up for this. False: it is not for want of a permission. */
  meet(error: unknown): boolean {
    const denied = deniedBy(error);
    if (denied !== null && !this.#met.some((met) => isSame(met, denied))) this.#met.push(denied);
    return denied !== null;
  }

  /** What the way back lacked for its end; null: nothing. @param unnoted it was ended because it could not be put on record */
  lacked(unnoted: boolean): Pick<Short, 'lacking' | 'isKnown'> | null {
    const lacking = [...this.#met, ...(unnoted ? this.#known.filter(isOfRecord) : [])];
    const isKnown = lacking.every((one) => this.#known.some((known) => isSame(known, one)));
    return lacking.length === 0 ? null : { lacking, isKnown };
  }
}

function isSame(a: Permission, b: Permission): boolean {
  return a.group === b.group && a.resource === b.resource && a.verb === b.verb;
}

/** `delete services, patch deployments.apps`. */
export function namesOf(permissions: readonly Permission[]): string {
  const names = permissions.map(({ verb, resource, group }) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`);
  return [...new Set(names)].join(', ');
}

/** What stands, for want of what, and what to do. */
export function describeShort({ lacking, areUsersBack, left }: Short): string {
  const users = areUsersBack ? 'Users are back on the old version' : 'Users are where they were';
  const stands = left.length === 0 ? '' : ` What is left of the release stands: ${left.join('; ')}.`;
  return `${users}; the rest needs permissions that its user lacks: ${namesOf(lacking)}.${stands} Give them, and run action: abort once more: it goes on from there.`;
}

/** For the summary, with the Role that would give it. @param reason why it goes back, and how that ended */
export function shortFinding({ namespace, lacking }: Short, reason: string): Finding {
  return { message: reason, attachment: missingRoleFor(namespace, lacking) };
}

/** Told before the first write of a way back. */
export function lackingWarning(namespace: string, lacking: readonly Permission[]): string {
  return `The user of this run lacks permissions in namespace ${namespace} that the whole way back may need: ${namesOf(lacking)}. Users are taken back first; what cannot be done after that stands, and is named at the end.`;
}
