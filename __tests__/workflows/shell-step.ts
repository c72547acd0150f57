import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from '../runner/machine.ts';
import type { SecretMasker } from '../runner/masks.ts';
import { type Annotation, StepLog } from '../runner/step-log.ts';
import { StepProcess } from '../runner/step-process.ts';
import { readResults } from '../runner/step-results.ts';

export interface ShellResult {
  readonly conclusion: 'success' | 'failure';
  readonly outputs: Readonly<Record<string, string>>;
  readonly annotations: readonly Annotation[];
  readonly displayedLog: string;
}

/** Runs a `run:` step as the runner does without a `shell:`: bash, which ends at the first command that fails. */
export async function runShell(
  script: string,
  env: Readonly<Record<string, string>>,
  machine: Machine,
  masker: SecretMasker,
): Promise<ShellResult> {
  const log = new StepLog(masker, machine.workspace, false);
  const files = await machine.newFiles();
  const folder = await mkdtemp(join(machine.workspace, '..', 'script-'));
  try {
    const path = join(folder, 'script.sh');
    await writeFile(path, script);
    const variables = {
      ...machine.base,
      PATH: process.env.PATH ?? '',
      ...env,
      ...machine.variables(files),
      CI: 'true',
    };
    const shell = new StepProcess('bash', ['-e', path], { cwd: machine.workspace, env: variables }, (line) =>
      log.receive(line),
    );
    const { exitCode } = await shell.ended;
    if (exitCode !== 0) log.annotate('error', `Process completed with exit code ${exitCode}.`);
    const { outputs } = await readResults(files, log, masker);
    return {
      conclusion: exitCode === 0 && !log.failedByCommand ? 'success' : 'failure',
      outputs,
      annotations: log.annotations,
      displayedLog: log.displayed,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
