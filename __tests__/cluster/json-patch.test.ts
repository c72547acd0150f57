import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { patched } from '../../src/cluster/json-patch.ts';
import type { JsonPatch } from '../../src/cluster/wire.ts';
import { applyJsonPatch } from '../simulator/patch.ts';

const RULES = { spec: { rules: [{ name: 'a', weight: 1 }, { name: 'b' }], 'x/y~z': { on: true } } };

describe('a JSON Patch', () => {
  test.each<[string, JsonPatch]>([
    [
      'adds, replaces and removes members',
      [
        { op: 'add', path: '/spec/rules/1/weight', value: 2 },
        { op: 'replace', path: '/spec/rules/0/weight', value: 3 },
        { op: 'remove', path: '/spec/rules/0/name' },
      ],
    ],
    [
      'adds to a list before an item and at its end, and removes from it',
      [
        { op: 'add', path: '/spec/rules/0', value: { name: 'first' } },
        { op: 'add', path: '/spec/rules/-', value: { name: 'last' } },
        { op: 'remove', path: '/spec/rules/1' },
        { op: 'replace', path: '/spec/rules/1', value: { name: 'second' } },
      ],
    ],
    ['reads steps with a slash and a tilde', [{ op: 'add', path: '/spec/x~1y~0z/on', value: false }]],
    ['leaves tests out', [{ op: 'test', path: '/spec/rules/0/name', value: 'a' }]],
  ])('%s, as an API server does', (_, patch) => {
    const before = structuredClone(RULES);
    expect(patched(RULES, patch)).toEqual(applyJsonPatch(structuredClone(RULES), patch));
    expect(RULES).toEqual(before);
  });

  test('a path that leads nowhere is an error', () => {
    expect(() => patched(RULES, [{ op: 'add', path: '/spec/none/weight', value: 1 }])).toThrow('/spec/none/weight');
  });

  test('for any values', () => {
    // JSON has no -0.
    const value = fc.jsonValue({ maxDepth: 2 }).map((it): unknown => JSON.parse(JSON.stringify(it)));
    const at = fc.constantFrom('/spec/rules/0', '/spec/rules/1', '/spec/rules/-', '/spec/new');
    const add = fc.record({ op: fc.constant('add' as const), path: at, value });
    fc.assert(
      fc.property(fc.array(add, { maxLength: 5 }), (patch) => {
        expect(patched(RULES, patch)).toEqual(applyJsonPatch(structuredClone(RULES), patch));
      }),
    );
  });
});
