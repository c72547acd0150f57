import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Snapshot } from '../../src/engine/snapshot.ts';
import { isHeld, sameFields } from '../../src/release/hold.ts';
import { IMAGE } from '../contract/cluster.ts';
import { type Round, Stage } from '../transcripts/stage.ts';
import { requestOf } from '../transcripts/transcript.ts';

/*
 * Design §2's invariants, after every single write and every single step of a controller, for random orders of everything that can
 * happen: decisions on fresh and on stale reads, controllers that lag, kills at any point, cancels, scaling, deleted pods, foreign
 * images. However a release was disturbed, it comes to an end with users served and the Deployment as it was or as it was asked for.
 */

type Happening =
  | { readonly what: 'round' | 'stale-round' | 'controller' | 'remember' | 'kill' | 'cancel' | 'foreign-image' }
  | { readonly what: 'time'; readonly ms: number }
  | { readonly what: 'scale'; readonly replicas: number }
  | { readonly what: 'delete-pod'; readonly track: 'stable' | 'candidate' };

const often = (what: 'round' | 'stale-round' | 'controller' | 'remember'): fc.Arbitrary<Happening> =>
  fc.constant({ what });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 30, arbitrary: often('round') },
  { weight: 20, arbitrary: often('controller') },
  { weight: 6, arbitrary: often('stale-round') },
  { weight: 4, arbitrary: often('remember') },
  { weight: 8, arbitrary: fc.record({ what: fc.constant('time' as const), ms: fc.integer({ min: 10, max: 3000 }) }) },
  { weight: 1, arbitrary: fc.constantFrom<Happening>({ what: 'kill' }, { what: 'cancel' }, { what: 'foreign-image' }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('scale' as const), replicas: fc.integer({ min: 2, max: 6 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('delete-pod' as const),
      track: fc.constantFrom('stable' as const, 'candidate' as const),
    }),
  },
);

/** What is wrong with the cluster as it is at this moment; nothing, if all is well. */
function violations(stage: Stage, isHealthy: boolean): string[] {
  const { deployment, stable, candidate, live } = stage.observe();
  const { paused } = deployment.fields;
  const found: string[] = [];
  if (live.pin !== null && !paused && !isHeld(deployment.fields)) found.push('pinned while neither paused nor held');
  const candidateServes = candidate?.pods.some((pod) => pod.ready && !pod.terminating);
  const isReached = candidateServes === true && (live.pin === null || live.pin === candidate?.hash);
  const isStableNow = deployment.template === 'candidate' && (stable === null || stable.size === 0);
  if (isReached && !paused && !isStableNow) found.push('users reach the candidate while the Deployment is not paused');
  // The pods of a sick candidate can all fail in one moment under their users; then the way back is what counts.
  if (isHealthy && live.endpoints.stable + live.endpoints.candidate + live.endpoints.other === 0)
    found.push('the live Service has no endpoint');
  return found;
}

function happen(stage: Stage, it: Happening, memory: { snapshot: Snapshot }): void {
  switch (it.what) {
    case 'round':
      keepOwnWrites(stage, stage.round(), memory);
      break;
    case 'stale-round':
      // What watches and lists showed a while ago: decisions on it must be refused by the tests in the patches, or be harmless.
      keepOwnWrites(stage, stage.round(memory.snapshot), memory);
      break;
    case 'remember':
      memory.snapshot = stage.snapshot();
      break;
    case 'controller':
      stage.model.step();
      break;
    case 'time':
      stage.model.advance(it.ms);
      break;
    case 'kill':
      stage.takeBack();
      memory.snapshot = stage.snapshot();
      break;
    case 'cancel':
      stage.turnBack('cancelled', 'The run was cancelled.');
      break;
    case 'scale':
      stage.foreign('PATCH', 'deployment', 'web', { spec: { replicas: it.replicas } });
      break;
    case 'foreign-image':
      stage.foreign('PATCH', 'deployment', 'web', {
        spec: { template: { spec: { containers: [{ name: 'web', image: IMAGE.v3 }] } } },
      });
      break;
    case 'delete-pod': {
      const track = stage.observe()[it.track];
      const pod = track?.pods.find((one) => !one.terminating);
      // The only pod that serves is not deleted: nobody could keep users served then.
      if (pod !== undefined && (track?.pods.filter((one) => one.ready).length ?? 0) > 1)
        stage.foreign('DELETE', 'pod', pod.name);
      break;
    }
  }
}

