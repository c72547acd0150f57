import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Service } from '../../src/cluster/wire.ts';
import { paths } from '../kubernetes/api.ts';
import { until } from '../kubernetes/processes.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectFailure, expectOriginal, expectPromoted, expectSuccess, expectUntouched } from './endings.ts';
import { describe } from './group.ts';
import { type Inputs, type Scene, scenariosOn } from './scene.ts';

/** A ramp by the user's own command: what was told is on record before the command runs, and after. */
const BY_COMMAND: readonly string[] = [
  'take lock',
  'open record',
  'pause',
  'pin',
  'open',
  'pause',
  'create services web-candidate',
  'note 12.5 %?',
  'note 12.5 %',
  'resize',
  'pause',
  'note 100 %?',
  'note 100 %',
  'select candidate',
  'note 0 %?',
  'note 0 %',
  'close',
  'web-candidate: select stable',
  'unpin',
  'restore',
  'delete services web-candidate',
  'close record',
  'release lock',
];

/** A program of the user's that keeps a diary: each line begins with the share that it was told. */
class Program {
  readonly #folder = mkdtempSync(join(tmpdir(), 'crossfade-'));
  readonly diary = join(this.#folder, 'diary');

  /** `script` runs after the entry. */
  inputs(script = 'true', verify: string | null = null): Inputs {
    return {
      strategy: 'canary',
      steps: '12.5% 0s',
      images: `web=${IMAGE.v2}`,
      router: 'command',
      'router-command': `${this.#entry('$CROSSFADE_SHARE')}\n${script}`,
      ...(verify === null ? {} : { 'router-verify': `${this.#entry('verify $CROSSFADE_SHARE')}\n${verify}` }),
    };
  }

  #entry(what: string): string {
    return `echo "${what}" >> '${this.diary}'`;
  }

