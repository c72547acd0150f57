import { expect, test } from '@jest/globals';
import { createModel, type Model } from './model.ts';

const ROUTES = '/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes';

interface Answer {
  readonly status: number;
  readonly message?: string;
  readonly spec?: unknown;
  /** Who has what: `helm Apply spec.rules`. */
  readonly owners: readonly string[];
}

function send(model: Model, method: string, manager: string, contentType: string, body: object): Answer {
  const path = method === 'POST' ? `${ROUTES}?fieldManager=${manager}` : `${ROUTES}/web?fieldManager=${manager}`;
  const answer = model.request({ method, path, body, contentType: `application/${contentType}` });
  const { message, spec, metadata } = answer.body as {
    message?: string;
    spec?: unknown;
    metadata?: { managedFields?: { manager: string; operation: string; fieldsV1: { 'f:spec'?: object } }[] };
  };
  const owners = (metadata?.managedFields ?? []).map(
    (entry) => `${entry.manager} ${entry.operation} ${Object.keys(entry.fieldsV1['f:spec'] ?? {}).join()}`,
  );
  return { status: answer.status, ...(message === undefined ? {} : { message }), spec, owners };
}

function config(spec: object): object {
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'web' }, spec };
}

test('server-side apply: conflicts, force, several owners, and what is left out', () => {
  const model = createModel({ now: 0 });
  model.store.catalogue.register({
    ...{ group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes', kind: 'HTTPRoute' },
  });
  const apply = (manager: string, spec: object) => send(model, 'PATCH', manager, 'apply-patch+yaml', config(spec));
  const old = { rules: [{ name: 'a' }], hostnames: ['x'] };
  expect(send(model, 'POST', 'kubectl', 'json', config(old)).owners).toEqual(['kubectl Update f:hostnames,f:rules']);
  // The same values: theirs, too.
  expect(apply('helm', old).owners).toEqual(['kubectl Update f:hostnames,f:rules', 'helm Apply f:hostnames,f:rules']);
  const other = { rules: [{ name: 'b' }] };
  expect(apply('argocd', other)).toMatchObject({
    status: 409,
    message: expect.stringMatching(/^Apply failed with 2 conflicts: conflict with "kubectl" .*: \.spec\.rules$/),
  });
  const forced = send(model, 'PATCH', 'argocd&force=true', 'apply-patch+yaml', config(other));
  expect(forced).toMatchObject({ status: 200, spec: { rules: [{ name: 'b' }], hostnames: ['x'] } });
  expect(forced.owners).toEqual(['kubectl Update f:hostnames', 'helm Apply f:hostnames', 'argocd Apply f:rules']);
  // Left out by one of two owners: it stays.
  const gateway = { parentRefs: [{ name: 'public' }] };
  expect(apply('helm', gateway)).toMatchObject({ spec: { ...gateway, hostnames: ['x'] } });
  // Left out by its only owner: it goes.
  expect(apply('argocd', gateway).spec).toEqual({ ...gateway, hostnames: ['x'] });
  const unsupported = model.request({
    method: 'PATCH',
    path: '/api/v1/namespaces/default/configmaps/a',
    body: {},
    contentType: 'application/apply-patch+yaml',
  });
  expect(unsupported.status).toBe(415);
});
