import type { Target } from '../knative/objects.ts';
import type { AuditedRequest } from './cluster.ts';
import { changesOf, isTurned } from './writes.ts';

/** What each write of a Knative Service's release was for, in a word or two. Renewals of the lock are left out. */
export function describeKnativeWrites(writes: readonly AuditedRequest[]): string[] {
  let locked = false;
  return writes.flatMap(({ verb, resource, body, code }) => {
    if (resource === 'leases') {
      const renewal = verb === 'update' && locked;
      locked = verb !== 'delete';
      return renewal ? [] : [verb === 'delete' ? 'release lock' : 'take lock'];
    }
    const word = resource === 'configmaps' ? recordWord(body) : serviceWord(body);
    return [code >= 300 ? `${word} (${code})` : word];
  });
}

function recordWord(body: unknown): string {
  const open = (body as { data?: { open?: string } }).data?.open ?? '';
  if (open !== '' && isTurned(body)) return 'note the turn';
  return open === '' ? 'close record' : open.includes('"paused":{') ? 'pause record' : 'open record';
}

/** `50 % candidate`, `template`, `traffic as before` … */
function serviceWord(body: unknown): string {
  const [change] = changesOf(body);
  if (change?.path === '/metadata/managedFields') return 'give back';
  if (change?.path === '/spec/template') return 'template';
  if (change === undefined || !('value' in change)) return 'traffic as before';
  const targets = change.value as readonly Target[];
  if (targets.some(({ latestRevision, percent = 0 }) => latestRevision !== false && percent > 0))
    return 'traffic as before';
  const own = targets.find(({ tag }) => tag === 'candidate');
  return own === undefined ? 'all to stable' : `${own.percent} % to the candidate`;
}
