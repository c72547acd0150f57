import { parseDuration } from './durations.ts';
import { QUERY_VARIABLES } from '../metrics/promql.ts';
import { misunderstood, understood, type Parsed } from './parsed.ts';
import { topLevel } from './promql-text.ts';
import { COMPARISONS, type Comparison, type Threshold } from './request.ts';
import { didYouMean, nearest } from './words.ts';

/** What the input `thresholds` says it accepts. */
export const THRESHOLD_FORM =
  'name: PromQL, a comparison that must hold and, if you like, for how long it may be missed, such as ' +
  'error-rate: sum(rate(http_errors_total{pod=~"$deployment-$candidate-.*"}[1m])) < 0.5 for 30s';

/** `$candidate`; `$1` and `${1}` are the groups of `label_replace`. */
export const QUERY_VARIABLE = /\$([A-Za-z_]\w*)/g;

const NAME = /^[A-Za-z][\w.-]*$/;
const LONGEST_NAME = 63;
const BOUND = /^([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)(?:\s+for\s+(\S+))?$/;

/** One line of `thresholds`: `name: <PromQL> < 0.01 [for 30s]`. */
export function parseThresholdLine(line: string): Parsed<Threshold> {
  const parts = /^([^\s:{("]+):\s+(.*)$/.exec(line);
  const [, name = '', rest = ''] = parts ?? [];
  // A recording rule has colons too, and no space after them.
  if (parts === null) return misunderstood('It does not begin with a name, a colon and a space.');
  if (!NAME.test(name) || name.length > LONGEST_NAME)
    return misunderstood(
      `"${name}" is not a name: letters, digits, "-", "_" and ".", beginning with a letter, at most ${LONGEST_NAME}.`,
    );
  const outside = topLevel(rest);
  if (outside === null) return misunderstood('Its quotes, parentheses, brackets or braces do not pair up.');
  const condition = lastComparison(rest, outside);
  if (condition === null)
    return misunderstood(
      `There is no comparison (${COMPARISONS.join(' ')}) outside of parentheses and braces: it says what must hold.`,
    );
  const query = rest.slice(0, condition.at).trim();
  if (query === '') return misunderstood('There is no query before the comparison.');
  const weaker = setOperator(query, topLevel(query) ?? []);
  if (weaker !== null)
    return misunderstood(
      `"${weaker}" binds weaker than "${condition.operator}", so that the comparison would be with a part of the query alone. Put the query in parentheses.`,
    );
  const unknown = unknownVariable(query);
  if (unknown !== null) return misunderstood(unknown);
  const bound = BOUND.exec(rest.slice(condition.at + condition.operator.length).trim());
  if (bound === null)
    return misunderstood(
      `After "${condition.operator}" there must be a number such as 0.01 and, if you like, a time such as "for 30s".`,
    );
  const time = bound[2] === undefined ? understood(0) : parseDuration(bound[2]);
  if (!time.ok) return misunderstood(`for ${bound[2]}: ${time.problem}`);
  return understood({
    line,
    name,
    query,
    comparison: condition.operator,
    bound: Number(bound[1]),
    patience: time.value,
  });
}

interface Found {
  readonly operator: Comparison;
  readonly at: number;
}

function lastComparison(text: string, outside: readonly number[]): Found | null {
  let last: Found | null = null;
  let next = 0;
  for (const at of outside) {
    if (at < next) continue;
    // The longer ones first: `<=` is not `<` and a rest.
    const operator = COMPARISONS.toSorted((a, b) => b.length - a.length).find((each) => text.startsWith(each, at));
    if (operator === undefined) continue;
    last = { operator, at };
    next = at + operator.length;
  }
  return last;
}

function setOperator(query: string, outside: readonly number[]): string | null {
  const text = Array.from(query, () => ' ');
  for (const at of outside) text[at] = query.charAt(at);
  return /(?<![\w:])(?:and|or|unless)(?![\w:])/i.exec(text.join(''))?.[0] ?? null;
}

function unknownVariable(query: string): string | null {
  for (const [whole, name = ''] of query.matchAll(QUERY_VARIABLE)) {
    if (QUERY_VARIABLES.some((known) => known === name)) continue;
    const known = QUERY_VARIABLES.map((each) => `$${each}`).join(', ');
    const meant = nearest(name, QUERY_VARIABLES);
    return `${whole} is not a variable; there are ${known}.${didYouMean(meant === null ? null : `$${meant}`)}`;
  }
  return null;
}
