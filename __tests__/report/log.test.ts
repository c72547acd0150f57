import { beforeEach, expect, test } from '@jest/globals';
import type { WriteRequest } from '../../src/cluster/write-request.ts';
import { createTeller, type RunTeller } from '../../src/report/log.ts';
import { parseCommand } from '../runner/workflow-command.ts';
import { HOSTILE } from './hostile.ts';
import { START } from './stories.ts';

const PAUSE: WriteRequest = {
  verb: 'patch',
  path: '/apis/apps/v1/namespaces/shop/deployments/web',
  tests: [],
  changes: [],
  why: 'pause Deployment web',
};

let now: number;
let lines: string[];
let tick: (() => void) | null;
let teller: RunTeller;

beforeEach(() => {
  now = START;
  lines = [];
  tick = null;
  teller = createTeller({
    out: (line) => lines.push(line),
    clock: { now: () => now, sleep: () => Promise.resolve() },
    every: (ms, called) => {
      expect(ms).toBe(15_000);
      tick = called;
      return () => {
        tick = null;
      };
    },
    token: () => '8d6f5a2e',
  });
});

function after(ms: number): RunTeller {
  now += ms;
  return teller;
}

test('a group for each phase, a line for each fact', () => {
  teller.phase('Preflight');
  after(400).fact('Deployment shop/web, stable 7c9d8b6f5');
  after(12).phase('Open');
  teller.phase('Open');
  after(100_000).wrote(PAUSE);
  teller.fact('frozen');
  teller.fact('frozen');
  teller.end();
  teller.end();
  teller.fact('done');
  expect(lines).toEqual([
    '::group::Preflight',
    '   0.4s  Deployment shop/web, stable 7c9d8b6f5',
    '::endgroup::',
    '::group::Open',
    ' 100.4s  → pause Deployment web',
    ' 100.4s  frozen',
    '::endgroup::',
    ' 100.4s  done',
  ]);
  expect(teller.phases()).toEqual([
    {
      phase: 'Preflight',
      startedAt: START,
      endedAt: START + 412,
      facts: ['Deployment shop/web, stable 7c9d8b6f5'],
    },
    { phase: 'Open', startedAt: START + 412, endedAt: START + 100_412, facts: ['frozen'] },
  ]);
  expect(teller.writes()).toEqual([
    {
      at: START + 100_412,
      request: 'PATCH /apis/apps/v1/namespaces/shop/deployments/web',
      why: 'pause Deployment web',
    },
  ]);
});

test('requests by their HTTP method', () => {
  const body = { path: '/p', why: 'w' };
  teller.wrote({ verb: 'create', body: {}, ...body });
  teller.wrote({ verb: 'update', body: {}, ...body });
  teller.wrote({ verb: 'delete', uid: 'u', ...body });
  expect(teller.writes().map(({ request }) => request)).toEqual(['POST /p', 'PUT /p', 'DELETE /p']);
});

test('a run of the user’s own command by what it was told, and never by its text', () => {
  teller.wrote({ verb: 'run', share: 1_250, why: 'router-command: 12.5 % to web-candidate, the rest to web' });
  expect(teller.writes()).toMatchObject([{ request: 'RUN router-command CROSSFADE_SHARE=12.5' }]);
});

test('a wait is told when it changes and again while it lasts', () => {
  teller.phase('Start candidate');
  teller.waiting('2/4 candidate pods Ready');
  teller.waiting('2/4 candidate pods Ready');
  after(15_000);
  tick?.();
  after(15_000);
  tick?.();
  after(1_000).waiting('3/4 candidate pods Ready');
  after(15_000);
  tick?.();
  teller.waiting(null);
  expect(tick).toBeNull();
  teller.waiting(null);
  expect(lines.slice(1)).toEqual([
    '   0.0s  waiting: 2/4 candidate pods Ready',
    '  15.0s  still waiting, 15s: 2/4 candidate pods Ready',
    '  30.0s  still waiting, 30s: 2/4 candidate pods Ready',
    '  31.0s  waiting: 3/4 candidate pods Ready',
    '  46.0s  still waiting, 15s: 3/4 candidate pods Ready',
  ]);
});