  entries(): string[] {
    return existsSync(this.diary) ? readFileSync(this.diary, 'utf8').trimEnd().split('\n') : [];
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

export function commandRouters(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);
  const programmed = (name: string, script: (scene: Scene, program: Program) => Promise<void>): void =>
    scenario(name, { replicas: 3 }, async (scene) => {
      const program = new Program();
      try {
        await script(scene, program);
      } finally {
        program.remove();
      }
    });

  describe('a canary by the user’s own command', () => {
    programmed('tells it each share, write by write; a dry run tells it nothing', async (scene, program) => {
      const variables = ['NAMESPACE', 'DEPLOYMENT', 'SERVICE', 'CANDIDATE_SERVICE', 'RELEASE'];
      const told = variables.map((name) => `$CROSSFADE_${name}`).join(' ');
      const inputs = program.inputs(`echo "told: ${told} $KUBECONFIG"; ! env | grep INPUT_`, 'true');
      const dry = await scene.run({ ...inputs, 'dry-run': 'true' });
      expectSuccess(dry, 'unchanged');
      for (const share of ['12.5', '100', '0'])
        expect(dry.displayedLog).toContain(`router-command: ${share} % to web-candidate, the rest to web`);
      expect(program.entries()).toEqual([]);
      await expectUntouched(scene);
      const result = await scene.run(inputs);
      expectSuccess(result);
      expect(await scene.writes()).toEqual(BY_COMMAND);
      expect(program.entries()).toEqual(['12.5', 'verify 12.5', '100', 'verify 100', '0', 'verify 0']);
      expect(result.displayedLog).toContain('command gives the candidate 12.5 % (router-verify said yes)');
      const { namespace, cluster: at } = scene;
      expect(result.displayedLog).toContain(
        `told: ${namespace} web web web-candidate ${result.outputs.release} ${at.kubeconfig}\n`,
      );
      expect(result.summary).toContain('router-verify said yes');
      await expectPromoted(scene);
    });

    programmed('that fails at a step: told again, then back with its last line, and told 0', async (scene, program) => {
      const fails = 'if [ "$CROSSFADE_SHARE" = 100 ]; then echo "no such listener"; exit 3; fi';
      const result = await scene.run(program.inputs(fails));
      expectFailure(result, 'rolled-back', /did not succeed at 100 %, exit code 3: no such listener\./);
      expect(program.entries()).toEqual(['12.5', '100', '100', '100', '100', '0']);
      const writes = await scene.writes();
      expect(writes.indexOf('web-candidate: select stable')).toBeLessThan(writes.indexOf('note 0 %?'));
      expect(writes.indexOf('note 0 %')).toBeLessThan(writes.indexOf('close on stable'));
      await expectOriginal(scene);
    });

    programmed('whose effect is never seen goes back', async (scene, program) => {
      const inputs = program.inputs('true', 'echo "not yet"; test "$CROSSFADE_SHARE" = 0');
      const result = await scene.run({ ...inputs, timeout: '20s' });
      expectFailure(result, 'rolled-back', /within its timeout of 20 s/);
      expect(result.displayedLog).toContain('waiting: router-verify at 12.5 %: exit code 1: not yet');
      expect(program.entries().filter((entry) => entry === 'verify 12.5').length).toBeGreaterThan(1);
      expect(program.entries().slice(-2)).toEqual(['0', 'verify 0']);
      await expectOriginal(scene);
    });

    const hangs = 'if [ "$CROSSFADE_SHARE" = 12.5 ]; then echo "pid $$"; sleep 60; fi';

    programmed('killed while it runs: post ends it, and tells it 0', async (scene, program) => {
      const action = scene.start(program.inputs(hangs));
      const pid = Number(/pid (\d+)/.exec(await action.line(/pid \d+/))?.[1]);
      expect(isAlive(pid)).toBe(true);
      action.kill();
      expect(await action.done).toMatchObject({ signal: 'SIGKILL', post: { conclusion: 'success' } });
      expect(program.entries()).toEqual(['12.5', '0']);
      await until('the command is gone', 30_000, () => Promise.resolve(!isAlive(pid)));
      await expectOriginal(scene, 'aborted');
    });

    programmed('cancelled while it runs: users first, it is ended and told 0', async (scene, program) => {
      const action = scene.follow(program.inputs(hangs));
      await action.line(/pid \d+/);
      action.cancel();
      expect(await action.done).toMatchObject({ conclusion: 'cancelled', outputs: { outcome: 'aborted' } });
      expect(program.entries()).toEqual(['12.5', '0']);
      await expectOriginal(scene, 'aborted');
    });

    programmed('stands still, and is promoted by a run that has both commands', async (scene, program) => {
      const inputs = program.inputs('true', 'true');
      const paused = await scene.run({ ...inputs, 'pause-at': '12.5%' });
      expectSuccess(paused, 'paused');
      // To be given again, and not to be shown: they may hold secrets.
      for (const action of ['promote', 'abort'])
        expect(paused.summary).toContain(
          [
            `  action: ${action}`,
            '  deployment: web',
            `  namespace: ${scene.namespace}`,
            '  # router-command: as its deploy had it',
            '  # router-verify: as its deploy had it',
          ].join('\n'),
        );
      expect(paused.summary).toContain(
        'give <code>router-command</code> and <code>router-verify</code> to that run as its deploy had them',
      );
      expect(paused.summary).not.toContain(program.diary);
      const before = await scene.writes();
      const without = await scene.run({ action: 'promote' });
      expectFailure(without, 'failed', /splits its users with a command .* input router-command/);
      expect((await scene.writes()).slice(before.length)).toEqual(['take lock', 'release lock']);
      const given = { action: 'promote', 'router-command': inputs['router-command'] ?? '' };
      expectFailure(await scene.run(given), 'failed', /has a second command say .* input router-verify/);
      expect(program.entries()).toEqual(['12.5', 'verify 12.5']);
      expectSuccess(await scene.run({ ...given, 'router-verify': inputs['router-verify'] ?? '' }));
      expect(program.entries().slice(-4)).toEqual(['100', 'verify 100', '0', 'verify 0']);
      await expectPromoted(scene);
    });

    programmed(
      'aborted without it: users are safe, what is missing is said; with it, the rest',
      async (scene, program) => {
        const inputs = program.inputs();
        expectSuccess(await scene.run({ ...inputs, 'pause-at': '12.5%' }), 'paused');
        const without = await scene.run({ action: 'abort' });
        expectFailure(without, 'failed', /both lead to the old version.*Run action: abort with input router-command/);
        expect(program.entries()).toEqual(['12.5']);
        expect(await scene.users()).toEqual(scene.stable.pods);
        const helper = await scene.api.get<Service>(paths.core(scene.namespace, 'services', 'web-candidate'));
        expect(helper.spec?.selector?.['pod-template-hash']).toBe(scene.stable.hash);
        expect(await scene.record()).toMatchObject({ isOpen: true });
        expectFailure(await scene.run({ action: 'promote' }), 'failed', /does not stand at a pause/);
        expectSuccess(
          await scene.run({ action: 'abort', 'router-command': inputs['router-command'] ?? '' }),
          'aborted',
        );
        expect(program.entries()).toEqual(['12.5', '0']);
        await expectOriginal(scene, 'aborted');
      },
    );

    programmed('cannot tell testers from users: refused before any write', async (scene, program) => {
      const result = await scene.run({ ...program.inputs(), headers: 'x-canary: true', mirror: '10% 1s' });
      expectFailure(result, 'failed', /command cannot route by a header \(x-canary\)/);
      expect(result.outputs.reason).toContain('command cannot copy requests');
      await expectUntouched(scene);
      expect(program.entries()).toEqual([]);
    });
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
