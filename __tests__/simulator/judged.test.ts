import { request } from 'node:http';
import { afterAll, beforeAll, expect } from '@jest/globals';
import {
  expectFailure,
  expectOriginal,
  expectPromoted,
  expectResizesOnly,
  expectSuccess,
  expectUntouched,
} from '../contract/endings.ts';
import { IMAGE } from '../contract/cluster.ts';
import { neededPermissions } from '../../src/cluster/permissions.ts';
import { describe } from '../contract/group.ts';
import { personaWith } from '../contract/permissions.ts';
import { type Scene, scenariosOn } from '../contract/scene.ts';
import { type Simulator, startSimulator } from './cluster.ts';

/** Releases that are judged by what their pods really answered to users: the built bundle, `metrics: pods` and `probe`. */

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator();
});
afterAll(() => cluster?.stop());

const scenario = scenariosOn(() => cluster);
const FOUR = { replicas: 4 } as const;
/** Ticks as short as can be; one pod beside four of stable. */
const RAMP = {
  strategy: 'canary',
  images: `web=${IMAGE.v2}`,
  steps: '25% 12s',
  metrics: 'pods',
  tick: '1s',
} as const;
/** What the candidate does to its users. */
const failing = (rate: number): string => `web.ERROR_RATE=${rate}`;

/** Users of the live Service, each request on a connection of its own, while the script runs. */
async function withUsers<T>(scene: Scene, perSecond: number, script: () => Promise<T>): Promise<T> {
  const listener = await cluster.listen(scene.namespace, scene.app.name);
  const timer = setInterval(() => {
    const asked = request({ host: '127.0.0.1', port: listener.port, agent: false }, (answer) => answer.resume());
    asked.on('error', () => undefined);
    asked.end();
  }, 1000 / perSecond);
  try {
    return await script();
  } finally {
    clearInterval(timer);
    await listener.close();
  }
}

/** Counters of most libraries are not there before their first request. */
async function warmUp(scene: Scene): Promise<void> {
  await withUsers(scene, 50, () => new Promise((resolve) => setTimeout(resolve, 500)));
}

interface Told {
  readonly measured: {
    readonly source: string;
    readonly stages: readonly {
      readonly name: string;
      readonly metrics: readonly {
        readonly name: string;
        readonly verdict: string;
        readonly candidate: { n: number };
      }[];
    }[];
    readonly ticks: readonly unknown[];
  };
}

function measuredIn(result: { readonly outputs: Readonly<Record<string, string>> }): Told['measured'] {
  // Written by the action; what a scenario expects of it is compared field by field.
  return (JSON.parse(result.outputs.result ?? '{}') as Told).measured;
}

