import type { ApiPort } from '../cluster/api.ts';
import type { Told } from '../release/route.ts';
import { type OpenRelease, type RecordBook, writeBook } from './record-store.ts';

export type OpenBook = RecordBook & { readonly open: OpenRelease };

/** The record while its release is worked on. What is noted meanwhile is in it when it is closed. */
export class OpenRecord {
  readonly #api: ApiPort;
  readonly #namespace: string;
  #book: OpenBook;

  constructor(api: ApiPort, namespace: string, book: OpenBook) {
    this.#api = api;
    this.#namespace = namespace;
    this.#book = book;
  }

  /** As last written or read. */
  get book(): OpenBook {
    return this.#book;
  }

  /** @throws RecordConflict when another run wrote the record, or what the write throws */
  async note(told: Told): Promise<void> {
    const open = { ...this.#book.open, told };
    const next = { ...this.#book, open };
    const why = told.is === 'in-doubt' ? 'note what router-command is about to be told' : 'note what it was told';
    this.#book = { ...(await writeBook(this.#api, this.#namespace, open.plan.deployment.name, next, why)), open };
  }
}
