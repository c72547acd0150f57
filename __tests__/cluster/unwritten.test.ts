import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unwritten } from '../../src/cluster/unwritten.ts';

const BEFORE = { spec: { rules: [{ backendRefs: [{ name: 'web', weight: 1 }] }], paused: true } };
const mirror = { type: 'RequestMirror', requestMirror: { backendRef: { name: 'c' }, percent: 10 } };
const SENT = {
  spec: {
    rules: [
      {
        backendRefs: [
          { name: 'web', weight: 80 },
          { name: 'c', weight: 20 },
        ],
        filters: [mirror],
      },
      { matches: [{}], backendRefs: [{ name: 'c' }] },
    ],
    paused: true,
  },
  metadata: { annotations: { 'example.com/weight': '20' } },
};

describe('what was sent and is not stored', () => {
  test('nothing: with defaults, and whatever the server adds', () => {
    expect(unwritten(BEFORE, SENT, SENT)).toEqual([]);
    const answer = structuredClone(SENT) as { spec: { rules: object[] }; status?: object };
    answer.spec.rules = answer.spec.rules.map((rule) => ({ ...rule, name: 'made-up' }));
    expect(unwritten(BEFORE, SENT, { ...answer, status: { parents: [] }, kind: 'HTTPRoute' })).toEqual([]);
    expect(unwritten({}, { labels: {} }, {})).toEqual([]);
  });

  test('a field that was dropped, by its name', () => {
    const answer = structuredClone(SENT);
    const dropped = answer.spec.rules[0]?.filters?.[0]?.requestMirror as Partial<typeof mirror.requestMirror>;
    delete dropped.percent;
    expect(unwritten(BEFORE, SENT, answer)).toEqual([
      { field: 'spec.rules[0].filters[0].requestMirror.percent', sent: 10, found: undefined },
    ]);
  });

  test('everything that was dropped, at its top; a key that is no word in quotes', () => {
    const rules = [{ backendRefs: [{ name: 'web', weight: 80 }] }];
    expect(unwritten(BEFORE, SENT, { spec: { rules, paused: true }, metadata: { annotations: {} } })).toMatchObject([
      { field: 'spec.rules[0].backendRefs[1]', found: undefined },
      { field: 'spec.rules[0].filters', found: undefined },
      { field: 'spec.rules[1]', found: undefined },
      { field: 'metadata.annotations["example.com/weight"]', sent: '20' },
    ]);
  });

  test('a value that was changed on the way', () => {
    const answer = structuredClone(SENT);
    Object.assign(answer.spec.rules[0]?.backendRefs[0] ?? {}, { weight: 100 });
    expect(unwritten(BEFORE, SENT, answer)).toEqual([
      { field: 'spec.rules[0].backendRefs[0].weight', sent: 80, found: 100 },
    ]);
  });

  test('what was not changed is none of our business', () => {
    expect(unwritten(BEFORE, SENT, { ...SENT, spec: { ...SENT.spec, paused: false } })).toEqual([]);
  });

  test('any value is found where it was sent, and is missed where it is not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (before, sent) => {
        expect(unwritten({ before }, { before, sent }, { before, sent, more: 1 })).toEqual([]);
        const isNothing = typeof sent === 'object' && Object.keys(sent ?? {}).length === 0;
        expect(unwritten({ before }, { before, sent }, { before })).toEqual(
          isNothing ? [] : [{ field: 'sent', sent, found: undefined }],
        );
      }),
    );
  });
});
