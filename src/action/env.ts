import { parseLabelName } from './names.ts';
import { misunderstood, understood, type Parsed } from './parsed.ts';
import type { EnvChange } from './request.ts';

export const ENV_LINE_FORM = 'container.NAME=value, such as web.MODEL=large-3 (the value may be empty)';

/** What Kubernetes has accepted as the name of a variable in every version. */
const NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;

/** One line of `env`. The value is all that follows the first `=`. Problems never quote it: it may be confidential. */
export function parseEnvLine(line: string): Parsed<EnvChange> {
  const equals = line.indexOf('=');
  if (equals === -1) return misunderstood('There is no "=" in it.');
  const left = line.slice(0, equals);
  if (/\s/.test(left)) return misunderstood('There are spaces before "=".');
  // Names of containers have no dots, names of variables may: the first dot parts them.
  const dot = left.indexOf('.');
  if (dot === -1) return misunderstood(`"${left}" does not say which container it is for.`);
  const container = left.slice(0, dot);
  const name = left.slice(dot + 1);
  const parsed = parseLabelName(container);
  if (!parsed.ok)
    return misunderstood(`"${container}" before the first dot is not the name of a container. ${parsed.problem}`);
  if (!NAME.test(name))
    return misunderstood(
      `"${name}" is not the name of a variable: it may have only letters, digits, "_", "-" and ".", and must not begin with a digit.`,
    );
  return understood({ container, name, value: line.slice(equals + 1) });
}

/** What a second line must not name again. */
export function envTarget({ container, name }: EnvChange): string {
  return `${container}.${name}`;
}

/** An `env` line as it may be shown: without its value. */
export function shownEnvLine(line: string): string {
  const equals = line.indexOf('=');
  return equals === -1 ? line : `${line.slice(0, equals + 1)}…`;
}
