import { expect } from '@jest/globals';
import type { Deployment } from '../../src/cluster/wire.ts';
import { HELD_SECONDS, type Violation } from '../kubernetes/invariants.ts';
import type { RunResult } from '../runner/runner.ts';
import { IMAGE } from './cluster.ts';
import type { Scene } from './scene.ts';

/** The writes of a blue/green release that nothing disturbs, in their order. */
export const GOOD_RELEASE: readonly string[] = [
  'take lock',
  'open record',
  'pause',
  'pin',
  'open',
  'pause',
  'create services web-candidate',
  'select candidate',
  'close',
  // Shows when the endpoints' controller, too, knows that stable's pods leave: only then may the pin go.
  'web-candidate: select stable',
  'unpin',
  'restore',
  'delete services web-candidate',
  'close record',
  'release lock',
];

/** The writes of one that is taken back before users ever reached the candidate. */
export const TAKEN_BACK_UNSEEN: readonly string[] = [
  'take lock',
  'open record',
  'pause',
  'pin',
  'open',
  'pause',
  'create services web-candidate',
  'note the turn',
  'close on stable',
  'unpin',
  'restore',
  'delete services web-candidate',
  'close record',
  'release lock',
];

/** The writes of one that is taken back when users are on the candidate. */
export const TAKEN_BACK: readonly string[] = TAKEN_BACK_UNSEEN.toSpliced(
  TAKEN_BACK_UNSEEN.indexOf('note the turn'),
  0,
  'select candidate',
  'back to stable',
);

