import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { neededPermissions, roleFor } from '../../src/cluster/permissions.ts';

test('the README shows the Role that the preflight asks for', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  expect(readme).toContain(roleFor('shop', neededPermissions({ proxy: true })));
});