/** The engine never knows less of an object than the answer to its own last write; a refused write makes it read again. */
function keepOwnWrites(stage: Stage, { wrote, refused }: Round, memory: { snapshot: Snapshot }): void {
  const now = stage.snapshot();
  if (refused !== null) memory.snapshot = now;
  if (wrote === null) return;
  const { deployment, liveService, candidateService } = now;
  memory.snapshot = { ...memory.snapshot, deployment, liveService, candidateService };
}

const IMAGES = ['v2', 'v2', 'v2', 'slow', 'crash', 'missing', 'never-ready', 'late-crash', 'unready-later'] as const;

test('at every moment of every disturbed release, and at its end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...IMAGES),
      fc.constantFrom('cut', 'overlap'),
      fc.constantFrom('0s', '2s', '10s'),
      fc.array(happening, { minLength: 10, maxLength: 120 }),
      async (image, howToSwitch, bake, happenings) => {
        const stage = new Stage({ image: IMAGE.v1, replicas: 3 });
        const plan = await stage.begin(
          requestOf({ image, bake, drain: '1s', settle: '1s', timeout: '60s', switch: howToSwitch }),
        );
        const memory = { snapshot: stage.snapshot() };
        const told: string[] = [];
        const look = (when: string): void => {
          for (const violation of violations(stage, image === 'v2' || image === 'slow'))
            throw new Error(`${violation}, after ${when}\n${told.slice(-30).join('\n')}`);
        };
        for (const it of happenings) {
          if (stage.ended) break;
          happen(stage, it, memory);
          told.push(JSON.stringify(it));
          look(JSON.stringify(it));
        }
        driveToEnd(stage, look);
        stage.model.advance(10_000);
        const { deployment, live, candidateService, stable, candidate } = stage.observe();
        expect(sameFields(deployment.fields, plan.original)).toBe(true);
        expect(live.pin).toBeNull();
        expect(candidateService.state).toBe('absent');
        if (deployment.template === 'foreign') {
          // Set before there was a candidate: nothing of ours is left, theirs rolls out.
          expect(candidate?.size ?? 0).toBe(0);
          return;
        }
        const [kept, gone] = deployment.template === 'stable' ? [stable, candidate] : [candidate, stable];
        expect(kept?.size).toBe(deployment.replicas);
        expect(gone?.size ?? 0).toBe(0);
      },
    ),
    // Without shrinking: the story of the failing run is in the error, and shrinking stories takes minutes.
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 60), endOnFailure: true },
  );
}, 120_000);

/** Ends the release with nobody disturbing it any more; what was left standing is taken back by a next run, as the engine does it. */
function driveToEnd(stage: Stage, look: (when: string) => void): void {
  for (let runs = 0; runs < 3; runs += 1) {
    const end = stage.now + 900_000;
    while (!stage.ended && stage.now < end) {
      const { action } = stage.round();
      look(`end: ${JSON.stringify(action)}`);
      if (action.do !== 'wait') continue;
      if (stage.model.step()) look('a step of a controller');
      else stage.model.advance(250);
      look('time');
    }
    expect(stage.ended).toBe(true);
    if (isAtRest(stage)) return;
    stage.takeBack();
  }
}

function isAtRest(stage: Stage): boolean {
  const { deployment, live } = stage.observe();
  return !deployment.fields.paused && live.pin === null;
}
