import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Deployment, EndpointSlice, ObjectMeta, Pod, ReplicaSet, Service } from '../../src/cluster/wire.ts';
import { isApplied, oursIn, ownersAt } from '../../src/cluster/field-owners.ts';
import { editorsOf } from '../../src/engine/editors.ts';
import { endpointOf } from '../../src/metrics/pod-endpoint.ts';
import { signOf } from '../../src/release/signs.ts';
import { chooseService, whyUnfit } from '../../src/traffic/discover-service.ts';
import { readyPodsBehind } from '../../src/traffic/endpoints.ts';
import { pin, switchBack, switchTo, unpinned } from '../../src/traffic/service-selector.ts';
import { deploymentFindings, surroundings } from '../../src/workload/fitness.ts';
import { freeze, pause } from '../../src/workload/held-rollout.ts';
import { changeTemplate, digestOf, imagesOf } from '../../src/workload/template.ts';
import { holdFieldsOf, podSelectorOf, tracksOf } from '../../src/workload/tracks.ts';

/*
 * The API server leaves out what is empty or has its default, an aggregated or older one leaves out more, and a kubelet fills in
 * a status bit by bit. What is read of objects holds out whatever is missing.
 */

const METADATA = {
  name: 'web',
  namespace: 'shop',
  uid: 'u1',
  resourceVersion: '7',
  labels: { app: 'web', 'pod-template-hash': 'aaa' },
  annotations: { 'deployment.kubernetes.io/revision': '3', 'prometheus.io/port': '9102' },
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u1', controller: true }],
  managedFields: [
    {
      manager: 'kubectl',
      operation: 'Apply',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    },
  ],
};
const TEMPLATE = {
  metadata: { labels: { app: 'web' }, annotations: {} },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'web:1',
        env: [{ name: 'A', value: 'b' }],
        ports: [{ name: 'http', containerPort: 80, hostPort: 80 }],
        readinessProbe: { httpGet: { port: 'http' } },
      },
    ],
    initContainers: [{ name: 'first', image: 'a:1' }],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'x' },
        ],
      },
    },
    topologySpreadConstraints: [
      { maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', topologyKey: 'x', labelSelector: { matchLabels: {} } },
    ],
  },
};
const WAITING = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } };
const ENDED = { terminated: { exitCode: 3, reason: 'Error', message: 'x' } };
const STATUS = {
  name: 'web',
  image: 'web:1',
  imageID: 'x',
  ready: false,
  restartCount: 2,
  state: WAITING,
  lastState: ENDED,
};
const OBJECTS = {
  deployment: {
    metadata: METADATA,
    spec: {
      replicas: 2,
      paused: false,
      minReadySeconds: 5,
      selector: { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['a'] }] },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } },
      template: TEMPLATE,
    },
    status: {
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      conditions: [{ type: 'Available', status: 'True', reason: 'x' }],
    },
  },
  replicaSet: {
    metadata: METADATA,
    spec: { replicas: 2, selector: {}, template: TEMPLATE },
    status: {
      replicas: 2,
      conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' }],
    },
  },
  pod: {
    metadata: METADATA,
    spec: TEMPLATE.spec,
    status: {
      phase: 'Running',
      conditions: [
        { type: 'Ready', status: 'False' },
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'x' },
      ],
      containerStatuses: [STATUS],
      initContainerStatuses: [STATUS],
    },
  },
  service: {
    metadata: METADATA,
    spec: {
      selector: { app: 'web' },
      ports: [{ name: 'http', port: 80, targetPort: 'http' }],
      publishNotReadyAddresses: true,
    },
  },
  slice: {
    metadata: { ...METADATA, labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: [
      {
        addresses: ['10.0.0.1'],
        conditions: { ready: true, serving: true, terminating: false },
        targetRef: { kind: 'Pod', name: 'web-1' },
      },
    ],
    ports: [{ name: 'http', port: 80 }],
  },
};

type Path = readonly (string | number)[];

/** Required by every version of the API, and never empty: without these it is no such object. */
const ALWAYS: readonly RegExp[] = [
  /^(?:deployment|replicaSet|pod|service|slice)$/,
  // Required fields of items.
  /\.(?:conditions|containers|initContainers|env|ports|managedFields|ownerReferences|endpoints|containerStatuses|initContainerStatuses|volumes|topologySpreadConstraints|matchExpressions|requiredDuringSchedulingIgnoredDuringExecution)\.\d+(?:\.(?:name|type|status|key|operator|port|containerPort|uid|addresses|restartCount|ready|exitCode))?$/,
  /\.spec\.containers$/,
  /^(?:deployment|replicaSet)\.spec(?:\.template(?:\.spec)?)?$/,
  /^pod\.spec$/,
  /\.addresses\.\d+$/,
];

const PLACES = placesOf(OBJECTS).filter((path) => !ALWAYS.some((pattern) => pattern.test(path.join('.'))));

test('any fields may be missing from what the API server gives', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...PLACES), { minLength: 1, maxLength: 6 }), (missing) => {
      const objects = structuredClone(OBJECTS);
      for (const path of missing) remove(objects, path);
      // What is left are such objects, in which fields are missing that the API allows to be missing.
      const { deployment, replicaSet, pod, service, slice } = objects as unknown as {
        deployment: Deployment;
        replicaSet: ReplicaSet;
        pod: Pod;
        service: Service;
        slice: EndpointSlice;
      };
      const read = (): unknown[] => {
        const tracks = tracksOf(deployment, [replicaSet], [pod]);
        const template = deployment.spec?.template ?? {};
        const metadata: ObjectMeta | undefined = pod.metadata;
        return [
          deploymentFindings(deployment, tracks, 1),
          surroundings({
            deployment,
            service,
            services: [service],
            autoscalers: [],
            quotas: [],
            tracks,
            pods: [pod],
            slices: [slice],
            extra: 1,
          }),
          holdFieldsOf(deployment),
          podSelectorOf(deployment),
          digestOf(template),
          imagesOf(template),
          changeTemplate(
            template,
            [{ kind: 'container', container: 'web', image: 'web:2' }],
            [{ container: 'web', name: 'A', value: 'c' }],
          ),
          signOf(pod),
          endpointOf(pod, { port: null, path: null }),
          chooseService(deployment, [service], null),
          whyUnfit(service, { app: 'web' }),
          readyPodsBehind(service, [slice]),
          unpinned(service),
          [pin, switchTo, switchBack].map((write) => write(service, 'aaa')),
          [pause, freeze].map((write) => write(deployment)),
          [editorsOf(metadata), oursIn(metadata), isApplied(metadata), ownersAt(metadata, [])],
        ];
      };
      expect(read).not.toThrow();
    }),
    { numRuns: 1_500 },
  );
});

function placesOf(tree: unknown, path: Path = []): Path[] {
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) => [[...path, key], ...placesOf(value, [...path, key])]);
}

/** Nothing where the place has gone with another. */
function remove(tree: unknown, path: Path): void {
  const [key = '', ...rest] = path;
  if (typeof tree !== 'object' || tree === null || !(key in tree)) return;
  const place = tree as { [key: string | number]: unknown }; // an object or a list, looked at as plain JSON
  if (rest.length > 0) remove(place[key], rest);
  else delete place[key];
}
