import { expect, test } from '@jest/globals';
import { permissionsOfNamed } from '../../src/engine/route-permissions.ts';

/** `get,list ingresses.networking.k8s.io`, one for each kind of object. */
function told(...names: string[]): string[] {
  const verbs = new Map<string, string[]>();
  for (const { group, resource, verb } of permissionsOfNamed(names)) {
    const key = `${resource}.${group}`;
    verbs.set(key, [...(verbs.get(key) ?? []), verb]);
  }
  return [...verbs].map(([key, of]) => `${of.join(',')} ${key}`);
}

test.each([
  ['a route that is one object', ['httproute/web'], ['get,list,watch,patch httproutes.gateway.networking.k8s.io']],
  [
    'a second Ingress beside the first',
    ['ingress/web'],
    ['get,list,watch,patch,create,delete ingresses.networking.k8s.io'],
  ],
  [
    'a DestinationRule for the candidate',
    ['virtualservice/web'],
    [
      'get,list,watch,patch virtualservices.networking.istio.io',
      'get,list,watch,patch,create,delete destinationrules.networking.istio.io',
    ],
  ],
  ['what is only read', ['alb/web'], ['get,list,watch,patch ingresses.networking.k8s.io', 'list services.']],
  [
    'several names of one kind, and one of another',
    ['httproute/a', 'httproute/b', 'route/c'],
    ['get,list,watch,patch httproutes.gateway.networking.k8s.io', 'get,list,watch,patch routes.route.openshift.io'],
  ],
  ['the user’s own command', ['command'], []],
  ['no route', [], []],
] as const)('%s', (_, names, wanted) => {
  expect(told(...names)).toEqual(wanted);
});
