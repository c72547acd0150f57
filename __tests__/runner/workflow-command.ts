/** A workflow command found in a line of output, e.g. `::error file=a.yml,line=3::No such key`. */
export interface WorkflowCommand {
  /** Lower case. */
  readonly name: string;
  /** Unescaped, keys in lower case. Properties with an empty value do not exist. */
  readonly properties: ReadonlyMap<string, string>;
  /** Unescaped. */
  readonly data: string;
}

/**
 * Parses one line of output. `known` holds the commands that count (lower case); a line that names another is plain text.
 *
 * There are two syntaxes. `::name key=value::data` must begin the line (after blanks). The older `##[name key=value]data` may stand
 * **anywhere** in it, so untrusted text can hold a command without beginning with one.
 */
export function parseCommand(line: string, known: ReadonlySet<string>): WorkflowCommand | undefined {
  return parseColons(line, known) ?? parseBrackets(line, known);
}

function parseColons(line: string, known: ReadonlySet<string>): WorkflowCommand | undefined {
  const text = line.trimStart();
  if (!text.startsWith('::')) return undefined;
  const end = text.indexOf('::', 2);
  if (end < 0) return undefined;
  return commandOf(text.slice(2, end), text.slice(end + 2), known, COLONS);
}

function parseBrackets(line: string, known: ReadonlySet<string>): WorkflowCommand | undefined {
  const start = line.indexOf('##[');
  if (start < 0) return undefined;
  const end = line.indexOf(']', start);
  if (end < 0) return undefined;
  return commandOf(line.slice(start + 3, end), line.slice(end + 1), known, BRACKETS);
}

interface Syntax {
  readonly separator: string;
  readonly inProperty: readonly Escape[];
  readonly inData: readonly Escape[];
}
type Escape = readonly [escaped: string, character: string];

// The percent sign comes last in each list: `%250A` stands for the text `%0A`, not for a line break.
const LINE_BREAKS: readonly Escape[] = [
  ['%0D', '\r'],
  ['%0A', '\n'],
];
const PERCENT: Escape = ['%25', '%'];
const COLONS: Syntax = {
  separator: ',',
  inProperty: [...LINE_BREAKS, ['%3A', ':'], ['%2C', ','], PERCENT],
  inData: [...LINE_BREAKS, PERCENT],
};
const BRACKET_ESCAPES: readonly Escape[] = [['%3B', ';'], ...LINE_BREAKS, ['%5D', ']'], PERCENT];
const BRACKETS: Syntax = { separator: ';', inProperty: BRACKET_ESCAPES, inData: BRACKET_ESCAPES };

function commandOf(
  head: string,
  data: string,
  known: ReadonlySet<string>,
  syntax: Syntax,
): WorkflowCommand | undefined {
  const space = head.indexOf(' ');
  const name = (space < 0 ? head : head.slice(0, space)).toLowerCase();
  if (!known.has(name)) return undefined;
  const properties = new Map<string, string>();
  if (space > 0) {
    for (const pair of head
      .slice(space + 1)
      .trim()
      .split(syntax.separator)) {
      const equals = pair.indexOf('=');
      const value = pair.slice(equals + 1);
      if (equals > 0 && value !== '') {
        properties.set(pair.slice(0, equals).toLowerCase(), unescaped(value, syntax.inProperty));
      }
    }
  }
  return { name, properties, data: unescaped(data, syntax.inData) };
}

function unescaped(text: string, escapes: readonly Escape[]): string {
  return escapes.reduce((result, [escaped, character]) => result.replaceAll(escaped, character), text);
}
