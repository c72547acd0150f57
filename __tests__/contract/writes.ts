import type { JsonPatchOperation } from '../../src/cluster/wire.ts';
import type { OpenRelease } from '../../src/engine/record-store.ts';
import type { AuditedRequest } from './cluster.ts';

const HASH = 'pod-template-hash';
/** `minReadySeconds` of a held Deployment. */
const HELD = 2147483646;

/** Names and hash by which a write is told from others of the same kind. */
export interface Known {
  readonly deployment: string;
  readonly service: string;
  /** `pod-template-hash` of the version that users were on at the beginning. */
  readonly stable: string;
}

export interface ToldWrite {
  readonly word: string;
  readonly write: AuditedRequest;
}

/** Requests of the action that were to change something, in the order in which the API server received them. */
export function mutations(audit: readonly AuditedRequest[], namespace: string): AuditedRequest[] {
  return audit.filter(
    ({ userAgent, verb, uri, resource, namespace: where }) =>
      userAgent === 'crossfade' &&
      where === namespace &&
      ['create', 'update', 'patch', 'delete', 'deletecollection'].includes(verb) &&
      !/[?&]dryRun=All/.test(uri) &&
      !resource.startsWith('selfsubject'),
  );
}

/**
 * What each write was for, in a word or two, read from its body; one that was refused carries the status: `pause (422)`.
 * Renewals of the lock are left out: how many there are is a matter of time.
 */
export function describeWrites(writes: readonly AuditedRequest[], known: Known): string[] {
  return toldWrites(writes, known).map(({ word }) => word);
}

/** The same, each with its request. */
export function toldWrites(writes: readonly AuditedRequest[], known: Known): ToldWrite[] {
  let holder: string | undefined;
  let { stable } = known;
  let selected = stable;
  let promoted = stable;
  let opened: string | undefined;
  let turned = false;
  return writes.flatMap((write) => {
    if (write.resource === 'leases' && write.verb !== 'delete') {
      const before = holder;
      if (write.code < 300) holder = holderIn(write.body);
      if (write.verb === 'update' && before === holder) return [];
    }
    let word = wordFor(write, { ...known, stable });
    if (write.resource === 'configmaps') {
      const before = turned;
      turned = isTurned(write.body);
      if (turned && !before) word = 'note the turn';
      if (before && !turned && isOpen(write.body)) word = 'note that it stands';
    }
    // The same hold on another template: the one before.
    if (word === 'open' && opened !== undefined && templateIn(write.body) !== opened) word = 'regrow';
    if (write.code >= 300) return { word: `${word} (${write.code})`, write };
    if (word === 'open') opened = templateIn(write.body);
    if (word === 'open record') opened = undefined;
    // What a release promoted is what the next one calls stable.
    if (write.resource === 'services' && write.name === known.service) selected = selectedIn(write.body) ?? selected;
    if (word === 'close') promoted = selected;
    if (word === 'open record') stable = promoted;
    return { word, write };
  });
}

function selectedIn(body: unknown): string | undefined {
  const changed = changesOf(body).find((change) => change.path === '/spec/selector');
  return changed !== undefined && 'value' in changed ? (changed.value as Selector)[HASH] : undefined;
}

function templateIn(body: unknown): string {
  const changed = changesOf(body).find((change) => change.path === '/spec/template');
  return JSON.stringify(changed !== undefined && 'value' in changed ? changed.value : null);
}

function holderIn(body: unknown): string | undefined {
  return (body as { spec?: { holderIdentity?: string } }).spec?.holderIdentity;
}

