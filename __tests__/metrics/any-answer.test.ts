import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ExpositionError, parseExposition } from '../../src/metrics/openmetrics.ts';
import { parseAlertsData, parseAnswer, parseQueryData } from '../../src/metrics/prometheus-answers.ts';
import {
  filled,
  hasBareVariable,
  isSelector,
  narrowed,
  rateIn,
  unknownVariables,
  VARIABLES,
} from '../../src/metrics/promql.ts';

/** What others answer is read, or is said to be no answer; nothing is thrown, and nothing takes longer than its length asks for. */

const odd = fc.jsonValue({ maxDepth: 4 });
const data = fc.record(
  {
    resultType: fc.oneof(fc.constantFrom('vector', 'scalar', 'matrix', 'string', 'constructor'), odd),
    result: fc.oneof(
      fc.array(fc.oneof(fc.record({ metric: odd, value: fc.oneof(fc.tuple(odd, odd), odd) }), odd)),
      odd,
    ),
    alerts: fc.oneof(
      fc.array(
        fc.oneof(
          fc.record({ state: fc.constantFrom('firing', 'pending', 'x'), labels: odd, annotations: odd, activeAt: odd }),
          odd,
        ),
      ),
      odd,
    ),
  },
  { requiredKeys: [] },
);

describe('an answer of Prometheus', () => {
  test('of any form is understood, or why it is not is said', () => {
    fc.assert(
      fc.property(fc.oneof(data, odd), (given) => {
        const answers = [parseQueryData(given), parseAlertsData(given)];
        for (const answer of answers) if (typeof answer === 'string') expect(answer.length).toBeLessThan(200);
      }),
      { numRuns: 1_000 },
    );
  });

  test('of any text is one of three', () => {
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ status: fc.constantFrom('success', 'error', 1), data: odd, error: odd, warnings: odd })
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(body, (text) => {
        const answer = parseAnswer(text);
        expect(['success', 'error', 'foreign']).toContain(answer.status);
        // For a person: texts and nothing else.
        if (answer.status === 'success')
          expect(answer.warnings.every((warning) => typeof warning === 'string')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a page of metrics', () => {
  const pieces = [
    'a',
    'a_total',
    '{',
    '}',
    'le="0.5"',
    ',',
    ' ',
    '1',
    '1e3',
    'NaN',
    'constructor',
    '+Inf',
    '\n',
    '\r\n',
    '"',
    '\\',
    '\\"',
    '# TYPE a counter',
    '# EOF',
    '\0',
    '=',
    ' # {trace="x"} 1',
    '\t',
  ];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join(''));

  test('of any text is read, or refused by its line', () => {
    fc.assert(
      fc.property(text, (page) => {
        try {
          for (const { name, value } of parseExposition(page, () => true))
            expect([typeof name, typeof value]).toEqual(['string', 'number']);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpositionError);
          expect(String(error)).toMatch(/line \d+ is no metric/);
          expect(String(error).length).toBeLessThan(250);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test.each(['constructor', '__proto__', 'tostring'])('with %s for a number is refused', (word) => {
    expect(() => parseExposition(`a ${word}\n`, () => true)).toThrow(ExpositionError);
  });

  test.each(pieces)('of half a million characters of %j takes a moment', (piece) => {
    const started = performance.now();
    try {
      parseExposition(`a{${piece.repeat(500_000 / piece.length)}`, () => true);
    } catch (error) {
      expect(error).toBeInstanceOf(ExpositionError);
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('the variables of a query', () => {
  const name = fc.stringMatching(/^[a-z]([a-z0-9.-]{0,20}[a-z0-9])?$/);
  const values = fc.record({
    namespace: name,
    deployment: name,
    stable: name,
    candidate: name,
    service: name,
    candidate_service: name,
    pods: fc.string(),
  });

  test('are filled in as what they are, whatever they are: nothing leaves its string', () => {
    fc.assert(
      fc.property(values, fc.constantFrom(...VARIABLES), (given, variable) => {
        const query = filled(`up{a="$${variable}"} + 1`, given);
        // What stands in quotes reads as JSON does, which has the escapes of PromQL.
        const [, quoted = ''] = /^up\{a=("(?:[^"\\]|\\.)*")\} \+ 1$/s.exec(query) ?? [];
        // JSON has no control characters in its texts as they are.
        const readable = quoted.replaceAll(
          /\p{Cc}/gu,
          (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
        expect(JSON.parse(readable)).toBe(given[variable]);
      }),
      { numRuns: 500 },
    );
  });

  test('of any query are found in a moment', () => {
    const pieces = ['"', "'", '`', '\\', '$pods', '$', '{', '}', 'a', '=~', '(', ' ', '1', 'rate('];
    const query = fc.array(fc.constantFrom(...pieces), { maxLength: 20 }).map((parts) => parts.join(''));
    const long = fc
      .tuple(fc.constantFrom(...pieces), fc.constantFrom(...pieces))
      .map(([one, other]) => (one + other).repeat(20_000));
    const given = {
      namespace: 'n',
      deployment: 'd',
      stable: 's',
      candidate: 'c',
      service: 'x',
      candidate_service: 'y',
      pods: 'p',
    };
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: query }, long), (text) => {
        const started = performance.now();
        filled(text, given);
        unknownVariables(text);
        hasBareVariable(text);
        rateIn(text);
        if (isSelector(text)) expect(narrowed(text, 'le="1"')).toContain('le="1"');
        expect(performance.now() - started).toBeLessThan(5_000);
      }),
      { numRuns: 300 },
    );
  });
});
