import { expect, test } from '@jest/globals';
import type { Api } from '../../src/cluster/api.ts';
import { Mirror } from '../../src/cluster/mirror.ts';
import type { KubeList, KubeObject } from '../../src/cluster/wire.ts';

function object(name: string, resourceVersion: string): KubeObject {
  return { metadata: { name, resourceVersion } };
}

/** A mirror whose lists are answered by `lists`, one after the other. */
function mirror(...lists: KubeList<KubeObject>[]): Mirror<KubeObject> {
  // The only thing of it that a list needs.
  const api = { list: async () => lists.shift() } as unknown as Api;
  return new Mirror(api, '/apis/apps/v1/namespaces/shop/deployments', {}, () => undefined);
}

const versions = (of: Mirror<KubeObject>): (string | undefined)[] =>
  of.items.map(({ metadata }) => `${metadata?.name} ${metadata?.resourceVersion}`);

test('a list that was on its way while we wrote does not bring back what was before the write', async () => {
  const it = mirror(
    { metadata: { resourceVersion: '90' }, items: [object('web', '88')] },
    { metadata: { resourceVersion: '99' }, items: [object('web', '88')] },
  );
  await it.list();
  it.put(object('web', '101'));
  it.put(object('made', '102'));
  await it.list();
  expect(versions(it)).toEqual(['web 101', 'made 102']);
});

test('a list that is newer says what there is, and what is gone', async () => {
  const it = mirror(
    { metadata: { resourceVersion: '90' }, items: [object('web', '88'), object('old', '9')] },
    { metadata: { resourceVersion: '110' }, items: [object('web', '105')] },
  );
  await it.list();
  it.put(object('web', '101'));
  await it.list();
  expect(versions(it)).toEqual(['web 105']);
});

test('the answer to a write comes after the news that somebody has deleted the object: it is gone', async () => {
  const it = mirror(
    { metadata: { resourceVersion: '90' }, items: [object('web', '88')] },
    { metadata: { resourceVersion: '102' }, items: [] },
  );
  await it.list();
  await it.list();
  it.put(object('web', '101'));
  expect(versions(it)).toEqual([]);
  it.put(object('web', '103'));
  expect(versions(it)).toEqual(['web 103']);
});
