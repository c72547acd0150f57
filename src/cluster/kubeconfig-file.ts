import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { ErrorCode } from 'yaml';
import { misunderstood, understood, type Parsed } from '../action/parsed.ts';

/*
 * Not the reader of `@kubernetes/client-node`: its errors quote lines of the file, it knows neither `tokenFile` nor groups to
 * impersonate, and of several files it takes the last where kubectl takes the first.
 */

/** A part of a kubeconfig as YAML gives it; each field is checked where it is used. */
export type Entry = Readonly<Record<string, unknown>>;

export interface KubeconfigFile {
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly contexts: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
  readonly currentContext: string | null;
}

/** Something in a kubeconfig cannot be used. The message is part of a sentence and quotes no value: it may be a key. */
export class KubeconfigProblem extends Error {}

/**
 * Reads a kubeconfig (YAML or JSON). Problems are in words of ours and quote nothing.
 * @param folder what relative paths in it are relative to; null: they stay as they are
 */
export async function parseKubeconfigText(text: string, folder: string | null): Promise<Parsed<KubeconfigFile>> {
  // Loading the parser takes longer than reading all the inputs.
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined)
    return misunderstood(`line ${lines.linePos(error.pos[0]).line} is not valid YAML: ${explanation(error.code)}.`);
  let content: unknown;
  try {
    content = document.toJS();
  } catch {
    // Aliases of aliases of aliases.
    return misunderstood('its YAML refers to itself in too many places.');
  }
  if (content === null || content === undefined) return misunderstood('it is empty.');
  if (!isEntry(content))
    return misunderstood('it is not a YAML mapping with apiVersion, clusters, contexts and users.');
  const { kind } = content;
  if (kind !== undefined && kind !== 'Config')
    return misunderstood('its kind is not Config, so it is another Kubernetes object.');
  try {
    return understood({
      clusters: entriesOf(content, 'cluster', folder),
      contexts: entriesOf(content, 'context', folder),
      users: entriesOf(content, 'user', folder),
      currentContext: textOf(content, 'current-context'),
    });
  } catch (problem) {
    if (problem instanceof KubeconfigProblem) return misunderstood(`${problem.message}.`);
    throw problem;
  }
}

/** The content of a kubeconfig by itself, not as one of several files. */
export function standsAlone({ clusters, contexts }: KubeconfigFile): Parsed<null> {
  if (clusters.size === 0) return misunderstood('it has no list "clusters", or an empty one.');
  return contexts.size === 0 ? misunderstood('it has no list "contexts", or an empty one.') : understood(null);
}

/** Several files as one: the first that has something wins, as with kubectl. */
export function merged(files: readonly KubeconfigFile[]): KubeconfigFile {
  const of = (part: 'clusters' | 'contexts' | 'users'): Map<string, Entry> =>
    new Map(files.toReversed().flatMap((file) => [...file[part]]));
  return {
    clusters: of('clusters'),
    contexts: of('contexts'),
    users: of('users'),
    currentContext: files.map(({ currentContext }) => currentContext).find((name) => name !== null) ?? null,
  };
}

/** A field that is a text; null: it is not there. */
export function textOf(entry: Entry, key: string): string | null {
  const value = entry[key];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  throw new KubeconfigProblem(`its ${key} is no text (quotes make one of a number)`);
}

/** A field that is a mapping; null: it is not there. */
export function entryOf(entry: Entry, key: string): Entry | null {
  const value = entry[key];
  if (value === undefined || value === null) return null;
  if (isEntry(value)) return value;
  throw new KubeconfigProblem(`its ${key} is no mapping`);
}

/** A field that is a list of texts; none: it is not there. */
export function textsOf(entry: Entry, key: string): readonly string[] {
  const value = entry[key] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new KubeconfigProblem(`its ${key} is no list of texts`);
}

export function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fields that name a file, relative to the kubeconfig's own folder. */
const PATHS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

function entriesOf(content: Entry, what: 'cluster' | 'context' | 'user', folder: string | null): Map<string, Entry> {
  // kubectl writes null where there is none.
  const list = content[`${what}s`] ?? [];
  if (!Array.isArray(list)) throw new KubeconfigProblem(`it has no list "${what}s": what has that name is none`);
  const named = list.map((item: unknown, at): [string, Entry] => {
    if (!isEntry(item) || typeof item.name !== 'string' || item.name === '')
      throw new KubeconfigProblem(`entry ${at + 1} of its list "${what}s" has no name`);
    const entry = item[what] ?? {};
    if (!isEntry(entry)) throw new KubeconfigProblem(`entry ${at + 1} of its list "${what}s" has no mapping "${what}"`);
    return [item.name, folder === null ? entry : located(entry, folder)];
  });
  // Of two with one name the first counts.
  return new Map(named.reverse());
}

function located(entry: Entry, folder: string): Entry {
  const paths = PATHS.flatMap((key) => {
    const value = entry[key];
    return typeof value === 'string' && value !== '' && !isAbsolute(value) ? [[key, join(folder, value)]] : [];
  });
  return {
    ...entry,
    ...Object.fromEntries(paths),
    ...(isEntry(entry.exec) ? { exec: plugin(entry.exec, folder) } : {}),
  };
}

/** `./bin/plugin` is beside the kubeconfig; `aws` is looked for on the PATH. */
function plugin(exec: Entry, folder: string): Entry {
  const { command } = exec;
  if (typeof command !== 'string' || (dirname(command) === '.' && !command.startsWith('.'))) return exec;
  return { ...exec, command: resolve(folder, command) };
}

/** The parser's own messages quote the text, which here may be a key: its codes are put into words instead. */
const EXPLANATIONS: Partial<Record<ErrorCode, string>> = {
  BAD_INDENT: 'it is indented wrongly, or a bracket or quote above it was not closed',
  TAB_AS_INDENT: 'it is indented with a tab, and YAML wants spaces',
  DUPLICATE_KEY: 'its key is there twice',
  MISSING_CHAR: 'a closing quote, bracket or colon is missing',
  MULTIPLE_DOCS: 'a second document begins there, and a kubeconfig is one',
  BLOCK_AS_IMPLICIT_KEY: 'two "key: value" pairs are on one line, or its indentation is wrong',
  MULTILINE_IMPLICIT_KEY: 'the colon after a key is missing, or a line break was lost or added',
  UNEXPECTED_TOKEN: 'there is something that does not belong there, or the line above has a mistake',
};

function explanation(code: ErrorCode): string {
  return EXPLANATIONS[code] ?? code.toLowerCase().replaceAll('_', ' ');
}
