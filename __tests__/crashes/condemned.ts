import type { Measures } from '../../src/engine/measures.ts';
import { IMAGE } from '../contract/cluster.ts';
import { objectsAt } from '../simulator/json.ts';
import { type Cluster, NAMESPACE } from './cluster.ts';
import type { Family } from './family.ts';
import type { Inputs } from './inputs.ts';
import type { RunOptions } from './run.ts';

/* A version that is found unfit: v2, at one moment of its release. All others are well. */

/** Long enough for it to be looked at in each of them. */
const WATCHED: Inputs = { tick: '1s', 'bake-time': '4s' };

/** A threshold of the user's that does not hold as soon as `isBad` says so. */
export function condemned(family: Family, inputs: Inputs, isBad: (cluster: Cluster) => boolean): Family {
  return {
    ...family,
    inputs: { ...family.inputs, ...WATCHED, ...inputs },
    measures: (cluster) => watching(() => isBad(cluster)),
  };
}

/** Its smoke test fails, before any user reaches it. */
export function unfit(family: Family): Family {
  return { ...family, inputs: { ...family.inputs, 'smoke-test': 'GET /' }, check };
}

const check: RunOptions['check'] = async ({ images }) => [
  {
    name: 'GET /',
    kind: 'smoke-test',
    verdict: images.web === IMAGE.v2 ? 'unhealthy' : 'healthy',
    tries: 1,
    took: 1,
    detail: images.web === IMAGE.v2 ? '500' : '200',
  },
];

function watching(isBad: () => boolean): Measures {
  return {
    prepare: async () => ({ metrics: null, notes: [], gates: { thresholds: true, alerts: false } }),
    begin: () => ({
      source: null,
      gates: () => [
        {
          name: 'errors',
          kind: 'threshold',
          look: async () => ({
            verdict: isBad() ? 'unhealthy' : 'healthy',
            detail: `wanted < 1, found ${isBad() ? 7 : 0}`,
          }),
        },
      ],
    }),
  };
}

/** Its part of the pods that the live Service lists. */
export function livePart(cluster: Cluster): number {
  const { users } = cluster.left();
  const all = Object.values(users).reduce((sum, count) => sum + count, 0);
  return (users[IMAGE.v2] ?? 0) / Math.max(1, all);
}

/** Percent that the HTTPRoute gives it. */
export function routedShare({ plane }: Cluster): number {
  const template = plane.store.get('deployments.apps', NAMESPACE, 'web')?.spec.template;
  if (template?.spec?.containers[0]?.image !== IMAGE.v2) return 0;
  const route = plane.store.get<string>('httproutes.gateway.networking.k8s.io', NAMESPACE, 'web');
  const [rule] = objectsAt((route as { spec?: unknown } | undefined)?.spec, 'rules');
  const refs = objectsAt(rule, 'backendRefs').map(({ name, weight = 1 }) => ({ name, weight: Number(weight) }));
  const total = refs.reduce((sum, { weight }) => sum + weight, 0);
  return (100 * (refs.find(({ name }) => name === 'web-candidate')?.weight ?? 0)) / total;
}
