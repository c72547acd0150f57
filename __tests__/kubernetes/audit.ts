import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { AuditedRequest } from '../contract/cluster.ts';

/**
 * What the API server writes down: of reads who, what and the answer; of writes the body too. Nothing of controllers and nodes: most requests
 * are theirs, and nobody asks for them.
 */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', nonResourceURLs: ['*'] },
    { level: 'None', users: ['system:apiserver'] },
    { level: 'None', userGroups: ['system:nodes', 'crossfade:components'] },
    { level: 'Metadata', userGroups: ['system:serviceaccounts'] },
    { level: 'Request', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
    { level: 'Metadata' },
  ],
} as const;

/** The parts of an audit event (audit.k8s.io/v1) that we read. */
interface AuditEvent {
  auditID: string;
  stage: 'ResponseStarted' | 'ResponseComplete' | 'Panic';
  verb: AuditedRequest['verb'];
  requestURI: string;
  user: { username?: string };
  userAgent?: string;
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  requestObject?: unknown;
  requestReceivedTimestamp: string;
}

/** Reads an audit log that grows. */
export class AuditLog {
  readonly #path: string;
  #offset = 0;
  #rest = Buffer.alloc(0);
  readonly #seen = new Set<string>();
  readonly #requests: { readonly order: string; readonly request: AuditedRequest }[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** @param since epoch ms */
  requests(since: number): AuditedRequest[] {
    this.#readOn();
    return this.#requests
      .filter(({ request }) => request.at >= since)
      .sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
      .map(({ request }) => request);
  }

  #readOn(): void {
    if (!existsSync(this.#path)) return;
    const file = openSync(this.#path, 'r');
    try {
      const chunk = Buffer.alloc(1 << 20);
      for (let size = 1; size > 0; ) {
        size = readSync(file, chunk, 0, chunk.length, this.#offset);
        this.#offset += size;
        this.#rest = Buffer.concat([this.#rest, chunk.subarray(0, size)]);
        const end = this.#rest.lastIndexOf('\n') + 1;
        for (const line of this.#rest.subarray(0, end).toString('utf8').split('\n')) if (line !== '') this.#take(line);
        this.#rest = this.#rest.subarray(end);
      }
    } finally {
      closeSync(file);
    }
  }

  #take(line: string): void {
    const event = JSON.parse(line) as AuditEvent;
    // A watch is told of twice: when its answer starts, which is when it was answered, and when it ends.
    if (this.#seen.has(event.auditID)) return;
    this.#seen.add(event.auditID);
    const { resource = '', subresource, namespace, name } = event.objectRef ?? {};
    const request: AuditedRequest = {
      at: Date.parse(event.requestReceivedTimestamp),
      verb: event.verb,
      uri: event.requestURI,
      resource,
      ...(subresource === undefined ? {} : { subresource }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
      userAgent: event.userAgent ?? '',
      user: event.user.username ?? '',
      code: event.responseStatus?.code ?? (event.stage === 'Panic' ? 500 : 0),
      ...(event.requestObject === undefined ? {} : { body: event.requestObject }),
    };
    this.#requests.push({ order: event.requestReceivedTimestamp, request });
  }
}
