import { afterAll, beforeAll, describe } from '@jest/globals';
import { type NodeCluster, startNode } from './node.ts';
import { rampsByPods } from './ramps/by-pods.ts';
import { rampsByRoute } from './ramps/by-route.ts';
import { mirrors } from './ramps/mirrors.ts';
import { pauses } from './ramps/pauses.ts';
import { rampsOn } from './ramps/ramp.ts';
import { rolling } from './ramps/rolling.ts';
import { startTraefiks } from './traefik.ts';

/**
 * Canary ramps and rolling releases of a real app with real users: the committed bundle, as the runner runs it, under 200 requests a
 * second through a real Traefik, or through the ClusterIP alone. In every one of them no request fails and no WebSocket breaks, the
 * shares are those that were asked for, nobody but a tester meets the new version before its first step, and nobody the version that
 * was left.
 */

let node: NodeCluster;
beforeAll(async () => {
  node = await startNode();
  await startTraefiks(node);
});
afterAll(() => node?.stop());

// In one block: those that may be played at the same time are.
describe('a ramp', () => {
  const ramp = rampsOn(() => node);
  rampsByRoute(ramp);
  pauses(ramp);
  rampsByPods(ramp);
  rolling(ramp);
  mirrors(ramp);
});
