import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { difference, type FieldSet, intersection, isEmpty, union, within } from '../../src/cluster/field-sets.ts';

/** The members of a set as their paths, read from the tree by the rules of FieldsV1 alone. */
function members(fields: FieldSet, path: readonly string[] = []): string[] {
  const steps = Object.keys(fields);
  const isMember = path.length > 0 && (steps.length === 0 || steps.includes('.'));
  const inner = Object.entries(fields).flatMap(([step, node]) => (step === '.' ? [] : members(node, [...path, step])));
  return [...(isMember ? [path.join(' ')] : []), ...inner].sort();
}

const STEPS = ['f:spec', 'f:rules', 'f:weight', 'k:{"name":"web"}', 'v:"a"', 'i:0'];

/** Trees as API servers write them: `.` only beside other steps. */
const { tree } = fc.letrec<{ tree: FieldSet; node: FieldSet }>((tie) => ({
  tree: fc.dictionary(fc.constantFrom(...STEPS), tie('node'), { maxKeys: 3, noNullPrototype: true }),
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant({}),
    tie('tree'),
    tie('tree').map((inner) => (isEmpty(inner) ? inner : { '.': {}, ...inner })),
  ),
}));

describe('sets of fields', () => {
  test.each([
    ['union', union, (inA: boolean, inB: boolean) => inA || inB],
    ['intersection', intersection, (inA: boolean, inB: boolean) => inA && inB],
    ['difference', difference, (inA: boolean, inB: boolean) => inA && !inB],
  ] as const)('%s has exactly the members that it should', (_, of, rule) => {
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        const [inA, inB] = [members(a), members(b)];
        const wanted = [...new Set([...inA, ...inB])].filter((path) => rule(inA.includes(path), inB.includes(path)));
        expect(members(of(a, b))).toEqual(wanted.sort());
      }),
    );
  });

  test('what is within a path and what is not is all there is, and nothing twice', () => {
    fc.assert(
      fc.property(tree, fc.array(fc.constantFrom(...STEPS), { maxLength: 3 }), (fields, path) => {
        const inside = within(fields, [path]);
        const isInside = (member: string): boolean =>
          path.length === 0 || member === path.join(' ') || member.startsWith(`${path.join(' ')} `);
        expect(members(inside)).toEqual(members(fields).filter(isInside));
        expect(members(difference(fields, inside))).toEqual(members(fields).filter((member) => !isInside(member)));
      }),
    );
  });

  test('trees are written as an API server writes them', () => {
    const owned = { 'f:spec': { 'f:strategy': { '.': {}, 'f:type': {} }, 'f:paused': {} } };
    expect(union(owned, { 'f:spec': { 'f:strategy': { 'f:rollingUpdate': {} } } })).toEqual({
      'f:spec': { 'f:paused': {}, 'f:strategy': { '.': {}, 'f:rollingUpdate': {}, 'f:type': {} } },
    });
    expect(difference(owned, { 'f:spec': { 'f:strategy': { 'f:type': {} } } })).toEqual({
      'f:spec': { 'f:paused': {}, 'f:strategy': {} },
    });
    expect(difference(owned, owned)).toEqual({});
    expect(within(owned, [['f:spec', 'f:strategy', 'f:rollingUpdate']])).toEqual({});
  });
});
