import { misunderstood, understood, type Parsed } from './parsed.ts';

export const WEBHOOK_FORM = 'the address of a web server, such as https://gate.example.com/crossfade';

/** One line of `webhook`. Problems do not quote it: the path of an address is often a secret. */
export function parseWebhookLine(line: string): Parsed<string> {
  const url = URL.parse(line);
  if (url === null || url.hostname === '') return misunderstood('It is not an address.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return misunderstood('It must begin with https:// (or http://).');
  if (url.username !== '' || url.password !== '')
    return misunderstood(
      'It has a user and a password in it, which would be shown. Use webhook-secret to sign requests.',
    );
  if (url.hash !== '') return misunderstood('It must not contain "#": what follows it is never sent.');
  return understood(url.href);
}

/** An address as it may be shown: its path and query may be a secret. */
export function shownWebhook(line: string): string {
  const url = URL.parse(line);
  if (url === null || url.host === '') return '…';
  return url.pathname === '/' && url.search === '' ? url.origin : `${url.origin}/…`;
}
