/**
 * The API server's own message when it could not reach a pod (no endpoints, connection refused, not allowed …): it then
 * answers with a Status object, mostly with 503. Without this look at the body, `GET /maintenance 503` would pass with no
 * pod at all.
 */
export function apiServerRefusal(status: number, body: string): string | null {
  if (status < 400 || !/^\s*\{/.test(body) || !body.includes('"Status"')) return null;
  const object = parseObject(body);
  if (object?.kind !== 'Status' || object.apiVersion !== 'v1') return null;
  const said = typeof object.message === 'string' ? object.message : String(object.reason ?? 'no reason given');
  return (
    said
      .trimStart()
      .split(/[\r\n]/, 1)[0]
      ?.slice(0, 200) ?? ''
  );
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    // The text begins with a brace: what it parses to is an object.
    return value as Record<string, unknown>;
  } catch {
    return null;
  }
}
