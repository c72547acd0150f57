import { styleText } from 'node:util';
import { LiveLog, type ShownLine } from './live-log.ts';
import type { ChartRow } from './text-chart.ts';

/** Characters that a row may have. */
export function terminalWidth(): number {
  return Math.min(110, process.stdout.columns ?? 96);
}

export function say(text = ''): void {
  console.log(text);
}

export function heading(text: string): string {
  return styleText('bold', text);
}

/** Shows each line of a running action as it comes, below what it belongs to. */
export function follow(): (line: string) => void {
  const log = new LiveLog();
  return (line) => {
    for (const shown of log.read(line)) say(`  ${dressed(shown)}`);
  };
}

function dressed({ kind, text }: ShownLine): string {
  switch (kind) {
    case 'phase':
      return styleText('cyan', text);
    case 'fact':
      return text;
    case 'foreign':
      return styleText('dim', text);
    case 'warning':
      return styleText('yellow', `! ${text}`);
    case 'error':
      return styleText('red', `✗ ${text}`);
  }
}

/** Rows of the chart: each version in a colour of its own, failures in red. */
export function coloured(rows: readonly ChartRow[]): string[] {
  let version = 0;
  return rows.map(({ kind, text }) => {
    if (kind === 'version') return styleText(VERSION_COLOURS[version++ % VERSION_COLOURS.length] ?? 'white', text);
    if (kind === 'failed' && BLOCKS_OF_FAILURE.test(text)) return styleText('red', text);
    return styleText('dim', text);
  });
}

const VERSION_COLOURS = ['blue', 'green', 'yellow', 'magenta'] as const;
const BLOCKS_OF_FAILURE = /[▁-█]/;
