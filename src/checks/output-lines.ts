import { StringDecoder } from 'node:string_decoder';

/** Characters after which a line is cut into pieces: a program may write for ever without a line break. */
const LONGEST_LINE = 16_384;

/** Cuts a stream of bytes into lines. `push` as bytes come, `end` once when none will come. */
export class OutputLines {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(bytes: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(bytes)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#emit(line);
    while (this.#rest.length > LONGEST_LINE) {
      this.#onLine(this.#rest.slice(0, LONGEST_LINE));
      this.#rest = this.#rest.slice(LONGEST_LINE);
    }
  }

  end(): void {
    const last = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (last !== '') this.#emit(last);
  }

  #emit(line: string): void {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    for (let at = 0; at === 0 || at < text.length; at += LONGEST_LINE) this.#onLine(text.slice(at, at + LONGEST_LINE));
  }
}
