import { isAbsolute, relative } from 'node:path';
import type { SecretMasker } from './masks.ts';
import { parseCommand, type WorkflowCommand } from './workflow-command.ts';

/** What GitHub shows beside a step or in a file: one `::error::`, `::warning::` or `::notice::`, or one of the runner's own. */
export interface Annotation {
  readonly kind: 'error' | 'warning' | 'notice';
  /** Masked, at most 4,096 characters. */
  readonly message: string;
  /** Not masked: the runner masks the message alone. */
  readonly title?: string;
  /** Relative to the workspace when it lies inside. */
  readonly file?: string;
  readonly line?: number;
  readonly endLine?: number;
  readonly column?: number;
  readonly endColumn?: number;
}

/** A folded part of the displayed log. Groups do not nest: a group that begins inside another ends that one. */
export interface LogGroup {
  readonly name: string;
  readonly lines: readonly string[];
}

const MAX_ANNOTATIONS_PER_KIND = 10;
const MAX_ANNOTATION_CHARACTERS = 4096;
const STOP = 'stop-commands';
const COMMANDS = [
  ...['error', 'warning', 'notice', 'debug', 'group', 'endgroup', 'add-mask', 'echo', 'save-state', 'set-output'],
  ...['set-env', 'add-path', 'add-matcher', 'remove-matcher', STOP],
];

/**
 * The log of one step: takes every line of the process's output, obeys the workflow commands in it, and keeps what GitHub would show.
 */
export class StepLog {
  readonly annotations: Annotation[] = [];
  /** Annotations beyond the limit of ten for each kind, which GitHub does not show. */
  annotationsDropped = 0;
  /** Values that the step registered with `::add-mask::`. */
  readonly masks: string[] = [];
  /** State saved with the command of old; the file wins. */
  readonly state = new Map<string, string>();
  /** Whether a command made the step fail whatever its exit code is. */
  failedByCommand = false;
  readonly #raw: string[] = [];
  readonly #displayed: string[] = [];
  readonly #groups: { name: string; lines: string[] }[] = [];
  readonly #known = new Set<string>(COMMANDS);
  readonly #masker: SecretMasker;
  readonly #workspace: string;
  readonly #debug: boolean;
  #openGroup: { name: string; lines: string[] } | undefined;
  #stopToken: string | undefined;

  constructor(masker: SecretMasker, workspace: string, debug: boolean) {
    this.#masker = masker;
    this.#workspace = workspace;
    this.#debug = debug;
  }

  /** Everything the process wrote, unmasked, commands included. */
  get raw(): string {
    return this.#raw.map((line) => `${line}\n`).join('');
  }

  /** What GitHub shows: masked, commands obeyed. */
  get displayed(): string {
    return this.#displayed.map((line) => `${line}\n`).join('');
  }

  get groups(): readonly LogGroup[] {
    return this.#groups;
  }

