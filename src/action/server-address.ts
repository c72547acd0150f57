import { parseLabelName } from './names.ts';
import { misunderstood, understood, type Parsed } from './parsed.ts';
import type { ServerAddress } from './request.ts';

export const SERVER_FORM =
  'an address such as https://alertmanager.example.com, or namespace/service:port such as monitoring/alertmanager:9093, which is reached through the API server';

/** Where a server of the user's is: the address of a web server, or a Service of the cluster. */
export function parseServerAddress(given: string): Parsed<ServerAddress> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) return parseUrl(given);
  const [namespace = '', rest = '', ...more] = given.split('/');
  const [service = '', port = '', ...ports] = rest.split(':');
  if (more.length > 0 || ports.length > 0 || rest === '')
    return misunderstood('It is neither an address that begins with http:// or https:// nor namespace/service:port.');
  for (const [what, name] of [
    ['namespace', namespace],
    ['service', service],
  ] as const) {
    const parsed = parseLabelName(name);
    if (!parsed.ok) return misunderstood(`"${name}" is not the name of a ${what}. ${parsed.problem}`);
  }
  const isPort = /^\d+$/.test(port) ? Number(port) >= 1 && Number(port) <= 65_535 : parseLabelName(port).ok;
  if (!isPort) return misunderstood(`"${port}" is neither the number nor the name of a port.`);
  return understood({ kind: 'service', namespace, service, port });
}

function parseUrl(given: string): Parsed<ServerAddress> {
  const url = URL.parse(given);
  if (url === null || url.hostname === '') return misunderstood('It is not the address of a web server.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return misunderstood(`It begins with ${url.protocol}// and must begin with http:// or https://.`);
  if (url.search !== '' || url.hash !== '') return misunderstood('It must end before "?" and "#".');
  const [user, password] = [url.username, url.password].map(decoded);
  url.username = '';
  url.password = '';
  const basic = user === undefined || user === '' ? null : { user, password: password ?? '' };
  return understood({ kind: 'url', url: url.href.replace(/\/$/, ''), basic });
}

/** A "%" that begins no escape is only itself. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As messages show it: without user and password. */
export function formatServerAddress(address: ServerAddress): string {
  return address.kind === 'url' ? address.url : `${address.namespace}/${address.service}:${address.port}`;
}
