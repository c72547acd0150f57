/** What controllers write into the status of a route they took up: by kind of router, for a generation. */
export const STATUSES: Readonly<Record<string, (observedGeneration: number) => object>> = (() => {
  const condition = (type: string, observedGeneration: number): object => ({
    ...{ type, status: 'True', reason: type, message: `${type} it is`, lastTransitionTime: '2026-01-02T03:04:05Z' },
    observedGeneration,
  });
  const parents = (generation: number): object => ({
    parents: [
      {
        parentRef: { name: 'public' },
        controllerName: 'example.com/controller',
        conditions: [condition('Accepted', generation), condition('ResolvedRefs', generation)],
      },
    ],
  });
  return {
    httproute: parents,
    grpcroute: parents,
    httpproxy: (generation) => ({ currentStatus: 'valid', conditions: [condition('Valid', generation)] }),
    route: () => ({ ingress: [{ routerName: 'default', conditions: [{ type: 'Admitted', status: 'True' }] }] }),
    apisixroute: (observedGeneration) => ({
      conditions: [
        { type: 'ResourcesAvailable', status: 'True', reason: 'Synced', message: 'Sync', observedGeneration },
      ],
    }),
    virtualservice: (generation) => ({
      observedGeneration: generation,
      conditions: [{ type: 'Reconciled', status: 'True' }],
    }),
  };
})();
