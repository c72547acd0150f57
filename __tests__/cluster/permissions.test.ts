import { expect, test } from '@jest/globals';
import { missingRoleFor, type Permission } from '../../src/cluster/permissions.ts';

const GET: Permission = { group: '', resource: 'configmaps', verb: 'get' };
const LIST: Permission = { group: 'apps', resource: 'deployments', verb: 'list' };

test('a Role of what is missing has its name from what it gives, in whatever order that is found', () => {
  const nameOf = (...missing: Permission[]): string | undefined =>
    /metadata: { name: (\S+),/.exec(missingRoleFor('shop', missing))?.[1];
  expect(nameOf(GET)).toMatch(/^crossfade-missing-[0-9a-f]{8}$/);
  expect(nameOf(GET, LIST)).toBe(nameOf(LIST, GET, LIST));
  expect(new Set([nameOf(GET), nameOf(LIST), nameOf(GET, LIST)]).size).toBe(3);
});

test('no text of a kubeconfig comes into the command that binds it', () => {
  expect(missingRoleFor('shop', [GET])).toContain(' -n shop --role=');
  const hostile = missingRoleFor('$(id)\n# `id`', [GET]);
  expect(hostile.split('\n').filter((line) => line.startsWith('#'))).toHaveLength(2);
  expect(hostile.split('\n').at(-1)).toContain(' -n NAMESPACE --role=');
});
