import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { RunResult } from '../runner/runner.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  expectClean,
  expectFailure,
  expectPromoted,
  expectResizesOnly,
  expectSuccess,
  GOOD_RELEASE,
} from './endings.ts';
import { FORWARD, type Passing, type Rule, type Treatment } from './gate.ts';
import {
  always,
  type Concerns,
  everySecond,
  firstOfEach,
  isRelease,
  isWatch,
  isWriteTo,
  once,
  page,
  refusal,
  through,
} from './gate-rules.ts';
import { describe } from './group.ts';
import { type Scene, scenariosOn } from './scene.ts';

/** Ways in which a request goes wrong. */
const FAULTS = {
  '429': refusal(429, 'TooManyRequests', 'too many requests'),
  '500 with a message of etcd’s': refusal(500, 'InternalError', 'etcdserver: request timed out'),
  '503': refusal(503, 'ServiceUnavailable', 'the server is currently unable to handle the request'),
  '504': refusal(504, 'Timeout', 'request did not complete within the allotted timeout'),
  'a page for people with 502': page(502),
  'a page for people with 200': page(200),
  'a reset': { do: 'reset' },
  'a reset after the commit': { do: 'forward-and-reset' },
  'half an answer': { do: 'forward-and-truncate' },
} satisfies Readonly<Record<string, Treatment>>;

type Fault = keyof typeof FAULTS;

/** One of each kind: not carried out, carried out and not heard of. */
const TELLING: readonly Fault[] = ['503', 'a reset after the commit'];

/**
 * `patient`: also what takes most of a minute, because dead watches are given their time.
 * An API server, or something on the way to it, that fails: the release ends as if nothing had been, or fails clean with users served.
 */
