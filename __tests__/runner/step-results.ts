import { readFile } from 'node:fs/promises';
import { readFileCommand } from './file-command.ts';
import type { FileCommand, Files } from './machine.ts';
import type { SecretMasker } from './masks.ts';
import type { StepLog } from './step-log.ts';

const SUMMARY_LIMIT_BYTES = 1024 * 1024;

/** What a step gave through its files. */
export interface StepFiles {
  readonly outputs: Readonly<Record<string, string>>;
  /** Outputs that hold a masked value: a job does not pass them on to another. */
  readonly maskedOutputs: readonly string[];
  readonly state: Readonly<Record<string, string>>;
  /** Variables set for later steps. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders put in front of PATH for later steps, the last added first. */
  readonly path: readonly string[];
  /** The job summary as Markdown, masked; empty when there is none or it was over 1 MiB. */
  readonly summary: string;
}

/** Reads the step's files, whatever ended the step; complains in its log about what is malformed or too large. */
export async function readResults(files: Files, log: StepLog, masker: SecretMasker): Promise<StepFiles> {
  const read = async (command: 'output' | 'state' | 'env') => pairsOf(command, await contentOf(files[command]), log);
  const path = (await contentOf(files.path)).split(/\r\n|\r|\n/).filter((line) => line !== '');
  const outputs = await read('output');
  return {
    outputs,
    maskedOutputs: Object.keys(outputs).filter((name) => masker.contains(outputs[name] ?? '')),
    state: await read('state'),
    env: await read('env'),
    path: path.reverse(),
    summary: summaryOf(await contentOf(files.step_summary), log, masker),
  };
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // An action may delete its files; the runner passes over that.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function pairsOf(command: FileCommand, content: string, log: StepLog): Record<string, string> {
  const pairs: Record<string, string> = {};
  try {
    for (const [name, value] of readFileCommand(content)) {
      if (command === 'env' && name.toUpperCase() === 'NODE_OPTIONS') {
        log.annotate('error', "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
      } else {
        pairs[name] = value;
      }
    }
  } catch (error) {
    log.fail(
      `Unable to process file command '${command}' successfully.`,
      error instanceof Error ? error.message : String(error),
    );
  }
  return pairs;
}

function summaryOf(content: string, log: StepLog, masker: SecretMasker): string {
  const bytes = Buffer.byteLength(content, 'utf8');
  if (bytes > SUMMARY_LIMIT_BYTES) {
    log.annotate(
      'error',
      `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${SUMMARY_LIMIT_BYTES / 1024}k, ` +
        `got ${Math.floor(bytes / 1024)}k. For more information see: https://docs.github.com/actions/` +
        'using-workflows/workflow-commands-for-github-actions#adding-a-markdown-summary',
    );
    return '';
  }
  if (content === '') return '';
  // Masked line by line: a secret that spans lines hides only by its lines.
  const lines = content.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${masker.mask(line)}\n`).join('');
}
