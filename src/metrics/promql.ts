/** Text as a PromQL string. */
export function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** Text as a regular expression (RE2) that matches nothing else, not yet as a string. */
export function literally(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

/** What a query may say in place of names that only the release knows: `$namespace`, `$candidate` … */
export const QUERY_VARIABLES = [
  'namespace',
  'deployment',
  'stable',
  'candidate',
  'service',
  'candidate_service',
] as const;
export type QueryVariable = (typeof QUERY_VARIABLES)[number];

/** What a query of counters may name: the pods of each version, too. */
export const VARIABLES = [...QUERY_VARIABLES, 'pods'] as const;
export type Variable = (typeof VARIABLES)[number];

/** A string that nobody closes ends with the text: to look for its end from each of its quotes would take the square of its length. */
const STRINGS = /"(?:[^"\\]|\\[\s\S]?)*(?:"|$)|'(?:[^'\\]|\\[\s\S]?)*(?:'|$)|`[^`]*(?:`|$)/g;

/** The query with its variables filled in: inside of strings, and escaped for them. `$pods` stands for a regular expression. */
export function filled(query: string, values: Readonly<Record<Variable, string>>): string {
  return query.replaceAll(STRINGS, (text) => {
    const raw = text.startsWith('`');
    return text.replaceAll(/\$(\w+)/g, (whole, name: string) => {
      const variable = VARIABLES.find((known) => known === name);
      if (variable === undefined) return whole;
      return raw ? values[variable] : escaped(values[variable]);
    });
  });
}

/** Variables that the query names and that there are not. `$1` and `${1}` are references of label_replace. */
export function unknownVariables(query: string): string[] {
  const inStrings = (query.match(STRINGS) ?? []).join(' ');
  const names = [...inStrings.matchAll(/\$([a-z_]\w*)/gi)].map(([, name = '']) => name);
  return [...new Set(names.filter((name) => !VARIABLES.some((known) => known === name)))];
}

/** True where the query names a variable outside of a string, where it would not be replaced. */
export function hasBareVariable(query: string): boolean {
  return query.replaceAll(STRINGS, '').includes('$');
}

const SELECTOR =
  /^\s*(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?<braces>\{(?:[^"'`{}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)*\})?\s*$/;

/** True for a plain selector of series, such as `http_requests_total{code="200"}`, whose samples have times of their own. */
export function isSelector(query: string): boolean {
  return query.trim() !== '' && SELECTOR.test(query);
}

/** A plain selector with more matchers, such as `le="0.5"`. */
export function narrowed(selector: string, matchers: string): string {
  const { name = '', braces = '{}' } = SELECTOR.exec(selector)?.groups ?? {};
  const inside = braces.slice(1, -1).trim().replace(/,$/, '');
  return `${name}{${inside === '' ? matchers : `${inside}, ${matchers}`}}`;
}

/** The function in it that makes rates of counters, if there is one: increments are ours to take. */
export function rateIn(query: string): string | null {
  return /\b(rate|irate|increase|delta|idelta|deriv)\s*\(/.exec(query.replaceAll(STRINGS, '""'))?.[1] ?? null;
}