/** What changes in the container `web` with the release. */
export interface Change {
  readonly image?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** All is as before but for the change; users are on all pods of the new version and on no other; the record is closed. */
export async function expectPromoted(scene: Scene, change: Change = { image: IMAGE.v2 }): Promise<void> {
  expect(await scene.objects()).toEqual({
    ...scene.before,
    deployment: changed(scene.before.deployment, change),
    configMaps: ['crossfade.web'],
    leases: [],
  });
  const record = await scene.record();
  expect(record).toMatchObject({ isOpen: false });
  expect(record.past[0]).toMatchObject({ outcome: 'promoted', stableHash: expect.any(String) });
  const hash = record.past[0]?.candidateHash ?? '';
  const pods = await scene.podsOf(hash);
  const { spec } = await scene.deployment();
  expect(pods).toHaveLength(spec?.replicas ?? 1);
  expect(await scene.users()).toEqual(pods.sort());
}

/** All is as before, down to the pods: stable never lost one. The record tells of it. */
export async function expectOriginal(scene: Scene, outcome: 'rolled-back' | 'aborted' = 'rolled-back'): Promise<void> {
  expect(await scene.objects()).toEqual({ ...scene.before, configMaps: ['crossfade.web'], leases: [] });
  expect(await scene.users()).toEqual(scene.stable.pods);
  expect((await scene.podsOf(scene.stable.hash)).sort()).toEqual(scene.stable.pods);
  const record = await scene.record();
  expect(record.isOpen).toBe(false);
  expect(record.past[0]).toMatchObject({ outcome });
}

/** As before, and as many pods of stable as before serve, some of them new ones. The record tells of it. */
export async function expectWholeAgain(
  scene: Scene,
  outcome: 'rolled-back' | 'aborted' = 'rolled-back',
): Promise<void> {
  expect(await scene.objects()).toEqual({ ...scene.before, configMaps: ['crossfade.web'], leases: [] });
  const pods = await scene.podsOf(scene.stable.hash);
  expect(pods).toHaveLength(scene.stable.pods.length);
  expect(await scene.users()).toEqual(pods.sort());
  const record = await scene.record();
  expect(record.isOpen).toBe(false);
  expect(record.past[0]).toMatchObject({ outcome });
}

/** Users are on stable, whole; the pods of the candidate stand beside it, frozen; the record is open. */
export async function expectStanding(scene: Scene, image: string): Promise<void> {
  expect(await scene.users()).toEqual(scene.stable.pods);
  const { spec } = await scene.deployment();
  expect(spec).toMatchObject({ paused: true, minReadySeconds: HELD_SECONDS });
  expect(spec?.template.spec?.containers[0]?.image).toBe(image);
  expect(await scene.podsOf(await scene.hash(image))).toHaveLength(spec?.replicas ?? 1);
  expect(await scene.record()).toMatchObject({ isOpen: true });
  expect((await scene.objects()).leases).toEqual([]);
}

/** What a failed release leaves, whether or not it got as far as a record: everything as it was, and users on stable, which lost no pod. */
export async function expectClean(scene: Scene): Promise<void> {
  const { configMaps, ...objects } = await scene.objects();
  expect({ ...objects, configMaps: [] }).toEqual(scene.before);
  expect(await scene.users()).toEqual(scene.stable.pods);
  if (configMaps.length > 0) expect(await scene.record()).toMatchObject({ isOpen: false });
}

/**
 * The writes of a way back. Where stable is not found whole within five seconds of the close (a busy machine; reads that are old) there is
 * one more, by which that is no longer waited for.
 */
export function expectWayBack(writes: readonly string[], expected: readonly string[]): void {
  const evicting = expected.toSpliced(expected.indexOf('close on stable') + 1, 0, 'evict candidate');
  expect([expected, evicting]).toContainEqual(writes);
}

/** Of writes in words, those that were not refused. */
export function carriedOut(writes: readonly string[]): string[] {
  return writes.filter((write) => !/ \(\d+\)$/.test(write));
}

/** Nothing was written at all. */
export async function expectUntouched(scene: Scene): Promise<void> {
  expect(await scene.writes()).toEqual([]);
  expect(await scene.objects()).toEqual(scene.before);
}

/** Success for the runner, and nothing left for post. */
export function expectSuccess(
  result: RunResult,
  outcome: 'promoted' | 'unchanged' | 'paused' | 'aborted' | 'rolled-back' = 'promoted',
): void {
  expect(result.outputs).toMatchObject({ outcome });
  expect(result).toMatchObject({ conclusion: 'success', exitCode: 0, post: { conclusion: 'success', exitCode: 0 } });
  expect(result.annotations.filter(({ kind }) => kind === 'error')).toEqual([]);
}

/** A failed step that says why: outputs, one error, and a summary are there. */
export function expectFailure(result: RunResult, outcome: string, reason: RegExp): void {
  expect(result.outputs).toMatchObject({ outcome, reason: expect.stringMatching(reason) });
  expect(result).toMatchObject({ conclusion: 'failure', exitCode: 1, post: { conclusion: 'success' } });
  const errors = result.annotations.filter(({ kind }) => kind === 'error');
  expect(errors).toHaveLength(1);
  expect(errors[0]?.message).toMatch(reason);
  expect(result.summary).not.toBe('');
}

function changed(deployment: unknown, { image, env }: Change): unknown {
  // `finalObjects` gives the Deployment as the API server has it, less what it adds itself.
  const copy = structuredClone(deployment) as Deployment;
  const container = copy.spec?.template.spec?.containers.find(({ name }) => name === 'web');
  if (container === undefined) throw new Error('the app has no container web');
  if (image !== undefined) container.image = image;
  for (const [name, value] of Object.entries(env ?? {})) {
    const known = container.env?.find((variable) => variable.name === name);
    if (known === undefined) container.env = [...(container.env ?? []), { name, value }];
    else known.value = value;
  }
  return copy;
}

/**
 * Milliseconds after which a violation has ended, by what the action does at once. Here a dozen scenes share a machine, and an end is what
 * counts, before the scene's own time comes. How long it lasts is judged with a clock of its own (`others/`, `crashes/`), and measured on a
 * machine at rest by `npm run bench`.
 */
export const HAS_ENDED = 10_000;

/** Users are on a mix while the Deployment is resized: for the moment that takes, and for nothing else, it is not paused. */
export function expectResizesOnly(violations: readonly Violation[]): void {
  expectEnded(violations);
  for (const { ms } of violations) expect(ms).toBeLessThan(HAS_ENDED);
}

/** For a moment, and once at most, nobody may be served: from what others did to the pods until the action has brought users back. */
export function expectOneGap(violations: readonly Violation[]): void {
  for (const violation of violations) expect(violation).toMatchObject({ rule: 'empty', ms: expect.any(Number) });
  for (const { ms } of violations) expect(ms).toBeLessThan(HAS_ENDED);
  expect(violations.length).toBeLessThanOrEqual(1);
}

/** Whose pods a template takes away, or a selector brings, is for those who write it; that nobody is served, or a pin stays, is not. */
export function expectServed(violations: readonly Violation[]): void {
  for (const { rule, ms } of violations) {
    expect(rule).not.toBe('pinned');
    expect(ms).toBeLessThan(HAS_ENDED);
  }
}

/** A run that dies in a resize leaves the Deployment unpaused for as long as nobody comes: that the next run ends it is what counts. */
export function expectEnded(violations: readonly Violation[]): void {
  for (const violation of violations) expect(violation).toMatchObject({ rule: 'exposed', ms: expect.any(Number) });
}
