import type { ErrorCode } from 'yaml';
import { misunderstood, understood, type Parsed } from './parsed.ts';
import type { Request } from './request.ts';

type Kubeconfig = NonNullable<Request['cluster']['kubeconfig']>;

export const KUBECONFIG_FORM =
  'the content of a kubeconfig (YAML, as it is or in base64) or the path of one, such as ./kubeconfig';

/**
 * Tells content from a path, takes base64 off (people store it so in secrets), and checks that content is a kubeconfig.
 * No problem quotes the content: it holds keys. Whether a path exists is for the connection to say.
 */
export async function parseKubeconfig(given: string): Promise<Parsed<Kubeconfig>> {
  const decoded = fromBase64(given);
  const content = decoded ?? given;
  if (decoded === null && !looksLikeContent(given)) return understood({ kind: 'path', value: given });
  const problem = await contentProblem(content);
  if (problem === null) return understood({ kind: 'content', value: content });
  return misunderstood(
    decoded === null ? problem : `It is base64, and what it stands for is not a kubeconfig: ${problem}`,
  );
}

/** A path has one line and is neither a `key: value` nor a JSON object. */
function looksLikeContent(given: string): boolean {
  return given.includes('\n') || given.startsWith('{') || /^[\w-]+:(?:\s|$)/.test(given);
}

/** The text that base64 (also wrapped into lines) stands for; null for anything else. A path may be made of the same letters. */
function fromBase64(given: string): string | null {
  const letters = given.replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(letters)) return null;
  const text = Buffer.from(letters, 'base64').toString('utf8');
  return /\b(?:apiVersion|clusters)\b/.test(text) && !text.includes('\uFFFD') ? text : null;
}

/** What is wrong with the content of a kubeconfig; null when nothing is. */
async function contentProblem(content: string): Promise<string | null> {
  // Loading the parser takes longer than all the other inputs together, and most runs give a path or nothing.
  const { LineCounter, isMap, isSeq, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined)
    return `line ${lines.linePos(error.pos[0]).line} is not valid YAML: ${explanation(error.code)}.`;
  if (!isMap(document.contents)) return 'it is not a YAML mapping with apiVersion, clusters, contexts and users.';
  const kind = document.get('kind');
  if (kind !== undefined && kind !== 'Config') return 'its kind is not Config, so it is another Kubernetes object.';
  for (const key of ['clusters', 'contexts', 'users']) {
    const list = document.get(key, true);
    if (!isSeq(list)) return `it has no list "${key}".`;
    if (list.items.length === 0 && key !== 'users') return `its list "${key}" is empty.`;
  }
  return null;
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
