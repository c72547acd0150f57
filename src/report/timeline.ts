import { changedImages } from './advice.ts';
import { formatDuration } from './duration.ts';
import { firstLine, type Html, html, joined, oneLine, shortDigests } from './escape.ts';
import type { PhaseSpan, Story } from './story.ts';

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
export function timeline(story: Story, longest: number, factsShown: number): Html | null {
  if (story.phases.length === 0) return null;
  const shown = story.phases.slice(-longest);
  const whole = Math.max(story.finishedAt, ...shown.map(({ endedAt }) => endedAt)) - story.startedAt;
  const rows = shown.map((span) => {
    const start = span.startedAt - story.startedAt;
    const end = span.endedAt - story.startedAt;
    const drawing = html`<code>${fixed(bar(start, end, whole))}</code>`;
    const times = html`<td align="right">${formatDuration(start)}</td><td align="right">${formatDuration(end - start)}</td>`;
    return html`<tr><td>${span.phase.length > LONGEST_UNBROKEN ? span.phase : fixed(span.phase.replaceAll(' ', SPACE))}</td>${times}<td>${drawing}</td><td>${told(span, story, factsShown)}</td></tr>
`;
  });
  return html`<table>
<tr><th align="left">Phase</th><th align="right">At</th><th align="right">Took</th><th></th><th align="left">What happened</th></tr>
${rows}</table>`;
}

/** The last facts of a chapter; where there are none, what it wrote. What is told at the top is not told again. */
function told(span: PhaseSpan, story: Story, factsShown: number): Html {
  const reason = story.reason === null ? null : firstLine(story.reason);
  const moves = changedImages(story.from, story.to).map(({ from, to }) => `${from} → ${to}`);
  const isTold = (fact: string): boolean =>
    (reason !== null && fact.startsWith(reason)) || moves.some((move) => fact.endsWith(move));
  const facts = span.facts.filter((fact) => !isTold(fact));
  const lines = facts.length > 0 ? facts.slice(-factsShown) : written(span, story);
  return joined(
    lines.map((line) => html`${shortDigests(oneLine(line, LONGEST_FACT))}`),
    html`<br>`,
  );
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
