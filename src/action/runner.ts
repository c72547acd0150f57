import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { EOL } from 'node:os';

/** What of the process an action has to do with. */
export interface ActionProcess {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: { write(text: string): unknown };
  exitCode?: number | string | null | undefined;
  cwd(): string;
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): unknown;
}

/**
 * The GitHub runner, as one process of an action deals with it: environment variables come from it, commands go to it as lines of
 * the log, and outputs, state and summary as files that it names.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 *
 * Not `@actions/core`: it loads an HTTP client with an undici of its own, which doubles the start of the step and of its post step.
 */
export class Runner {
  readonly process: ActionProcess;

  constructor(process: ActionProcess) {
    this.process = process;
  }

  get env(): NodeJS.ProcessEnv {
    return this.process.env;
  }

  say(line: string): void {
    this.process.stdout.write(`${line}\n`);
  }

  /** As the user wrote it; '' when it was not given. */
  input(name: string): string {
    return this.env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] ?? '';
  }

  /** What `saveState` of the step left for its post step; '' when it left nothing. */
  state(name: string): string {
    return this.env[`STATE_${name}`] ?? '';
  }

  saveState(name: string, value: string): void {
    this.#keep('STATE', 'save-state', name, value);
  }

  setOutput(name: string, value: string): void {
    this.#keep('OUTPUT', 'set-output', name, value);
  }

  /** From here on the runner shows stars in its place. */
  mask(secret: string): void {
    this.#command('add-mask', {}, secret);
  }

  error(message: string, title?: string): void {
    this.#command('error', title === undefined ? {} : { title }, message);
  }

  /** Adds to the summary of the job; where there is none, nothing. */
  summarise(markdown: string): void {
    const file = this.env.GITHUB_STEP_SUMMARY ?? '';
    if (file !== '') appendFileSync(file, `${markdown}${EOL}`);
  }

  /** The step will have failed when it ends. */
  fail(): void {
    this.process.exitCode = 1;
  }

  #keep(file: string, command: string, name: string, value: string): void {
    const path = this.env[`GITHUB_${file}`] ?? '';
    // Nobody can have put the end of a value into it that was made after it.
    const end = `ghadelimiter_${randomUUID()}`;
    if (path !== '') appendFileSync(path, `${name}<<${end}${EOL}${value}${EOL}${end}${EOL}`);
    else this.#command(command, { name }, value);
  }

  #command(command: string, properties: Readonly<Record<string, string>>, message: string): void {
    const given = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
    this.say(`::${command}${given.length === 0 ? '' : ` ${given.join(',')}`}::${escapeData(message)}`);
  }
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
