import { expect } from '@jest/globals';
import { type Fate, FATES } from '../crashes/fate.ts';
import type { RunningAction } from '../runner/runner.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectOriginal, expectPromoted, expectSuccess, GOOD_RELEASE, TAKEN_BACK } from './endings.ts';
import { FORWARD, type Gate } from './gate.ts';
import { describe } from './group.ts';
import { PROCESS, type Scene, scenariosOn } from './scene.ts';

/** Moments of a good release at which post, too, is the bundle's; the only ones where all are gone through by `crashes/`. */
const FEW: readonly string[] = ['before “select candidate” (8)', 'without the answer to “close” (9)'];

/** The process, or the whole runner, ends at once. */
type Death = 'the process' | 'the runner';

/**
 * Killed before and after every mutating request. Users are served all the time; post, or the next run where there is no post,
 * leaves the objects as they were or as the release wanted them. `few`: a handful of them with real processes, where all of them are
 * gone through without any (`crashes/`).
 */
export function killedRuns(cluster: () => TestCluster, { moments: wanted }: { readonly moments: 'all' | 'few' }): void {
  const scenario = scenariosOn(cluster);
  const all = wanted === 'all';

  describe('killed, and post takes back or completes:', () => {
    for (const { name, at, fate, done } of moments(GOOD_RELEASE)) {
      if (!all && !FEW.includes(name)) continue;
      scenario(name, {}, async (scene) => {
        const { gate, die } = await mortal(scene, at, fate);
        const inputs = { images: `web=${IMAGE.v2}`, kubeconfig: gate.kubeconfig };
        const action = scene.start(inputs, FEW.includes(name) ? PROCESS : {});
        die(action, 'the process');
        const result = await action.done;
        expect(result.signal).toBe('SIGKILL');
        expect(result.post).toMatchObject({ conclusion: 'success' });
        expect((await scene.writes()).slice(0, done.length)).toEqual(done);
        if (!done.includes('open record')) expect(await scene.objects()).toEqual(scene.before);
        else if (done.includes('close')) await expectPromoted(scene);
        else {
          await expectOriginal(scene, 'aborted');
          // Whether users had met the new version, only the one who died knew.
          expect(result.post?.summary).toMatch(/Users are (on|back on) the version they had before this release[.;]/);
        }
      });
    }
  });

  describe('lost with the runner, and the next run takes back or completes, and releases:', () => {
    for (const { name, at, fate, done } of moments(GOOD_RELEASE)) {
      if (!all && name !== 'without the answer to “select candidate” (8)') continue;
      scenario(name, {}, async (scene) => {
        const { gate, die } = await mortal(scene, at, fate);
        const action = scene.start({ images: `web=${IMAGE.v2}`, kubeconfig: gate.kubeconfig });
        die(action, 'the runner');
        const lost = await action.done;
        expect(lost).toMatchObject({ signal: 'SIGKILL' });
        expect(lost.post).toBeUndefined();
        const isOpen = done.includes('open record') && !done.includes('close record');
        await expectNextRunReleases(scene, isOpen);
        const past = (await scene.record()).past.map(({ outcome }) => outcome);
        if (!done.includes('open record')) expect(past).toEqual(['promoted']);
        else expect(past).toEqual(['promoted', done.includes('close') ? 'promoted' : 'rolled-back']);
      });
    }
  });

  describe('cancelled in the bake, and lost on the way back:', () => {
    const wayBack = TAKEN_BACK.slice(TAKEN_BACK.indexOf('back to stable'));
    for (const [index, write] of wayBack.entries()) {
      for (const death of ['the process', 'the runner'] as const) {
        if (!all && write !== (death === 'the process' ? 'back to stable' : 'close on stable')) continue;
        scenario(`${death} after “${write}”`, {}, async (scene) => {
          const { gate, die } = await mortal(scene, TAKEN_BACK.indexOf('back to stable') + index, 'unheard');
          const inputs = { images: `web=${IMAGE.v2}`, kubeconfig: gate.kubeconfig, 'bake-time': '30s' };
          const action = scene.start(inputs, write === 'back to stable' ? PROCESS : {});
          die(action, death);
          await action.line(/waiting: users are on the candidate/);
          interrupt(action);
          const result = await action.done;
          expect(result.signal).toBe('SIGKILL');
          if (death === 'the process') await expectOriginal(scene, 'aborted');
          else await expectNextRunReleases(scene, !wayBack.slice(0, index + 1).includes('close record'));
        });
      }
    }
  });
}

interface Moment {
  readonly name: string;
  /** Index of the write. */
  readonly at: number;
  readonly fate: Fate;
  /** The writes that were carried out. */
  readonly done: readonly string[];
}

function moments(writes: readonly string[]): Moment[] {
  return writes.flatMap((write, at) =>
    (['unsent', 'unheard'] as const).map((fate) => ({
      name: `${FATES[fate]} “${write}” (${at + 1})`,
      at,
      fate,
      done: writes.slice(0, fate === 'unsent' ? at : at + 1),
    })),
  );
}

/** A gate at which a run dies of one of its writes; after the answer to it, at the next request of any kind. */
export async function mortal(
  scene: Scene,
  at: number,
  fate: Fate,
): Promise<{ readonly gate: Gate; readonly die: (action: RunningAction, death: Death) => void }> {
  let kill = (): void => undefined;
  let isHeard = false;
  const gate = await scene.gate((passing) => {
    const isIts = passing.kind === 'write' && passing.count === at + 1;
    if (isHeard || (isIts && fate === 'unsent')) {
      kill();
      return { do: 'reset' };
    }
    if (!isIts) return FORWARD;
    if (fate === 'unheard') return { do: 'forward-and-reset', first: kill };
    const first = (): void => {
      isHeard = true;
    };
    return { do: 'forward-and-tell', first };
  });
  return {
    gate,
    die(action, death) {
      kill = () => (death === 'the process' ? action.kill('SIGKILL') : action.loseRunner());
    },
  };
}

/** Cancels a run that is to die at a write of its way back: by the first signal alone, that the runner's patience does not end it before. */
export function interrupt(action: RunningAction): void {
  action.kill('SIGINT');
}

async function expectNextRunReleases(scene: Scene, findsItOpen: boolean): Promise<void> {
  await scene.expireLock();
  const next = await scene.run({ images: `web=${IMAGE.v3}` });
  expectSuccess(next);
  expect(next.displayedLog.includes('unfinished; it is taken back first')).toBe(findsItOpen);
  await expectPromoted(scene, { image: IMAGE.v3 });
}
