import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { outputsOf } from '../../src/action/outputs.ts';
import {
  BAKED_BACK,
  CRASHED,
  DRY_RUN,
  FLIPPED,
  HELD,
  KEPT_WARM,
  NOT_BACK,
  PROMOTED,
  REFUSED,
  UNCHANGED,
  WANTED_BACK,
} from '../report/stories.ts';
import { STATUS } from '../report/looked-stories.ts';

const { outputs: DECLARED } = parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')) as {
  readonly outputs: Readonly<Record<string, unknown>>;
};

const OLD = 'web=ghcr.io/acme/web:2.0.3\nproxy=docker.io/envoyproxy/envoy:v1.36.2';
const NEW =
  'web=ghcr.io/acme/web@sha256:9f2b6a1c04d7e85b3a90c1d2e3f4a5b6c7d8e9f00112233445566778899aabbc\nproxy=docker.io/envoyproxy/envoy:v1.36.2';

test('the outputs are those that action.yml declares', () => {
  expect(Object.keys(outputsOf(PROMOTED)).sort()).toEqual(Object.keys(DECLARED).sort());
});

test('a release that was promoted', () => {
  const { result, ...outputs } = outputsOf(PROMOTED);
  expect(outputs).toEqual({
    outcome: 'promoted',
    release: 'r-20261121-130102-4f1c',
    'previous-images': OLD,
    images: NEW,
    'stable-hash': '7c9d8b6f5',
    'candidate-hash': '5f4d7c9b8',
    duration: '1m40s',
    reason: '',
    'rollback-possible': 'true',
    status: '',
    share: '',
    possible: '',
    plan: '',
    role: '',
  });
  expect(result).toMatch(/^\{"schema":1,/);
});

test('images are those that users are on', () => {
  const images = (story: typeof PROMOTED): string => outputsOf(story).images;
  for (const story of [KEPT_WARM, NOT_BACK]) expect(images(story)).toBe(NEW);
  for (const story of [WANTED_BACK, FLIPPED]) expect(images(story)).toBe(OLD);
  for (const story of [CRASHED, BAKED_BACK, HELD, UNCHANGED, DRY_RUN]) expect(images(story)).toBe(OLD);
  expect(images({ ...PROMOTED, outcome: 'failed' })).toBe('');
});

test('a run that released nothing has no version before; a dry run has', () => {
  expect(outputsOf(UNCHANGED)['previous-images']).toBe('');
  expect(outputsOf(DRY_RUN)['previous-images']).toBe(OLD);
});

test('a run that was refused', () => {
  const { result, ...outputs } = outputsOf(REFUSED);
  expect(outputs).toEqual({
    outcome: 'failed',
    release: '',
    'previous-images': '',
    images: '',
    'stable-hash': '',
    'candidate-hash': '',
    duration: '0.4s',
    reason: 'The release was refused: 2 findings.',
    'rollback-possible': 'false',
    status: '',
    share: '',
    possible: '',
    plan: '',
    role: '',
  });
  expect(JSON.parse(result)).toMatchObject({ schema: 1, findings: REFUSED.findings });
});

test('the result is the story, without what programs wrote', () => {
  const { looked, ...story } = { ...CRASHED, checks: HELD.checks };
  const result = JSON.parse(outputsOf({ ...story, looked }).result) as Record<string, unknown>;
  expect(result).toEqual({
    schema: 1,
    ...story,
    images: CRASHED.from,
    durationMs: 25_470,
    checks: [HELD.checks[0], { ...HELD.checks[1], detail: 'exit code 1' }],
    diagnosis: { ...CRASHED.diagnosis, log: { pod: 'web-5f4d7c9b8-x2x4z', container: 'web' } },
  });
});

test('a status has outputs of its own, and is in the result by its name', () => {
  const { result, ...outputs } = outputsOf(STATUS);
  expect(outputs).toMatchObject({
    outcome: 'unchanged',
    status: 'paused',
    share: '20',
    possible: 'promote abort',
    release: 'r-20261121-130102-4f1c',
    images: OLD,
    'previous-images': OLD,
    'candidate-hash': '5f4d7c9b8',
    'rollback-possible': 'true',
  });
  expect(JSON.parse(result)).toMatchObject({
    status: { is: 'paused', tracks: [{ role: 'stable' }, { role: 'candidate' }] },
  });
  expect(JSON.parse(result)).not.toHaveProperty('looked');
});

test('a share that cannot be told is empty, and so are the images', () => {
  const { looked } = STATUS;
  if (looked?.of !== 'status') throw new Error('a status is wanted');
  const story = { ...STATUS, looked: { ...looked, status: { ...looked.status, share: null } } };
  expect(outputsOf(story)).toMatchObject({ share: '', images: '' });
});

test('a reason is one line', () => {
  const reason = 'smoke-command “x” failed: exit code 1\n\u001b[31mnot ok\u001b[0m\n::error::y';
  const { reason: told, result } = outputsOf({ ...HELD, reason });
  expect(told).toBe('smoke-command “x” failed: exit code 1');
  expect(JSON.parse(result)).toHaveProperty('reason', 'smoke-command “x” failed: exit code 1');
});
