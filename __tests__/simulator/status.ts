import type { ResourceType } from './resources.ts';

/** The body of every error that the API server answers with. */
export interface StatusBody {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Record<string, never>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** One thing wrong with one field. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** A refusal, as the client sees it. Thrown by everything behind `handle`. */
export class ApiError extends Error {
  readonly body: StatusBody & { readonly code: number };

  constructor(code: number, reason: string | undefined, message: string, details?: StatusDetails) {
    super(message);
    this.name = 'ApiError';
    this.body = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }

  get code(): number {
    return this.body.code;
  }

  /** `NotFound`, `Conflict` …; empty when the real server gives none. */
  get reason(): string {
    return this.body.reason ?? '';
  }
}

type Named = Pick<ResourceType, 'group' | 'plural' | 'kind'>;

/** `deployments.apps`, `configmaps`: how messages name a resource. */
export function qualified(type: Named): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}

function details(type: Named, name: string | undefined, kind: string): StatusDetails {
  return {
    ...(name === undefined ? {} : { name }),
    ...(type.group === '' ? {} : { group: type.group }),
    kind,
  };
}

export function notFound(type: Named, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualified(type)} "${name}" not found`, details(type, name, type.plural));
}

export function alreadyExists(type: Named, name: string): ApiError {
  return new ApiError(
    409,
    'AlreadyExists',
    `${qualified(type)} "${name}" already exists`,
    details(type, name, type.plural),
  );
}

/** 409 of a write; `why` defaults to the one about a resourceVersion that has passed. */
export function conflict(
  type: Named,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): ApiError {
  return new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`,
    details(type, name, type.plural),
  );
}

/** 409 of a DELETE whose precondition does not hold: the real server names the kind here, not the resource. */
export function preconditionFailed(type: Named, name: string, why: string): ApiError {
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  return new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${kind} "${name}": ${why}`,
    details(type, name, type.kind),
  );
}

export function invalid(type: Pick<Named, 'group' | 'kind'>, name: string, causes: readonly Cause[]): ApiError {
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  const texts = causes.map((cause) => `${cause.field}: ${cause.message}`);
  return new ApiError(
    422,
    'Invalid',
    `${kind} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
    {
      ...(name === '' ? {} : { name }),
      ...(type.group === '' ? {} : { group: type.group }),
      kind: type.kind,
      causes,
    },
  );
}

/** 403 of an admission plugin (quota): the object, not the user, is refused. */
export function refused(type: Named, name: string, why: string): ApiError {
  return new ApiError(
    403,
    'Forbidden',
    `${qualified(type)} "${name}" is forbidden: ${why}`,
    details(type, name, type.plural),
  );
}

/** 403 of whatever is to be made in a namespace that is being deleted. */
export function terminating(type: Named, name: string, namespace: string): ApiError {
  return new ApiError(
    403,
    'Forbidden',
    `${qualified(type)} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    {
      ...details(type, name, type.plural),
      causes: [
        {
          reason: TERMINATING,
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    },
  );
}

const TERMINATING = 'NamespaceTerminating';

export function isOfTerminatingNamespace({ body }: ApiError): boolean {
  return body.details?.causes?.some(({ reason }) => reason === TERMINATING) ?? false;
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

/** A JSON Patch that cannot be applied, a failed `test` included. */
export function patchRefused(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

export function noSuchResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

export function unsupportedMediaType(): ApiError {
  return new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

/** 410 of a list page or a watch from before the log begins. */
export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}