test.each([
  ['a phase', () => teller.phase('Bake')],
  ['a write', () => teller.wrote(PAUSE)],
  ['the end', () => teller.end()],
])('%s ends a wait', (_, happens) => {
  teller.phase('Start candidate');
  teller.waiting('2/4 candidate pods Ready');
  happens();
  expect(tick).toBeNull();
});

test('a phase that only waited is remembered for what it waited', () => {
  teller.phase('Drain');
  teller.waiting('open connections to end');
  teller.phase('Close');
  expect(teller.phases()[0]?.facts).toEqual(['waited: open connections to end']);
});

test('the default timer does not keep the process alive', () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const real = createTeller({ out: () => {}, clock: { now: () => now, sleep: () => Promise.resolve() } });
  real.waiting('something');
  expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(before);
  real.end();
});

test('a phase keeps its last facts, and of those that only count up the last', () => {
  teller.phase('Start candidate');
  for (let ready = 1; ready <= 4; ready += 1) teller.fact(`${ready}/4 candidate pods Ready`);
  for (const letter of 'abcdefghi') teller.fact(letter);
  expect(teller.phases()[0]?.facts).toEqual(['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
  teller.phase('Bake');
  teller.fact('1/4 pods');
  teller.fact('well');
  teller.fact('2/4 pods');
  expect(teller.phases()[1]?.facts).toEqual(['well', '2/4 pods']);
});

test('lines from elsewhere stand between stop-commands and its end', () => {
  teller.foreign('log of pod web-1', ['::error::x', '  at main\u001b[0m', 'a\r::add-mask::b', '']);
  expect(lines).toEqual([
    '   0.0s  log of pod web-1:',
    '::stop-commands::8d6f5a2e',
    '         ::error::x',
    '           at main',
    '         a',
    '         ::add-mask::b',
    '',
    '::8d6f5a2e::',
  ]);
});

test('lines that come one by one stand under one title', () => {
  teller.foreign('smoke-command', ['one']);
  teller.foreign('smoke-command', ['two']);
  teller.fact('done');
  teller.foreign('smoke-command', ['three']);
  expect(lines.filter((line) => !line.startsWith('::'))).toEqual([
    '   0.0s  smoke-command:',
    '         one',
    '         two',
    '   0.0s  done',
    '   0.0s  smoke-command:',
    '         three',
  ]);
});

test('the word that ends foreign lines cannot be guessed', () => {
  const tokens = new Set<string>();
  const real = createTeller({
    out: (line) => tokens.add(line),
    clock: { now: () => now, sleep: () => Promise.resolve() },
  });
  real.foreign('a', []);
  real.foreign('b', []);
  const begun = [...tokens].filter((line) => line.startsWith('::stop-commands::'));
  expect(begun).toHaveLength(2);
  expect(begun[0]).toMatch(/^::stop-commands::[0-9a-f-]{36}$/);
});

test('warnings become annotations, each once and no more than GitHub shows', () => {
  teller.warning('100 % of\nthe pods');
  teller.warning('100 % of\nthe pods');
  for (let at = 2; at <= 11; at += 1) teller.warning(`warning ${at}`);
  expect(lines.slice(0, 2)).toEqual([
    '::warning title=Crossfade::100 %25 of the pods',
    '::warning title=Crossfade::warning 2',
  ]);
  expect(lines.at(-1)).toBe('   0.0s  Warning: warning 11');
  expect(lines).toHaveLength(11);
  expect(teller.warnings()).toHaveLength(11);
});

const EVERY_COMMAND = new Set(
  'group endgroup warning error notice debug add-mask set-output stop-commands set-env add-path'.split(' '),
);

test.each([...HOSTILE, 'x'.repeat(100_000), '##[error]x', '# #[error]'])('no text becomes a command (%#)', (text) => {
  teller.phase('Preflight');
  teller.fact(text);
  teller.waiting(text);
  tick?.();
  teller.wrote({ ...PAUSE, why: text });
  teller.foreign(text, [text, text]);
  teller.warning(text);
  teller.end();
  let stopped = false;
  const commands = lines.flatMap((line) => {
    if (line === '::8d6f5a2e::') stopped = false;
    const command = stopped ? undefined : parseCommand(line, EVERY_COMMAND);
    if (command?.name === 'stop-commands') stopped = true;
    return command === undefined ? [] : [command.name];
  });
  expect(commands).toEqual(['group', 'stop-commands', 'warning', 'endgroup']);
  expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(5_000);
});
