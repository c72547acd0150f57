import type { ApiPort } from '../cluster/api.ts';
import { patched } from '../cluster/json-patch.ts';
import { type Unwritten, unwritten } from '../cluster/unwritten.ts';
import type { KubeObject } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import type { RouteObjects } from '../traffic/router.ts';
import type { Finding } from './refusal.ts';

/**
 * Sends the first writes of routes as dry runs: what the API server would refuse, and what it would drop without a word because the
 * kind's schema does not know it. A mirror without its `percent` copies every request.
 * @param objects what the writes were planned for
 */
export async function dryRunRoutes(
  api: Pick<ApiPort, 'write'>,
  writes: readonly WriteRequest[],
  objects: RouteObjects,
): Promise<readonly Finding[]> {
  return (await Promise.all(writes.map((write) => dryRunRoute(api, write, objects)))).flat();
}

async function dryRunRoute(
  api: Pick<ApiPort, 'write'>,
  write: WriteRequest,
  objects: RouteObjects,
): Promise<readonly Finding[]> {
  try {
    const answer = await api.write<KubeObject>(write, { dryRun: true });
    return lossesOf(write, objects, answer).map((loss) => ({ message: lost(loss, write, answer) }));
  } catch (error) {
    return [refusal(error, write, objects)];
  }
}

/** A dry run sends the changes without the tests: a write of somebody else's in between is found before the first real one. */
function lossesOf(write: WriteRequest, objects: RouteObjects, answer: KubeObject): readonly Unwritten[] {
  const before = objects.get(write.path) ?? undefined;
  if (write.verb === 'patch')
    return before === undefined ? [] : unwritten(before, patched(before, write.changes), answer);
  return write.verb === 'delete' ? [] : unwritten(before, write.body, answer);
}

function lost({ field, sent, found }: Unwritten, write: WriteRequest, { kind, metadata }: KubeObject): string {
  const title = `${kind} ${metadata?.name}`;
  if (found === undefined) return unknownField(field, title, write);
  return (
    `Wanted ${field} of ${title} to be ${JSON.stringify(sent)}; a dry run answers ${JSON.stringify(found)}: ` +
    `something changes it on the way, mostly an admission webhook. Let it leave the object alone, or name another route with input router.`
  );
}

function unknownField(field: string, title: string, { path }: WriteRequest): string {
  const [, , group = '', version = ''] = path.split('/');
  return (
    `Wanted to write ${field} of ${title}; the API server does not know this field and would drop it: its schema of ${group}/${version} is an older one. ` +
    `Install newer CRDs of ${group}, or leave out what needs the field (inputs headers, cookie, mirror).`
  );
}

function refusal(error: unknown, write: WriteRequest, objects: RouteObjects): Finding {
  const message = error instanceof Error ? error.message : String(error);
  // With fieldValidation=Strict newer API servers say by themselves what they would drop.
  const field = /unknown field "([^"]+)"/.exec(message)?.[1];
  const { kind, metadata } = objects.get(write.path) ?? {};
  if (field !== undefined && metadata !== undefined)
    return { message: unknownField(field, `${kind} ${metadata.name}`, write) };
  return { message: `The API server would refuse a write of this release: ${message}.` };
}
