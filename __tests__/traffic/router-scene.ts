import { expect } from '@jest/globals';
import * as fc from 'fast-check';
import { ALL, type Binding, type Discovery, type Intent, ORIGINAL, type Share } from '../../src/traffic/router.ts';
import { equal } from '../simulator/json.ts';
import { type Dress, type Store, applied, objectsOf, settled, storeOf } from './route-store.ts';
import type { RouterFixture, SampleRequest, Served, TesterSet } from './router-fixture.ts';

export const NOBODY = { headers: [], cookies: [], mirror: 0 } as const;

/** What the points do again and again with a fixture. */
export function sceneOf(fixture: RouterFixture) {
  const { router, app } = fixture;
  const testers = testersOf(fixture);
  const mirrors = fixture.capabilities.mirror ? (fixture.mirrors ?? [ALL]) : [];

  function start(): Store {
    return storeOf(fixture.objects(), fixture.path);
  }

  /** The binding as another process reads it from the record. */
  function bind(store: Store): Binding {
    const discovery = router.discover(app, [...store.values()]);
    const found = discovery.bindings.find(({ router: name }) => name === fixture.route);
    if (found === undefined)
      throw new Error(
        `no ${fixture.route} in ${names(discovery).join(', ')}; refusals: ${discovery.refusals.join(' ')}`,
      );
    const kept: Binding = JSON.parse(JSON.stringify(found));
    expect(kept).toEqual(found);
    return kept;
  }

  function intents(): readonly Intent[] {
    return [
      ...fixture.shares.map((share) => ({ share, ...NOBODY })),
      ...testers.map((set) => ({ share: 0, mirror: 0, ...chosen(set) })),
      ...mirrors.map((mirror) => ({ ...NOBODY, share: 0, mirror })),
      ...testers.flatMap((set) => mirrors.map((mirror) => ({ share: ALL, mirror, ...chosen(set) }))),
    ];
  }

  /** Users, testers and mirror get what is wanted; third destinations and the user's own rules get what they had. */
  function serves(store: Store, before: Store, wanted: Intent): void {
    for (const request of fixture.requests) {
      const served = serve(store, request);
      const was = serve(before, request);
      if (request.fixed) {
        expect([request.name, served.weights]).toEqual([request.name, was.weights]);
        continue;
      }
      expect([request.name, shareIn(served)]).toEqual([request.name, wanted.share]);
      expect([request.name, others(served)]).toEqual([request.name, others(was)]);
      expect([request.name, served.settings]).toEqual([request.name, was.settings]);
      if (served.mirror !== undefined) expect([request.name, served.mirror]).toEqual([request.name, wanted.mirror]);
      for (const sample of samplesOf(wanted)) {
        const tester = serve(store, withHeaders(request, sample));
        expect([request.name, sample, destinations(tester)]).toEqual([request.name, sample, [app.candidate]]);
        expect([request.name, sample, tester.settings]).toEqual([request.name, sample, was.settings]);
      }
    }
  }

  function serve(store: Store, request: SampleRequest): Served {
    return fixture.serve([...store.values()], request);
  }

  function samplesOf(wanted: Intent): TesterSet['samples'] {
    return (
      testers.find(({ headers, cookies }) => equal([headers, cookies], [wanted.headers, wanted.cookies]))?.samples ?? []
    );
  }

  /** Plans, looks at every state in between, and at the end of it. */
  function step(binding: Binding, before: Store, last: Intent | null, wanted: Intent): Store {
    const requests = router.plan(binding, objectsOf(binding, before), wanted);
    const patched = requests.filter(({ verb }) => verb !== 'create').map(({ path }) => path);
    expect(new Set(patched).size).toBe(patched.length);
    const from = fixture.requests.map((request) => shareIn(serve(before, request)));
    let store = before;
    for (const request of requests) {
      expect(request.why).not.toBe('');
      if (request.verb === 'patch') {
        expect(request.tests).toContainEqual({
          op: 'test',
          path: '/metadata/uid',
          value: store.get(request.path)?.metadata?.uid,
        });
        for (const { path } of request.changes) expect([path, isDeclared(path)]).toEqual([path, true]);
      }
      store = applied(store, request);
      between(store, before, from, wanted, last);
    }
    serves(store, before, wanted);
    const state = router.read(binding, objectsOf(binding, store));
    const isAsAtFirst =
      wanted.share === fixture.originalShare && equal({ ...wanted, share: 0 }, { share: 0, ...NOBODY });
    // Asked for what it was at first, a router may write nothing at all, leave its own entries at zero, or be back at the original.
    const isOriginal = equal(settled(store), settled(start())) || (isAsAtFirst && state.original);
    expect(state).toEqual({
      share: wanted.share,
      overrides: wanted.headers.length + wanted.cookies.length > 0,
      mirror: wanted.mirror,
      original: isOriginal,
    });
    expect(router.plan(binding, objectsOf(binding, store), wanted)).toEqual([]);
    return store;
  }

  function between(
    store: Store,
    before: Store,
    from: readonly (Share | null)[],
    wanted: Intent | null,
    last: Intent | null,
  ): void {
    for (const [index, request] of fixture.requests.entries()) {
      const served = serve(store, request);
      const total = Object.values(served.weights).reduce((sum, weight) => sum + weight, 0);
      expect([request.name, total > 0]).toEqual([request.name, true]);
      if (request.fixed) {
        expect([request.name, served.weights]).toEqual([request.name, serve(before, request).weights]);
        continue;
      }
      const old = from[index] ?? 0;
      const target = wanted === null ? fixture.originalShare : wanted.share;
      const share = shareIn(served) ?? Number.NaN;
      const within = share >= Math.min(old, target) && share <= Math.max(old, target);
      expect([request.name, share, old, target, within]).toEqual([request.name, share, old, target, true]);
      if (wanted === null || last === null || !equal(chosen(last), chosen(wanted))) continue;
      for (const sample of samplesOf(wanted))
        expect([request.name, destinations(serve(store, withHeaders(request, sample)))]).toEqual([
          request.name,
          [app.candidate],
        ]);
    }
  }

  function restore(binding: Binding, before: Store, last: Intent | null): Store {
    const from = fixture.requests.map((request) => shareIn(serve(before, request)));
    let store = before;
    for (const request of router.plan(binding, objectsOf(binding, before), ORIGINAL)) {
      store = applied(store, request);
      if (last !== null) between(store, before, from, null, last);
    }
    expect(router.read(binding, objectsOf(binding, store)).original).toBe(true);
    expect(router.plan(binding, objectsOf(binding, store), ORIGINAL)).toEqual([]);
    return store;
  }

  function shareIn({ weights }: Served): Share | null {
    const live = weights[app.live] ?? 0;
    const candidate = weights[app.candidate] ?? 0;
    return live + candidate <= 0 ? null : Math.round((candidate * ALL) / (live + candidate));
  }

  /** The part of all traffic that each third destination gets. */
  function others({ weights }: Served): Record<string, number> {
    const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    const parts = Object.entries(weights).filter(([name]) => name !== app.live && name !== app.candidate);
    return Object.fromEntries(parts.sort().map(([name, weight]) => [name, Number((weight / total).toFixed(9))]));
  }

  function isDeclared(pointer: string): boolean {
    return fixture.declared.some((pattern) => {
      const steps = pointer.split('/');
      return pattern
        .split('/')
        .every((step, index) => (step === '*' ? steps[index] !== undefined : step === steps[index]));
    });
  }

  return { start, bind, intents, serves, step, restore, testers };
}

