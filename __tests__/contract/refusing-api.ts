import { expect } from '@jest/globals';
import { classOf, isBelieved, READS, type RequestClass, type When, WRITES } from '../network/request-class.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  carriedOut,
  expectClean,
  expectFailure,
  expectOriginal,
  expectPromoted,
  expectSuccess,
  GOOD_RELEASE,
  TAKEN_BACK,
  TAKEN_BACK_UNSEEN,
} from './endings.ts';
import { FORWARD, type Passing, type Treatment } from './gate.ts';
import { type Answer, everySecondOfEach, inRow, isWriteTo, page, type Ruling, refusal, through } from './gate-rules.ts';
import { describe } from './group.ts';
import { type Scene, scenariosOn } from './scene.ts';

/** What an API server, or something before it, says in place of its answer. */
const REFUSALS = {
  '401': refusal(401, 'Unauthorized', 'Unauthorized'),
  '403': refusal(403, 'Forbidden', 'not at this moment: 403'),
  '409': refusal(409, 'Conflict', 'not at this moment: 409'),
  '422': refusal(422, 'Invalid', 'not at this moment: 422'),
  '429 with Retry-After': refusal(429, 'TooManyRequests', 'not at this moment: 429', { 'retry-after': '1' }),
  '500': refusal(500, 'InternalError', 'etcdserver: request timed out'),
  '503': refusal(503, 'ServiceUnavailable', 'not at this moment: 503'),
  '504': refusal(504, 'Timeout', 'not at this moment: 504'),
  'a page for people with 502': page(502),
} satisfies Readonly<Record<string, Answer>>;

/** All of a release that comes to its end. */
const CLASSES = [...READS, ...WRITES].filter((of) => of !== 'subresource');
/** When these are refused, the release has begun. */
const UNDER_WAY: readonly RequestClass[] = ['create', 'patch'];
const HOW: Readonly<Record<When, string>> = { before: 'and not carried out', after: 'when it was carried out' };
const A_MINUTE = 60_000;

/**
 * An API server that refuses every second try of the same request, of every kind: the release ends as if nothing had been where that can
 * be borne, and fails clean with users on stable where the answer is believed. Which is which stands in `network/request-class.ts`.
 */
