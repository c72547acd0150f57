import type { Diagnosis } from '../cluster/diagnosis.ts';
import { block, list, type Room, section } from './blocks.ts';
import { code, type Html, html, oneLine } from './escape.ts';
import type { Story } from './story.ts';

/** What the failed check printed, or what the cluster knows of the sick pods. */
export function trouble(story: Story, room: Room): Html[] {
  const failed = story.checks.filter(({ verdict }) => verdict === 'unhealthy').slice(0, room.rows);
  const printed = failed.flatMap(({ name, detail }) => {
    const [, ...lines] = detail.split('\n');
    return lines.length === 0 ? [] : [html`<p>Last lines of ${code(name)}:</p>`, block(lines.join('\n'), room)];
  });
  return section('What went wrong', ...printed, ...found(story.diagnosis, story.reason ?? '', room));
}

function found(diagnosis: Diagnosis | null, reason: string, room: Room): (Html | null)[] {
  if (diagnosis === null) return [];
  const { log, events } = diagnosis;
  const toldKind = kindOf(reason);
  const isTold = (sign: string): boolean => kindOf(sign) === toldKind;
  const told = diagnosis.signs.filter(isTold);
  const signs = kindsOf(diagnosis.signs.filter((sign) => !isTold(sign)));
  return [
    told.length > 1 ? html`<p>Other pods of the new version show the same.</p>` : null,
    signs.length === 0 ? null : list(signs, room.rows),
    log === null ? null : html`<p>Last lines of container ${code(log.container)} in pod ${code(log.pod)}:</p>`,
    log === null ? null : block(log.lines.join('\n'), room),
    events.length === 0 ? null : html`<p>Newest events:</p>`,
    events.length === 0 ? null : block(events.map((event) => oneLine(event)).join('\n'), room),
  ];
}

/** Pods of one version mostly fail alike: one sign of each kind, with a word about other pods. */
function kindsOf(signs: readonly string[]): string[] {
  const kinds = Map.groupBy(signs, kindOf);
  return [...kinds.values()].map(([first = '', ...others]) =>
    others.length === 0 ? first : `${oneLine(first)} (other pods too)`,
  );
}

/** A sign without the name of its pod and without numbers (restarts, seconds). */
function kindOf(sign: string): string {
  return oneLine(sign)
    .replace(/\bpod \S+?(?=:|$)/, 'pod')
    .replaceAll(/\d+/g, '0');
}
