import { SecretMasker } from '../runner/masks.ts';
import { parseCommand } from '../runner/workflow-command.ts';

/** One line of a running action, as a person reads it in a terminal. */
export interface ShownLine {
  /** `foreign`: what others wrote, such as the log of a container. */
  readonly kind: 'phase' | 'fact' | 'foreign' | 'warning' | 'error';
  readonly text: string;
}

const COMMANDS: ReadonlySet<string> = new Set([
  ...['group', 'endgroup', 'add-mask', 'stop-commands'],
  ...['error', 'warning', 'notice', 'debug'],
]);

/** Turns the raw lines of an action, one by one, into what is worth showing: commands obeyed, secrets hidden. */
export class LiveLog {
  readonly #masker = new SecretMasker();
  /** The word that ends foreign text. */
  #token: string | null = null;

  read(line: string): ShownLine[] {
    if (this.#token !== null) {
      if (line !== `::${this.#token}::`) return [this.#fact(line, 'foreign')];
      this.#token = null;
      return [];
    }
    const command = parseCommand(line, COMMANDS);
    switch (command?.name) {
      case undefined:
        return line.trim() === '' ? [] : [this.#fact(line)];
      case 'group':
        return [{ kind: 'phase', text: this.#masker.mask(command.data) }];
      case 'error':
      case 'warning':
        return this.#annotation(command.name, command.properties.get('title'), command.data);
      case 'notice':
        return [this.#fact(command.data)];
      case 'add-mask':
        this.#masker.add(command.data);
        return [];
      case 'stop-commands':
        this.#token = command.data;
        return [];
      default:
        return [];
    }
  }

  #fact(line: string, kind: 'fact' | 'foreign' = 'fact'): ShownLine {
    // A terminal would obey what is hidden in a log.
    return { kind, text: this.#masker.mask(withoutControls(line)) };
  }

  #annotation(kind: 'error' | 'warning', title: string | undefined, data: string): ShownLine[] {
    const lines = title === undefined || title === 'Crossfade' ? data : `${title}\n${data}`;
    return lines.split('\n').map((text) => ({ kind, text: this.#masker.mask(withoutControls(text)) }));
  }
}

function withoutControls(text: string): string {
  return [...text]
    .filter((character) => character >= ' ' && !(character >= '\u007f' && character <= '\u009f'))
    .join('');
}
