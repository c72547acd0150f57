import { expect, test } from '@jest/globals';
import { annotationFor } from '../../src/report/annotation.ts';
import { HOSTILE, storyOf } from './hostile.ts';
import { BAKED_BACK, CRASHED, HELD, PINNED, PROMOTED, REFUSED } from './stories.ts';

test('a crash: what was wanted and found, where users are, what to do', () => {
  expect(annotationFor(CRASHED)).toEqual({
    title: 'Crossfade took shop/web back',
    message: `Wanted: container web from ghcr.io/acme/web:2.0.3 to ghcr.io/acme/web@sha256:9f2b6a1c04d7….
Found: container web of pod web-5f4d7c9b8-x2x4z: CrashLoopBackOff (exit code 3, 2 restarts): back-off 20s restarting failed container
Users are on the version they had before; none of their requests went to the new one.
There is nothing to clean up: the Deployment and its Service are as they were before. Find the cause, and release again.`,
  });
});

test('a version taken back in the bake', () => {
  expect(annotationFor(BAKED_BACK).message).toContain(
    '\nUsers were on the new version for 12s and are back on the old one.\n',
  );
});

test('both versions left standing: where to begin', () => {
  const { title, message } = annotationFor(HELD);
  expect(title).toBe('Crossfade could not release shop/web and left both versions standing');
  expect(message).toMatch(/ Begin with: kubectl get pods -n shop -l pod-template-hash=5f4d7c9b8$/);
});

test('users back where they were wanted, without the template: what is left to do', () => {
  const { title, message } = annotationFor(PINNED);
  expect(title).toBe('Crossfade rolled shop/web back, but could not end that');
  expect(message).toContain('Users are back on the version that was wanted.\nNothing moves by itself.');
});

test('a refusal names every finding', () => {
  expect(annotationFor(REFUSED)).toEqual({
    title: 'Crossfade did not release shop/web',
    message: `Wanted: a release of Deployment web.
Found: This run may not do everything that a release needs in namespace shop: patch services, create configmaps. Let an administrator of the cluster apply this Role and bind it to the user of the kubeconfig.
ResourceQuota compute allows 10 pods and 8 are used: the candidate needs 4 more beside stable. Raise the quota or lower the replicas for the release.
This run changed nothing in the cluster: users are where they were.
What can be applied as it stands is in the job summary.`,
  });
});

test.each([
  ['promote', 'Crossfade did not go on with the release of shop/web', 'action promote of Deployment web'],
  ['abort', 'Crossfade did not take back shop/web', 'action abort of Deployment web'],
  ['rollback', 'Crossfade did not roll back shop/web', 'action rollback of Deployment web'],
  ['finish', 'Crossfade did not finish the release of shop/web', 'action finish of Deployment web'],
] as const)('a refusal of action %s speaks of that', (action, title, wanted) => {
  const told = annotationFor({ ...REFUSED, action });
  expect(told.title).toBe(title);
  expect(told.message).toContain(`Wanted: ${wanted}.\n`);
});

test('a run that ends in doubt', () => {
  const { title, message } = annotationFor({ ...PROMOTED, outcome: 'failed', reason: null });
  expect(title).toBe('Crossfade could not release shop/web');
  expect(message).toContain('Found: The reason is not known.\nIt is not certain which version users are on.');
});

test('a cancelled run', () => {
  const { title, message } = annotationFor({ ...CRASHED, outcome: 'aborted' });
  expect(title).toBe('Crossfade aborted the release of shop/web');
  expect(message).toContain(
    'There is nothing to clean up: the release was taken back. Run the job again when it suits.',
  );
});

test('a cancelled rollback', () => {
  const { title } = annotationFor({ ...CRASHED, outcome: 'aborted', rollback: true });
  expect(title).toBe('Crossfade aborted the rollback of shop/web');
});

test('a cancelled run that had not begun', () => {
  const { message } = annotationFor({ ...REFUSED, outcome: 'aborted', findings: [] });
  expect(message).toContain('\nThe release had not begun.');
});

test('a cancelled run that had no time to finish', () => {
  const { message } = annotationFor({ ...BAKED_BACK, outcome: 'aborted', release: null });
  expect(message).toContain('\nUsers were on the new version for 12s and are back on the old one.\n');
  expect(message).toContain('Its post step takes the release back right afterwards');
});

test('an error in the middle of a release is no refusal', () => {
  const findings = [{ message: 'The record was changed by somebody else.' }];
  const { title, message } = annotationFor({ ...BAKED_BACK, outcome: 'failed', findings });
  expect(title).toBe('Crossfade could not release shop/web');
  expect(message).toContain('Found: The record was changed by somebody else.\n');
  expect(message).toContain('Begin with: kubectl get deployment,replicaset -n shop');
});

test.each([...HOSTILE, 'x'.repeat(100_000)])('any text fits and stays on its line (%#)', (text) => {
  const { title, message } = annotationFor(storyOf(text));
  expect(message.length).toBeLessThanOrEqual(4_096);
  expect(message.split('\n')).toHaveLength(4);
  expect(title).not.toMatch(/\p{Cc}/u);
  expect(message.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  expect(message).toContain('\nUsers are on the version they had before;');
});
