import { expect, test } from '@jest/globals';
import { fieldChanges } from '../../src/cluster/field-changes.ts';

function told(before: unknown, after: unknown): string[] {
  return fieldChanges(before, after).map((change) => `${change.field}: ${change.before} → ${change.after}`);
}

const POD = (image: string, env: object[]) => ({
  spec: {
    template: {
      spec: {
        containers: [
          { name: 'web', image, env },
          { name: 'proxy', image: 'p' },
        ],
      },
    },
  },
});

test('only what differs, by the names that a person knows', () => {
  expect(told(POD('a', []), POD('b', []))).toEqual(['spec.template.spec.containers[web].image: "a" → "b"']);
});

test('values of environment variables are not shown, old or new', () => {
  const before = POD('a', [
    { name: 'TOKEN', value: 'old-secret' },
    { name: 'GONE', value: 'gone-secret' },
  ]);
  const after = POD('a', [
    { name: 'TOKEN', value: 'new-secret' },
    { name: 'MORE', value: 'more-secret' },
  ]);
  const lines = told(before, after);
  expect(lines.join()).not.toContain('-secret');
  expect(lines).toEqual([
    'spec.template.spec.containers[web].env[TOKEN].value: (not shown) → (not shown)',
    'spec.template.spec.containers[web].env[MORE].name: null → "MORE"',
    'spec.template.spec.containers[web].env[MORE].value: null → (not shown)',
    'spec.template.spec.containers[web].env[GONE].name: "GONE" → null',
    'spec.template.spec.containers[web].env[GONE].value: (not shown) → null',
  ]);
});

test('fields that come and go, types that change, and empty ones', () => {
  expect(told({ spec: { paused: true, deadline: 600 } }, { spec: { paused: false } })).toEqual([
    'spec.paused: true → false',
    'spec.deadline: 600 → null',
  ]);
  expect(told({ strategy: { type: 'Recreate' } }, { strategy: { rollingUpdate: { maxSurge: '100%' } } })).toEqual([
    'strategy.rollingUpdate.maxSurge: null → "100%"',
    'strategy.type: "Recreate" → null',
  ]);
  expect(told({ a: 1 }, { a: { b: 2 } })).toEqual(['a: 1 → {"b":2}']);
  expect(told({ a: {} }, { a: { b: 2 } })).toEqual(['a.b: null → 2']);
  expect(told({ hosts: ['a'] }, { hosts: ['a', 'b'] })).toEqual(['hosts: ["a"] → ["a","b"]']);
});

test('lists without names by place; keys that are no words in quotes', () => {
  expect(told({ rules: [{ weight: 1 }] }, { rules: [{ weight: 2 }, { weight: 3 }] })).toEqual([
    'rules[0].weight: 1 → 2',
    'rules[1].weight: null → 3',
  ]);
  expect(told({ annotations: { 'a.b/c': 'x' } }, { annotations: { 'a.b/c': 'y' } })).toEqual([
    'annotations."a.b/c": "x" → "y"',
  ]);
});

test('an env value inside of what comes whole is not shown either', () => {
  expect(told({ env: [] }, { c: { env: [{ name: 'A', value: 'secret' }] } }).join()).not.toContain('secret');
  expect(told({ c: { env: [] } }, { c: { env: [{ name: 'A', value: 'secret' }] } })).toEqual([
    'c.env[A].name: null → "A"',
    'c.env[A].value: null → (not shown)',
  ]);
  expect(told({ list: 1 }, { list: [{ env: [{ name: 'A', value: 'secret' }] }] })).toEqual([
    'list: 1 → [{"env":["A"]}]',
  ]);
  expect(told({ list: null }, { list: [{ env: [{ name: 'A', value: 'secret' }] }] }).join()).not.toContain('secret');
});

test('long values are cut, and who has which fields does not count', () => {
  const [line = ''] = told({ a: 'x' }, { a: 'y'.repeat(1_000) });
  expect(line.length).toBeLessThan(350);
  expect(told({ metadata: { managedFields: [1] } }, { metadata: { managedFields: [2] } })).toEqual([]);
});
