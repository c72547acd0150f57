import type { JsonPatch } from './wire.ts';

/**
 * One mutating request, planned as data. A patch has two halves: the tests (identity and old values: it applies to what was read, or
 * not at all) and the changes, which can be applied to any state of the object: a dry run sends those alone.
 */
export type WriteRequest =
  | {
      readonly verb: 'patch';
      readonly path: string;
      readonly tests: JsonPatch;
      readonly changes: JsonPatch;
      readonly why: string;
    }
  | { readonly verb: 'create' | 'update'; readonly path: string; readonly body: object; readonly why: string }
  | {
      readonly verb: 'delete';
      readonly path: string;
      readonly uid: string;
      /** What becomes of the objects that it owns; left out: as its kind has it (a Job's pods would stay). */
      readonly propagation?: 'Background';
      readonly why: string;
    };

export function deploymentPath(namespace: string, name?: string): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments${name === undefined ? '' : `/${name}`}`;
}

export function jobPath(namespace: string, name?: string): string {
  return `/apis/batch/v1/namespaces/${namespace}/jobs${name === undefined ? '' : `/${name}`}`;
}

export function servicePath(namespace: string, name?: string): string {
  return `/api/v1/namespaces/${namespace}/services${name === undefined ? '' : `/${name}`}`;
}
