import type { JsonPatch, KubeObject } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import type { Binding } from './router.ts';

/*
 * The one PATCH of a route that is one object.
 */

/** Tests of what was read, and changes that hold only for that. */
export interface Patch {
  readonly tests: JsonPatch;
  readonly changes: JsonPatch;
}

export const NO_CHANGES: Patch = { tests: [], changes: [] };

export function joined(patches: readonly Patch[]): Patch {
  return { tests: patches.flatMap(({ tests }) => tests), changes: patches.flatMap(({ changes }) => changes) };
}

export function patchOf(binding: Binding, object: KubeObject, { tests, changes }: Patch, why: string): WriteRequest[] {
  if (changes.length === 0) return [];
  const identity = { op: 'test', path: '/metadata/uid', value: object.metadata?.uid } as const;
  return [{ verb: 'patch', path: binding.paths[0] ?? '', tests: [identity, ...tests], changes, why }];
}
