import { parseDuration } from './durations.ts';
import { misunderstood, understood, type Parsed } from './parsed.ts';
import type { SmokeTest } from './request.ts';
import { didYouMean, nearest, parseWord } from './words.ts';

export const SMOKE_TEST_FORM =
  'METHOD /path, then the accepted status or range and options if wanted, such as GET /healthz 200-399 port=http scheme=https contains="all good" within=30s';

const METHODS = ['GET', 'HEAD'] as const;
const SCHEMES = ['http', 'https'] as const;
const OPTIONS = ['port', 'scheme', 'contains', 'within'] as const;
type Option = (typeof OPTIONS)[number];

const DEFAULT_STATUS = { from: 200, to: 299 };
const DEFAULT_DEADLINE = 30_000;

/** Name of a port as Kubernetes has it (IANA_SVC_NAME). */
const PORT_NAME = /^(?=.*[a-z])(?!.*--)[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?$/;

/** `contains="all good"`, or a word without spaces. In quotes, `\"` and `\\` stand for `"` and `\`. */
const TOKEN = /(?:[^\s"]+="(?:[^"\\]|\\["\\])*"|[^\s"]+)(?=\s|$)/y;

/** One line of `smoke-test`: `METHOD /path [status | from-to] [option=value …]`. */
export function parseSmokeTestLine(line: string): Parsed<SmokeTest> {
  const tokens = tokensOf(line);
  if (tokens === null)
    return misunderstood(
      'A quote is out of place: quotes go around the whole value of an option, and a quote inside is written \\".',
    );
  const [method = '', path = '', ...rest] = tokens;
  const knownMethod = METHODS.find((known) => known === method);
  if (knownMethod === undefined) return misunderstood(methodProblem(method));
  const wrongPath = pathProblem(path);
  if (wrongPath !== null) return misunderstood(wrongPath);
  const [first] = rest;
  const status = first === undefined || first.includes('=') ? understood(DEFAULT_STATUS) : parseStatus(first);
  if (!status.ok) return status;
  if (knownMethod === 'HEAD' && (status.value.from < 200 || status.value.to > 399))
    return misunderstood(
      'HEAD can expect only a status from 200 to 399: an error without a body may come from the API server instead of the pod. Use GET.',
    );
  const options = parseOptions(first === undefined || first.includes('=') ? rest : rest.slice(1));
  if (!options.ok) return options;
  if (knownMethod === 'HEAD' && options.value.contains !== null)
    return misunderstood('The answer to HEAD has no body that could contain a text. Use GET.');
  return understood({ line, method: knownMethod, path, status: status.value, ...options.value });
}

function methodProblem(method: string): string {
  const known = METHODS.find((candidate) => candidate === method.toUpperCase());
  if (known !== undefined) return `The method is written in capitals.${didYouMean(known)}`;
  if (method.startsWith('/')) return `The method before the path is missing.${didYouMean(`GET ${method}`)}`;
  return `It must begin with the method GET or HEAD, and "${method}" is neither.`;
}

function pathProblem(path: string): string | null {
  if (path === '') return 'The path after the method is missing.';
  if (/^https?:\/\//.test(path))
    return 'A path is wanted instead of an address: the request goes to the candidate Service, and port= and scheme= choose where.';
  if (!path.startsWith('/')) return `The path must begin with "/", and "${path}" does not.`;
  if (path.includes('#')) return 'The path must not contain "#": what follows it is never sent.';
  if (!/^[!-~]+$/.test(path) || path.includes('"'))
    return 'The path has characters that an address cannot have; write them percent-encoded, such as %20 for a space.';
  return null;
}

function parseStatus(text: string): Parsed<SmokeTest['status']> {
  const parts = /^(\d{3})(?:-(\d{3}))?$/.exec(text);
  if (parts === null)
    return misunderstood(`"${text}" is neither a status such as 200, nor a range such as 200-399, nor an option.`);
  const from = Number(parts[1]);
  const to = Number(parts[2] ?? parts[1]);
  if (from < 200 || to > 599 || from > to)
    return misunderstood(`"${text}" is not a range of HTTP status codes between 200 and 599, from lower to higher.`);
  return understood({ from, to });
}

type Options = Pick<SmokeTest, 'port' | 'scheme' | 'contains' | 'deadline'>;

function parseOptions(tokens: readonly string[]): Parsed<Options> {
  const given = new Map<Option, string>();
  for (const token of tokens) {
    const equals = token.indexOf('=');
    if (equals === -1) return misunderstood(`"${token}" is out of place: options are written name=value.`);
    const name = token.slice(0, equals);
    const option = OPTIONS.find((known) => known === name);
    if (option === undefined)
      return misunderstood(
        `"${name}" is not an option; there are ${OPTIONS.join(', ')}.${didYouMean(nearest(name, OPTIONS))}`,
      );
    if (given.has(option)) return misunderstood(`The option "${option}" is there twice.`);
    given.set(option, unquoted(token.slice(equals + 1)));
  }
  const port = given.get('port') ?? null;
  if (port !== null && !isPort(port))
    return misunderstood(`port="${port}" is neither a number from 1 to 65535 nor the name of a port (such as http).`);
  const scheme = parseWord(given.get('scheme') ?? 'http', SCHEMES);
  if (!scheme.ok) return misunderstood(`scheme= must be http or https.`);
  const contains = given.get('contains') ?? null;
  if (contains === '') return misunderstood('contains= has no text, and every answer contains that.');
  const within = given.get('within');
  const deadline = within === undefined ? understood(DEFAULT_DEADLINE) : parseDuration(within);
  if (!deadline.ok) return misunderstood(`within="${within}" is not a duration such as 30s. ${deadline.problem}`);
  if (deadline.value === 0) return misunderstood('within= must be longer than 0s.');
  return understood({ port, scheme: scheme.value, contains, deadline: deadline.value });
}

function isPort(text: string): boolean {
  return /^\d+$/.test(text) ? Number(text) >= 1 && Number(text) <= 65_535 : PORT_NAME.test(text);
}

/** The words of a line, an option with a quoted value being one; null when quotes do not pair up. */
function tokensOf(line: string): string[] | null {
  const tokens: string[] = [];
  let rest = line.trim();
  while (rest !== '') {
    TOKEN.lastIndex = 0;
    const token = TOKEN.exec(rest)?.[0];
    if (token === undefined) return null;
    tokens.push(token);
    rest = rest.slice(token.length).trimStart();
  }
  return tokens;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : value;
}
