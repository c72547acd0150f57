import type { MeasuredStage } from '../analysis/measured.ts';
import { formatDuration } from './duration.ts';

/** Characters. */
const WIDTH = 64;
/** Lines; each has two halves. */
const HEIGHT = 6;
const MARGIN = 11;

interface Point {
  readonly at: number;
  /** Part of what condemns. */
  readonly level: number;
}

/**
 * The evidence against the candidate over time, as text: the top line is where it is condemned. It begins anew with each stage. Only
 * blocks that every monospaced font has. Null: there is nothing to be drawn.
 */
export function evidenceChart(stages: readonly MeasuredStage[], metric: string, startedAt: number): string | null {
  const lines = stages.map((stage) => pointsOf(stage, metric));
  const from = stages[0]?.startedAt ?? 0;
  const whole = (stages.at(-1)?.endedAt ?? from) - from;
  if (whole <= 0 || lines.every((points) => points.length === 0)) return null;
  const columnOf = (at: number): number => Math.min(WIDTH - 1, Math.max(0, Math.floor(((at - from) / whole) * WIDTH)));
  const levels = new Array<number>(WIDTH).fill(0);
  stages.forEach((stage, index) => {
    const points = lines[index] ?? [];
    for (let column = columnOf(stage.startedAt); column <= columnOf(stage.endedAt - 1); column += 1) {
      const until = from + ((column + 1) / WIDTH) * whole;
      const level = points.findLast(({ at }) => at <= until)?.level ?? 0;
      levels[column] = Math.max(levels[column] ?? 0, level);
    }
  });
  const rows = Array.from(
    { length: HEIGHT },
    (_, row) => `${label(row)}│${levels.map((each) => cell(each, row)).join('')}`,
  );
  const starts = stages.map((stage) => columnOf(stage.startedAt));
  const axis = Array.from({ length: WIDTH }, (_, column) => (starts.includes(column) ? '┬' : '─')).join('');
  return [...rows.map((row) => row.trimEnd()), `${' '.repeat(MARGIN)}└${axis}`, names(stages, starts, startedAt)].join(
    '\n',
  );
}

function pointsOf({ metrics }: MeasuredStage, name: string): Point[] {
  const found = metrics.find((metric) => metric.name === name);
  if (found === undefined) return [];
  return found.trace.map(({ at, condemn }) => ({ at, level: Math.max(0, Math.min(1, condemn / found.threshold)) }));
}

function label(row: number): string {
  const text = row === 0 ? 'condemned ' : row === HEIGHT / 2 ? 'half way ' : '';
  return text.padStart(MARGIN);
}

/** Two halves a line, from the bottom; the line at the top stays visible where nothing reaches it. */
function cell(level: number, row: number): string {
  const halves = Math.round(level * 2 * HEIGHT);
  const below = 2 * (HEIGHT - 1 - row);
  if (halves >= below + 2) return '█';
  if (halves === below + 1) return '▄';
  return row === 0 ? '·' : ' ';
}

/** Each stage's name under its beginning, where there is room for it. */
function names(stages: readonly MeasuredStage[], starts: readonly number[], startedAt: number): string {
  let line = ' '.repeat(MARGIN + 1);
  stages.forEach((stage, index) => {
    const place = MARGIN + 1 + (starts[index] ?? 0);
    const name = `${stage.name} (${formatDuration(stage.startedAt - startedAt)})`;
    const next = MARGIN + 1 + (starts[index + 1] ?? WIDTH + name.length);
    const fits = place + name.length < next ? name : stage.name;
    if (line.trimEnd().length < place || line.trim() === '') line = `${line.padEnd(place)}${fits}`;
  });
  return line;
}
