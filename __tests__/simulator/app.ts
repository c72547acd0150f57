import type { ApiResponse } from './handle.ts';
import { type Model, type ModelOptions, createModel } from './model.ts';
import type { Stored } from './objects.ts';
import { tagOf } from './images.ts';
import { IMAGE } from '../contract/cluster.ts';

export const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
export const SERVICES = '/api/v1/namespaces/default/services';

/** One line of a JSON Patch. */
export interface Operation {
  readonly op: 'add' | 'replace' | 'remove' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

/** A Deployment `web` and a Service `web` before it. */
export function manifests(replicas: number, image: string = IMAGE.v1, spec: Readonly<Record<string, unknown>> = {}) {
  const labels = { app: 'web' };
  const container = { name: 'web', image, ports: [{ name: 'http', containerPort: 8080 }] };
  return {
    deployment: {
      metadata: { name: 'web' },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
        ...spec,
      },
    },
    service: { metadata: { name: 'web' }, spec: { selector: labels, ports: [{ port: 80, targetPort: 'http' }] } },
  };
}

/** A model with the app in it, all pods ready and available. */
export class App {
  readonly model: Model;

  constructor(replicas: number, spec: Readonly<Record<string, unknown>> = {}, options: ModelOptions = {}) {
    this.model = createModel(options);
    const { deployment, service } = manifests(replicas, IMAGE.v1, spec);
    this.model.request({ method: 'POST', path: DEPLOYMENTS, body: deployment });
    this.model.request({ method: 'POST', path: SERVICES, body: service });
    this.model.advance(10_000);
  }

  /** One PATCH, and time enough for everything that follows from it. */
  patch(...operations: readonly Operation[]): ApiResponse {
    const response = this.model.request({ method: 'PATCH', path: `${DEPLOYMENTS}/web`, body: operations });
    this.model.advance(10_000);
    return response;
  }

  patchService(...operations: readonly Operation[]): ApiResponse {
    const response = this.model.request({ method: 'PATCH', path: `${SERVICES}/web`, body: operations });
    this.model.advance(1000);
    return response;
  }

  get deployment(): Stored<'deployments.apps'> {
    return found(this.model.store.get('deployments.apps', 'default', 'web'));
  }

  /** The ReplicaSet of an image's tag. */
  set(tag: string): Stored<'replicasets.apps'> {
    return found(this.model.store.list('replicasets.apps').find((set) => imageTag(set.spec.template?.spec) === tag));
  }

  /** Ready pods by tag, terminating ones left out. */
  ready(): Record<string, number> {
    const pods = this.pods().filter((pod) =>
      pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
    );
    return count(pods.map((pod) => imageTag(pod.spec)));
  }

  pods(): Stored<'pods'>[] {
    return this.model.store.list('pods').filter((pod) => pod.metadata.deletionTimestamp === undefined);
  }

  /** Ready endpoints of the Service by tag. */
  endpoints(): Record<string, number> {
    const endpoints = this.model.store
      .list('endpointslices.discovery.k8s.io')
      .flatMap((slice) => slice.endpoints ?? [])
      .filter((endpoint) => endpoint.conditions?.ready === true);
    return count(
      endpoints.map(({ targetRef }) => imageTag(this.model.store.get('pods', 'default', targetRef?.name ?? '')?.spec)),
    );
  }

  /** `True: MinimumReplicasAvailable`; empty when the Deployment has no such condition. */
  condition(type: string): string {
    const condition = this.deployment.status?.conditions?.find((one) => one.type === type);
    return condition === undefined ? '' : `${condition.status}: ${condition.reason}`;
  }
}

export function image(tag: keyof typeof IMAGE): Operation {
  return { op: 'replace', path: '/spec/template/spec/containers/0/image', value: IMAGE[tag] };
}

export function replicas(count: number): Operation {
  return { op: 'replace', path: '/spec/replicas', value: count };
}

export function paused(value: boolean): Operation {
  return { op: 'add', path: '/spec/paused', value };
}

export function limits(maxSurge: number | string, maxUnavailable: number | string): Operation {
  return {
    op: 'replace',
    path: '/spec/strategy',
    value: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
  };
}

export function minReady(seconds: number): Operation {
  return { op: 'add', path: '/spec/minReadySeconds', value: seconds };
}

function deadline(seconds: number): Operation {
  return { op: 'add', path: '/spec/progressDeadlineSeconds', value: seconds };
}

/** The fields that keep two versions side by side. */
export function hold(maxSurge: number | string, maxUnavailable: number | string): Operation[] {
  return [minReady(2_147_483_646), deadline(2_147_483_647), limits(maxSurge, maxUnavailable)];
}

/** The second write of a close: what the user had, but `minReadySeconds`, which the first has put back. */
export function restore(): Operation[] {
  return [deadline(600), limits('25%', '25%'), paused(false)];
}

export function imageTag(spec: { readonly containers: readonly { readonly image?: string }[] } | undefined): string {
  return tagOf(spec?.containers[0]?.image ?? '');
}

function count(tags: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const tag of tags.toSorted()) counts[tag] = (counts[tag] ?? 0) + 1;
  return counts;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the app has no such object');
  return value;
}
