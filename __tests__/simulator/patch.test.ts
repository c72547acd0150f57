import { describe, expect, test } from '@jest/globals';
import { applyJsonPatch, applyMergePatch, applyStrategicPatch } from './patch.ts';

describe('a JSON Patch', () => {
  const document = { a: { b: [1, 2], 'x/y~z': 'old' }, list: [{ name: 'a' }] };

  test.each([
    ['add a member', { op: 'add', path: '/a/c', value: null }, { ...document, a: { ...document.a, c: null } }],
    ['add at an index', { op: 'add', path: '/a/b/1', value: 9 }, { ...document, a: { ...document.a, b: [1, 9, 2] } }],
    ['add at the end', { op: 'add', path: '/a/b/-', value: 9 }, { ...document, a: { ...document.a, b: [1, 2, 9] } }],
    [
      'replace with escapes',
      { op: 'replace', path: '/a/x~1y~0z', value: 'new' },
      { ...document, a: { ...document.a, 'x/y~z': 'new' } },
    ],
    ['replace what is missing in an object', { op: 'replace', path: '/new', value: 1 }, { ...document, new: 1 }],
    ['remove', { op: 'remove', path: '/a/b/0' }, { ...document, a: { ...document.a, b: [2] } }],
    ['move', { op: 'move', from: '/a/b', path: '/b' }, { a: { 'x/y~z': 'old' }, b: [1, 2], list: document.list }],
    ['copy', { op: 'copy', from: '/list/0', path: '/first' }, { ...document, first: { name: 'a' } }],
    ['test of an object', { op: 'test', path: '/list', value: [{ name: 'a' }] }, document],
    ['test of a missing member', { op: 'test', path: '/missing', value: null }, document],
  ])('%s', (_, operation, result) => {
    const before = structuredClone(document);
    expect(applyJsonPatch(document, [operation])).toEqual(result);
    expect(document).toEqual(before);
  });

  test.each([
    ['test of another value', { op: 'test', path: '/a/b/0', value: 2 }],
    ['index beyond the end', { op: 'add', path: '/a/b/3', value: 1 }],
    ['replace beyond the end', { op: 'replace', path: '/a/b/2', value: 1 }],
    ['index that is none', { op: 'add', path: '/a/b/01', value: 1 }],
    ['path into a text', { op: 'add', path: '/a/x~1y~0z/c', value: 1 }],
    ['path without a slash', { op: 'add', path: 'a', value: 1 }],
    ['move from nowhere', { op: 'move', from: '/nope', path: '/b' }],
  ])('%s is refused', (_, operation) => {
    expect(() => applyJsonPatch(document, [operation])).toThrow(
      'the server rejected our request due to an error in our request',
    );
  });

  test('is all or nothing', () => {
    expect(() =>
      applyJsonPatch(document, [
        { op: 'remove', path: '/a' },
        { op: 'test', path: '/a', value: 1 },
      ]),
    ).toThrow();
    expect(document.a).toBeDefined();
  });
});

test('a merge patch replaces lists whole and removes by null', () => {
  const document = { a: { b: 1, c: 2 }, list: [1, 2], gone: 'x' };
  expect(applyMergePatch(document, { a: { b: 3 }, list: [9], gone: null, deep: { x: { y: null, z: 1 } } })).toEqual({
    a: { b: 3, c: 2 },
    list: [9],
    deep: { x: { z: 1 } },
  });
});

test('a strategic merge patch merges known lists by key', () => {
  const document = {
    containers: [
      {
        name: 'a',
        image: '1',
        env: [
          { name: 'X', value: '1' },
          { name: 'Y', value: '2' },
        ],
        args: ['p'],
      },
      { name: 'b', image: '1' },
    ],
    strategy: { type: 'Recreate', extra: 1 },
    ports: [{ port: 80, targetPort: 'http' }],
  };
  const patch = {
    $setElementOrder: ['a', 'c'],
    containers: [
      {
        name: 'a',
        image: '2',
        env: [
          { name: 'Y', value: '3' },
          { name: 'X', $patch: 'delete' },
        ],
        args: ['q'],
      },
      { name: 'b', $patch: 'delete' },
      { name: 'c', image: '3' },
    ],
    strategy: { $retainKeys: ['type'], type: 'RollingUpdate' },
    ports: [{ port: 80, targetPort: 'web' }],
  };
  expect(applyStrategicPatch(document, patch)).toEqual({
    containers: [
      { name: 'a', image: '2', env: [{ name: 'Y', value: '3' }], args: ['q'] },
      { name: 'c', image: '3' },
    ],
    strategy: { type: 'RollingUpdate' },
    ports: [{ port: 80, targetPort: 'web' }],
  });
});
