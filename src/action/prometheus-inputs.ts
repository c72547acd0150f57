import type {
  PrometheusHeader,
  PrometheusService,
  PrometheusTarget,
  PrometheusUrl,
} from '../metrics/prometheus-target.ts';
import { hidden, type InputProblem, shown } from './input-errors.ts';
import { linesOf } from './lines.ts';
import { parseLabelName } from './names.ts';
import { misunderstood, type Parsed, understood } from './parsed.ts';

export const PROMETHEUS_FORM =
  'an address such as https://prometheus.example.com, or namespace/service:port such as monitoring/prometheus-operated:9090 (monitoring/https:prometheus:9090 for TLS)';
const HEADERS_FORM = 'one header a line, such as X-Scope-OrgID: shop';
const BASIC_FORM = 'user:password, from a secret';

/** Gives an input by its name, trimmed. */
export type Get = (name: string) => string;
export type Fail = (problem: InputProblem) => void;

type Where = Omit<PrometheusUrl, 'auth' | 'headers' | 'ca'> | Omit<PrometheusService, 'headers'>;

/** Inputs `prometheus` and what logs in there. Null: none is given, or with a problem. */
export function readPrometheus(get: Get, fail: Fail): PrometheusTarget | null {
  const given = get('prometheus');
  const problem = (input: string, value: string | null, text: string, accepted: string): void =>
    fail({ input, line: null, given: value, problem: text, accepted });
  const headers = readHeaders(get('prometheus-headers'), fail);
  const auth = readAuth(get, problem);
  const ca = caOf(get('prometheus-ca'));
  const further = ['prometheus-token', 'prometheus-basic', 'prometheus-headers', 'prometheus-ca'].filter(
    (name) => get(name) !== '',
  );
  if (given === '') {
    for (const input of further)
      problem(input, null, 'It has no meaning without prometheus.', 'leave it out, or add prometheus');
    return null;
  }
  const where = parsePrometheus(given);
  if (!where.ok) {
    problem('prometheus', given.includes('@') ? hidden(given) : shown(given), where.problem, PROMETHEUS_FORM);
    return null;
  }
  if (where.value.kind === 'url') return { ...where.value, auth, headers, ca };
  for (const input of further.filter((name) => name !== 'prometheus-headers'))
    problem(
      input,
      null,
      'It has no meaning with a Service: the request goes through the API server, which uses that header for its own login.',
      'leave it out, or give the address of Prometheus as prometheus',
    );
  return { ...where.value, headers };
}

/** An address, or `namespace/[https:]service:port[/path]`. */
export function parsePrometheus(given: string): Parsed<Where> {
  if (/^https?:\/\//i.test(given)) return parseUrl(given);
  if (given.includes('://')) return misunderstood('Only http:// and https:// are understood.');
  const parts = /^(?<namespace>[^/:]+)\/(?:(?<scheme>https?):)?(?<service>[^/:]+):(?<port>[^/:]+)(?<path>\/.*)?$/.exec(
    given,
  )?.groups;
  if (parts === undefined)
    return misunderstood('It is neither an address with http:// or https:// nor namespace/service:port.');
  const { namespace = '', service = '', port = '', scheme, path = '' } = parts;
  for (const [what, name] of [
    ['namespace', namespace],
    ['Service', service],
  ] as const) {
    const parsed = parseLabelName(name);
    if (!parsed.ok) return misunderstood(`"${name}" is not the name of a ${what}. ${parsed.problem}`);
  }
  if (!/^(?:[1-9]\d{0,4}|(?=.*[a-z])[a-z0-9-]{1,15})$/.test(port))
    return misunderstood(`"${port}" is neither the number nor the name of a port.`);
  const base = path.replace(/\/+$/, '');
  if (/[?#\s]/.test(base)) return misunderstood('The path has characters that it cannot have.');
  return understood({
    kind: 'service',
    namespace,
    service,
    port,
    scheme: scheme === 'https' ? 'https' : 'http',
    path: base,
  });
}

function parseUrl(given: string): Parsed<Where> {
  if (!URL.canParse(given)) return misunderstood('It is not a valid address.');
  const url = new URL(given);
  if (url.username !== '' || url.password !== '')
    return misunderstood('It has a user and a password in it, which would be shown. Give them as prometheus-basic.');
  if (url.search !== '' || url.hash !== '')
    return misunderstood(
      'It must end with the path: what follows "?" or "#" would not be sent. A token belongs into prometheus-token or prometheus-headers.',
    );
  const base = `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/api\/v1(?:\/query)?$/, '');
  return understood({ kind: 'url', url: base });
}

function readAuth(
  get: Get,
  problem: (input: string, value: string | null, text: string, accepted: string) => void,
): PrometheusUrl['auth'] {
  const token = get('prometheus-token');
  const basic = get('prometheus-basic');
  if (token !== '' && basic !== '') {
    problem('prometheus-basic', hidden(basic), 'There is prometheus-token, too.', 'one of the two');
    return null;
  }
  if (token !== '') {
    if (/^[\x21-\x7e]+$/.test(token)) return { kind: 'bearer', token };
    problem(
      'prometheus-token',
      hidden(token),
      'It has spaces or characters that a header cannot have.',
      'the token alone, without "Bearer"',
    );
    return null;
  }
  if (basic === '') return null;
  const colon = basic.indexOf(':');
  if (colon > 0) return { kind: 'basic', user: basic.slice(0, colon), password: basic.slice(colon + 1) };
  problem('prometheus-basic', hidden(basic), 'There is no user before a ":".', BASIC_FORM);
  return null;
}

function readHeaders(given: string, fail: Fail): PrometheusHeader[] {
  return linesOf(given).flatMap(({ number, text }) => {
    const [, name = '', value = ''] = /^([^:]*):(.*)$/.exec(text) ?? [];
    const wrong = headerProblem(name.trim(), value.trim());
    if (wrong === null) return [{ name: name.trim(), value: value.trim() }];
    fail({ input: 'prometheus-headers', line: number, given: hidden(text), problem: wrong, accepted: HEADERS_FORM });
    return [];
  });
}

function headerProblem(name: string, value: string): string | null {
  if (name === '') return 'There is no name before a ":".';
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return 'The name has characters that a header cannot have.';
  if (/^(?:authorization|host|content-length|connection|transfer-encoding)$/i.test(name))
    return name.toLowerCase() === 'authorization'
      ? 'This header is made of prometheus-token or prometheus-basic.'
      : `${name} is a header of the connection’s own.`;
  if (value === '') return 'There is no value after the ":".';
  return /^[\x20-\x7e\x80-\xff]+$/.test(value) ? null : 'The value has characters that a header cannot have.';
}

function caOf(given: string): PrometheusUrl['ca'] {
  if (given === '') return null;
  return { kind: given.includes('-----BEGIN') ? 'content' : 'path', value: given };
}