export function unhappyApi(cluster: () => TestCluster, options: { readonly patient: boolean }): void {
  const scenario = scenariosOn(cluster);

  // The longest come first: the others play beside them.
  scenario(
    'answers that come byte by byte: one to a read and one to a write, and neither to its end',
    {},
    async (scene) => {
      const read = once(({ kind, path }) => kind === 'read' && path.includes('/replicasets'), SLOW);
      const write = once(isRelease, SLOW);
      const gate = await scene.gate(async (passing) => {
        const treatment = await read(passing);
        return treatment === SLOW ? treatment : write(passing);
      });
      expectSuccess(await through(gate, scene));
      expect(await scene.writes()).toEqual(GOOD_RELEASE);
      await expectPromoted(scene);
    },
  );

  scenario(
    'an API server that is away for a while in the middle of a ramp: waits, and continues',
    {},
    async (scene) => {
      scene.judge = expectResizesOnly;
      const gate = await scene.gate();
      const inputs = {
        images: `web=${IMAGE.v2}`,
        strategy: 'canary',
        steps: '50% 3s',
        timeout: '5m',
        kubeconfig: gate.kubeconfig,
      };
      const action = scene.follow(inputs);
      await action.line(/waiting: 50 % of the users are on the candidate/);
      gate.leave();
      const isShort = scene.cluster.tier === 'simulator';
      await sleep(isShort ? 8_000 : A_MINUTE);
      gate.comeBack();
      const result = await action.done;
      expectSuccess(result);
      expect(result.displayedLog).toMatch(isShort ? /a watch starts again/ : /the API server answers again/);
      expect((await scene.writes()).filter((write) => /\(\d+\)/.test(write))).toEqual([]);
      await expectPromoted(scene);
    },
    3 * A_MINUTE,
  );

  if (options.patient)
    scenario('connections that are kept, and on which nothing is said any more', {}, async (scene) => {
      const gate = await scene.gate();
      const times = { 'bake-time': '2s', timeout: '2m' };
      const action = scene.follow({ images: `web=${IMAGE.v2}`, ...times, kubeconfig: gate.kubeconfig });
      await action.line(/waiting: users are on the candidate/);
      gate.hush();
      expectSuccess(await action.done);
      expect(await scene.writes()).toEqual(GOOD_RELEASE);
      await expectPromoted(scene);
    });

  describe('watches', () => {
    const watches: Readonly<Record<string, Rule>> = {
      'break off after each event': always(isWatch, { do: 'break-off' }),
      'are always reset': always(isWatch, { do: 'reset' }),
      'are refused every second time': everySecond(isWatch, FAULTS['503']),
      'have expired at first': firstOfEach(isWatch, refusal(410, 'Expired', 'too old resource version')),
      'say at first that they have expired': firstOfEach(isWatch, {
        do: 'answer',
        status: 200,
        body: `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })}\n`,
      }),
      'of the pods say nothing at first': firstOfEach(
        (passing) => isWatch(passing) && passing.path.includes('/pods?'),
        { do: 'mute' },
      ),
    };
    for (const [name, rule] of Object.entries(watches)) {
      scenario(name, {}, async (scene) => {
        expectSuccess(await through(await scene.gate(rule), scene));
        expect(await scene.writes()).toEqual(GOOD_RELEASE);
        await expectPromoted(scene);
      });
    }
  });

  describe('every second read is answered by', () => {
    for (const [name, fault] of Object.entries(FAULTS)) {
      scenario(name, {}, async (scene) => {
        const result = await through(await scene.gate(everySecond(isGet, fault)), scene);
        expectSuccess(result);
        expect(await scene.writes()).toEqual(GOOD_RELEASE);
        await expectPromoted(scene);
      });
    }
  });

  describe('every second write of the release itself is answered by', () => {
    for (const [name, fault] of Object.entries(FAULTS)) {
      scenario(name, {}, async (scene) => {
        const result = await through(await scene.gate(everySecond(isRelease, fault)), scene);
        expectSuccess(result);
        await expectPromoted(scene);
      });
    }

    scenario('429 with Retry-After', {}, async (scene) => {
      const fault = refusal(429, 'TooManyRequests', 'too many requests', { 'retry-after': '1' });
      const result = await through(await scene.gate(everySecond(isRelease, fault)), scene);
      expectSuccess(result);
      expect(await scene.writes()).toEqual(GOOD_RELEASE);
      await expectPromoted(scene);
    });
  });

  describe('every write of the release itself is carried out, and the run hears', () => {
    for (const name of ['a reset after the commit', 'half an answer'] as const) {
      scenario(name, {}, async (scene) => {
        const result = await through(await scene.gate(always(isRelease, FAULTS[name])), scene);
        expectSuccess(result);
        expect(await scene.writes()).toEqual(GOOD_RELEASE);
        await expectPromoted(scene);
      });
    }
  });

  const places: Readonly<Record<string, (passing: Passing) => boolean>> = {
    'taking the lock': (passing) => isWriteTo(passing, '/leases') && passing.method === 'POST',
    'opening the record': (passing) => isWriteTo(passing, '/configmaps') && passing.count === 2,
    'closing the record': (passing) => isWriteTo(passing, '/configmaps') && passing.count > 2,
    'giving the lock back': (passing) => isWriteTo(passing, '/leases') && passing.method === 'DELETE',
    'the dry runs': (passing) => passing.path.includes('dryRun=All'),
  };
  for (const [place, concerns] of Object.entries(places)) {
    describe(`the first try of ${place} is answered by`, () => {
      for (const name of TELLING) {
        scenario(name, {}, async (scene) => {
          await expectGoodOrClean(scene, await through(await scene.gate(once(concerns, FAULTS[name])), scene));
        });
      }
    });
  }

  scenario('an API server that takes its time', {}, async (scene) => {
    expectSuccess(await through(await scene.gate(() => ({ do: 'delay', ms: 200 })), scene));
    expect(await scene.writes()).toEqual(GOOD_RELEASE);
    await expectPromoted(scene);
  });

  scenario('an API server that warns: told once, and nothing else', {}, async (scene) => {
    const text = 'spec.replicas: this is going away';
    const gate = await scene.gate(({ method }) => (method === 'PATCH' ? { do: 'forward-and-warn', text } : FORWARD));
    const result = await through(gate, scene);
    expectSuccess(result);
    const told = result.annotations.filter(({ message }) => message.includes(text));
    expect(told).toMatchObject([{ kind: 'warning', message: `The API server says: ${text}` }]);
    expect(await scene.writes()).toEqual(GOOD_RELEASE);
    await expectPromoted(scene);
  });

  scenario('a token that is changed in the bake, and whose file is late', {}, async (scene) => {
    const gate = await scene.gate();
    const action = scene.follow({ images: `web=${IMAGE.v2}`, 'bake-time': '4s', kubeconfig: gate.kubeconfig });
    await action.line(/waiting: users are on the candidate/);
    await gate.changeToken(3_000);
    expectSuccess(await action.done);
    expect(await scene.writes()).toEqual(GOOD_RELEASE);
    await expectPromoted(scene);
  });
}

const A_MINUTE = 60_000;
/** Slower than anybody waits for. */
const SLOW: Treatment = { do: 'forward-and-drip', ms: 1_000 };

/** As if nothing had been; or a failure that says so, with everything as it was and nothing left open. */
async function expectGoodOrClean(scene: Scene, result: RunResult): Promise<void> {
  if (result.outputs.outcome === 'promoted') {
    expectSuccess(result);
    await expectPromoted(scene);
    return;
  }
  expectFailure(result, 'failed', /./);
  await expectClean(scene);
}

const isGet: Concerns = ({ kind, method, path }) =>
  kind === 'read' && (method === 'GET' || path.startsWith('/apis/authorization.k8s.io/'));
