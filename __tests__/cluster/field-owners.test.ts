import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { givenBack, isApplied, type ManagedFields, oursIn, ownersAt } from '../../src/cluster/field-owners.ts';
import { difference, type FieldSet, intersection, isEmpty, union } from '../../src/cluster/field-sets.ts';

const RULES: FieldSet = { 'f:spec': { 'f:rules': {} } };
const ALL = { paths: [[]], freed: [[]] };
const BORN = '2026-01-01T00:00:00Z';
const LATER = '2026-01-01T01:00:00Z';

function entry(manager: string, fields: FieldSet, more: ManagedFields = {}): ManagedFields {
  return {
    ...{ manager, operation: 'Update', apiVersion: 'v1', time: BORN, fieldsType: 'FieldsV1' },
    ...{ fieldsV1: fields },
    ...more,
  };
}

/** What is known before the release, and what came of it. */
function handedBack(before: readonly ManagedFields[], now: readonly ManagedFields[]): readonly ManagedFields[] | null {
  const owners = ownersAt({ managedFields: [...before] }, [['f:spec']]);
  // As another process reads it from the record.
  return givenBack({ managedFields: [...now] }, JSON.parse(JSON.stringify(owners)), ALL);
}

describe('fields given back', () => {
  const labels: FieldSet = { 'f:metadata': { 'f:labels': { 'f:team': {} } } };
  const parents: FieldSet = { 'f:spec': { 'f:parentRefs': {} } };
  const helm = entry('helm', union(RULES, union(labels, parents)), { operation: 'Apply' });
  const status = entry('gateway', { 'f:status': { 'f:parents': {} } }, { subresource: 'status' });
  const ours = entry('crossfade', RULES, { time: LATER });

  test('an owner that still has other fields has all of them again, and nothing is ours', () => {
    const left = entry('helm', union(labels, parents), { operation: 'Apply' });
    expect(handedBack([helm, status], [left, status, ours])).toEqual([helm, status]);
  });

  test('an owner that had nothing else is there again, with its own time', () => {
    const kubectl = entry('kubectl-edit', RULES);
    expect(handedBack([kubectl, status], [status, ours])).toEqual([status, kubectl]);
  });

  test('what others have taken meanwhile is theirs', () => {
    const somebody = entry('kubectl-edit', RULES, { time: LATER });
    const left = entry('helm', labels, { operation: 'Apply' });
    const timeouts: FieldSet = { 'f:spec': { 'f:timeouts': {} } };
    expect(handedBack([helm], [left, somebody, entry('crossfade', timeouts)])).toEqual([left, somebody]);
  });

  test('every one of several owners has its own again', () => {
    const edit = entry('kubectl-edit', RULES);
    const left = entry('helm', union(labels, parents), { operation: 'Apply' });
    expect(handedBack([helm, edit], [left, ours])).toEqual([helm, edit]);
  });

  test('the same name in another version, operation or subresource is another owner', () => {
    const others = [
      entry('helm', labels),
      entry('helm', labels, { operation: 'Apply', apiVersion: 'v1beta1' }),
      entry('helm', labels, { operation: 'Apply', subresource: 'status' }),
    ];
    const again = entry('helm', RULES, { operation: 'Apply' });
    expect(handedBack([entry('helm', RULES, { operation: 'Apply' })], [...others, ours])).toEqual([...others, again]);
  });

  test('nothing of ours: nothing to write', () => {
    expect(handedBack([helm], [helm, status])).toBeNull();
    expect(handedBack([helm], [])).toBeNull();
    expect(givenBack(undefined, [], ALL)).toBeNull();
    // Somebody applies under our name, or wrote the status: not our writes.
    const strange = [entry('crossfade', RULES, { operation: 'Apply' }), { ...status, manager: 'crossfade' }];
    expect(handedBack([helm], strange)).toBeNull();
  });

  test('an object of which nobody had anything is nobody’s again, in the API server’s own way to say so', () => {
    expect(handedBack([], [ours])).toEqual([{}]);
  });

  test('from before a release of an older version: not given to anybody, but free', () => {
    const left = entry('helm', labels, { operation: 'Apply' });
    expect(handedBack([left, ours], [left, ours])).toEqual([left]);
  });

  test('only what is asked for: the rest of ours stays', () => {
    const hold: FieldSet = { 'f:spec': { 'f:strategy': { '.': {}, 'f:type': {} }, 'f:paused': {} } };
    const image: FieldSet = { 'f:spec': { 'f:template': { 'f:spec': { 'f:image': {} } } } };
    const argo = entry('argocd', { 'f:spec': { 'f:strategy': { 'f:type': {} } } }, { operation: 'Apply' });
    const paths = [
      ['f:spec', 'f:strategy'],
      ['f:spec', 'f:paused'],
    ];
    const owners = ownersAt({ managedFields: [argo] }, paths);
    const now = { managedFields: [entry('crossfade', union(hold, image))] };
    expect(givenBack(now, owners, { paths, freed: paths })).toEqual([entry('crossfade', image), argo]);
    expect(givenBack(now, owners, { paths, freed: [] })).toEqual([
      entry('crossfade', difference(union(hold, image), { 'f:spec': { 'f:strategy': { 'f:type': {} } } })),
      argo,
    ]);
  });

  test('who applies is found; a status that is applied is not', () => {
    expect(isApplied({ managedFields: [status, helm] })).toBe(true);
    expect(isApplied({ managedFields: [ours, { ...status, operation: 'Apply' }] })).toBe(false);
    expect(isApplied(undefined)).toBe(false);
  });

  test('for any fields of anybody: ours is empty, each has what it had and we took, nobody loses anything', () => {
    const leaf = fc.constantFrom('f:a', 'f:b', 'k:{"name":"c"}');
    const fields = fc
      .uniqueArray(fc.tuple(leaf, leaf), { minLength: 1, maxLength: 4 })
      .map((paths) =>
        paths.map(([step, inner]): FieldSet => ({ 'f:spec': { [step]: { [inner]: {} } } })).reduce(union),
      );
    const managers = fc.uniqueArray(fc.tuple(fc.constantFrom('helm', 'argocd', 'kubectl'), fields), {
      selector: ([name]) => name,
    });
    fc.assert(
      fc.property(managers, managers, fields, (before, others, taken) => {
        const now = others.map(([name, set]) => entry(name, set));
        const given = handedBack(
          before.map(([name, set]) => entry(name, set)),
          [...now, entry('crossfade', taken)],
        );
        const of = (name: string): FieldSet =>
          (given ?? []).filter(({ manager }) => manager === name).map(({ fieldsV1 }) => fieldsV1 as FieldSet)[0] ?? {};
        expect(oursIn({ managedFields: [...(given ?? [])] })).toEqual({});
        for (const name of ['helm', 'argocd', 'kubectl']) {
          const had = before.find(([manager]) => manager === name)?.[1] ?? {};
          const has = others.find(([manager]) => manager === name)?.[1] ?? {};
          expect(of(name)).toEqual(union(has, intersection(had, taken)));
        }
        expect((given ?? []).filter(({ fieldsV1 }) => fieldsV1 !== undefined && isEmpty(fieldsV1 as FieldSet))).toEqual(
          [],
        );
      }),
    );
  });
});
