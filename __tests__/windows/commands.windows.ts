import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { expectFailure, expectOriginal, expectPromoted, expectSuccess } from '../contract/endings.ts';
import { describe } from '../contract/group.ts';
import { type Inputs, scenariosOn } from '../contract/scene.ts';
import type { RunResult } from '../runner/runner.ts';
import { Holds } from './holds.ts';
import { startWindowsCluster, type WindowsCluster } from './windows-cluster.ts';
import { windowsPath } from './wine.ts';

/*
 * All that is around PowerShell, which is not to be had here: how a command gets there through the command line of
 * Windows, what is there beside it, what comes back, and its end with all that it started. What stands in for PowerShell
 * is programs/pwsh.
 */

const V2 = { images: `web=${IMAGE.v2}` } as const;

let cluster: WindowsCluster;
/** Folders with: no shell, the older one alone. */
const folder = { none: '', older: '', workspace: '' };
beforeAll(async () => {
  cluster = await startWindowsCluster();
  const root = await mkdtemp(join(tmpdir(), 'shells-'));
  for (const name of ['none', 'older', 'workspace'] as const) {
    folder[name] = join(root, name);
    await mkdir(folder[name]);
  }
  await copyFile(cluster.pwsh, join(folder.older, 'powershell.exe'));
  await copyFile(cluster.pwsh, join(folder.workspace, 'pwsh.exe'));
});
afterAll(async () => {
  await cluster?.stop();
  await rm(join(folder.none, '..'), { recursive: true });
});

const scenario = scenariosOn(() => cluster);
const withOlder = scenariosOn(() => cluster.withShells(folder.older));
const withNone = scenariosOn(() => cluster.withShells(folder.none));

describe('a command on Windows', () => {
  for (const [what, text] of Object.entries({
    quotes: `"a b" 'c d' "" ' "`,
    'backslashes before quotes': String.raw`C:\a\ "C:\a b\" \\"\\\" \\\\" \ `.trim(),
    'what cmd and PowerShell read otherwise': '%PATH% !x! ^ & | < > ( ) ` $env:PATH $( ) @" ; # *?',
    'other letters': 'Grüße ‒ 你好 😀 a\u0301',
    'several lines and tabs': 'one\n\n\ttwo "\nthree\\\n"four"',
    'line ends of Windows': 'one\r\ntwo',
  }))
    scenario(`reaches PowerShell letter by letter: ${what}`, {}, async (scene) => {
      const command = `arguments ${text}`;
      const result = await scene.run({ ...V2, 'smoke-command': command });
      expectSuccess(result);
      const wanted = [
        "$ErrorActionPreference = 'stop'",
        'try { [Console]::OutputEncoding = [Text.UTF8Encoding]::new($false) } catch { }',
        command,
        'if (Test-Path -LiteralPath variable:\\LASTEXITCODE) { exit $LASTEXITCODE }',
      ].join('\n');
      expect(saidOf(result, 'arguments')).toEqual(['-NoProfile', '-NonInteractive', '-Command', wanted]);
    });

  scenario(
    'finds the release, the kubeconfig and the environment of the job, and none of the inputs',
    {},
    async (scene) => {
      const step = { env: { Greeting: 'Grüße "you"' } };
      const result = await scene.run({ ...V2, 'smoke-command': 'environment' }, step);
      expectSuccess(result);
      const variables = saidOf(result, 'environment') as readonly string[]; // as programs/pwsh says them
      expect(variables).toEqual(
        expect.arrayContaining([
          `CROSSFADE_NAMESPACE=${scene.namespace}`,
          'CROSSFADE_DEPLOYMENT=web',
          'CROSSFADE_CANDIDATE_SERVICE=web-candidate',
          `KUBECONFIG=${windowsPath(cluster.kubeconfig)}`,
          'Greeting=Grüße "you"',
          'RUNNER_OS=Windows',
          expect.stringMatching(/^Path=Z:\\.*C:\\windows/),
        ]),
      );
      expect(variables.filter((variable) => /^INPUT_|NoDefaultCurrentDirectory/i.test(variable))).toEqual([]);
    },
  );

  scenario('that fails takes the release back, with its exit code and its last lines', {}, async (scene) => {
    const result = await scene.run({ ...V2, 'smoke-command': 'echo no such\necho table: Grüße\nexit 7' });
    expectFailure(result, 'rolled-back', /smoke-command “echo no such.*” failed: exit code 7/);
    expect(result.summary).toMatch(/no such\n.*table: Grüße/);
    await expectOriginal(scene);
  });

  scenario('whose last program fails has failed', {}, async (scene) => {
    const result = await scene.run({ ...V2, 'smoke-command': 'child exit 3' });
    expectFailure(result, 'rolled-back', /failed: exit code 3/);
    await expectOriginal(scene);
  });

  withOlder('is run by powershell where there is no pwsh', {}, async (scene) => {
    const result = await scene.run({ ...V2, 'smoke-command': 'program' });
    expectSuccess(result);
    expect(saidOf(result, 'program')).toBe('powershell');
  });

  withOlder('is not run by a pwsh.exe that lies in the workspace', {}, async (scene) => {
    const result = await scene.run({ ...V2, 'smoke-command': 'program' }, { workspace: folder.workspace });
    expectSuccess(result);
    expect(saidOf(result, 'program')).toBe('powershell');
  });

  withNone('fails where there is neither, and users stay where they are', {}, async (scene) => {
    const result = await scene.run({ ...V2, 'smoke-command': 'program' });
    expectFailure(result, 'rolled-back', /could not be started: .*powershell/);
    await expectOriginal(scene);
  });

  scenario('that hangs, with a program of its own, is ended at the deadline of the release', {}, async (scene) => {
    await holding(async (holds) => {
      const action = scene.follow({ ...V2, 'smoke-command': `child hold ${holds.address}`, timeout: '12s' });
      await holds.held();
      expectFailure(await action.done, 'rolled-back', /child hold|timeout of 12 s/);
      await holds.released();
      await expectOriginal(scene);
    });
  });

  scenario('is ended by a cancel, with the program that it started', {}, async (scene) => {
    await holding(async (holds) => {
      const action = scene.follow({ ...V2, 'smoke-command': `child hold ${holds.address}` });
      await holds.held();
      action.cancel();
      const result = await action.done;
      expect(result).toMatchObject({ conclusion: 'cancelled', exitCode: 1, outputs: { outcome: 'aborted' } });
      await holds.released();
      await expectOriginal(scene, 'aborted');
    });
  });
});

