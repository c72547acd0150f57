import { expect } from '@jest/globals';
import type { TestCluster } from './cluster.ts';
import { expectPromoted, expectSuccess, GOOD_RELEASE } from './endings.ts';
import { FORWARD, type Treatment } from './gate.ts';
import { isWatch, through } from './gate-rules.ts';
import { describe } from './group.ts';
import { type Scene, scenariosOn } from './scene.ts';
import { EVERY_OTHER, oneAndEnd, TWICE } from './watch-events.ts';

/** What is lost comes with the next watch or list, for each thing that is waited for. Milliseconds. */
const LOSSES = 300_000;

/** Watches that tell their events otherwise than they came: the release ends as if nothing had been. */
export function wrongWatches(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('every watch', () => {
    // The longest comes first: the others play beside it.
    const watches: Readonly<Record<string, { readonly told: Treatment; readonly patience?: number }>> = {
      'loses every second event': { told: EVERY_OTHER, patience: LOSSES },
      'brings every event twice, and old ones after new ones': { told: TWICE },
      'is ended after each event': { told: oneAndEnd() },
      'says after each event that the server has an error, and is ended': {
        told: oneAndEnd({ code: 500, reason: 'InternalError', message: 'an error on the server' }),
      },
    };
    for (const [name, { told, patience }] of Object.entries(watches)) {
      const script = async (scene: Scene): Promise<void> => {
        let count = 0;
        const gate = await scene.gate((passing) => {
          if (!isWatch(passing)) return FORWARD;
          count += 1;
          return told;
        });
        expectSuccess(await through(gate, scene, { timeout: '10m' }));
        expect(count).toBeGreaterThan(0);
        expect(await scene.writes()).toEqual(GOOD_RELEASE);
        await expectPromoted(scene);
      };
      scenario(name, {}, script, patience);
    }
  });
}
