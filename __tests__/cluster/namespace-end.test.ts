import { expect, test } from '@jest/globals';
import { ApiError, UnknownOutcome } from '../../src/cluster/errors.ts';
import { namespaceEndIn } from '../../src/cluster/namespace-end.ts';

const TERMINATING = { kind: 'configmaps', causes: ['NamespaceTerminating'] };

test.each<[string, unknown, ReturnType<typeof namespaceEndIn>]>([
  ['a refusal for that reason', new ApiError('POST', 403, 'Forbidden', '', TERMINATING), 'leaving'],
  ['no namespace of that name', new ApiError('POST', 404, 'NotFound', '', { kind: 'namespaces', causes: [] }), 'gone'],
  ['a permission that is missing', new ApiError('POST', 403, 'Forbidden', 'because it is being terminated'), null],
  ['an object that is not there', new ApiError('GET', 404, 'NotFound', '', { kind: 'configmaps', causes: [] }), null],
  ['another error with that cause', new ApiError('POST', 422, 'Invalid', '', TERMINATING), null],
  ['no answer', new UnknownOutcome('POST', new Error('reset')), null],
])('%s', (_, error, end) => {
  expect(namespaceEndIn(error)).toBe(end);
});
