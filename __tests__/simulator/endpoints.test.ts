import { describe, expect, test } from '@jest/globals';
import { App, image, replicas } from './app.ts';

function slices(app: App) {
  return app.model.store.list('endpointslices.discovery.k8s.io');
}

describe('the EndpointSlices of a Service', () => {
  test('name its pods', () => {
    const app = new App(2);
    const [slice] = slices(app);
    const [pod] = app.pods();
    expect(slice).toMatchObject({
      addressType: 'IPv4',
      metadata: {
        generateName: 'web-',
        labels: { 'kubernetes.io/service-name': 'web' },
        ownerReferences: [{ kind: 'Service', name: 'web' }],
      },
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    });
    expect(slice?.endpoints).toContainEqual({
      addresses: [pod?.status?.podIP],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'node-0',
      targetRef: { kind: 'Pod', namespace: 'default', name: pod?.metadata.name, uid: pod?.metadata.uid },
    });
  });

  test('hold at most 100 each', () => {
    const app = new App(110);
    expect(
      slices(app)
        .map((slice) => slice.endpoints?.length)
        .toSorted(),
    ).toEqual([10, 100]);
    app.patch(replicas(20));
    expect(slices(app).flatMap((slice) => slice.endpoints ?? [])).toHaveLength(20);
  });

  test('follow the selector at once, in the slice that is there', () => {
    const app = new App(2);
    const [before] = slices(app);
    app.patchService({ op: 'add', path: '/spec/selector/pod-template-hash', value: 'none' });
    expect(slices(app)).toEqual([expect.objectContaining({ endpoints: null, ports: null })]);
    expect(slices(app)[0]?.metadata.name).toBe(before?.metadata.name);
    app.patchService({ op: 'remove', path: '/spec/selector/pod-template-hash' });
    expect(app.endpoints()).toEqual({ v1: 2 });
  });

  test('show a terminating pod as serving, not ready', () => {
    const app = new App(1);
    const [pod] = app.pods();
    app.model.request({ method: 'DELETE', path: `/api/v1/namespaces/default/pods/${pod?.metadata.name}` });
    app.model.settle();
    expect(slices(app)[0]?.endpoints).toContainEqual(
      expect.objectContaining({ conditions: { ready: false, serving: true, terminating: true } }),
    );
  });

  test('show a pod that is not ready', () => {
    const app = new App(1);
    app.patch(image('neverReady'), { op: 'replace', path: '/spec/strategy', value: { type: 'Recreate' } });
    expect(slices(app)[0]?.endpoints?.[0]?.conditions).toEqual({ ready: false, serving: false, terminating: false });
    app.patchService({ op: 'add', path: '/spec/publishNotReadyAddresses', value: true });
    expect(slices(app)[0]?.endpoints?.[0]?.conditions).toEqual({ ready: true, serving: false, terminating: false });
  });

  test('leave out a named port that the pods lack, without an error', () => {
    const app = new App(1);
    expect(app.patchService({ op: 'replace', path: '/spec/ports/0/targetPort', value: 'grpc' }).status).toBe(200);
    expect(slices(app)).toEqual([
      expect.objectContaining({ endpoints: [expect.objectContaining({ nodeName: 'node-0' })], ports: null }),
    ]);
  });

  test('keep versions with different ports apart', () => {
    const app = new App(2);
    app.patch(
      image('v2'),
      { op: 'replace', path: '/spec/template/spec/containers/0/ports/0/containerPort', value: 9090 },
      { op: 'add', path: '/spec/minReadySeconds', value: 500 },
    );
    expect(
      slices(app)
        .map((slice) => slice.ports?.[0]?.port)
        .toSorted(),
    ).toEqual([8080, 9090]);
  });

  test('go with the Service', () => {
    const app = new App(1);
    app.model.request({ method: 'DELETE', path: '/api/v1/namespaces/default/services/web' });
    app.model.settle();
    expect(slices(app)).toEqual([]);
  });
});
