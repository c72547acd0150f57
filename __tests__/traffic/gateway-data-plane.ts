import type { KubeObject } from '../../src/cluster/wire.ts';
import { type JsonObject, isObject, objectsAt } from '../simulator/json.ts';
import type { SampleRequest, Served } from './router-contract.ts';

/*
 * What a Gateway API implementation does with a request: the most specific match of all rules wins, whatever their order; only
 * between equals the first rule does. https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
 */

export function serveRoute(objects: readonly KubeObject[], request: SampleRequest, candidate: string): Served {
  const [route] = objects;
  const rule = ruleFor(isObject(route) ? route.spec : undefined, request);
  if (rule === undefined) return { weights: {}, settings: null };
  const weights: Record<string, number> = {};
  const backends: Record<string, unknown> = {};
  for (const ref of objectsAt(rule, 'backendRefs')) {
    const name = String(ref.name);
    weights[name] = (weights[name] ?? 0) + (typeof ref.weight === 'number' ? ref.weight : 1);
    if (ref.weight !== 0) backends[`${ref.port}`] = ref.filters ?? null;
  }
  const filters = objectsAt(rule, 'filters');
  const mirrors = filters.filter((filter) => mirrorTarget(filter) === candidate);
  const { name: _name, matches: _matches, backendRefs: _refs, filters: _filters, ...rest } = rule;
  return {
    weights,
    settings: { ...rest, filters: filters.filter((filter) => !mirrors.includes(filter)), backends },
    mirror: mirrors.reduce((sum, filter) => sum + part(filter.requestMirror), 0),
  };
}

function ruleFor(spec: unknown, request: SampleRequest): JsonObject | undefined {
  let best: { rule: JsonObject; rank: readonly number[] } | undefined;
  for (const rule of objectsAt(spec, 'rules')) {
    const matches = objectsAt(rule, 'matches');
    for (const match of matches.length === 0 ? [{}] : matches) {
      const rank = rankOf(match, request);
      if (rank !== null && (best === undefined || isAbove(rank, best.rank))) best = { rule, rank };
    }
  }
  return best?.rule;
}

/** How specific a match is; null: it does not match. */
function rankOf(match: JsonObject, request: SampleRequest): readonly number[] | null {
  const headers = objectsAt(match, 'headers');
  if (!headers.every((header) => meets(header, request.headers[String(header.name).toLowerCase()]))) return null;
  if (isObject(match.method)) {
    const [, service, method] = request.path.split('/');
    if (match.method.service !== undefined && match.method.service !== service) return null;
    if (match.method.method !== undefined && match.method.method !== method) return null;
    return [String(match.method.service ?? '').length, String(match.method.method ?? '').length, 0, headers.length];
  }
  if (match.method !== undefined && match.method !== request.method) return null;
  const path = isObject(match.path) ? match.path : { type: 'PathPrefix', value: '/' };
  const value = String(path.value ?? '/');
  const isExact = path.type === 'Exact';
  const isPrefix = request.path === value || request.path.startsWith(value.endsWith('/') ? value : `${value}/`);
  if (isExact ? request.path !== value : !isPrefix) return null;
  return [isExact ? 1 : 0, value.length, match.method === undefined ? 0 : 1, headers.length];
}

function meets(header: JsonObject, value: string | undefined): boolean {
  if (value === undefined) return false;
  if (header.type !== 'RegularExpression') return header.value === value;
  return new RegExp(`^(?:${header.value})$`).test(value);
}

function isAbove(a: readonly number[], b: readonly number[]): boolean {
  for (const [index, rank] of a.entries()) if (rank !== (b[index] ?? 0)) return rank > (b[index] ?? 0);
  return false;
}

function mirrorTarget(filter: JsonObject): unknown {
  const mirror = filter.requestMirror;
  return isObject(mirror) && isObject(mirror.backendRef) ? mirror.backendRef.name : undefined;
}

function part(mirror: unknown): number {
  if (!isObject(mirror)) return 0;
  if (typeof mirror.percent === 'number') return mirror.percent * 100;
  if (!isObject(mirror.fraction)) return 10_000;
  return (Number(mirror.fraction.numerator) * 10_000) / Number(mirror.fraction.denominator ?? 100);
}
