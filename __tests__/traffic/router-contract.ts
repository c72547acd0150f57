import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { ALL, CannotRoute, type Intent, ORIGINAL } from '../../src/traffic/router.ts';
import { ApiError } from '../simulator/status.ts';
import {
  applied,
  appliedAll,
  dressed,
  edited,
  emptied,
  objectsOf,
  refusalCode,
  settled,
  storeOf,
  tokens,
} from './route-store.ts';
import { DRIVERS, OWNERS } from './route-owners.ts';
import type { Edit, Point, RouterFixture } from './router-fixture.ts';
import { COOKIE, EXACT, NOBODY, REGEX, chosen, names, property, sceneOf } from './router-scene.ts';

export type { Meaning, RouterFixture, SampleRequest, Served, TesterSet } from './router-fixture.ts';

/*
 * The contract that every router passes (reference/routers.md, 19 points), in memory. The router's own reading is never trusted alone:
 * a fixture brings `serve`, a small data plane that says what the route's controller would do with a request.
 */

export function routerContract(fixture: RouterFixture): void {
  const { router, app } = fixture;
  const scene = sceneOf(fixture);
  const start = scene.start;
  const half = fixture.shares.find((share) => share > 0 && share < ALL && share !== fixture.originalShare) ?? ALL;

  function point(number: Point, title: string, body: () => void): void {
    const reason = fixture.notApplicable[number];
    if (reason === undefined) test(`${number} ${title}`, body);
    else test(`${number} ${title}: does not apply: ${reason}`, () => expect(reason).not.toBe(''));
  }

  describe(`${fixture.name}: router contract`, () => {
    test('the fixture is honest: its route is found, original, and no object in it is changed by anybody', () => {
      const binding = scene.bind(start());
      const state = router.read(binding, objectsOf(binding, start()));
      expect(state).toEqual({ share: fixture.originalShare, overrides: false, mirror: 0, original: true });
      expect(binding.originalShare).toBe(fixture.originalShare);
      expect(fixture.shares).toEqual(expect.arrayContaining([0, ALL]));
      expect(fixture.requests.length).toBeGreaterThan(0);
    });

    test('its capabilities are what the fixture says', () => {
      const { headers, cookies, mirror, level } = router.capabilities(scene.bind(start()));
      expect({ headers: [...headers].sort(), cookies, mirror, level }).toEqual({
        ...fixture.capabilities,
        headers: [...fixture.capabilities.headers].sort(),
      });
    });

    point(1, 'what was planned is what is read and what users get, for every intent', () => {
      for (const intent of scene.intents()) scene.step(scene.bind(start()), start(), null, intent);
    });

    point(2, 'the same intent twice gives no write', () => {
      const binding = scene.bind(start());
      for (const intent of scene.intents()) {
        const after = appliedAll(start(), router.plan(binding, objectsOf(binding, start()), intent));
        expect(router.plan(binding, objectsOf(binding, after), intent)).toEqual([]);
      }
    });

    point(3, 'only declared pointers change, under unknown fields, orders and sequences of intents', () => {
      property(fixture, (dress, intents) => {
        const before = dressed(start(), dress, fixture.opaque ?? []);
        const binding = scene.bind(before);
        let store = before;
        let last: Intent | null = null;
        for (const intent of intents) {
          store = scene.step(binding, store, last, intent);
          last = intent;
          for (const [path, object] of before) expect(tokens(store.get(path))).toEqual(tokens(object));
        }
      });
    });

    point(4, 'one PATCH per object; no state in between with total 0 or a share outside old and new', () => {
      const binding = scene.bind(start());
      for (const from of fixture.shares)
        for (const to of fixture.shares) {
          const store = scene.step(binding, start(), null, { share: from, ...NOBODY });
          scene.step(binding, store, { share: from, ...NOBODY }, { share: to, ...NOBODY });
        }
    });

    point(5, 'Original restores everything as it was, and created objects are gone', () => {
      const binding = scene.bind(start());
      for (const intent of scene.intents()) {
        const released = scene.step(binding, start(), null, intent);
        expect(settled(scene.restore(binding, released, intent))).toEqual(settled(start()));
      }
    });

    point(6, 'Original is idempotent, works after a crash after any request, and keeps unrelated edits', () => {
      const binding = scene.bind(start());
      expect(router.plan(binding, objectsOf(binding, start()), ORIGINAL)).toEqual([]);
      for (const intent of scene.intents()) {
        const requests = router.plan(binding, objectsOf(binding, start()), intent);
        for (let done = 0; done <= requests.length; done++) {
          const crashed = appliedAll(start(), requests.slice(0, done));
          const back = router.plan(binding, objectsOf(binding, crashed), ORIGINAL);
          for (let undone = 0; undone < back.length; undone++) {
            const again = appliedAll(crashed, back.slice(0, undone));
            expect(settled(scene.restore(binding, again, null))).toEqual(settled(start()));
          }
          const restored = appliedAll(crashed, back);
          expect(settled(restored)).toEqual(settled(start()));
          expect(router.plan(binding, objectsOf(binding, restored), ORIGINAL)).toEqual([]);
        }
        const edit: Edit = (object) => annotated(fixture.insertRule(object));
        const users = new Set(start().keys());
        const editedMeanwhile = edited(appliedAll(start(), requests), (object, path) =>
          users.has(path) ? edit(object) : object,
        );
        expect(settled(scene.restore(binding, editedMeanwhile, null))).toEqual(settled(edited(start(), edit)));
      }
    });

    point(6, 'Original from any state of a random sequence, cut off at any request', () => {
      property(fixture, (dress, intents, cut) => {
        const before = dressed(start(), dress, fixture.opaque ?? []);
        const binding = scene.bind(before);
        let store = before;
        for (const [index, intent] of intents.entries()) {
          const requests = router.plan(binding, objectsOf(binding, store), intent);
          const isLast = index === intents.length - 1;
          store = appliedAll(store, isLast ? requests.slice(0, cut % (requests.length + 1)) : requests);
        }
        expect(settled(scene.restore(binding, store, null))).toEqual(settled(before));
      });
    });

    point(7, 'a rule inserted at index 0 between read and write: 422, planned again: the right rule', () => {
      const binding = scene.bind(start());
      const released = appliedAll(
        start(),
        router.plan(binding, objectsOf(binding, start()), { share: half, ...NOBODY }),
      );
      for (const [store, wanted] of [
        [start(), { share: half, ...NOBODY }],
        [released, { share: ALL, ...NOBODY }],
        [released, ORIGINAL],
      ] as const) {
        const requests = router.plan(binding, objectsOf(binding, store), wanted);
        const inserted = edited(store, fixture.insertRule);
        expect(refusalCode(() => appliedAll(inserted, requests))).toBe(422);
        const again = appliedAll(inserted, router.plan(binding, objectsOf(binding, inserted), wanted));
        if (wanted === ORIGINAL) expect(settled(again)).toEqual(settled(edited(start(), fixture.insertRule)));
        else scene.serves(again, start(), wanted);
      }
    });

    point(7, 'an object that was deleted and made again between read and write is not touched', () => {
      const binding = scene.bind(start());
      const requests = router.plan(binding, objectsOf(binding, start()), { share: half, ...NOBODY });
      const made = edited(start(), (object) => ({ ...object, metadata: { ...object.metadata, uid: 'another' } }));
      for (const request of requests) {
        if (request.verb === 'patch') expect(refusalCode(() => applied(made, request))).toBe(422);
        if (request.verb === 'delete') expect(refusalCode(() => applied(made, request))).toBe(409);
      }
    });

    point(8, 'a foreign weight is a conflict, is seen, and is planned over only when asked to', () => {
      const binding = scene.bind(start());
      const ours: Intent = { share: half, ...NOBODY };
      const released = appliedAll(start(), router.plan(binding, objectsOf(binding, start()), ours));
      const foreign = edited(released, fixture.foreignWeight);
      expect(settled(foreign)).not.toEqual(settled(released));
      expect(router.read(binding, objectsOf(binding, foreign)).share).not.toBe(half);
      for (const wanted of [{ share: ALL, ...NOBODY }, ORIGINAL] as const) {
        const requests = router.plan(binding, objectsOf(binding, released), wanted);
        expect(refusalCode(() => appliedAll(foreign, requests))).toBe(422);
      }
      scene.serves(appliedAll(foreign, router.plan(binding, objectsOf(binding, foreign), ours)), start(), ours);
      expect(settled(scene.restore(binding, foreign, null))).toEqual(settled(start()));
    });

    point(9, "testers' overrides win for every source rule and keep its filters, timeouts and rewrites", () => {
      expect(scene.testers.length).toBeGreaterThan(0);
      for (const testers of scene.testers)
        scene.step(scene.bind(start()), start(), null, { share: half, mirror: 0, ...chosen(testers) });
    });

    point(10, 'overrides survive weights 0 and 100', () => {
      const binding = scene.bind(start());
      expect(scene.testers.length).toBeGreaterThan(0);
      for (const testers of scene.testers) {
        let store = start();
        let last: Intent | null = null;
        for (const share of [0, half, ALL, 0]) {
          const intent: Intent = { share, mirror: 0, ...chosen(testers) };
          store = scene.step(binding, store, last, intent);
          last = intent;
        }
        expect(settled(scene.restore(binding, store, last))).toEqual(settled(start()));
      }
    });

    for (const { name, objects, share } of fixture.meanings)
      point(11, `absent and zero weights: ${name}: ${share === 'refused' ? share : `${share / 100} %`}`, () => {
        const discovery = router.discover(app, objects());
        if (share === 'refused') {
          expect(discovery.bindings).toEqual([]);
          expect(discovery.refusals).not.toEqual([]);
          return;
        }
        const binding = discovery.bindings[0];
        if (binding === undefined) throw new Error(`nothing found; refusals: ${discovery.refusals.join(' ')}`);
        expect(binding.originalShare).toBe(share);
        const store = storeOf(objects(), fixture.path);
        expect(router.read(binding, objectsOf(binding, store)).share).toBe(share);
        const after = appliedAll(store, router.plan(binding, objectsOf(binding, store), { share: ALL, ...NOBODY }));
        expect(router.read(binding, objectsOf(binding, after)).share).toBe(ALL);
        const restored = appliedAll(after, router.plan(binding, objectsOf(binding, after), ORIGINAL));
        expect(settled(restored)).toEqual(settled(store));
      });
    if (fixture.meanings.length === 0)
      point(11, 'absent and zero weights', () => expect(fixture.notApplicable[11]).toBeDefined());

    point(12, 'what cannot be expressed is refused before any write, and the nearest shares can be', () => {
      const binding = scene.bind(start());
      const objects = objectsOf(binding, start());
      const { nearest } = router.capabilities(binding);
      for (const share of fixture.shares) expect(nearest(share)).toEqual([share, share]);
      for (const share of fixture.inexpressible) {
        const [below, above] = nearest(share);
        expect(below).toBeLessThan(share);
        expect(above).toBeGreaterThan(share);
        for (const near of [below, above]) router.plan(binding, objects, { share: near, ...NOBODY });
      }
      const wrong: Intent[] = [...fixture.inexpressible, -1, ALL + 1, Number.NaN].map((share) => ({
        share,
        ...NOBODY,
      }));
      for (const mirror of [-1, ALL + 1, Number.NaN]) wrong.push({ ...NOBODY, share: 0, mirror });
      if (!fixture.capabilities.mirror) wrong.push({ ...NOBODY, share: 0, mirror: ALL });
      if (!fixture.capabilities.cookies) wrong.push({ ...NOBODY, share: 0, cookies: [COOKIE] });
      for (const header of [EXACT, REGEX])
        if (!fixture.capabilities.headers.includes(header.kind)) wrong.push({ ...NOBODY, share: 0, headers: [header] });
      for (const intent of wrong)
        expect([intent, thrownBy(() => router.plan(binding, objects, intent))]).toEqual([
          intent,
          expect.any(CannotRoute),
        ]);
    });

    for (const [said, is] of [
      ['yes', ['yes']],
      ['stale', ['no', 'unknown']],
      ['no', ['no']],
      ['unknown', ['unknown']],
    ] as const) {
      const edit = fixture.status[said];
      if (edit === undefined) continue;
      point(13, `a status that says ${said}: verdict ${is.join(' or ')}`, () => {
        const binding = scene.bind(start());
        const wanted: Intent = { share: half, ...NOBODY };
        const released = appliedAll(start(), router.plan(binding, objectsOf(binding, start()), wanted));
        const verdict = router.verdict(binding, objectsOf(binding, edited(released, edit)));
        expect(is).toContain(verdict.is);
        if (said === 'yes') expect(verdict.level).toBe(fixture.capabilities.level);
        else expect(verdict.reasons.join('')).not.toBe('');
      });
    }
    point(13, 'a deleted object: no share, verdict no or unknown with a reason, no plan', () => {
      const binding = scene.bind(start());
      const gone = objectsOf(binding, emptied());
      expect(router.read(binding, gone).share).toBeNull();
      const verdict = router.verdict(binding, gone);
      expect(['no', 'unknown']).toContain(verdict.is);
      expect(verdict.reasons.join('')).not.toBe('');
      expect(thrownBy(() => router.plan(binding, gone, { share: half, ...NOBODY }))).toBeInstanceOf(CannotRoute);
    });

    point(
      14,
      'names the resources that it needs, and finds nothing in nothing (403 and 404 are the executor’s)',
      () => {
        expect(router.resources.length).toBeGreaterThan(0);
        for (const { versions, resource, kind } of router.resources) {
          expect(versions.length).toBeGreaterThan(0);
          expect(resource).toMatch(/^[a-z]+$/);
          expect(kind).toMatch(/^[A-Z]/);
        }
        expect(router.discover(app, [])).toEqual({ bindings: [], refusals: [], warnings: [] });
      },
    );

    for (const [driver, drive] of DRIVERS)
      point(15, `an object that ${driver} drives is refused, by name`, () => {
        const discovery = router.discover(app, [...edited(start(), drive).values()]);
        expect(names(discovery)).not.toContain(fixture.route);
        expect(discovery.refusals.join(' ')).toContain(driver);
      });
    for (const [owner, own] of OWNERS)
      point(15, `an object that ${owner} owns is used, with a warning`, () => {
        const discovery = router.discover(app, [...edited(start(), own).values()]);
        expect(names(discovery)).toContain(fixture.route);
        expect(discovery.warnings.join(' ')).toContain(owner);
      });

    point(
      16,
      'several objects: written in the order of the binding when the share rises, reversed on the way back',
      () => {
        const binding = scene.bind(start());
        expect(binding.paths.length).toBeGreaterThan(1);
        const forth = router.plan(binding, objectsOf(binding, start()), { share: half, ...NOBODY });
        const released = appliedAll(start(), forth);
        const back = router.plan(binding, objectsOf(binding, released), ORIGINAL);
        const places = (requests: typeof forth): number[] =>
          requests.map(({ path }) =>
            binding.paths.findIndex((known) => known === path || known.startsWith(`${path}/`)),
          );
        expect(places(forth)).not.toContain(-1);
        expect(places(forth)).toEqual([...places(forth)].sort((a, b) => a - b));
        expect(places(back)).toEqual([...places(back)].sort((a, b) => b - a));
      },
    );

    point(17, 'a dry run (the changes without the tests) gives the same objects as the write', () => {
      const binding = scene.bind(start());
      for (const intent of scene.intents()) {
        let store = start();
        for (const request of router.plan(binding, objectsOf(binding, store), intent)) {
          const written = applied(store, request);
          if (request.verb === 'patch') expect(applied(store, { ...request, tests: [] })).toEqual(written);
          store = written;
        }
      }
    });

    point(18, 'Services of the same names in another namespace never match', () => {
      expect(names(router.discover({ ...app, namespace: 'another' }, [...start().values()]))).toEqual([]);
      if (fixture.elsewhere !== undefined)
        expect(router.discover(app, fixture.elsewhere())).toEqual({ bindings: [], refusals: [], warnings: [] });
    });

    point(19, 'the same input gives the same output, whatever the order of objects and of keys', () => {
      property(fixture, (dress, intents) => {
        const store = dressed(start(), { ...dress, reversed: false }, fixture.opaque ?? []);
        const turned = dressed(start(), { ...dress, reversed: true }, fixture.opaque ?? []);
        const discovery = router.discover(app, [...store.values()]);
        expect(router.discover(app, [...turned.values()].reverse())).toEqual(discovery);
        const binding = scene.bind(store);
        const [intent] = intents;
        if (intent === undefined) return;
        const plan = router.plan(binding, objectsOf(binding, store), intent);
        expect(JSON.stringify(router.plan(binding, objectsOf(binding, store), intent))).toBe(JSON.stringify(plan));
        expect(router.plan(binding, objectsOf(binding, turned), intent)).toEqual(plan);
      });
    });
  });
}

function thrownBy(body: () => unknown): unknown {
  try {
    body();
    return null;
  } catch (error) {
    if (error instanceof ApiError) return null;
    return error;
  }
}

function annotated(object: KubeObject): KubeObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...metadata?.annotations, 'example.com/by': 'another' } },
  };
}
