import { isObject } from './json.ts';
import { badRequest } from './status.ts';

type Labels = Readonly<Record<string, string>>;

interface Requirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent';
  readonly values: readonly string[];
}

/** All of these must hold. */
export type LabelSelector = readonly Requirement[];

export function matchesLabels(selector: LabelSelector, labels: Labels | undefined): boolean {
  return selector.every((requirement) => {
    const value = labels?.[requirement.key];
    switch (requirement.operator) {
      case 'in':
        return value !== undefined && requirement.values.includes(value);
      case 'notin':
        return value === undefined || !requirement.values.includes(value);
      case 'exists':
        return value !== undefined;
      default:
        return value === undefined;
    }
  });
}

/** The selector of a Service: every label must be there with that value. */
export function matchesMap(selector: Labels, labels: Labels | undefined): boolean {
  return Object.entries(selector).every(([key, value]) => labels?.[key] === value);
}

/** Reads `spec.selector` of a Deployment or ReplicaSet (matchLabels and matchExpressions). */
export function fromObject(selector: unknown): LabelSelector {
  if (!isObject(selector)) return [];
  const labels = isObject(selector.matchLabels) ? selector.matchLabels : {};
  const equalities = Object.entries(labels).map(
    ([key, value]): Requirement => ({ key, operator: 'in', values: [String(value)] }),
  );
  const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions.filter(isObject) : [];
  return [
    ...equalities,
    ...expressions.map(
      (expression): Requirement => ({
        key: String(expression.key),
        operator: OPERATORS[String(expression.operator)] ?? 'exists',
        values: Array.isArray(expression.values) ? expression.values.map(String) : [],
      }),
    ),
  ];
}

const OPERATORS: Readonly<Record<string, Requirement['operator']>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: 'absent',
};

/** Writes `spec.selector` as the text that /scale shows. */
export function asText(selector: unknown): string {
  return fromObject(selector)
    .map(({ key, operator, values }) => {
      if (operator === 'exists') return key;
      if (operator === 'absent') return `!${key}`;
      if (operator === 'in' && values.length === 1) return `${key}=${values[0]}`;
      return `${key} ${operator} (${values.join(',')})`;
    })
    .join(',');
}

const NAME = '([A-Za-z0-9][A-Za-z0-9_./-]*)';
const SET = new RegExp(`^${NAME}\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const EQUALITY = new RegExp(`^${NAME}\\s*(==|=|!=)\\s*([A-Za-z0-9_.-]*)$`);
const PRESENCE = new RegExp(`^(!?)\\s*${NAME}$`);

/** Parses the `labelSelector` of a request: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`. Throws 400. */
export function parseLabelSelector(text: string): LabelSelector {
  return splitOutsideParentheses(text)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const set = SET.exec(part);
      if (set !== null) {
        const values = (set[3] ?? '').split(',').map((value) => value.trim());
        return { key: set[1] ?? '', operator: set[2] === 'in' ? 'in' : 'notin', values };
      }
      const equality = EQUALITY.exec(part);
      if (equality !== null)
        return { key: equality[1] ?? '', operator: equality[2] === '!=' ? 'notin' : 'in', values: [equality[3] ?? ''] };
      const presence = PRESENCE.exec(part);
      if (presence !== null)
        return { key: presence[2] ?? '', operator: presence[1] === '!' ? 'absent' : 'exists', values: [] };
      throw badRequest(`unable to parse requirement: found '${part}', expected: identifier`);
    });
}

function splitOutsideParentheses(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const letter of text) {
    if (letter === '(') depth++;
    if (letter === ')') depth--;
    if (letter === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  if (depth > 0) throw badRequest(`unable to parse requirement: found '', expected: ',' or ')'`);
  return parts;
}

interface FieldRequirement {
  readonly path: readonly string[];
  readonly equal: boolean;
  readonly value: string;
}

export type FieldSelector = readonly FieldRequirement[];

/** Fields beside metadata.name and metadata.namespace by which the real server can select. */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  pods: ['spec.nodeName', 'spec.restartPolicy', 'status.phase', 'status.podIP'],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  namespaces: ['status.phase'],
  secrets: ['type'],
  'replicasets.apps': ['status.replicas'],
};

/** Parses the `fieldSelector` of a request for a resource. Throws 400 for a field that the resource cannot be selected by. */
export function parseFieldSelector(text: string, resource: string): FieldSelector {
  const known = ['metadata.name', 'metadata.namespace', ...(SELECTABLE[resource] ?? [])];
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const found = /^([^=!]+)(==|=|!=)(.*)$/.exec(part);
      if (found === null) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
      const field = found[1] ?? '';
      if (!known.includes(field))
        throw badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
      return { path: field.split('.'), equal: found[2] !== '!=', value: found[3] ?? '' };
    });
}

export function matchesFields(selector: FieldSelector, object: unknown): boolean {
  return selector.every(({ path, equal, value }) => {
    let found: unknown = object;
    for (const step of path) found = isObject(found) ? found[step] : undefined;
    return (String(found ?? '') === value) === equal;
  });
}