/** Random unknown fields, orders and sequences of intents. */
export function property(fixture: RouterFixture, holds: (dress: Dress, intents: Intent[], cut: number) => void): void {
  const testers = [{ headers: [], cookies: [] }, ...testersOf(fixture).map(chosen)];
  const mirrors = fixture.capabilities.mirror ? [0, ...(fixture.mirrors ?? [ALL])] : [0];
  const intent = fc
    .record({
      share: fc.constantFrom(...fixture.shares),
      testers: fc.constantFrom(...testers),
      mirror: fc.constantFrom(...mirrors),
    })
    .map(({ share, testers: { headers, cookies }, mirror }): Intent => ({ share, headers, cookies, mirror }));
  const dress: fc.Arbitrary<Dress> = fc.record({
    unknown: fc.array(fc.record({ at: fc.nat(), nested: fc.boolean() }), { maxLength: 6 }),
    reversed: fc.boolean(),
  });
  fc.assert(
    fc.property(dress, fc.array(intent, { minLength: 1, maxLength: 4 }), fc.nat(), (fields, intents, cut) =>
      holds(fields, intents, cut),
    ),
    { numRuns: 40 },
  );
}

export const EXACT = { name: 'x-canary', value: 'true', kind: 'exact' } as const;
export const REGEX = { name: 'x-user', value: 'qa-[0-9]+', kind: 'regex' } as const;
export const COOKIE = { name: 'canary', value: 'always' } as const;

function testersOf({ testers, capabilities }: RouterFixture): readonly TesterSet[] {
  if (testers !== undefined) return testers;
  const sets: TesterSet[] = [];
  if (capabilities.headers.includes('exact'))
    sets.push({ headers: [EXACT], cookies: [], samples: [{ 'x-canary': 'true' }] });
  if (capabilities.headers.includes('regex'))
    sets.push({ headers: [REGEX], cookies: [], samples: [{ 'x-user': 'qa-7' }] });
  if (capabilities.cookies)
    sets.push({
      headers: [],
      cookies: [COOKIE],
      samples: [{ cookie: 'canary=always' }, { cookie: 'theme=dark; canary=always; lang=en' }],
    });
  if (sets.length < 2) return sets;
  const all: TesterSet = {
    headers: sets.flatMap(({ headers }) => headers),
    cookies: sets.flatMap(({ cookies }) => cookies),
    samples: sets.flatMap(({ samples }) => samples),
  };
  return [...sets, all];
}

export function chosen({ headers, cookies }: Pick<Intent, 'headers' | 'cookies'>): Pick<Intent, 'headers' | 'cookies'> {
  return { headers, cookies };
}

function withHeaders(request: SampleRequest, headers: Readonly<Record<string, string>>): SampleRequest {
  return { ...request, headers: { ...request.headers, ...headers } };
}

function destinations({ weights }: Served): string[] {
  return Object.keys(weights).filter((name) => (weights[name] ?? 0) > 0);
}

export function names({ bindings }: Discovery): string[] {
  return bindings.map(({ router }) => router);
}