  /** One line of the process's standard output or standard error: commands are obeyed on both. */
  receive(line: string): void {
    this.#raw.push(line);
    const command = parseCommand(line, this.#known);
    if (command === undefined) {
      this.write(line);
    } else if (this.#stopToken !== undefined) {
      this.write(line);
      if (command.name === this.#stopToken) {
        this.#known.delete(this.#stopToken);
        this.#stopToken = undefined;
      }
    } else if (command.name === STOP) {
      this.#stop(line, command.data);
    } else {
      this.#obey(command);
    }
  }

  /** Shows a line, masked. */
  write(text: string): void {
    const masked = this.#masker.mask(text);
    this.#displayed.push(masked);
    this.#openGroup?.lines.push(masked);
  }

  /** Adds an annotation and shows it in the log. */
  annotate(kind: Annotation['kind'], message: string, place: Omit<Annotation, 'kind' | 'message'> = {}): void {
    const shown = this.#masker.mask(message).slice(0, MAX_ANNOTATION_CHARACTERS);
    if (this.annotations.filter((annotation) => annotation.kind === kind).length < MAX_ANNOTATIONS_PER_KIND) {
      this.annotations.push({ kind, message: shown, ...place });
    } else {
      this.annotationsDropped += 1;
    }
    if (shown !== '') this.write(`##[${kind}]${shown}`);
  }

  /** An error that fails the step, as after a malformed file command. */
  fail(...messages: string[]): void {
    for (const message of messages) this.annotate('error', message);
    this.failedByCommand = true;
  }

  debug(message: string): void {
    if (!this.#debug) return;
    for (const line of message.split(/\r?\n/)) this.write(`##[debug]${line}`);
  }

  #stop(line: string, data: string): void {
    const token = data.toLowerCase();
    if (token === '' || token === 'pause-logging' || this.#known.has(token)) {
      this.fail(`Invoked ::stop-commands:: with the token '${data}', which the runner does not allow`);
      return;
    }
    this.write(line);
    this.#known.add(token);
    this.#stopToken = token;
  }

  #obey(command: WorkflowCommand): void {
    switch (command.name) {
      case 'error':
      case 'warning':
      case 'notice':
        this.annotate(command.name, command.data, this.#placeOf(command));
        break;
      case 'debug':
        this.debug(command.data);
        break;
      case 'group':
        this.#openGroup = undefined;
        this.write(`##[group]${command.data}`);
        this.#openGroup = { name: this.#masker.mask(command.data), lines: [] };
        this.#groups.push(this.#openGroup);
        break;
      case 'endgroup':
        this.#openGroup = undefined;
        this.write('##[endgroup]');
        break;
      case 'add-mask':
        if (command.data.trim() === '') {
          this.annotate('warning', "Can't add secret mask for empty string in ##[add-mask] command.");
        } else {
          this.masks.push(command.data);
          this.#masker.add(command.data);
        }
        break;
      case 'save-state':
        this.#withName(command, (name) => this.state.set(name, command.data));
        break;
      case 'set-output':
        // Left without effect on purpose: an action that still relies on it must not pass its tests.
        this.annotate('warning', 'The `set-output` command is deprecated. Please use the file $GITHUB_OUTPUT.');
        break;
      case 'set-env':
      case 'add-path':
        this.fail(
          `Unable to process command '${command.name}' successfully.`,
          `The \`${command.name}\` command is disabled.`,
        );
        break;
      default:
        // echo and the problem matchers change nothing that the harness keeps.
        break;
    }
  }

  #withName(command: WorkflowCommand, use: (name: string) => void): void {
    const name = command.properties.get('name');
    if (name === undefined) {
      this.fail(
        `Unable to process command '${command.name}' successfully.`,
        `Required field 'name' is missing in ##[${command.name}] command.`,
      );
    } else {
      use(name);
    }
  }

  #placeOf({ properties }: WorkflowCommand): Omit<Annotation, 'kind' | 'message'> {
    const title = properties.get('title');
    const file = properties.get('file');
    const numbers = {
      line: numberOf(properties.get('line')),
      endLine: numberOf(properties.get('endline')),
      column: numberOf(properties.get('col')),
      endColumn: numberOf(properties.get('endcolumn')),
    };
    return {
      ...(title === undefined ? {} : { title }),
      ...(file === undefined ? {} : { file: inside(file, this.#workspace) }),
      ...(numbers.line === undefined ? {} : { line: numbers.line }),
      ...(numbers.endLine === undefined ? {} : { endLine: numbers.endLine }),
      ...(numbers.column === undefined ? {} : { column: numbers.column }),
      ...(numbers.endColumn === undefined ? {} : { endColumn: numbers.endColumn }),
    };
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function inside(file: string, workspace: string): string {
  if (!isAbsolute(file)) return file;
  const path = relative(workspace, file);
  return path.startsWith('..') ? file : path;
}
