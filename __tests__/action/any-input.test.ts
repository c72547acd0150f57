import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InputErrors } from '../../src/action/input-errors.ts';
import { INPUTS } from '../../src/action/input-table.ts';
import { readRequest } from '../../src/action/inputs.ts';
import type { Request } from '../../src/action/request.ts';

/** What inputs are made of, and what spoils them. */
const PIECES = [
  ...'abz09.,:;=/@#%$&*!?~^|<>(){}[]"\'`\\-_+ \t\n\r',
  '\r\n',
  '\0',
  '\u001b[31m',
  '\u202e',
  '\ud800',
  'é',
  '😀',
  '5%',
  '2m',
  '1h30m',
  'linear ',
  'exponential ',
  'every ',
  ' x2 ',
  'web=',
  'web:',
  'ghcr.io/acme/web:1',
  '@sha256:',
  'a.B=c',
  'GET /',
  ' 200-299',
  ' port=http',
  ' contains="',
  ' within=5s',
  'up: ',
  ' < 0.5',
  ' for 30s',
  'sum(rate(x{a="b"}[1m]))',
  'severity="critical"',
  '=~',
  '!=',
  'https://',
  'http://u:p@h',
  'ns/svc:9090',
  'httproute/web',
  'x-test: 1',
  '::set-output name=x::y',
  '- {name: a, total: b}',
  '- &a ',
  '*a',
  'pods requests=',
  'true',
  'none',
  'auto',
] as const;

const words = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((parts) => parts.join(''));
const anything = fc.oneof({ weight: 3, arbitrary: words }, fc.string({ unit: 'binary', maxLength: 60 }));
/** What an expression that does not watch its step would try again and again. */
const endless = fc
  .tuple(fc.constantFrom(...PIECES), fc.constantFrom(...PIECES), words, fc.constantFrom('!', '\n', '"', ' ', ''))
  .map(([one, other, head, tail]) => `${head}${(one + other).repeat(30_000 / (one + other).length)}${tail}`);

const NAMES = INPUTS.map(({ name }) => name);
const LEAST: Readonly<Record<string, string>> = { deployment: 'web', images: 'web=nginx:2' };

/** Of a problem's text, and of what is shown of what was given. */
const LONGEST = 600;

async function read(given: Readonly<Record<string, string>>): Promise<Request | InputErrors> {
  try {
    return await readRequest((name) => given[name] ?? LEAST[name] ?? '');
  } catch (error) {
    if (error instanceof InputErrors) return error;
    throw error;
  }
}

function expectWellSaid(found: Request | InputErrors): void {
  if (!(found instanceof InputErrors)) return;
  for (const { input, problem, given, accepted } of found.problems) {
    expect(NAMES).toContain(input);
    expect(problem).not.toBe('');
    expect(accepted).not.toBe('');
    expect(Math.max(problem.length, given?.length ?? 0)).toBeLessThan(LONGEST);
    // On one line, and nothing that a terminal obeys.
    expect(`${given}`).not.toMatch(/[\p{Cc}]/u);
  }
}

describe('whatever is given in an input', () => {
  test.each(NAMES)('%s is understood, or refused in a few words that name it', async (name) => {
    await fc.assert(
      fc.asyncProperty(anything, async (text) => expectWellSaid(await read({ [name]: text }))),
      { numRuns: 30 },
    );
  });

  test('all at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...NAMES), anything), async (given) => {
        expectWellSaid(await read(given));
      }),
      { numRuns: 60 },
    );
  });

  test('however long it is, in a moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...NAMES), endless, async (name, text) => {
        const started = performance.now();
        const found = await read({ [name]: text });
        // Milliseconds, of a busy machine; what grows with the square of the length takes minutes.
        expect([name, text.slice(0, 40), performance.now() - started < 2_000]).toEqual([name, text.slice(0, 40), true]);
        expectWellSaid(found);
      }),
      { numRuns: 60 },
    );
  });

  test('with the line ends of Windows, it means the same', async () => {
    const given: Readonly<Record<string, string>> = {
      strategy: 'canary',
      steps: '5% 2m\n20% 5m\n50% 5m',
      router: 'httproute/web\ningress/web',
      images: 'web=nginx:2\n\n# the other\nproxy=envoy:3',
      env: 'web.A=1\nweb.B=two words',
      headers: 'x-test: 1\nx-other: 2',
      cookie: 'a=1\nb=2',
      'smoke-test': 'GET /\nGET /ready 200-299',
      webhook: 'https://a.test/x\nhttps://b.test/y',
      prometheus: 'https://prometheus.test',
      'prometheus-headers': 'X-Scope-OrgID: shop\nX-Other: 1',
      metrics: "- name: checkout\n  total: 'a_total'\n  errors: 'b_total'",
      thresholds: 'one: up > 0\ntwo: up > 0 for 30s',
      alerts: 'One\nseverity="critical"',
      job: 'apiVersion: batch/v1\nkind: Job',
      timeout: '1h',
    };
    const windows = Object.fromEntries(
      Object.entries(given).map(([name, text]) => [name, text.replaceAll('\n', '\r\n')]),
    );
    const found = await read(windows);
    expect(found).not.toBeInstanceOf(InputErrors);
    expect(JSON.parse(JSON.stringify(found).replaceAll('\\r\\n', '\\n'))).toEqual(await read(given));
  });
});
