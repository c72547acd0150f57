import type { Teller } from '../engine/teller.ts';
import { tellLooked } from './looked.ts';
import type { Story } from './story.ts';

/**
 * The longer material of a run for its log: what stands in the way with what puts it right, and what the cluster knows of a sick
 * version. Told outside of any group, so that nobody has to unfold one to see it.
 */
export function tellDetails(teller: Pick<Teller, 'fact' | 'foreign'>, story: Story): void {
  for (const { message, attachment } of story.findings) {
    teller.fact(message);
    if (attachment !== undefined) teller.foreign('to apply as it stands', attachment.split('\n'));
  }
  if (story.looked !== null) tellLooked(teller, story.looked);
  const { diagnosis } = story;
  if (diagnosis === null) return;
  for (const sign of diagnosis.signs) teller.fact(sign);
  const { log, events } = diagnosis;
  if (log !== null) teller.foreign(`last lines of container ${log.container} in pod ${log.pod}`, log.lines);
  if (events.length > 0) teller.foreign('newest events', events);
}
