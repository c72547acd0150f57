import { OpenRecord, type OpenBook } from './open-record.ts';
import { closeRecord } from './close-record.ts';
import type { Ended } from './release.ts';
import type { EngineParts } from './workload-kind.ts';
import { pickUp } from './workload-kinds.ts';

/**
 * Leaves a release that its step had to drop as it stands, with `on-cancel: hold`: frozen, and on record as a pause. The helm has the
 * order for that.
 * @throws {Refused} when it had not begun to start pods, or what a read throws
 */
export async function standStill(parts: EngineParts, book: OpenBook): Promise<Ended> {
  const { api, clock, namespace } = parts;
  const { plan, turned } = book.open;
  const record = new OpenRecord(api, namespace, book);
  const { run, resumed, close } = (await pickUp(parts, plan, null))(record, () => undefined);
  try {
    const state = resumed({ ...book.open, turned }, clock.now());
    const noteTurn = record.noteTurn.bind(record);
    const ended = await run({ ...parts, check: async () => [], measuring: null, lacking: [], noteTurn }, state);
    await closeRecord(parts, record.book, ended, clock.now());
    return ended;
  } finally {
    await close();
  }
}
