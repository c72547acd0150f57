import type { Catalogue, ResourceType } from './resources.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** What a request asks for. */
export interface Target {
  readonly verb: Verb;
  /** Undefined: the cluster serves no such resource. */
  readonly type: ResourceType | undefined;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** `status`, `scale`, `log`, `proxy` …; empty: the object itself. */
  readonly subresource: string;
  /** What follows the subresource, with its slash: the path behind a proxy. */
  readonly rest: string;
}

/** Takes a request apart; null: the path is none of a resource. */
export function targetOf(catalogue: Catalogue, method: string, path: string, query: URLSearchParams): Target | null {
  const steps = path.split('/').slice(1);
  const core = steps[0] === 'api';
  if (!core && steps[0] !== 'apis') return null;
  const group = core ? '' : (steps[1] ?? '');
  const version = (core ? steps[1] : steps[2]) ?? '';
  const rest = steps.slice(core ? 2 : 3).map(decodeURIComponent);
  if (rest.length === 0 || rest[0] === '') return null;
  const scoped = rest[0] === 'namespaces' && rest.length > 2 && !isNamespaceSubresource(core, rest[2]);
  const namespace = scoped ? rest[1] : undefined;
  const [plural = '', name, subresource = '', ...more] = scoped ? rest.slice(2) : rest;
  const type = catalogue.find(group, version, plural);
  const tail = path.endsWith('/') && more.length === 0 && subresource !== '' ? '/' : '';
  return {
    verb: verbOf(method, name !== undefined, query),
    type:
      type !== undefined && type.namespaced !== scoped && (name !== undefined || !type.namespaced) ? undefined : type,
    group,
    version,
    plural,
    namespace: plural === 'namespaces' ? name : namespace,
    name: name === '' ? undefined : name,
    subresource,
    rest: more.length === 0 ? tail : `/${more.join('/')}`,
  };
}

function isNamespaceSubresource(core: boolean, step: string | undefined): boolean {
  return core && (step === 'status' || step === 'finalize');
}

function verbOf(method: string, named: boolean, query: URLSearchParams): Verb {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    default:
      if (named) return 'get';
      return ['1', 'true'].includes(query.get('watch') ?? '') ? 'watch' : 'list';
  }
}
