import { type Column, columnsOf, type Mark, marksOf, type Played, type Traffic, versionsOf } from './traffic.ts';

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const COLUMN_SIZES_MS = [100, 200, 250, 500, 1000, 2000, 5000];
/** Before the columns: two blanks, a name, two blanks. */
const MARGIN = 4;

/** A row of the chart: a name and what stands after it, so that the caller can give it a colour. */
export interface ChartRow {
  readonly kind: 'releases' | 'version' | 'failed' | 'marks' | 'axis';
  readonly text: string;
}

/**
 * Requests by version over time, as rows of block characters; a full one is the whole load.
 * `width`: characters that a row may have.
 */
export function textChart(traffic: Traffic, releases: readonly Played[], width: number): ChartRow[] {
  const versions = versionsOf(traffic, releases);
  const label = Math.max(...[...versions, 'failed'].map((name) => name.length));
  const room = width - label - MARGIN;
  const lasted = traffic.endedAt - traffic.startedAt;
  const ms = COLUMN_SIZES_MS.find((size) => Math.ceil(lasted / size) <= room) ?? Math.ceil(lasted / room);
  const columns = columnsOf(traffic, ms);
  const full = usual(columns);
  const bar = (count: number): string =>
    BLOCKS[count === 0 ? 0 : Math.min(8, Math.max(1, Math.round((count / full) * 8)))] ?? ' ';
  const row = (kind: ChartRow['kind'], name: string, cells: string): ChartRow => ({
    kind,
    text: `  ${name.padEnd(label)}  ${cells}`.trimEnd(),
  });
  const columnAt = (at: number): number =>
    Math.min(columns.length - 1, Math.max(0, Math.floor((at - traffic.startedAt) / ms)));
  return [
    row('releases', '', spans(releases, columnAt)),
    ...versions.map((version) =>
      row('version', version, columns.map(({ served }) => bar(served.get(version) ?? 0)).join('')),
    ),
    row('failed', 'failed', columns.map(({ failed }) => (failed === 0 ? '·' : bar(failed))).join('')),
    ...markLines(marksOf(releases), columnAt, room).map((line) => row('marks', '', line)),
    row('axis', '', axis(columns.length, ms)),
  ];
}

/** What all versions together answered in the column in the middle of the order: the load, without the ticks of a busy machine. */
function usual(columns: readonly Column[]): number {
  const totals = columns.map(({ served }) => [...served.values()].reduce((sum, count) => sum + count, 0));
  return Math.max(1, totals.toSorted((a, b) => a - b)[Math.floor(totals.length / 2)] ?? 1);
}

/** From when to when each release ran: `├1────┤`. */
function spans(releases: readonly Played[], columnAt: (at: number) => number): string {
  return releases.reduce((line, { startedAt, endedAt }, index) => {
    const from = columnAt(startedAt);
    const inside = Math.max(0, columnAt(endedAt) - from - 2);
    return `${line.padEnd(from)}├${index + 1}${'─'.repeat(inside)}┤`;
  }, '');
}

/** A line of arrows, and below it their words, on as many lines as they need. */
export function markLines(marks: readonly Mark[], columnAt: (at: number) => number, room: number): string[] {
  if (marks.length === 0) return [];
  const arrows = marks.reduce((line, { at }) => {
    const column = columnAt(at);
    return line.length > column ? line : `${line.padEnd(column)}▲`;
  }, '');
  const lines: string[] = [];
  for (const { at, text } of marks) {
    const start = Math.max(0, Math.min(columnAt(at), room - text.length));
    const free = lines.findIndex((line) => line.length === 0 || line.length + 2 <= start);
    const index = free < 0 ? lines.length : free;
    lines[index] = `${(lines[index] ?? '').padEnd(start)}${text}`;
  }
  return [arrows, ...lines];
}

function axis(columns: number, ms: number): string {
  const step = [1, 2, 5, 10, 20, 60].find((seconds) => (seconds * 1000) / ms >= 8) ?? 60;
  let line = '';
  for (let second = 0; (second * 1000) / ms < columns; second += step)
    line = `${line.padEnd(Math.round((second * 1000) / ms))}${second}s`;
  return line;
}
