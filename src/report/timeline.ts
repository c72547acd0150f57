import { formatDuration } from './duration.ts';
import { type Html, html, joined } from './escape.ts';
import type { PhaseSpan, Story } from './story.ts';

/** Cells of a bar. Each has eight steps. */
const WIDTH = 24;
const STEPS = 8;
/** The left one, two … eight eighths of a cell. */
const EIGHTHS = '▏▎▍▌▋▊▉█';
const SPACE = '\u00a0';

/**
 * Where a span lies in the whole, drawn with block characters: `    ███▌      `. Always `WIDTH` characters wide, never without ink.
 * Times in milliseconds; the span counts from the start of the whole.
 */
export function bar(start: number, end: number, whole: number): string {
  const scale = whole > 0 ? WIDTH / whole : 0;
  const first = Math.min(WIDTH - 1, Math.max(0, Math.floor(start * scale)));
  const steps = Math.round((Math.min(end * scale, WIDTH) - first) * STEPS);
  const length = Math.min((WIDTH - first) * STEPS, Math.max(1, steps));
  const cells = '█'.repeat(Math.floor(length / STEPS));
  const rest = length % STEPS === 0 ? '' : (EIGHTHS[(length % STEPS) - 1] ?? '');
  return `${SPACE.repeat(first)}${cells}${rest}`.padEnd(WIDTH, SPACE);
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
    return html`<tr><td>${span.phase}</td>${times}<td>${drawing}</td><td>${told(span, story, factsShown)}</td></tr>
`;
  });
  return html`<table>
<tr><th align="left">Phase</th><th align="right">At</th><th align="right">Took</th><th></th><th align="left">What happened</th></tr>
${rows}</table>`;
}

/** The last facts of a chapter; where there are none, what it wrote. */
function told(span: PhaseSpan, story: Story, factsShown: number): Html {
  const writes = story.writes.filter(({ at }) => at >= span.startedAt && at <= span.endedAt).map(({ why }) => why);
  const facts = span.facts.length > 0 ? span.facts : writes;
  return joined(
    facts.slice(-factsShown).map((fact) => html`${fact}`),
    html`<br>`,
  );
}

/** No space of a bar may be lost where markup is made small. */
function fixed(drawing: string): Html {
  return joined(
    drawing.split(SPACE).map((ink) => html`${ink}`),
    html`&nbsp;`,
  );
}
