import type { Run } from '../action/request.ts';
import type { ApiPort } from '../cluster/api.ts';
import type { AnyPlan } from '../release/knative/plan.ts';
import type { Told } from '../release/route.ts';
import type { Turn } from '../release/state.ts';
import { type OpenRelease, type RecordBook, writeBook } from './record-store.ts';
import { keyOf } from './workload-kinds.ts';

export type OpenBook = RecordBook & { readonly open: OpenRelease };

/** The record while its release is worked on. What is noted meanwhile is in it when it is closed. */
export class OpenRecord {
  readonly #api: ApiPort;
  readonly #namespace: string;
  #book: OpenBook;
  /** A command notes while the release does: one after the other. */
  #writing: Promise<unknown> = Promise.resolve();

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
    const why = told.is === 'in-doubt' ? 'note what router-command is about to be told' : 'note what it was told';
    await this.#write((open) => ({ ...open, told }), why);
  }

  /** That the release goes back, once: a run that continues it will not go forward again. @throws as `note` */
  async noteTurn(turned: Turn): Promise<void> {
    if ((this.#book.open.turned ?? null) === null)
      await this.#write((open) => ({ ...open, turned, paused: null }), 'note why it goes back');
  }

  /** That another run goes on with it: the one before, if it lives, will not write the record any more. @throws as `note` */
  async goOn(plan: AnyPlan, run: Run): Promise<void> {
    await this.#write((open) => ({ ...open, plan, run, paused: null }), 'note that the release goes on');
  }

  #write(change: (open: OpenRelease) => OpenRelease, why: string): Promise<void> {
    const writing = this.#writing.then(async () => {
      const open = change(this.#book.open);
      const next = { ...this.#book, open };
      this.#book = { ...(await writeBook(this.#api, this.#namespace, keyOf(open.plan), next, why)), open };
    });
    this.#writing = writing.catch(() => undefined);
    return writing;
  }
}
