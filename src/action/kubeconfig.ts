import { parseKubeconfigText, standsAlone } from '../cluster/kubeconfig-file.ts';
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
  const parsed = await parseKubeconfigText(content, null);
  const alone = parsed.ok ? standsAlone(parsed.value) : parsed;
  return alone.ok ? null : alone.problem;
}
