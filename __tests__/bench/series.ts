import { join } from 'node:path';
import { IMAGE, REPOSITORY } from '../contract/cluster.ts';
import { createApp } from '../kubernetes/app.ts';
import { type ControlPlane, startControlPlane } from '../kubernetes/control-plane.ts';
import { applyCrds } from '../kubernetes/crds.ts';
import { type Results, wallTime } from './figures.ts';
import { Forwarder, serverPort, withPort } from './forwarder.ts';
import { type MeasuredRamp, measureRamp, type RampWish } from './ramp.ts';
import { type Measured, measureRelease, type Stage, USER, type Wish } from './release.ts';

/** How often each kind of release is run, after one that is not timed. */
const TIMED = 5;
const BROKEN = 3;
const LARGE = 3;

/** A ramp that grows with every step, the same of more pods, and one of many steps. */
const RAMPS: readonly RampWish[] = [
  { replicas: 4, steps: '10% 500ms, 30% 500ms, 60% 500ms' },
  { replicas: 40, steps: '10% 500ms, 30% 500ms, 60% 500ms' },
  { replicas: 4, steps: 'linear 2% every 200ms' },
];

/** Starts a control plane, runs all releases on it one after the other, and takes it away. */
export async function measureReleases(
  action: string,
  scratch: string,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<Results['releases']> {
  const began = Date.now();
  const cluster = await startControlPlane();
  const stop = (): void => void cluster.stop();
  signal.addEventListener('abort', stop, { once: true });
  say(`control plane: ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  const direct = await userOf(cluster);
  const forwarder = await Forwarder.start(serverPort(direct));
  const forwarded = withPort(direct, forwarder.port, join(scratch, 'forwarded.kubeconfig'));
  const timing: Stage = { cluster, action, kubeconfig: direct, signal };
  const counting: Stage = { cluster, action, kubeconfig: forwarded, forwarder, signal };
  const series = async (name: string, stage: Stage, wishes: readonly Wish[]): Promise<Measured[]> => {
    const measured: Measured[] = [];
    for (const wish of wishes) {
      signal.throwIfAborted();
      const release = await measureRelease(stage, wish);
      measured.push(release);
      say(`${name}, ${measured.length} of ${wishes.length}: ${(wallTime(release) / 1000).toFixed(2)} s`);
    }
    return measured;
  };
  try {
    const small = await newApp(cluster, 4);
    const counted = await series('4 pods, connections counted', counting, good(small, 1, 1));
    const timed = await series('4 pods', timing, good(small, 2, TIMED));
    const crash = await series('crash', counting, broken(await newApp(cluster, 4), IMAGE.crash));
    const missing = await series('image missing', counting, broken(await newApp(cluster, 4), IMAGE.missing));
    const large = await series('100 pods', counting, good(await newApp(cluster, 100), 1, LARGE));
    await applyCrds(cluster.api);
    const ramps: MeasuredRamp[] = [];
    for (const wish of RAMPS) {
      signal.throwIfAborted();
      ramps.push(await measureRamp(timing, wish));
      say(`ramp of ${wish.replicas} pods, ${ramps.at(-1)?.steps} steps`);
    }
    return { counted, timed, crash, missing, large, ramps };
  } finally {
    signal.removeEventListener('abort', stop);
    await forwarder.close();
    await cluster.stop();
  }
}

async function newApp(cluster: ControlPlane, replicas: number): Promise<Wish['app']> {
  const app = { namespace: await cluster.namespace('bench'), replicas };
  await createApp(cluster.api, app);
  return app;
}

/** Each to a tag of its own; fake pods of an unknown tag become Ready after a second. */
function good(app: Wish['app'], first: number, count: number): Wish[] {
  return Array.from({ length: count }, (_, index) => {
    const round = first + index;
    return { app, image: `${REPOSITORY}:bench-${round}`, round, expected: 'promoted' };
  });
}

function broken(app: Wish['app'], image: string): Wish[] {
  return Array.from({ length: BROKEN }, (_, index) => ({ app, image, round: index + 1, expected: 'rolled-back' }));
}

/** A user who may do everything, and whom nobody else uses. */
async function userOf(cluster: ControlPlane): Promise<string> {
  await cluster.api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: USER },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: USER }],
  });
  return cluster.kubeconfigFor(USER);
}
