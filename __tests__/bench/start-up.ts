import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Spread, spreadOf } from './statistics.ts';

/** How long it takes to be told of a bad input, beside a Node.js that does nothing. */
export interface StartUp {
  readonly badInput: Spread;
  readonly nothing: Spread;
}

/** Both in turn, so that a busy moment of the machine meets both. Nothing else of ours runs meanwhile: it blocks on purpose. */
export function measureStartUp(main: string, scratch: string, rounds: number): StartUp {
  const inputs = inputFiles(scratch);
  const badInput: number[] = [];
  const nothing: number[] = [];
  // The first round of each reads the files from disk and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    const idle = wallTime(['-e', '0'], {});
    const told = wallTime([main], inputs);
    if (idle.code !== 0) throw new Error(`node -e 0: exit code ${idle.code}`);
    if (told.code !== 1 || !told.output.includes('inputs are not valid')) {
      throw new Error(`a bad input was to be refused with exit code 1, and was not: ${told.code}\n${told.output}`);
    }
    if (round === 0) continue;
    nothing.push(idle.ms);
    badInput.push(told.ms);
  }
  return { badInput: spreadOf(badInput), nothing: spreadOf(nothing) };
}

/** An unknown strategy, and the files that the runner gives to every step. */
function inputFiles(scratch: string): Record<string, string> {
  const file = (name: string): string => {
    const path = join(scratch, name);
    closeSync(openSync(path, 'w'));
    return path;
  };
  return {
    INPUT_DEPLOYMENT: 'web',
    INPUT_IMAGES: 'web=registry.test/web:v2',
    INPUT_STRATEGY: 'blue-red',
    GITHUB_OUTPUT: file('output'),
    GITHUB_STATE: file('state'),
    GITHUB_STEP_SUMMARY: file('summary'),
  };
}

function wallTime(args: readonly string[], env: Record<string, string>): { ms: number; code: number; output: string } {
  const before = performance.now();
  const { status, stdout, stderr } = spawnSync(NODE, args, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { ms: performance.now() - before, code: status ?? -1, output: `${stdout}${stderr}` };
}

/** The Node.js 24 of the `node` package: the bench may run on another, actions do not. */
const NODE = join(import.meta.dirname, '../../node_modules/node/bin/node');
