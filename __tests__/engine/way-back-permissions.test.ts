import { describe, expect, test } from '@jest/globals';
import type { ApiPort } from '../../src/cluster/api.ts';
import { ApiError } from '../../src/cluster/errors.ts';
import type { OpenRelease } from '../../src/engine/record-store.ts';
import { Refused } from '../../src/engine/refusal.ts';
import { lackingOnTheWayBack } from '../../src/engine/way-back-permissions.ts';

type Attributes = Readonly<Record<'group' | 'resource' | 'verb', string>>;

/** An API server whose user may do everything but these: `patch services`. */
function without(...missing: readonly string[]): ApiPort {
  const ask = async (path: string, body: object | null): Promise<object> => {
    if (path.endsWith('selfsubjectrulesreviews')) return { status: { resourceRules: [] } };
    const { spec } = body as { spec: { resourceAttributes: Attributes } };
    const { resource, verb } = spec.resourceAttributes;
    return { status: { allowed: !missing.includes(`${verb} ${resource}`) } };
  };
  return { ask } as unknown as ApiPort;
}

const ROUTE = { paths: ['/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/web'] };
const BLUE_GREEN = { strategy: 'blue-green', steps: [{ share: 0 }], routes: [] };
const BY_PODS = { strategy: 'canary', steps: [{ share: 0 }, { share: 5_000 }], routes: [] };
const BY_ROUTE = { ...BY_PODS, routes: [ROUTE] };
const BATCHES = { strategy: 'rolling', steps: [{ share: 0 }, { share: 5_000 }], routes: [] };
const PLAIN = { strategy: 'rolling', steps: [{ share: 0 }], routes: [] };

async function outcome(plan: object, missing: string, warm: object | null = null): Promise<string> {
  // Of the release nothing else is read.
  const release = { plan, warm } as unknown as OpenRelease;
  try {
    const lacking = await lackingOnTheWayBack(without(missing), 'shop', release);
    return lacking.length === 0 ? 'not needed' : 'goes back';
  } catch (error) {
    if (error instanceof Refused) return 'refused';
    throw error;
  }
}

describe('of a user who goes back with one permission less', () => {
  test.each<readonly [string, object, string]>([
    ['patch services', BLUE_GREEN, 'refused'],
    ['patch services', BY_ROUTE, 'refused'],
    ['patch services', PLAIN, 'goes back'],
    ['patch deployments', BLUE_GREEN, 'goes back'],
    ['patch deployments', BY_ROUTE, 'goes back'],
    ['patch deployments', BY_PODS, 'refused'],
    ['patch deployments', BATCHES, 'refused'],
    ['patch deployments', PLAIN, 'refused'],
    ['patch httproutes', BY_ROUTE, 'goes back'],
    ['watch httproutes', BY_ROUTE, 'goes back'],
    ['list httproutes', BY_ROUTE, 'refused'],
    ['patch httproutes', BY_PODS, 'not needed'],
    ['list endpointslices', BLUE_GREEN, 'refused'],
    ['watch endpointslices', BLUE_GREEN, 'goes back'],
    ['get leases', BLUE_GREEN, 'refused'],
    ['update leases', BLUE_GREEN, 'goes back'],
    ['get configmaps', BLUE_GREEN, 'refused'],
    ['update configmaps', BLUE_GREEN, 'goes back'],
    ['delete services', BLUE_GREEN, 'goes back'],
    ['list events', BLUE_GREEN, 'not needed'],
    ['create services', BLUE_GREEN, 'not needed'],
  ])('%s', async (missing, plan, expected) => {
    expect(await outcome(plan, missing)).toBe(expected);
  });

  test('a version that is kept warm: no run moves its users without saying so on record', async () => {
    expect(await outcome(BLUE_GREEN, 'update configmaps', {})).toBe('refused');
    expect(await outcome(BLUE_GREEN, 'delete services', {})).toBe('goes back');
  });

  test('of a cluster in which nobody may ask, nothing is said', async () => {
    const ask = async (): Promise<never> => {
      throw new ApiError('POST /apis/authorization.k8s.io', 403, 'Forbidden', 'no');
    };
    const release = { plan: BLUE_GREEN, warm: null } as unknown as OpenRelease;
    expect(await lackingOnTheWayBack({ ask } as unknown as ApiPort, 'shop', release)).toEqual([]);
  });
});