describe('judged by the pods’ own counters', () => {
  scenario('a candidate that fails more often than stable is taken back', FOUR, async (scene) => {
    scene.judge = expectResizesOnly;
    await warmUp(scene);
    // A busy machine sends fewer users: then it takes longer, and the step is there for that.
    const ramp = { ...RAMP, steps: '25% 60s', timeout: '3m', env: failing(0.3) };
    const result = await withUsers(scene, 100, () => scene.run(ramp));
    expectFailure(
      result,
      'rolled-back',
      /candidate \d+ errors in \d+ requests, stable \d+ in [\d,]+: at least .* worse; chance of a false alarm under 1 %/,
    );
    expect(result.summary).toContain('### Evidence');
    expect(result.summary).toContain('condemned │');
    const { source, stages, ticks } = measuredIn(result);
    expect(source).toMatch(/^the pods \(http_requests_total\)/);
    expect(stages.map(({ name }) => name)).toEqual(['25 %']);
    expect(stages[0]?.metrics.find(({ name }) => name === 'errors')?.verdict).toBe('unhealthy');
    expect(ticks.length).toBeGreaterThan(3);
    await expectOriginal(scene);
  });

  scenario(
    'a candidate that is as bad as stable is promoted',
    { ...FOUR, env: { ERROR_RATE: '0.1' } },
    async (scene) => {
      scene.judge = expectResizesOnly;
      await warmUp(scene);
      const result = await withUsers(scene, 100, () => scene.run({ ...RAMP, 'bake-time': '4s' }));
      expectSuccess(result);
      expect(measuredIn(result).stages.map(({ name, metrics }) => [name, metrics[0]?.verdict])).toEqual([
        ['25 %', 'healthy'],
        ['bake', 'healthy'],
      ]);
      await expectPromoted(scene);
    },
  );

  scenario('one that is slow and fails in nothing is taken back', FOUR, async (scene) => {
    scene.judge = expectResizesOnly;
    await warmUp(scene);
    const env = 'web.SLOW_RATE=1\nweb.SLOW_BY=300ms';
    const result = await withUsers(scene, 60, () => scene.run({ ...RAMP, steps: '25% 30s', slow: '100ms', env }));
    expectFailure(result, 'rolled-back', /candidate \d+ slow requests? in \d+ requests/);
    await expectOriginal(scene);
  });

  scenario('one that fails with all users on it is taken back from the bake', {}, async (scene) => {
    await warmUp(scene);
    const result = await withUsers(scene, 60, () =>
      scene.run({
        images: `web=${IMAGE.v2}`,
        metrics: 'pods',
        tick: '1s',
        'bake-time': '40s',
        objective: '1%',
        env: failing(0.5),
      }),
    );
    expectFailure(result, 'rolled-back', /errors in [\d,]+ requests/);
    expect(result.summary).toMatch(/Users were on the new version for [\d.]+s/);
    await expectOriginal(scene);
  });

  scenario('without users nothing is known: it pauses, and whoever promotes has seen that', FOUR, async (scene) => {
    scene.judge = expectResizesOnly;
    await warmUp(scene);
    const inputs = { ...RAMP, steps: '25% 2s', 'bake-time': '2s', 'wait-for-evidence': '1s' };
    const first = await scene.run(inputs);
    expectSuccess(first, 'paused');
    expect(first.outputs.reason).toMatch(/^It stands at 25 %: nothing certain is known of the candidate \(.*requests/);
    expect(first.summary).toContain('Paused');
    const second = await scene.run({ action: 'promote' });
    expectSuccess(second, 'paused');
    expect(second.outputs.reason).toMatch(/^It stands at 100 %: nothing certain is known/);
    expectSuccess(await scene.run({ action: 'promote' }));
    await expectPromoted(scene);
  });

  scenario('and whoever promotes with skip-analysis is not asked again, and it is shown', FOUR, async (scene) => {
    scene.judge = expectResizesOnly;
    await warmUp(scene);
    const inputs = { ...RAMP, steps: '25% 2s', 'bake-time': '2s', 'wait-for-evidence': '1s' };
    expectSuccess(await scene.run(inputs), 'paused');
    const second = await scene.run({ action: 'promote', 'skip-analysis': 'true' });
    expectSuccess(second);
    expect(second.summary).toContain('Analysis is skipped from here on');
    await expectPromoted(scene);
  });

  scenario('on-inconclusive: rollback takes it back then', FOUR, async (scene) => {
    scene.judge = expectResizesOnly;
    await warmUp(scene);
    const inputs = { ...RAMP, steps: '25% 2s', 'wait-for-evidence': '1s', 'on-inconclusive': 'rollback' };
    expectFailure(
      await scene.run(inputs),
      'rolled-back',
      /Nothing certain is known of the candidate at 25 % of the users/,
    );
    await expectOriginal(scene);
  });

  scenario('requests of our own judge at night, and the summary says so', {}, async (scene) => {
    const inputs = { images: `web=${IMAGE.v2}`, metrics: 'none', probe: 'GET / 20/s', tick: '1s', 'bake-time': '40s' };
    const result = await scene.run({ ...inputs, objective: '5%', env: failing(0.6) });
    expectFailure(result, 'rolled-back', /candidate \d+ .*5 % allowed by the objective/);
    expect(result.summary).toContain('synthetic');
    await expectOriginal(scene);
  });
});

describe('what cannot be counted is found before anything is written', () => {
  scenario('an endpoint that is not there', {}, async (scene) => {
    const result = await scene.run({ ...RAMP, 'metrics-path': '/nothing-here' });
    expectFailure(result, 'failed', /metrics of the pods of Deployment web .*nothing-here|input.* metrics-path/);
    await expectUntouched(scene);
  });

  scenario('requests of our own to a Service that leads to both versions', FOUR, async (scene) => {
    const result = await scene.run({ ...RAMP, metrics: 'none', probe: 'GET / 5/s' });
    expectFailure(result, 'failed', /probe asks both Services, .*stable cannot be asked/);
    await expectUntouched(scene);
  });

  scenario('an edge that no bucket has', {}, async (scene) => {
    await warmUp(scene);
    const result = await scene.run({ ...RAMP, slow: '123ms' });
    expectFailure(result, 'failed', /123ms/);
    await expectUntouched(scene);
  });

  scenario('a Prometheus that is not there', {}, async (scene) => {
    const result = await scene.run({ ...RAMP, metrics: 'auto', prometheus: 'http://127.0.0.1:9' });
    expectFailure(result, 'failed', /Prometheus at http:\/\/127\.0\.0\.1:9/);
    await expectUntouched(scene);
  });

  scenario('the permission to read pods’ endpoints', {}, async (scene) => {
    const kubeconfig = await personaWith(scene, neededPermissions({ proxy: false, job: false }));
    const result = await scene.run({ ...RAMP, router: 'none', kubeconfig });
    expectFailure(result, 'failed', /get pods\/proxy/);
    expect(result.summary).toContain('pods/proxy');
    await expectUntouched(scene);
  });

  scenario('the permission to reach an Alertmanager through the API server', {}, async (scene) => {
    const kubeconfig = await personaWith(scene, neededPermissions({ proxy: false, job: false }));
    const where = { alertmanager: `${scene.namespace}/alerts:9093`, alerts: 'TooHot' };
    const result = await scene.run({ images: RAMP.images, ...where, kubeconfig });
    expectFailure(result, 'failed', /lacks permissions in namespace \S+: get services\/proxy/);
    await expectUntouched(scene);
  });
});
