import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { paths } from '../kubernetes/api.ts';
import { until } from '../kubernetes/processes.ts';
import type { RunResult } from '../runner/runner.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectOriginal, expectPromoted, expectResizesOnly, expectSuccess, GOOD_RELEASE } from './endings.ts';
import { FORWARD } from './gate.ts';
import { describe } from './group.ts';
import { type Inputs, PROCESS, type Scene, scenariosOn, type Step } from './scene.ts';

const CLOSE = GOOD_RELEASE.indexOf('close');
/** Before the close the signal is always early enough: the run hears of the write first and would close in the same breath. */
const bakeFor = (at: number): Inputs => ({ 'bake-time': at < CLOSE ? '5s' : '0s' });

/** Of the writes of a good release, those that a run on a whole cluster is cancelled at where all are gone through by `crashes/`. */
const FEW: readonly string[] = ['pin', 'select candidate', 'close', 'restore'];

/**
 * The job is cancelled: traffic is on stable before the runner loses patience, and everything is told. `few`: at a few of the writes,
 * where all of them are gone through without processes (`crashes/`).
 */
export function cancelledRuns(cluster: () => TestCluster, { moments }: { readonly moments: 'all' | 'few' }): void {
  const scenario = scenariosOn(cluster);

  describe('cancelled during the write', () => {
    for (const [at, write] of GOOD_RELEASE.entries()) {
      if (moments === 'few' && !FEW.includes(write)) continue;
      scenario(`“${write}” (${at + 1}), before the run hears of its success`, {}, async (scene) => {
        const gate = await scene.gate((passing) => {
          if (passing.kind !== 'write' || passing.count !== at + 1) return FORWARD;
          return { do: 'forward-and-tell', first: () => action.cancel() };
        });
        const inputs = { images: `web=${IMAGE.v2}`, kubeconfig: gate.kubeconfig, ...bakeFor(at) };
        const action = scene.follow(inputs, write === 'select candidate' ? PROCESS : {});
        await expectTold(scene, await action.done, at);
      });

      scenario(`“${write}” (${at + 1}), before the API server hears of it`, {}, async (scene) => {
        const gate = await scene.gate((passing) => {
          if (passing.kind !== 'write' || passing.count !== at + 1) return FORWARD;
          action.cancel();
          // Long enough for the signal to arrive first.
          return { do: 'delay', ms: 50 };
        });
        const inputs = { images: `web=${IMAGE.v2}`, kubeconfig: gate.kubeconfig, ...bakeFor(at) };
        const action = scene.follow(inputs, write === 'select candidate' ? PROCESS : {});
        await expectTold(scene, await action.done, at);
      });
    }
  });

  describe('cancelled', () => {
    scenario(
      'when stable is leaving already and the run cannot know it: nobody is sent back there',
      {},
      async (scene) => {
        const gate = await scene.gate((passing) => {
          if (passing.kind !== 'write' || passing.count !== CLOSE + 1) return FORWARD;
          const first = async (): Promise<void> => {
            await until('stable leaves', 30_000, async () => (await scene.podsOf(scene.stable.hash)).length === 0);
            action.cancel();
            // Long enough for the signal to arrive before the answer.
            await sleep(50);
          };
          return { do: 'forward-and-tell', first };
        });
        const action = scene.follow({ images: `web=${IMAGE.v2}`, kubeconfig: gate.kubeconfig });
        await expectTold(scene, await action.done, CLOSE);
      },
    );

    const waits: Readonly<Record<string, { readonly inputs: Inputs; readonly when: RegExp; readonly step?: Step }>> = {
      'while pods start': { inputs: { images: `web=${IMAGE.slow}` }, when: /waiting: 0\/2 candidate pods Ready/ },
      'while a command tests': {
        inputs: { 'smoke-command': 'echo testing; sleep 60' },
        when: /^ +testing$/,
        step: PROCESS,
      },
      'in the bake': {
        inputs: { 'bake-time': '40s' },
        when: /waiting: users are on the candidate/,
        step: PROCESS,
      },
      'in the drain': { inputs: { 'drain-time': '40s' }, when: /waiting: open connections/ },
    };
    for (const [name, { inputs, when, step }] of Object.entries(waits)) {
      scenario(name, {}, async (scene) => {
        const action = scene.follow({ images: `web=${IMAGE.v2}`, ...inputs }, step);
        await action.line(when);
        action.cancel();
        const result = await action.done;
        expect(result.signal).toBeUndefined();
        await expectTold(scene, result, 0);
      });
    }

    scenario('while another run holds the lock: nothing written', {}, async (scene) => {
      await scene.api.create(paths.leases(scene.namespace), {
        metadata: { name: 'crossfade.web' },
        spec: { holderIdentity: 'somebody', leaseDurationSeconds: 3600, renewTime: '2026-01-01T00:00:00.000000Z' },
      });
      const action = scene.follow({ images: `web=${IMAGE.v2}` });
      await action.line(/another run is releasing web: somebody/);
      action.cancel();
      const result = await action.done;
      expect(result).toMatchObject({ conclusion: 'cancelled', exitCode: 1, outputs: { outcome: 'aborted' } });
      expect(await scene.writes()).toEqual(['take lock (409)']);
      const after = await scene.objects();
      expect(after).toEqual({ ...scene.before, leases: ['crossfade.web'] });
    });

    scenario('while the API server does not answer: post takes back', {}, async (scene) => {
      const gate = await scene.gate();
      const inputs = { images: `web=${IMAGE.v2}`, kubeconfig: gate.kubeconfig, 'bake-time': '40s' };
      const action = scene.start(inputs, PROCESS);
      await action.line(/waiting: users are on the candidate/);
      gate.rule = () => ({ do: 'reset' });
      action.cancel();
      await action.line(/no line is like this/).catch(() => {
        gate.rule = () => FORWARD;
      });
      const result = await action.done;
      expect(result).toMatchObject({ conclusion: 'cancelled', post: { conclusion: 'success' } });
      // Nothing had been taken back when this was written.
      expect(result.outputs.outcome).not.toBe('promoted');
      expect(result.outputs.images).not.toContain(IMAGE.v1);
      expect(result.summary).not.toBe('');
      await expectOriginal(scene, 'aborted');
    });
  });
  describe('cancelled with on-cancel: hold', () => {
    const HOLD = { images: `web=${IMAGE.v2}`, 'on-cancel': 'hold' } as const;

    scenario('in the bake: users stay on the candidate until another run promotes', {}, async (scene) => {
      const action = scene.follow({ ...HOLD, 'bake-time': '6s' }, PROCESS);
      await action.line(/waiting: users are on the candidate/);
      action.cancel();
      const result = await action.done;
      expect(result.outputs).toMatchObject({ outcome: 'paused' });
      expect(result.outputs.reason).toMatch(/It stands at 100 %: the run was cancelled, and on-cancel: hold/);
      expect(await scene.writes()).toEqual([...GOOD_RELEASE.slice(0, CLOSE), 'open record', 'release lock']);
      expect(await scene.users()).toEqual(await scene.podsOf(await scene.hash(IMAGE.v2)));
      expect((await scene.deployment()).spec?.paused).toBe(true);
      expectSuccess(await scene.run({ action: 'promote' }));
      await expectPromoted(scene);
    });

    scenario('at a step: users stay at its share, and abort takes them back', { replicas: 4 }, async (scene) => {
      scene.judge = expectResizesOnly;
      const action = scene.follow({ ...HOLD, strategy: 'canary', steps: '20% 40s' });
      await action.line(/waiting: 20 % of the users are on the candidate/);
      action.cancel();
      expect((await action.done).outputs).toMatchObject({ outcome: 'paused' });
      expect(await scene.users()).toHaveLength(5);
      const abort = await scene.run({ action: 'abort' });
      expectSuccess(abort, 'aborted');
      expect(abort.summary).toContain('20 % of them were on the new one when this run began.');
      await expectOriginal(scene, 'aborted');
    });

    scenario('before there are pods: there is nothing to be held', {}, async (scene) => {
      const at = GOOD_RELEASE.indexOf('pin');
      const gate = await scene.gate((passing) => {
        if (passing.kind !== 'write' || passing.count !== at + 1) return FORWARD;
        action.cancel();
        // Long enough for the signal to arrive first.
        return { do: 'delay', ms: 100 };
      });
      const action = scene.follow({ ...HOLD, kubeconfig: gate.kubeconfig });
      expect((await action.done).outputs).toMatchObject({ outcome: 'aborted' });
      await expectOriginal(scene, 'aborted');
    });

    scenario('and killed before it could say so: post leaves it as it stands', {}, async (scene) => {
      const action = scene.start({ ...HOLD, 'bake-time': '6s' });
      await action.line(/waiting: users are on the candidate/);
      action.cancel();
      action.kill('SIGKILL');
      const result = await action.done;
      expect(result).toMatchObject({ signal: 'SIGKILL', post: { conclusion: 'success' } });
      expect(await scene.users()).toEqual(await scene.podsOf(await scene.hash(IMAGE.v2)));
      expectSuccess(await scene.run({ action: 'promote' }));
      await expectPromoted(scene);
    });
  });
}

/** The outcome that the run tells is the truth; before the close it can only be `aborted`, after it `promoted`. */
async function expectTold(scene: Scene, result: RunResult, at: number): Promise<void> {
  expect(result).toMatchObject({ conclusion: 'cancelled', post: { conclusion: 'success' } });
  expect(result.summary).not.toBe('');
  const { outcome } = result.outputs;
  const possible = at < CLOSE ? ['aborted'] : at === CLOSE ? ['aborted', 'promoted'] : ['promoted'];
  expect(possible).toContain(outcome);
  if (outcome === 'promoted') {
    await expectPromoted(scene);
  } else {
    expect(result).toMatchObject({ exitCode: 1, outputs: { reason: 'The run was cancelled.' } });
    await expectOriginal(scene, 'aborted');
  }
}
