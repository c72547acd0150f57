import { changedImages } from './advice.ts';
import { type Room, table } from './blocks.ts';
import { formatDuration } from './duration.ts';
import { firstLine, type Html, html, joined, oneLine, shortDigests } from './escape.ts';
import type { Phase, PhaseSpan, Story } from './story.ts';

/** Cells of a bar. Each has two halves. */
const WIDTH = 20;
/** Characters of a fact in a cell; the log has all of it. */
const LONGEST_FACT = 240;
/** Characters of a phase's name that stay on one line. */
const LONGEST_UNBROKEN = 16;
const SPACE = '\u00a0';

/**
 * Where a span lies in the whole: spaces, then `▐███▌`, then spaces; always `WIDTH` characters, never without ink. Only blocks that
 * every monospaced font has (eighths of a block are of another width on Windows). Times in milliseconds from the start of the whole.
 */
export function bar(start: number, end: number, whole: number): string {
  const halves = 2 * WIDTH;
  const scale = whole > 0 ? halves / whole : 0;
  const from = Math.min(halves - 1, Math.max(0, Math.floor(start * scale)));
  const to = Math.min(halves, Math.max(from + 1, Math.round(end * scale)));
  const inked = (half: number): boolean => half >= from && half < to;
  return Array.from({ length: WIDTH }, (_, cell) => {
    const [left, right] = [inked(2 * cell), inked(2 * cell + 1)];
    return left && right ? '█' : left ? '▌' : right ? '▐' : SPACE;
  }).join('');
}

/** The chapters of the release: when each began, how long it took, and what it found. */
export function timeline(story: Story, room: Room): Html {
  const { phases, startedAt } = story;
  const whole = Math.max(story.finishedAt, ...phases.map(({ endedAt }) => endedAt)) - startedAt;
  const isNews = newsIn(story);
  return table<PhaseSpan>(
    [
      { title: 'Phase', align: 'left', cell: ({ phase }) => nameOf(phase) },
      { title: 'At', align: 'right', cell: (span) => formatDuration(span.startedAt - startedAt) },
      { title: 'Took', align: 'right', cell: (span) => formatDuration(span.endedAt - span.startedAt) },
      {
        title: '',
        align: 'left',
        cell: (span) => html`<code>${fixed(bar(span.startedAt - startedAt, span.endedAt - startedAt, whole))}</code>`,
      },
      {
        title: 'What happened',
        align: 'left',
        cell: (span) => told(span.facts.filter(isNews).slice(-room.facts), span, story),
      },
    ],
    phases,
    room.rows,
  );
}

function nameOf(phase: Phase): Html {
  return phase.length > LONGEST_UNBROKEN ? html`${phase}` : fixed(phase.replaceAll(' ', SPACE));
}

/** The facts of a chapter; where there are none, what it wrote. */
function told(facts: readonly string[], span: PhaseSpan, story: Story): Html {
  const lines = facts.length > 0 ? facts : written(span, story);
  return joined(
    lines.map((line) => html`${shortDigests(oneLine(line, LONGEST_FACT))}`),
    html`<br>`,
  );
}

/** The reason and the images are told at the top and need not be told again. */
function newsIn({ reason, from, to }: Story): (fact: string) => boolean {
  const why = reason === null ? null : firstLine(reason);
  const moves = changedImages(from, to).map((move) => `${move.from} → ${move.to}`);
  return (fact) => (why === null || !fact.startsWith(why)) && !moves.some((move) => fact.endsWith(move));
}

function written(span: PhaseSpan, story: Story): string[] {
  const whys = story.writes.filter(({ at }) => at >= span.startedAt && at <= span.endedAt).map(({ why }) => why);
  return whys.length <= 2 ? whys : [`${whys.length} writes, listed below`];
}

/** Its spaces neither vanish nor break the line. */
function fixed(text: string): Html {
  return joined(
    text.split(SPACE).map((part) => html`${part}`),
    html`&nbsp;`,
  );
}
