import type { ErrorDetails } from './errors.ts';

/* What is in the body of an answer: a JSON object, mostly, and of an error a Status. */

/** A 500 with a clear word of the API server's is final; a webhook that could not be called may be back in a moment. */
export function isTransient({ status, body }: { readonly status: number; readonly body: string }): boolean {
  if (status !== 500) return true;
  const { message, reason } = parse(body);
  return (
    reason !== 'InternalError' ||
    text(message).includes('failed calling webhook') ||
    text(message).includes('etcdserver')
  );
}

export function detailsOf({ details }: Record<string, unknown>): ErrorDetails {
  if (typeof details !== 'object' || details === null) return { kind: '', causes: [] };
  // A Status has these, if any; each is looked at before it is believed.
  const { kind, causes } = details as { kind?: unknown; causes?: unknown };
  const all: readonly { reason?: unknown }[] = Array.isArray(causes) ? causes : [];
  return { kind: text(kind), causes: all.map((cause) => text(cause?.reason)) };
}

export function parse(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    // Checked to be a non-null object; JSON objects have string keys.
    return parsed !== null && typeof parsed === 'object' ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
