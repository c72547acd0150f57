import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { knativePermissions, neededPermissions, roleFor } from '../../src/cluster/permissions.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

test('the README shows the Role that the preflight asks for', () => {
  expect(readme).toContain(roleFor('shop', neededPermissions({ proxy: true })));
});

test('and that of a Knative Service', () => {
  expect(readme).toContain(roleFor('shop', knativePermissions({ proxy: true })));
});
