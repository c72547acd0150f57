import { expect } from '@jest/globals';
import { judgeParents, type ParentRef, type RouteStatus } from '../../../src/traffic/gateway-status.ts';
import type { KubeObject } from '../../../src/cluster/wire.ts';
import { expectFailure, expectUntouched } from '../../contract/endings.ts';
import type { Scene } from '../../contract/scene.ts';
import { until } from '../processes.ts';
import { BY_COPYING_HTTP_ROUTE, routeAsWritten } from '../traefik.ts';
import type { BusyScene } from '../under-load.ts';
import { HTTP_ROUTE, settingOf } from './by-route.ts';
import { FOREVER, took } from './judgements.ts';
import { NO_TESTERS, RAMP, type Ramp } from './ramp.ts';

/** This Traefik has no mirrors by HTTPRoute. Released with one all the same, 981 of 981 requests failed while it was there. */
export function mirrors(ramp: Ramp): void {
  ramp(
    'by HTTPRoute with a mirror is refused before anything is written',
    settingOf(HTTP_ROUTE, NO_TESTERS),
    async (busy) => {
      const { scene } = busy;
      const route = HTTP_ROUTE.leading.path(scene.namespace);
      const before = await routeAsWritten(scene.api, route);
      const result = await busy.run({ ...RAMP, mirror: '10% 3s', steps: '10% 4s' });
      expectFailure(
        result,
        'failed',
        /Wanted to mirror 10 % of HTTPRoute web, which Traefik carries .*: it cannot copy requests, and would answer every request of the route with 500/,
      );
      await expectUntouched(scene);
      await expectStillWithoutMirrors(busy);
      const traffic = await busy.end(took(result));
      expect(traffic.answers('v2', 0, FOREVER)).toEqual([]);
      expect(await routeAsWritten(scene.api, route)).toEqual(before);
    },
  );
}

/** The reason for the refusal: it has to go when a Traefik of the tests has learnt to mirror, or to refuse the route by itself. */
async function expectStillWithoutMirrors({ scene, node }: BusyScene): Promise<void> {
  const { url, host = '' } = await BY_COPYING_HTTP_ROUTE.lead(scene);
  const verdict = await until('the Gateway’s controller has judged', 30_000, async () => {
    const judged = await judge(scene);
    return judged.is === 'unknown' ? undefined : judged;
  });
  expect(verdict).toMatchObject({ is: 'yes', level: 'accepted' });
  const answered = await until('the route is there', 30_000, async () => {
    const { stderr } = await node.inside([node.web, 'get', url, host]);
    return stderr === 'status 404\n' ? undefined : stderr;
  });
  expect(answered).toBe('status 500\n');
}

async function judge({ api, namespace }: Scene): Promise<ReturnType<typeof judgeParents>> {
  const { metadata, spec, status } = await api.get<
    KubeObject & { spec: { parentRefs: readonly ParentRef[] }; status?: RouteStatus }
  >(BY_COPYING_HTTP_ROUTE.path(namespace));
  const generation = metadata?.generation ?? 0;
  return judgeParents({ title: 'HTTPRoute', namespace, generation, parentRefs: spec.parentRefs, status });
}
