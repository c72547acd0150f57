import { expect } from '@jest/globals';
import type { Pod } from '../../../src/cluster/wire.ts';
import { IMAGE } from '../../contract/cluster.ts';
import { expectFailure, expectOriginal } from '../../contract/endings.ts';
import type { Scene } from '../../contract/scene.ts';
import type { RunningAction, RunResult } from '../../runner/runner.ts';
import { paths } from '../api.ts';
import type { BusyScene } from '../under-load.ts';

/** Why a ramp is taken back, in the middle of a step. */
export interface Turn {
  readonly name: string;
  turn(busy: BusyScene, action: RunningAction): Promise<void>;
  /** What was told of it, and that all is as it was: by default down to the pods. */
  judge(scene: Scene, result: RunResult, expectEnd?: typeof expectOriginal): Promise<void>;
}

export const ILL: Turn = {
  name: 'because a pod is not Ready any more',
  turn: (busy) => fallIll(busy),
  async judge(scene, result, expectEnd = expectOriginal) {
    expectFailure(result, 'rolled-back', /pod web-\S+ of the candidate is no longer Ready while users are on it/);
    await expectEnd(scene);
  },
};

export const CANCELLED: Turn = {
  name: 'because the job is cancelled',
  async turn(_, action) {
    action.cancel();
  },
  async judge(scene, result, expectEnd = expectOriginal) {
    expect(result).toMatchObject({
      conclusion: 'cancelled',
      outputs: { outcome: 'aborted', reason: 'The run was cancelled.' },
      post: { conclusion: 'success' },
    });
    expect(result.signal).toBeUndefined();
    await expectEnd(scene, 'aborted');
  },
};

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** One pod of the candidate is not Ready any more, and goes on serving. */
async function fallIll({ scene, node }: BusyScene): Promise<void> {
  const [name] = await scene.podsOf(await scene.hash(IMAGE.v2));
  const { status } = await scene.api.get<Pod>(paths.core(scene.namespace, 'pods', name));
  const answer = await node.inside([node.web, 'get', `http://${status?.podIP}:8080/fall-ill`]);
  expect(answer).toMatchObject({ code: 0, stdout: 'ill\n' });
}
