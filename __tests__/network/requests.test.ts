import { describe, expect, jest, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { BLUE_GREEN } from '../crashes/families.ts';
import type { LineFault } from '../crashes/line-faults.ts';
import type { ApiRequest } from '../simulator/handle.ts';
import { endOf, undisturbed } from './disturbed.ts';
import { classOf, isBelieved, READS, type RequestClass, type When, WRITES } from './request-class.ts';

/** Its time is not the machine's: how long a course takes on a busy one says nothing of the release. */
jest.setTimeout(120_000);

const STATUSES = [409, 422, 429, 500, 503, 504, 401, 403];
const FAULTS: Readonly<Record<string, (when: When) => LineFault>> = {
  ...Object.fromEntries(
    STATUSES.map((status) => {
      const how = status === 429 ? { status, retryAfter: 1 } : { status };
      return [status, (when: When): LineFault => ({ kind: when === 'before' ? 'refuse' : 'lose-answer', ...how })];
    }),
  ),
  'a page for people with 502': (when) => ({ kind: 'html', status: 502, when }),
  'a reset': (when) => ({ kind: 'reset', when }),
};

/** A release whose pods do not come up: their logs and events are read on its way back. */
const CRASHING = { inputs: { images: `web=${IMAGE.crash}` } };
const [GOOD, BROKEN] = [await undisturbed(BLUE_GREEN), await undisturbed(BLUE_GREEN, CRASHING)];

interface Disturbance {
  readonly faultOf: (request: ApiRequest) => LineFault | null;
  /** How many requests of the kind have come. */
  readonly count: () => number;
}

function everyFirstTry(of: RequestClass, fault: LineFault): Disturbance {
  let count = 0;
  return {
    faultOf: (request) => {
      if (classOf(request) !== of) return null;
      count += 1;
      return count % 2 === 1 ? fault : null;
    },
    count: () => count,
  };
}

for (const of of [...READS, ...WRITES])
  for (const when of READS.includes(of) ? (['before'] as const) : (['before', 'after'] as const))
    describe(`every second request of the kind “${of}” is answered, ${when === 'before' ? 'and not carried out' : 'when it was carried out'}, by`, () => {
      for (const [name, faultOf] of Object.entries(FAULTS))
        test(name, async () => {
          const disturbance = everyFirstTry(of, faultOf(when));
          const [expected, course] = of === 'subresource' ? [BROKEN, CRASHING] : [GOOD, {}];
          const end = await endOf(BLUE_GREEN, disturbance, expected, course);
          expect(disturbance.count()).toBeGreaterThan(0);
          expect(end).toMatch(isBelieved(of, when, name) ? /^clean: (failed|rolled-back): / : /^as undisturbed$/);
        });
    });
