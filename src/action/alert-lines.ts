import { misunderstood, understood, type Parsed } from './parsed.ts';
import type { AlertSelector, LabelMatcher } from './request.ts';

/** What the input `alerts` says it accepts. */
export const ALERT_FORM =
  'the name of an alert, such as HighErrorRate, or label matchers with commas between them (operators =, !=, =~ and !~), such as severity="critical",namespace="shop"';

const NAME = /^[\w:./-][\w:./ -]*$/;
/** In order: name, operator, value in quotes of either kind or without any. */
const MATCHER = /\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s,"'{}=!~]+))\s*/y;

/** One line of `alerts`. */
export function parseAlertLine(line: string): Parsed<AlertSelector> {
  if (!/[=!~{}"']/.test(line)) {
    if (!NAME.test(line)) return misunderstood('It is neither the name of an alert nor label matchers.');
    return understood({ line, alert: line, matchers: [{ label: 'alertname', operator: '=', value: line }] });
  }
  const inner = /^\{(.*)\}$/.exec(line)?.[1] ?? line;
  const matchers: LabelMatcher[] = [];
  let at = 0;
  for (;;) {
    MATCHER.lastIndex = at;
    const found = MATCHER.exec(inner);
    if (found === null)
      return misunderstood(`"${inner.slice(at).trim()}" is not a label matcher such as severity="critical".`);
    const [, label = '', operator = '', double, single, bare] = found;
    const matcher = matcherOf(label, operator, unescaped(double ?? single) ?? bare ?? '');
    if (!matcher.ok) return matcher;
    matchers.push(matcher.value);
    at = MATCHER.lastIndex;
    if (at >= inner.length) break;
    if (inner.charAt(at) !== ',')
      return misunderstood(`There is no comma between the matchers before "${inner.slice(at)}".`);
    at += 1;
    // As PromQL allows it after the last one.
    if (inner.slice(at).trim() === '') break;
  }
  if (matchers.every(matchesEmpty))
    return misunderstood('It fits every alert there is: at least one matcher has to want a value.');
  const name = matchers.find(({ label, operator }) => label === 'alertname' && operator === '=');
  return understood({ line, alert: name?.value ?? null, matchers });
}

/** Whether a set of labels fits. A label that is not there is an empty one; regular expressions are anchored at both ends. */
export function fits(labels: Readonly<Record<string, string>>, matchers: readonly LabelMatcher[]): boolean {
  return matchers.every((matcher) => fitsOne(labels[matcher.label] ?? '', matcher));
}

function fitsOne(value: string, matcher: LabelMatcher): boolean {
  switch (matcher.operator) {
    case '=':
      return value === matcher.value;
    case '!=':
      return value !== matcher.value;
    case '=~':
      return anchored(matcher.value).test(value);
    case '!~':
      return !anchored(matcher.value).test(value);
  }
}

function matcherOf(label: string, operator: string, value: string): Parsed<LabelMatcher> {
  if (operator === '=' || operator === '!=') return understood({ label, operator, value });
  try {
    anchored(value);
  } catch {
    return misunderstood(`"${value}" (label ${label}) is not a regular expression.`);
  }
  return understood({ label, operator: operator === '=~' ? '=~' : '!~', value });
}

/** Prometheus' dialect (RE2) is nearly a part of JavaScript's: flags at the beginning, `(?i)`, are another thing there. `s` is always set. */
function anchored(pattern: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const set = new Set(['s', ...(flags?.[1] ?? '')]);
  return new RegExp(`^(?:${pattern.slice(flags?.[0].length ?? 0)})$`, [...set].join(''));
}

function matchesEmpty(matcher: LabelMatcher): boolean {
  return fitsOne('', matcher);
}

function unescaped(text: string | undefined): string | undefined {
  return text?.replaceAll(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character));
}
