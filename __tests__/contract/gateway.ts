import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { Api } from '../kubernetes/api.ts';

/** An HTTPRoute, as far as these tests look into it. */
export interface HttpRoute extends KubeObject {
  readonly spec?: {
    readonly rules?: readonly {
      readonly backendRefs?: readonly { readonly name: string; readonly weight?: number }[];
    }[];
  };
  readonly status?: { readonly parents?: readonly { readonly controllerName: string }[] };
}

export function routePath(namespace: string, name?: string): string {
  const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`;
  return name === undefined ? path : `${path}/${name}`;
}

/** A route of everything to Service `web`, as people have it. */
export function routeManifest(namespace: string): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'web', namespace },
    spec: {
      parentRefs: [{ name: 'gateway' }],
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [{ name: 'web', port: 80 }] }],
    },
  };
}

/** Plays the controller of a Gateway: says of every version of the HTTPRoutes of a namespace that it accepts it, or why it does not. */
export class GatewayController {
  /** Null: every route is accepted. */
  refusal: string | null = null;
  /** By which it is known in the status. */
  name = 'example.test/gateway';
  readonly #stop = new AbortController();
  #done: Promise<void> = Promise.resolve();

  static async start(kubeconfig: string, namespace: string): Promise<GatewayController> {
    const controller = new GatewayController();
    const api = await Api.from(kubeconfig, 'gateway-controller');
    controller.#done = controller.#run(api, namespace);
    return controller;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(api: Api, namespace: string): Promise<void> {
    const judged = new Map<string, string>();
    while (!this.#stop.signal.aborted) {
      const { items } = await api.list<HttpRoute>(routePath(namespace)).catch(() => ({ items: [] }));
      for (const route of items) {
        const name = route.metadata?.name ?? '';
        const key = `${route.metadata?.generation}/${this.refusal}/${this.name}`;
        if (judged.get(name) === key) continue;
        const patched = await this.#judge(api, namespace, route).catch(() => false);
        if (patched) judged.set(name, key);
      }
      await sleep(30);
    }
    await api.close();
  }

  async #judge(api: Api, namespace: string, { metadata }: HttpRoute): Promise<boolean> {
    const condition = (type: string, refusal: string | null): object => ({
      type,
      status: refusal === null ? 'True' : 'False',
      reason: refusal === null ? type : 'UnsupportedValue',
      message: refusal ?? '',
      observedGeneration: metadata?.generation,
      lastTransitionTime: new Date().toISOString(),
    });
    const conditions = [condition('Accepted', this.refusal), condition('ResolvedRefs', null)];
    const parents = [{ parentRef: { name: 'gateway' }, controllerName: this.name, conditions }];
    await api.patch(`${routePath(namespace, metadata?.name)}/status`, { status: { parents } });
    return true;
  }
}
