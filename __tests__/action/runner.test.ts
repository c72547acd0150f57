import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ActionProcess, Runner } from '../../src/action/runner.ts';
import { readFileCommand } from '../runner/file-command.ts';
import { parseCommand } from '../runner/workflow-command.ts';

function runnerWith(env: Readonly<Record<string, string>>): {
  runner: Runner;
  process: ActionProcess;
  log: () => string;
} {
  let log = '';
  const write = (text: string): unknown => (log += text);
  const process: ActionProcess = { env, stdout: { write }, cwd: () => '/', on: () => null, exit: () => null };
  return { runner: new Runner(process), process, log: () => log };
}

const anyText = fc.string({ unit: fc.constantFrom('a', 'é', '%', ':', ',', '\n', '=', '<', '0', 'A', ' ') });

test('outputs, state and summary of any text arrive as they were given', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crossfade-runner-'));
  const [output, state, summary] = ['output', 'state', 'summary'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]; // three given
  const { runner, log } = runnerWith({ GITHUB_OUTPUT: output, GITHUB_STATE: state, GITHUB_STEP_SUMMARY: summary });
  const texts: string[] = fc.sample(anyText, 200);
  texts.push('', 'a<<b', 'a=b\nc<<d\n');
  for (const [at, text] of texts.entries()) {
    runner.setOutput(`name-${at}`, text);
    runner.saveState(`name-${at}`, text);
    runner.summarise(text);
  }
  const wanted = texts.map((text, at) => [`name-${at}`, text]);
  expect([...readFileCommand(await readFile(output, 'utf8'))]).toEqual(wanted);
  expect([...readFileCommand(await readFile(state, 'utf8'))]).toEqual(wanted);
  expect(await readFile(summary, 'utf8')).toBe(texts.map((text) => `${text}\n`).join(''));
  expect(log()).toBe('');
  await rm(folder, { recursive: true });
});

test('any error and any secret is one command', () => {
  fc.assert(
    fc.property(
      anyText,
      fc.string({ minLength: 1, unit: fc.constantFrom('a', '%', ':', ',', '\r', '\n', 'é') }),
      (message, title) => {
        const { runner, log } = runnerWith({});
        runner.error(message, title);
        runner.mask(message);
        const commands = log()
          .split('\n')
          .slice(0, -1)
          .map((line) => parseCommand(line, new Set(['error', 'add-mask'])));
        expect(commands.map((command) => [command?.name, command?.data])).toEqual([
          ['error', message],
          ['add-mask', message],
        ]);
        expect(new Map(commands[0]?.properties).get('title')).toBe(title);
      },
    ),
  );
});

test('where no files are named, outputs and state are commands', () => {
  const { runner, log } = runnerWith({});
  runner.setOutput('outcome', 'a\nb');
  runner.saveState('post', 'true');
  runner.summarise('nowhere');
  expect(log()).toBe('::set-output name=outcome::a%0Ab\n::save-state name=post::true\n');
});

test('inputs and state come from the environment', () => {
  const { runner, process } = runnerWith({ INPUT_TWO_WORDS: ' a ', 'INPUT_KUBE-CONTEXT': 'b', STATE_isPost: 'true' });
  expect([runner.input('two words'), runner.input('kube-context'), runner.input('none')]).toEqual([' a ', 'b', '']);
  expect([runner.state('isPost'), runner.state('none')]).toEqual(['true', '']);
  runner.fail();
  expect(process.exitCode).toBe(1);
});
