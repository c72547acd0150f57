import { describe, expect, test } from '@jest/globals';
import { type Model, createModel } from './model.ts';
import { type WatchEvent, watch } from './watch.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

function create(model: Model, name: string, labels: Record<string, string> = {}): void {
  model.request({ method: 'POST', path: MAPS, body: { metadata: { name, labels } } });
}

/** Names of a list, in its order. */
function names(model: Model, query: string): string[] {
  const { status, body } = model.request({ method: 'GET', path: `${MAPS}?${query}` });
  expect(status).toBe(200);
  return Object(body).items.map((item: { metadata: { name: string } }) => item.metadata.name);
}

describe('a list', () => {
  test('selects by labels and fields', () => {
    const model = createModel();
    create(model, 'a', { tier: 'web', env: 'test' });
    create(model, 'b', { tier: 'db' });
    create(model, 'c');
    const select = (selector: string) => names(model, `labelSelector=${encodeURIComponent(selector)}`);
    expect(select('tier=web')).toEqual(['a']);
    expect(select('tier==db')).toEqual(['b']);
    expect(select('tier!=web')).toEqual(['b', 'c']);
    expect(select('tier in (web, db),env')).toEqual(['a']);
    expect(select('tier notin (web)')).toEqual(['b', 'c']);
    expect(select('!tier')).toEqual(['c']);
    expect(names(model, 'fieldSelector=metadata.name%3Db')).toEqual(['b']);
    expect(names(model, 'fieldSelector=metadata.name!%3Db')).toEqual(['a', 'c']);
    expect(model.request({ method: 'GET', path: `${MAPS}?labelSelector=a+in+(b` })).toMatchObject({
      status: 400,
      body: { message: "unable to parse requirement: found '', expected: ',' or ')'" },
    });
  });

  test('comes in pages', () => {
    const model = createModel();
    for (const name of ['a', 'b', 'c']) create(model, name);
    const first = model.request({ method: 'GET', path: `${MAPS}?limit=2` }).body;
    expect(first).toMatchObject({
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { remainingItemCount: 1, continue: expect.any(String) },
    });
    const token = Object(first).metadata.continue;
    expect(names(model, `limit=2&continue=${token}`)).toEqual(['c']);
    create(model, 'd');
    model.store.compact();
    expect(model.request({ method: 'GET', path: `${MAPS}?limit=2&continue=${token}` })).toMatchObject({
      status: 410,
      body: { reason: 'Expired' },
    });
    expect(model.request({ method: 'GET', path: `${MAPS}?continue=bogus` }).status).toBe(400);
  });

  test('shows items without kind, in order', () => {
    const model = createModel();
    create(model, 'b');
    create(model, 'a');
    expect(names(model, '')).toEqual(['a', 'b']);
    const { body } = model.request({ method: 'GET', path: MAPS });
    expect(Object(body).items[0].kind).toBeUndefined();
    expect(names(model, 'resourceVersion=0')).toEqual(['a', 'b']);
  });
});

describe('a watch', () => {
  /** What a watch has sent so far, as `ADDED a`. */
  function follow(model: Model, query: string) {
    const seen: string[] = [];
    const events: WatchEvent[] = [];
    const stop = watch(model.store, model.store.typeOf('configmaps'), 'default', new URLSearchParams(query), {
      send: (event) => {
        events.push(event);
        const { name } = Object(event.object).metadata;
        seen.push(name === undefined ? event.type : `${event.type} ${name}`);
      },
      end: () => seen.push('end'),
    });
    return { seen, events, stop };
  }

  test('begins with what is there, then shows changes', () => {
    const model = createModel();
    create(model, 'a');
    const { seen, stop } = follow(model, 'allowWatchBookmarks=true');
    expect(seen).toEqual(['ADDED a', 'BOOKMARK']);
    create(model, 'b');
    model.request({ method: 'PATCH', path: `${MAPS}/b`, body: [{ op: 'add', path: '/data', value: { a: '1' } }] });
    model.request({ method: 'DELETE', path: `${MAPS}/a` });
    expect(seen.slice(2)).toEqual(['ADDED b', 'MODIFIED b', 'DELETED a']);
    stop();
    create(model, 'c');
    expect(seen).toHaveLength(5);
  });

  test('goes on from a version', () => {
    const model = createModel();
    create(model, 'a');
    const version = model.store.version;
    create(model, 'b');
    const { seen, events } = follow(model, `resourceVersion=${version}`);
    expect(seen).toEqual(['ADDED b']);
    expect(Object(events[0]?.object).metadata.resourceVersion).toBe(String(version + 1));
  });

  test('from before a compaction: ERROR with 410, and the end', () => {
    const model = createModel();
    create(model, 'a');
    model.store.compact();
    create(model, 'b');
    const { seen, events } = follow(model, 'resourceVersion=100');
    expect(seen).toEqual(['ERROR', 'end']);
    expect(events[0]?.object).toMatchObject({
      kind: 'Status',
      code: 410,
      reason: 'Expired',
      message: `too old resource version: 100 (${model.store.version})`,
    });
  });

  test('with a selector: what ceases to match is DELETED', () => {
    const model = createModel();
    create(model, 'a', { on: 'yes' });
    const { seen } = follow(model, 'labelSelector=on%3Dyes');
    const label = (value: string) =>
      model.request({
        method: 'PATCH',
        path: `${MAPS}/a`,
        body: [{ op: 'add', path: '/metadata/labels', value: { on: value } }],
      });
    label('no');
    label('yes');
    expect(seen).toEqual(['ADDED a', 'DELETED a', 'ADDED a']);
  });
});
