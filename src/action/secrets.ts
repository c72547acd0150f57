import { decoded } from './server-address.ts';

/**
 * Texts of the inputs that must be masked before anything else is done: what was given, and the forms in which it travels. A name
 * or a word is never one of them.
 * @param get an input by its name, '' when not set
 */
export function secretsIn(get: (name: string) => string): string[] {
  const kubeconfig = get('kubeconfig').trim();
  // Content has many lines (or is one long line of base64); a path is no secret.
  const isContent = kubeconfig.includes('\n') || kubeconfig.length > 300;
  // In an address, where it is written with escapes.
  const alertmanager = URL.parse(get('alertmanager').trim())?.password ?? '';
  const basic = get('prometheus-basic').trim();
  const password = basic.slice(basic.indexOf(':') + 1);
  const headers = get('prometheus-headers')
    .split(/\r\n|\r|\n/)
    .map((line) => line.slice(line.indexOf(':') + 1).trim());
  return [
    ...(isContent ? [kubeconfig] : []),
    get('prometheus-token').trim(),
    ...(basic === '' ? [] : [basic, password, Buffer.from(basic).toString('base64')]),
    ...headers,
    get('webhook-secret').trim(),
    get('github-token').trim(),
    alertmanager,
    decoded(alertmanager),
    // A mask of a character or two would hide half the log, and is no secret.
  ].filter((text) => text.length >= 3);
}
