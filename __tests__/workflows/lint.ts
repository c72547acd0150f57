import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildActionlint } from '../kubernetes/build.ts';
import { type Finished, run } from '../kubernetes/processes.ts';
import { zizmorProgram } from './zizmor-program.ts';

/**
 * `npm run workflows`: every example, and the repository's own workflows, by actionlint and zizmor, in pinned versions and without a network once they are there. A linter that
 * cannot be had is a failure: workflows that nobody looked at are not good ones.
 */

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['examples/workflows', '.github/workflows'];

/** What GitHub has and actionlint does not know yet; `conventions.test.ts` looks at it instead. */
const NEWER_THAN_ACTIONLINT = ['unexpected key "queue" for "concurrency" section'];

async function main(): Promise<number> {
  const files = FOLDERS.flatMap((folder) => {
    const names = readdirSync(join(ROOT, folder));
    if (names.length === 0) throw new Error(`${folder} has no workflow`);
    return names.map((name) => join(folder, name));
  });
  const actionlint = (await buildActionlint()).program('actionlint');
  const zizmor = await zizmorProgram();
  // shellcheck and pyflakes where they happen to be installed: another verdict on another machine.
  const ignored = NEWER_THAN_ACTIONLINT.flatMap((message) => ['-ignore', message]);
  const options = { cwd: ROOT };
  const verdicts = [
    judged('actionlint', await run(actionlint, ['-shellcheck=', '-pyflakes=', ...ignored, ...files], options)),
    judged('zizmor', await audited(zizmor, files)),
  ];
  return verdicts.every((isGood) => isGood) ? 0 : 1;
}

/** It passes over, with success, what it does not take for a workflow: each file has to be among those that it names. */
async function audited(zizmor: string, files: readonly string[]): Promise<Finished> {
  const args = ['--offline', '--no-progress', '--color', 'never', '--persona', 'pedantic', ...files];
  const finished = await run(zizmor, args, { cwd: ROOT });
  const missed = files.filter((file) => !finished.stderr.includes(`completed ${file}`));
  if (missed.length === 0) return finished;
  return { ...finished, code: 1, stderr: `${finished.stderr}zizmor did not look at ${missed.join(', ')}\n` };
}

function judged(name: string, { code, stdout, stderr }: Finished): boolean {
  if (code !== 0) process.stdout.write(`${stdout}${stderr}`);
  process.stderr.write(`workflows: ${name}: ${code === 0 ? 'nothing to say' : `failed (exit code ${code})`}\n`);
  return code === 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`workflows: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
