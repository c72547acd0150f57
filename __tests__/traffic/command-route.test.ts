import { describe, expect, test } from '@jest/globals';
import { choose } from '../../src/engine/find-routes.ts';
import { Refused } from '../../src/engine/refusal.ts';
import {
  COMMAND_CAPABILITIES,
  commandBinding,
  commandRun,
  isCommand,
  readCommand,
  shareVariable,
} from '../../src/traffic/command-route.ts';
import { ALL, type Intent, ORIGINAL, type Share } from '../../src/traffic/router.ts';
import type { Point } from './router-fixture.ts';

const APP = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };
const BINDING = commandBinding(APP, { verifies: false });
const SHARES: readonly Share[] = [0, 1, 50, 1_250, 3_333, 5_000, 9_999, ALL];

function intent(share: Share): Intent {
  return { share, headers: [], cookies: [], mirror: 0 };
}

/** The router contract (reference/routers.md) is about objects; of its 19 points these say nothing about a command. */
const NOT_APPLICABLE: Readonly<Partial<Record<Point, string>>> = {
  3: 'there is no object of which it could change anything',
  4: 'what happens between two shares is the program’s own; it is told one share at a time',
  7: 'there are no rules',
  8: 'nobody can read back what somebody else did to it; router-verify may say so',
  9: 'it is not told of testers',
  10: 'it is not told of testers',
  11: 'nothing is absent: before it was told anything the candidate Service did not exist',
  14: 'no permission and no resource of the cluster is needed',
  15: 'no controller’s objects are read',
  16: 'one thing is told',
  17: 'a command has no dry run; what it would be told is listed (contract/command-router.ts)',
};

describe('router: command, by the points of the router contract', () => {
  test('1 what it was told is what is read', () => {
    for (const share of SHARES)
      expect(readCommand({ is: 'certain', share })).toEqual({
        share,
        overrides: false,
        mirror: 0,
        original: share === 0,
        inDoubt: false,
      });
  });

  test('2 the same intent twice gives no run', () => {
    for (const share of SHARES) {
      expect(commandRun(BINDING, { is: 'certain', share }, intent(share))).toBeNull();
      for (const other of SHARES.filter((each) => each !== share))
        expect(commandRun(BINDING, { is: 'certain', share }, intent(other))).toMatchObject({
          verb: 'run',
          share: other,
        });
    }
    expect(commandRun(BINDING, null, intent(0))).toBeNull();
  });

  test('5 original is to send nobody to the candidate', () => {
    expect(commandRun(BINDING, { is: 'certain', share: 5_000 }, ORIGINAL)).toMatchObject({ share: 0 });
    expect(readCommand({ is: 'certain', share: 0 }).original).toBe(true);
  });

  test('6 original is idempotent, and works after a crash while it was told anything', () => {
    expect(commandRun(BINDING, { is: 'certain', share: 0 }, ORIGINAL)).toBeNull();
    expect(commandRun(BINDING, null, ORIGINAL)).toBeNull();
    for (const share of SHARES) {
      const told = { is: 'in-doubt', share } as const;
      expect(readCommand(told)).toMatchObject({ share: null, original: false, inDoubt: true });
      expect(commandRun(BINDING, told, ORIGINAL)).toMatchObject({ share: 0 });
      expect(commandRun(BINDING, told, intent(share))).toMatchObject({ share });
    }
  });

  test('12 any share that steps can ask for, in percent as a plain number; testers and copies are refused', () => {
    for (const share of SHARES) expect(COMMAND_CAPABILITIES.nearest(share)).toEqual([share, share]);
    expect(SHARES.map(shareVariable)).toEqual(['0', '0.01', '0.5', '12.5', '33.33', '50', '99.99', '100']);
    expect(COMMAND_CAPABILITIES).toMatchObject({ headers: [], cookies: false, mirror: false });
  });

  test('13 without a yes of router-verify the verdict is unknown: see engine/command-route.test.ts', () => {
    expect(COMMAND_CAPABILITIES.level).toBe('observed');
  });

  test('18 it is never found, only named', () => {
    expect(choose({ routers: ['command'] }, APP, [BINDING], [], new Map())).toEqual([BINDING]);
    expect(() => choose({ routers: ['httproute/web'] }, APP, [BINDING], [], new Map())).toThrow(
      new Refused([
        {
          message:
            'Wanted httproute/web (input router), a route that leads to Service web in namespace shop; none of this kind does.',
        },
      ]),
    );
    expect(isCommand({ router: 'httproute/command' })).toBe(false);
  });

  test('19 the same from the same', () => {
    const run = (): unknown => commandRun(BINDING, null, intent(1_250));
    expect(run()).toEqual({
      verb: 'run',
      share: 1_250,
      why: 'router-command: 12.5 % to web-candidate, the rest to web',
    });
    expect(run()).toEqual(run());
  });

  for (const [point, reason] of Object.entries(NOT_APPLICABLE))
    test(`${point} does not apply: ${reason}`, () => expect(reason).not.toBe(''));
});
