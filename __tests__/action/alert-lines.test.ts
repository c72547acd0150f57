import { describe, expect, test } from '@jest/globals';
import { fits, parseAlertLine } from '../../src/action/alert-lines.ts';

type Labels = Readonly<Record<string, string>>;

describe('parseAlertLine', () => {
  test.each<[string, string | null, readonly (readonly [string, string, string])[]]>([
    ['HighErrorRate', 'HighErrorRate', [['alertname', '=', 'HighErrorRate']]],
    ['Pod not ready (5m)'.replace(' (5m)', ''), 'Pod not ready', [['alertname', '=', 'Pod not ready']]],
    ['severity="critical"', null, [['severity', '=', 'critical']]],
    [
      ' severity =~ "crit.*" , namespace!="a,b", team !~ \'x\' '.trim(),
      null,
      [
        ['severity', '=~', 'crit.*'],
        ['namespace', '!=', 'a,b'],
        ['team', '!~', 'x'],
      ],
    ],
    [
      '{alertname="A", severity=page,}',
      'A',
      [
        ['alertname', '=', 'A'],
        ['severity', '=', 'page'],
      ],
    ],
    ['a="say \\"hi\\"\\n\\\\"', null, [['a', '=', 'say "hi"\n\\']]],
  ])('%s', (line, alert, matchers) => {
    const value = {
      line,
      alert,
      matchers: matchers.map(([label, operator, text]) => ({ label, operator, value: text })),
    };
    expect(parseAlertLine(line)).toEqual({ ok: true, value });
  });

  test.each<[string, string]>([
    ['severity=', '"severity=" is not a label matcher such as'],
    ['severity=="a"', 'is not a label matcher'],
    ['severity="a" team="b"', 'There is no comma between the matchers before "team'],
    ['severity="a",,team="b"', 'is not a label matcher'],
    ['sev-erity="a"', 'is not a label matcher'],
    ['severity=~"("', '"(" (label severity) is not a regular expression.'],
    ['severity!="none"', 'It fits every alert there is'],
    ['severity=~".*"', 'It fits every alert there is'],
    ['High;Rate', 'It is neither the name of an alert nor label matchers.'],
  ])('refuses %s', (line, problem) => {
    expect(parseAlertLine(line)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });
});

test.each<[string, Labels, boolean]>([
  ['HighErrorRate', { alertname: 'HighErrorRate', severity: 'critical' }, true],
  ['HighErrorRate', { alertname: 'HighErrorRateOfDb' }, false],
  ['severity=~"crit|page"', { severity: 'page' }, true],
  ['severity=~"crit"', { severity: 'critical' }, false],
  ['severity=~"(?i)CRIT.*"', { severity: 'critical' }, true],
  ['severity=~"(?i)CRIT"', { severity: 'critical' }, false],
  ['severity="a",team!="x"', { severity: 'a' }, true],
  ['severity="a",team!="x"', { severity: 'a', team: 'x' }, false],
  ['severity="a",team!~"x.*"', { severity: 'a', team: 'xy' }, false],
  ['severity="a",team=""', { severity: 'a' }, true],
])('%s on %j: %s', (line, labels, wanted) => {
  const parsed = parseAlertLine(line);
  if (!parsed.ok) throw new Error(parsed.problem);
  expect(fits(labels, parsed.value.matchers)).toBe(wanted);
});
