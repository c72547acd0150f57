import { escaped } from './escaped.ts';
import { columnsOf, marksOf, type Played, type Traffic, versionsOf } from './traffic.ts';

const COLUMN_MS = 250;
const WIDTH = 940;
const LEFT = 44;
const RIGHT = 12;
const BAND = { top: 6, height: 22 };
const PLOT = { top: 40, height: 220 };
const BASE = PLOT.top + PLOT.height;
/** Of a line of words below the axis. */
const LINE = 18;

/**
 * Requests a second by version over time, stacked: a switch that loses nobody changes the colour and not the height. Colours are
 * the page's: classes `v0`, `v1` … by the order of versions, and `failed`.
 */
export function svgChart(traffic: Traffic, releases: readonly Played[]): string {
  const versions = versionsOf(traffic, releases);
  const columns = columnsOf(traffic, COLUMN_MS);
  const perSecond = 1000 / COLUMN_MS;
  const totals = columns.map(({ served, failed }) => [...served.values()].reduce((sum, count) => sum + count, failed));
  const highest = Math.max(1, ...totals) * perSecond;
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((value) => highest / value < 4) ?? 1000;
  const top = Math.max(highest, step) * 1.04;
  const lasted = columns.length * COLUMN_MS;
  const x = (ms: number): number => LEFT + (ms / lasted) * (WIDTH - LEFT - RIGHT);
  const height = (requests: number): number => ((requests * perSecond) / top) * PLOT.height;
  const since = (at: number): number => at - traffic.startedAt;

  const grid = Array.from({ length: Math.floor(top / step) + 1 }, (_, index) => index * step).map((value) => {
    const y = BASE - (value / top) * PLOT.height;
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${n(y)}" y2="${n(y)}"/><text class="tick" x="${LEFT - 6}" y="${n(y + 4)}" text-anchor="end">${value}</text>`;
  });
  const seconds = Array.from({ length: Math.floor(lasted / 2000) + 1 }, (_, index) => index * 2);
  const axis = seconds.map(
    (second) =>
      `<text class="tick" x="${n(x(second * 1000))}" y="${BASE + 16}" text-anchor="middle">${second} s</text>`,
  );
  const bars = columns.map(({ served, failed }, index) => {
    const from = x(index * COLUMN_MS);
    const wide = x((index + 1) * COLUMN_MS) - from;
    const stack: (readonly [name: string, className: string, count: number])[] = [
      ...versions.map((version, rank) => [version, `v${rank}`, served.get(version) ?? 0] as const),
      ['failed', 'failed', failed],
    ];
    let y = BASE;
    return stack
      .filter(([, , count]) => count > 0)
      .map(([name, className, count]) => {
        const tall = height(count);
        y -= tall;
        const told = `${((index * COLUMN_MS) / 1000).toFixed(2)} s: ${name}, ${count} in ${COLUMN_MS} ms`;
        // Half a pixel of overlap, or the seams between columns would show.
        return `<rect class="${className}" x="${n(from)}" y="${n(y)}" width="${n(wide + 0.5)}" height="${n(tall)}"><title>${escaped(told)}</title></rect>`;
      })
      .join('');
  });
  const bands = releases.map(({ title, startedAt, endedAt }, index) => {
    const from = x(since(startedAt));
    const wide = x(since(endedAt)) - from;
    const text = wide > 9 * title.length ? `${index + 1} · ${title}` : String(index + 1);
    return `<rect class="band" x="${n(from)}" y="${BAND.top}" width="${n(wide)}" height="${BAND.height}" rx="4"><title>${escaped(title)}</title></rect><text class="name" x="${n(from + wide / 2)}" y="${BAND.top + 15}" text-anchor="middle">${escaped(text)}</text>`;
  });
  const words = stacked(marksOf(releases).map(({ at, text }) => ({ at: x(since(at)), text })));
  const marks = words.map(({ at, text, line }) => {
    const y = BASE + 36 + line * LINE;
    const left = at > WIDTH - 8 * text.length;
    // In two pieces: between them stand the seconds.
    const line1 = `<line class="mark" x1="${n(at)}" x2="${n(at)}" y1="${PLOT.top - 4}" y2="${BASE}"/>`;
    const line2 = `<line class="mark" x1="${n(at)}" x2="${n(at)}" y1="${BASE + 22}" y2="${y}"/>`;
    return `${line1}${line2}<text class="moved" x="${n(left ? at - 5 : at + 5)}" y="${y}" text-anchor="${left ? 'end' : 'start'}">${escaped(text)}</text>`;
  });
  const tall = BASE + 44 + LINE * Math.max(0, ...words.map(({ line }) => line));
  return `<svg viewBox="0 0 ${WIDTH} ${tall}" role="img" aria-label="Requests a second by version over time">
${[...grid, ...axis, ...bars, ...bands, ...marks].join('\n')}
</svg>`;
}

/** Words that would run into each other stand on different lines. */
function stacked(words: readonly { at: number; text: string }[]): { at: number; text: string; line: number }[] {
  const ends: number[] = [];
  return words.map(({ at, text }) => {
    const free = ends.findIndex((end) => end < at);
    const line = free < 0 ? ends.length : free;
    ends[line] = at + 8 * text.length + 12;
    return { at, text, line };
  });
}

function n(value: number): string {
  return String(Math.round(value * 100) / 100);
}
