import { expect, test } from '@jest/globals';
import type { Answer } from './crowd.ts';
import { svgChart } from './svg-chart.ts';
import { markLines, textChart } from './text-chart.ts';
import type { Played, Traffic } from './traffic.ts';

const START = 1_000_000;

/** `each`: milliseconds between two answers. */
function answers(version: string | null, from: number, until: number, each: number): Answer[] {
  return Array.from({ length: (until - from) / each }, (_, index) => ({
    sentAt: START + from + index * each,
    at: START + from + index * each,
    connection: 'fresh',
    version,
    pod: version === null ? null : `web-${version}`,
    error: version === null ? 'connect ECONNREFUSED' : null,
  }));
}

function release(from: string, to: string, startedAt: number, endedAt: number, ...moves: number[]): Played {
  return {
    ...{
      title: `${from} to ${to}`,
      from,
      to,
      outcome: 'promoted',
      reason: '',
      duration: '2s',
      page: 'x.html',
      faults: [],
    },
    startedAt: START + startedAt,
    endedAt: START + endedAt,
    moves: moves.map((at) => START + at),
  };
}

const RELEASES = [release('v1', 'v2', 500, 2_500, 2_000), release('v2', 'crash', 3_000, 3_500)];

function drawn(traffic: Traffic, width: number): string[] {
  return textChart(traffic, RELEASES, width).map(({ text }) => text);
}

test('one row for each version, one that nobody met included; the switch is marked', () => {
  const all = [...answers('v1', 0, 2_000, 10), ...answers('v2', 2_000, 4_000, 10)];
  expect(drawn({ answers: all, startedAt: START, endedAt: START + 4_000 }, 52)).toEqual([
    '               ├1──────────────────┤    ├2───┤',
    '  v1      ████████████████████',
    '  v2                          ████████████████████',
    '  crash',
    '  failed  ········································',
    '                              ▲',
    '                              switch to v2',
    '          0s        1s        2s        3s',
  ]);
});

test('half the load is half a block, little is not nothing, and a failure shows', () => {
  const all = [
    ...answers('v1', 0, 3_000, 10),
    ...answers('v1', 3_000, 4_000, 20),
    ...answers('v2', 3_000, 4_000, 20),
    ...answers('crash', 1_000, 1_010, 10),
    ...answers(null, 2_000, 2_010, 10),
  ];
  expect(drawn({ answers: all, startedAt: START, endedAt: START + 4_000 }, 22).slice(1, 5)).toEqual([
    '  v1      ██████▄▄',
    '  v2            ▄▄',
    '  crash     ▁',
    '  failed  ····▁···',
  ]);
});

test('a failure in what is left of the last column shows, too', () => {
  const all = [...answers('v1', 0, 2_000, 10), ...answers(null, 2_090, 2_100, 10)];
  expect(drawn({ answers: all, startedAt: START, endedAt: START + 2_100 }, 22)[4]).toBe('  failed  ·········▁');
});

test('nothing at all can be drawn', () => {
  expect(textChart({ answers: [], startedAt: START, endedAt: START }, [], 40).map(({ text }) => text)).toEqual([
    '',
    '  failed  ·',
    '          0s',
  ]);
});

test('words of marks that are close stand below each other, and inside the width', () => {
  const marks = [2, 4, 18].map((at) => ({ at, text: `to v${at}` }));
  expect(markLines(marks, (at) => at, 20)).toEqual(['  ▲ ▲             ▲', '  to v2       to v18', '    to v4']);
});

test('the drawing for the page says the same and escapes its words', () => {
  const all = [...answers('v1', 0, 2_000, 10), ...answers('<b>', 2_000, 4_000, 10), ...answers(null, 3_000, 3_010, 10)];
  const svg = svgChart({ answers: all, startedAt: START, endedAt: START + 4_000 }, [
    release('v1', '<b>', 0, 4_000, 2_000),
  ]);
  expect(svg.match(/<rect class="v0"/g)).toHaveLength(8);
  expect(svg.match(/<rect class="v1"/g)).toHaveLength(8);
  expect(svg.match(/<rect class="failed"/g)).toHaveLength(1);
  expect(svg).toContain('switch to &lt;b&gt;');
  expect(svg).not.toContain('<b>');
});
