import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Holds } from './holds.ts';
import { prepareWine, windowsPath } from './wine.ts';
import { WindowsStep } from './windows-step.ts';

test('what is left of a command is ended with its programs, a foreign program with its number is not', async () => {
  const tools = await prepareWine();
  const [runner, pwsh] = [tools.program('runner.exe'), tools.program('pwsh.exe')];
  const folder = await mkdtemp(join(tmpdir(), 'leftover-'));
  const [another, command] = [await Holds.start(), await Holds.start()];
  const program = join(folder, 'another.exe');
  await copyFile(pwsh, program);
  const env = {
    LEFTOVER_ANOTHER: windowsPath(program),
    LEFTOVER_HELD: another.address,
    LEFTOVER_ENDED: command.address,
  };
  const script = join(import.meta.dirname, 'leftover-scene.ts');
  const ended = Promise.withResolvers<void>();
  const step = new WindowsStep({ script, runner, shells: dirname(pwsh) }, { cwd: folder, env }, (line) => {
    if (line === 'ended') ended.resolve();
  });
  try {
    await Promise.all([another.held(), command.held()]);
    step.signal('SIGINT');
    await ended.promise;
    await command.released();
    expect(another.isHeld).toBe(true);
  } finally {
    another.stop();
    command.stop();
    step.signal('SIGKILL');
    await step.ended;
    await rm(folder, { recursive: true });
  }
});
