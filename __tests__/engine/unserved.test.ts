import { expect, test } from '@jest/globals';
import type { Request } from '../../src/action/request.ts';
import { findRoutes } from '../../src/engine/find-routes.ts';
import { unservedMessage } from '../../src/engine/unserved.ts';
import { httpRoute } from '../../src/traffic/gateway-route.ts';
import { createModel } from '../simulator/model.ts';
import { modelApi } from '../transcripts/model-api.ts';
import { requestOf } from '../transcripts/transcript.ts';

const GATEWAY = 'gateway.networking.k8s.io';
const [HTTPROUTE] = httpRoute.resources;

test.each([
  ['nothing of the group', new Map(), 'it serves nothing of gateway.networking.k8s.io.'],
  ['another version', new Map([[GATEWAY, ['v1alpha2']]]), 'it serves gateway.networking.k8s.io in v1alpha2 only.'],
  [
    'the version, and not this kind',
    new Map([[GATEWAY, ['v1', 'v1beta1']]]),
    'it serves gateway.networking.k8s.io in v1 and v1beta1, without httproutes.',
  ],
])('a kind that the cluster does not serve: %s', (_, served, found) => {
  if (HTTPROUTE === undefined) throw new Error('an HTTPRoute has a resource');
  expect(unservedMessage('httproute/web', HTTPROUTE, served)).toBe(
    'Wanted httproute/web (input router); the cluster does not serve HTTPRoute ' +
      `(httproutes.gateway.networking.k8s.io in v1 or v1beta1): ${found} ` +
      'Install the CRDs of gateway.networking.k8s.io, check input context, or name a route of another kind.',
  );
});

/** The search for named routes on a cluster that serves these resources. */
function search(routers: Request['routers'], plurals: readonly string[]): Promise<unknown> {
  const model = createModel({ now: 0 });
  for (const plural of plurals)
    model.store.catalogue.register({
      group: GATEWAY,
      version: 'v1',
      plural,
      kind: plural === 'httproutes' ? 'HTTPRoute' : 'Other',
    });
  const app = { namespace: 'default', live: 'web', candidate: 'web-candidate' };
  return findRoutes(modelApi(model), { ...requestOf({ strategy: 'canary', image: 'v2' }), routers }, app);
}

test('it is told so, and only for what was named', async () => {
  await expect(search(['httproute/web'], [])).rejects.toThrow(/does not serve HTTPRoute .* nothing of gateway/);
  await expect(search(['httproute/web'], ['grpcs'])).rejects.toThrow(
    /does not serve HTTPRoute .*in v1, without httproutes/,
  );
  await expect(search(['httproute/web'], ['httproutes'])).rejects.toThrow(/none of this kind does/);
  await expect(search(['httproute/web', 'grpcroute/web'], ['httproutes'])).rejects.toThrow(
    /httproute\/web .*none of this kind does\.\n.*does not serve GRPCRoute/,
  );
  expect(await search('auto', [])).toMatchObject({ bindings: [] });
});
