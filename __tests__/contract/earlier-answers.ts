import type { Heard } from './upstream.ts';

/** What was read, and how that would have been answered at an earlier moment. */
export class EarlierAnswers {
  readonly #ask: (path: string) => Promise<Heard>;
  readonly #paths = new Set<string>();
  readonly #answers = new Map<string, Heard>();

  /** @param ask sends a read with this path and query */
  constructor(ask: (path: string) => Promise<Heard>) {
    this.#ask = ask;
  }

  /** Somebody reads it. */
  note(path: string): void {
    this.#paths.add(path);
  }

  /** This is the moment: everything that was ever read is read now. */
  async keep(): Promise<void> {
    const asked = [...this.#paths].map(async (path) => [path, await this.#ask(path)] as const);
    for (const [path, heard] of await Promise.all(asked)) this.#answers.set(path, heard);
  }

  /** As it was at that moment; undefined: nobody had read it by then. */
  of(path: string): Heard | undefined {
    return this.#answers.get(path);
  }
}