describe('a router-command on Windows', () => {
  const ramp = (command: string): Inputs => ({
    ...V2,
    strategy: 'canary',
    steps: '12.5% 0s',
    router: 'command',
    'router-command': command,
  });

  scenario('is told the shares, write by write', {}, async (scene) => {
    const result = await scene.run(ramp('echo told $env:CROSSFADE_SHARE'));
    expectSuccess(result);
    const told = result.displayedLog.match(/(?<=told )[\d.]+$/gm);
    expect(told).toEqual(['12.5', '100', '0']);
    await expectPromoted(scene);
  });

  scenario('is ended by a cancel, with the program that it started, and told 0', {}, async (scene) => {
    await holding(async (holds) => {
      const action = scene.follow(ramp(`echo told $env:CROSSFADE_SHARE\nat 12.5 child hold ${holds.address}`));
      await holds.held();
      action.cancel();
      const result = await action.done;
      expect(result).toMatchObject({ conclusion: 'cancelled', outputs: { outcome: 'aborted' } });
      expect(result.displayedLog.match(/(?<=told )[\d.]+$/gm)).toEqual(['12.5', '0']);
      await holds.released();
      await expectOriginal(scene, 'aborted');
    });
  });

  scenario('is ended with a process that is killed while it runs, and told 0 by post', {}, async (scene) => {
    await holding(async (holds) => {
      const action = scene.start(ramp(`echo told $env:CROSSFADE_SHARE\nat 12.5 hold ${holds.address}`));
      await holds.held();
      action.kill();
      const result = await action.done;
      expect(result).toMatchObject({ signal: 'SIGKILL', post: { conclusion: 'success' } });
      await holds.released();
      expect(result.post?.displayedLog.match(/(?<=told )[\d.]+$/gm)).toEqual(['0']);
      await expectOriginal(scene, 'aborted');
    });
  });
});

async function holding(use: (holds: Holds) => Promise<void>): Promise<void> {
  const holds = await Holds.start();
  try {
    await use(holds);
  } finally {
    holds.stop();
  }
}

/** What the stand-in has said of `what`. */
function saidOf(result: RunResult, what: string): unknown {
  const line = result.log.split('\n').find((said) => said.trimStart().startsWith(`${what} `));
  if (line === undefined) throw new Error(`nothing was said of ${what}:\n${result.log}`);
  return JSON.parse(line.trimStart().slice(what.length + 1));
}
