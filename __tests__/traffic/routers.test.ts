import { expect, test } from '@jest/globals';
import { ROUTER_KINDS } from '../../src/action/router-names.ts';
import { ROUTERS } from '../../src/traffic/routers.ts';

test('input router knows the kinds that there are', () => {
  expect([...ROUTER_KINDS]).toEqual(ROUTERS.map(({ kind }) => kind));
});
