import type { CommandOutcome, RouterCommand } from '../../src/engine/command-route.ts';
import { type AppOptions, type Cluster, NAMESPACE } from './cluster.ts';

const BALANCERS = { group: 'cloud.test', version: 'v1', plural: 'balancers', kind: 'Balancer' };
const KEY = `${BALANCERS.plural}.${BALANCERS.group}`;
const PATH = `/apis/${BALANCERS.group}/${BALANCERS.version}/namespaces/${NAMESPACE}/${BALANCERS.plural}`;
/** Milliseconds that the program takes to tell the load balancer, and the load balancer to send users by what it was told. */
const TELLING = 50;
const LAG = 700;

/** A load balancer outside of the cluster splits users between the Services. It is kept here as an object, to be seen like all others. */
export const BALANCED: Pick<AppOptions, 'resources' | 'objects'> = {
  resources: [BALANCERS],
  objects: [
    {
      path: PATH,
      body: {
        apiVersion: `${BALANCERS.group}/${BALANCERS.version}`,
        kind: BALANCERS.kind,
        metadata: { name: 'web', namespace: NAMESPACE },
        spec: { share: 0 },
      },
    },
  ],
};

/** It takes up what it was told, one thing after the other, each some time later. */
export function balancer(cluster: Cluster): void {
  const { plane, time } = cluster;
  let last: number | undefined;
  const takeUp = ({ spec, metadata: { generation } }: Balancer): void => {
    if (generation === last) return;
    last = generation;
    time.after(LAG, () => {
      const change = (current: object): object => ({ ...current, status: { ...spec, observedGeneration: generation } });
      plane.writes.update(KEY, NAMESPACE, 'web', change, { manager: 'balancer', dryRun: false }, 'status');
    });
  };
  takeUp(balancerOf(cluster));
  cluster.saveWith(() => {
    const before = last;
    return {
      text: String(before),
      restore: () => {
        last = before;
      },
    };
  });
  plane.store.subscribe(({ resource }) => {
    if (resource === KEY) takeUp(balancerOf(cluster));
  });
}

/** The user's program. It is a process of its own: begun, it does what it was told, whatever becomes of the run; unless that ends it. */
export function balancing(cluster: Cluster): RouterCommand {
  const { time } = cluster;
  const after = (ms: number, signal: AbortSignal, what: () => CommandOutcome): Promise<CommandOutcome> =>
    new Promise((resolve) => {
      const end = (outcome: CommandOutcome): void => {
        cancel();
        signal.removeEventListener('abort', give);
        time.touch();
        resolve(outcome);
      };
      const give = (): void => end({ ok: false, reason: 'it was ended' });
      const cancel = time.after(ms, () => end(what()));
      if (signal.aborted) give();
      else signal.addEventListener('abort', give);
    });
  return {
    tell: (_names, share, signal) =>
      after(TELLING, signal, () => {
        cluster.request('PATCH', `${PATH}/web`, { spec: { share } }, 'application/merge-patch+json');
        return { ok: true, reason: '' };
      }),
    verify: (_names, share, signal) =>
      after(TELLING, signal, () => {
        const { metadata, status } = balancerOf(cluster);
        const isSettled = status?.observedGeneration === metadata.generation;
        return { ok: isSettled && status?.share === share, reason: `it sends ${(status?.share ?? 0) / 100} %` };
      }),
  };
}

/** By what the load balancer does, not by what it was told. */
export function balancedTo(cluster: Cluster): readonly string[] {
  return (balancerOf(cluster).status?.share ?? 0) > 0 ? ['web-candidate'] : [];
}

interface Balancer {
  readonly metadata: { readonly generation?: number };
  readonly spec: { readonly share: number };
  readonly status?: { readonly share: number; readonly observedGeneration?: number };
}

function balancerOf({ plane }: Cluster): Balancer {
  // Made by this file alone.
  return plane.store.get<string>(KEY, NAMESPACE, 'web') as unknown as Balancer;
}