function wordFor(write: AuditedRequest, known: Known): string {
  const { verb, resource, name } = write;
  if (resource === 'leases') return `${LEASE_WORDS.get(verb) ?? verb} lock`;
  if (resource === 'configmaps') return noteIn(write.body) ?? `${isOpen(write.body) ? 'open' : 'close'} record`;
  if (changesOf(write.body).some(({ path }) => path === '/metadata/managedFields'))
    return `give back ${resource} ${name}`;
  if (verb === 'patch' && resource === 'deployments' && name === known.deployment) return deploymentWord(write.body);
  if (verb === 'patch' && resource === 'services' && name === known.service)
    return selectorWord(write.body, known.stable);
  if (verb === 'patch' && resource === 'services') return `${name}: ${helperWord(write.body, known.stable)}`;
  return `${verb} ${resource} ${name ?? nameIn(write.body)}`;
}

const LEASE_WORDS: ReadonlyMap<string, string> = new Map([
  ['create', 'take'],
  ['update', 'take over'],
  ['delete', 'release'],
]);

function deploymentWord(body: unknown): string {
  const changes = changesOf(body);
  const set = new Map(changes.map((change) => [change.path, 'value' in change ? change.value : undefined]));
  const paths = [...set.keys()].map((path) => path.replace('/spec/', '')).sort();
  const paused = set.get('/spec/paused');
  if (set.has('/spec/template')) {
    if (set.get('/spec/minReadySeconds') === HELD && paused === false) return 'open';
    if (paths.join() === 'template') return 'roll';
    return paused === true ? 'close on stable' : `template: ${paths.join()}`;
  }
  switch (paths.join()) {
    case 'paused':
      return paused === true ? 'pause' : 'unpause';
    case 'paused,strategy':
      return paused === false ? 'resize' : 'strategy';
    case 'minReadySeconds,paused':
      return paused === true ? 'close' : 'unpause and close';
    case 'minReadySeconds,paused,progressDeadlineSeconds,strategy':
      return set.get('/spec/minReadySeconds') === HELD ? 'evict candidate' : 'restore';
    default:
      return `patch deployment: ${paths.join()}`;
  }
}

/** Of the candidate Service, ours or the user’s own. */
function helperWord(body: unknown, stable: string): string {
  const after = selectedIn(body);
  if (after === undefined) return 'unpin';
  return after === stable ? 'select stable' : 'select candidate';
}

function selectorWord(body: unknown, stable: string): string {
  const before = testedSelector(body)?.[HASH];
  const after = selectedIn(body);
  if (after === undefined) return 'unpin';
  if (after !== stable) return 'select candidate';
  return before === undefined ? 'pin' : 'back to stable';
}

type Selector = Readonly<Record<string, string>>;

function testedSelector(body: unknown): Selector | undefined {
  const tested = operations(body).find((operation) => operation.op === 'test' && operation.path === '/spec/selector');
  return tested !== undefined && 'value' in tested ? (tested.value as Selector) : undefined;
}

/** Operations of a JSON Patch that are no tests. */
export function changesOf(body: unknown): JsonPatchOperation[] {
  return operations(body).filter(({ op }) => op !== 'test');
}

function operations(body: unknown): JsonPatchOperation[] {
  // The API server accepted it as a JSON Patch, or refused it; what is no array is another kind of body.
  return Array.isArray(body) ? (body as JsonPatchOperation[]) : [];
}

function isOpen(body: unknown): boolean {
  const { data } = body as { data?: { open?: string } };
  return (data?.open ?? '') !== '';
}

/** That the release goes back is on record. */
export function isTurned(body: unknown): boolean {
  const { data } = body as { data?: { open?: string } };
  const open = data?.open ?? '';
  return open !== '' && ((JSON.parse(open) as Pick<OpenRelease, 'turned'>).turned ?? null) !== null;
}

/** What the user's own command was told; with a question mark before it has been. */
function noteIn(body: unknown): string | null {
  const { data } = body as { data?: { open?: string } };
  if ((data?.open ?? '') === '') return null;
  const { told } = JSON.parse(data?.open ?? '') as Pick<OpenRelease, 'told'>;
  return told === null ? null : `note ${told.share / 100} %${told.is === 'certain' ? '' : '?'}`;
}

function nameIn(body: unknown): string {
  const { metadata } = body as { metadata?: { name?: string } };
  return metadata?.name ?? '';
}