export function refusingApi(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  // The longest come first: the others play beside them.
  scenario(
    'a permission that is missing five times in a row (403) at each write of the way back: it is waited for',
    {},
    async (scene) => {
      let isBack = false;
      const concerns = (passing: Passing): boolean =>
        isBack && passing.kind === 'write' && !isWriteTo(passing, '/leases');
      const { rule, refused } = counted(inRow(5, concerns, REFUSALS['403']));
      const gate = await scene.gate(rule);
      const inputs = { images: `web=${IMAGE.v2}`, 'bake-time': '1m', timeout: '5m', kubeconfig: gate.kubeconfig };
      const action = scene.follow(inputs);
      await action.line(/waiting: users are on the candidate/);
      isBack = true;
      action.cancel();
      expect((await action.done).outputs).toMatchObject({ outcome: 'aborted' });
      expect(await scene.writes()).toEqual(TAKEN_BACK);
      // All but the last, which gives the lock back.
      const wayBack = TAKEN_BACK.slice(TAKEN_BACK.indexOf('back to stable'), -1);
      expect(refused.count).toBe(5 * wayBack.length);
      await expectOriginal(scene, 'aborted');
    },
    3 * A_MINUTE,
  );

  scenario(
    'who is not let in six times in a row (401) at each write, when credentials were renewed, too: it is waited for',
    {},
    async (scene) => {
      const concerns = (passing: Passing): boolean => passing.kind === 'write' && !isWriteTo(passing, '/leases');
      // Before the record there is nothing to be saved.
      const { rule, refused } = counted(onceOpen(inRow(6, concerns, REFUSALS['401'])));
      const gate = await scene.gate(rule);
      expectSuccess(await through(gate, scene, { timeout: '5m' }));
      expect(await scene.writes()).toEqual(GOOD_RELEASE);
      expect(refused.count).toBe(6 * GOOD_RELEASE.slice(GOOD_RELEASE.indexOf('open record') + 1, -1).length);
      await expectPromoted(scene);
    },
    3 * A_MINUTE,
  );

  for (const when of ['before', 'after'] as const)
    describe(`every request is answered at its first try, ${HOW[when]}, and it is weathered:`, () => {
      for (const [name, answer] of Object.entries(REFUSALS)) {
        const all = when === 'before' ? CLASSES : WRITES;
        const classes = all.filter((of) => !isBelieved(of, when, name));
        const script = async (scene: Scene): Promise<void> => {
          const always = refusing(classes, when, answer);
          const { rule, refused } = counted(name === '403' && when === 'before' ? onceOpen(always) : always);
          expectSuccess(await through(await scene.gate(rule), scene, { timeout: '5m' }));
          expect([...refused.classes].sort()).toEqual([...classes].sort());
          expect(carriedOut(await scene.writes())).toEqual(GOOD_RELEASE);
          await expectPromoted(scene);
        };
        scenario(`${name}, to ${classes.join(', ')}`, {}, script, 3 * A_MINUTE);
      }
    });

  describe('every read of a pod’s log is answered at its first try, and the release goes back all the same:', () => {
    for (const name of ['401', '403', '409', '422'] as const) {
      scenario(name, {}, async (scene) => {
        const { rule, refused } = counted(refusing(['subresource'], 'before', REFUSALS[name]));
        const result = await through(await scene.gate(rule), scene, { images: `web=${IMAGE.crash}` });
        expectFailure(result, 'rolled-back', /container web of pod web-\S+: (CrashLoopBackOff|Error) \(exit code 3/);
        expect(refused.count).toBeGreaterThan(0);
        expect(await scene.writes()).toEqual(TAKEN_BACK_UNSEEN);
        await expectOriginal(scene);
      });
    }
  });

  for (const when of ['before', 'after'] as const)
    for (const of of CLASSES)
      for (const [name, answer] of Object.entries(REFUSALS)) {
        // Once the release is on record it is weathered (`onceOpen`).
        const isEarly = of === 'read' && name === '403' && when === 'before';
        if (!isBelieved(of, when, name) && !isEarly) continue;
        describe(`every request of the kind “${of}” is answered at its first try, ${HOW[when]}, and it is believed:`, () => {
          scenario(name, {}, async (scene) => {
            const { rule, refused } = counted(refusing([of], when, answer));
            const result = await through(await scene.gate(rule), scene);
            expect(refused.count).toBeGreaterThan(0);
            expectFailure(result, UNDER_WAY.includes(of) ? 'rolled-back' : 'failed', new RegExp(`: ${name}`));
            await expectClean(scene);
          });
        });
      }
}

function requestClass({ method, path }: Passing): RequestClass {
  const { pathname, searchParams } = new URL(path, 'http://gate');
  return classOf({ method, path: pathname, query: searchParams });
}

function refusing(classes: readonly RequestClass[], when: When, answer: Answer): Ruling {
  const fault: Treatment = when === 'before' ? answer : { do: 'forward-and-answer', with: answer };
  return everySecondOfEach((passing) => classes.includes(requestClass(passing)), fault);
}

/** From when the release is on record. What is read before that, with no right to, ends the run. */
function onceOpen(rule: Ruling): Ruling {
  let isOpen = false;
  return (passing) => {
    if (isOpen) return rule(passing);
    isOpen = isWriteTo(passing, '/configmaps');
    return FORWARD;
  };
}

/** What a rule did. */
interface Refused {
  count: number;
  readonly classes: Set<RequestClass>;
}

/** The rule, and how often it did not let a request have its answer. */
function counted(rule: Ruling): { readonly rule: Ruling; readonly refused: Refused } {
  const refused: Refused = { count: 0, classes: new Set() };
  return {
    refused,
    rule: (passing) => {
      const treatment = rule(passing);
      if (treatment !== FORWARD) {
        refused.count += 1;
        refused.classes.add(requestClass(passing));
      }
      return treatment;
    },
  };
}
