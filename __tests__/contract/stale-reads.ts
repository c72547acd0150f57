import { expect } from '@jest/globals';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { carriedOut, expectOriginal, expectPromoted, expectSuccess, GOOD_RELEASE, TAKEN_BACK } from './endings.ts';
import { FORWARD } from './gate.ts';
import { type Ruling, through } from './gate-rules.ts';
import { describe } from './group.ts';
import { scenariosOn } from './scene.ts';

/**
 * Reads that are answered as they would have been before the run's own last write, as by a member of a control plane that is behind: every
 * write is carried out once, and in its order.
 */
export function staleReads(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('after each write', () => {
    for (const [name, reads] of [
      ['a read is answered', 1],
      ['five reads are answered', 5],
    ] as const) {
      scenario(`${name} from the state before it: a release`, {}, async (scene) => {
        const gate = await scene.gate(staleFor(reads));
        expectSuccess(await through(gate, scene));
        expect(gate.answeredAsEarlier).toBeGreaterThan(reads);
        expect(carriedOut(await scene.writes())).toEqual(GOOD_RELEASE);
        await expectPromoted(scene);
      });

      scenario(`${name} from the state before it: a way back`, {}, async (scene) => {
        const gate = await scene.gate(staleFor(reads));
        const inputs = { images: `web=${IMAGE.v2}`, 'bake-time': '30s', kubeconfig: gate.kubeconfig };
        const action = scene.follow(inputs);
        await action.line(/waiting: users are on the candidate/);
        action.cancel();
        expect((await action.done).outputs).toMatchObject({ outcome: 'aborted' });
        expect(gate.answeredAsEarlier).toBeGreaterThan(reads);
        expect(carriedOut(await scene.writes())).toEqual(TAKEN_BACK);
        await expectOriginal(scene, 'aborted');
      });
    }
  });
}

function staleFor(reads: number): Ruling {
  let left = 0;
  return ({ kind, method }) => {
    if (kind === 'write') {
      left = reads;
      return { do: 'read-and-forward' };
    }
    if (kind !== 'read' || method !== 'GET' || left === 0) return FORWARD;
    left -= 1;
    return { do: 'answer-as-earlier' };
  };
}
