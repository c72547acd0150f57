import { escapeHtml } from '../report/escape.ts';

/**
 * A text without secrets, as the runner does it with the log: of a secret with several lines each line is one. What goes to GitHub's API
 * passes by no runner.
 */
export function masked(text: string, secrets: readonly string[]): string {
  const parts = secrets.flatMap((secret) => [secret, ...secret.split(/\r\n|\r|\n/)]).map((part) => part.trim());
  const wanted = [...new Set(parts.flatMap((part) => [part, escapeHtml(part)]))].filter((part) => part.length >= 3);
  // The longest first: a part of another must not leave the rest of it.
  return wanted.sort((a, b) => b.length - a.length).reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}
