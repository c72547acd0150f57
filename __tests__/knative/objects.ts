import type { KubeObject } from '../../src/cluster/wire.ts';

/*
 * Knative's objects as the tests handle them. They share no code with what is tested.
 */

export interface Target {
  readonly revisionName?: string;
  readonly latestRevision?: boolean;
  readonly percent?: number;
  readonly tag?: string;
  readonly url?: string;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface Container {
  readonly name?: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

/** A Service or a Revision: what one of them has, the other has not. */
export interface KnativeObject extends KubeObject {
  readonly spec?: {
    readonly template?: Template;
    readonly traffic?: readonly Target[];
    readonly containers?: readonly Container[];
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly latestCreatedRevisionName?: string;
    readonly latestReadyRevisionName?: string;
    readonly traffic?: readonly Target[];
  };
}

export interface Template {
  readonly metadata?: {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly containers: readonly Container[] };
}

const GROUP = 'serving.knative.dev/v1';

export const knativePaths = {
  services: (namespace: string, name?: string): string => path(namespace, 'services', name),
  revisions: (namespace: string, name?: string): string => path(namespace, 'revisions', name),
} as const;

function path(namespace: string, resource: string, name: string | undefined): string {
  return `/apis/${GROUP}/namespaces/${namespace}/${resource}${name === undefined ? '' : `/${name}`}`;
}

/** The resources of the simulator; the real API server has their CRDs. */
export const KNATIVE_RESOURCES = [
  { group: 'serving.knative.dev', version: 'v1', plural: 'services', kind: 'Service' },
  { group: 'serving.knative.dev', version: 'v1', plural: 'revisions', kind: 'Revision' },
];
