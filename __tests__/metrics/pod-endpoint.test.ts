import { expect, test } from '@jest/globals';
import type { Pod } from '../../src/cluster/wire.ts';
import { endpointOf } from '../../src/metrics/pod-endpoint.ts';

function pod(annotations: Record<string, string>, ...ports: [name: string | undefined, port: number][]): Pod {
  return {
    metadata: { annotations },
    spec: {
      containers: [
        {
          name: 'web',
          ports: ports.map(([name, containerPort]) => ({ containerPort, ...(name === undefined ? {} : { name }) })),
        },
        { name: 'sidecar' },
      ],
    },
  };
}

const NOTHING = { port: null, path: null };
const ANNOTATED = { 'prometheus.io/port': '9102', 'prometheus.io/path': 'stats', 'prometheus.io/scheme': 'HTTPS' };

test.each([
  [
    'the first port',
    pod({}, ['http', 8080], ['admin', 9000]),
    NOTHING,
    { port: 8080, path: '/metrics', scheme: 'http' },
  ],
  [
    'a port that is called so',
    pod({}, ['http', 8080], ['http-metrics', 9000]),
    NOTHING,
    { port: 9000, path: '/metrics', scheme: 'http' },
  ],
  ['the annotations', pod(ANNOTATED, ['http', 8080]), NOTHING, { port: 9102, path: '/stats', scheme: 'https' }],
  [
    'the inputs before them',
    pod(ANNOTATED, ['http', 8080]),
    { port: 'http', path: '/m?x=1' },
    { port: 8080, path: '/m?x=1', scheme: 'https' },
  ],
  [
    'a number that no container declares',
    pod({}),
    { port: '15020', path: null },
    { port: 15020, path: '/metrics', scheme: 'http' },
  ],
])('%s', (_, of, asked, wanted) => {
  expect(endpointOf(of, asked)).toEqual(wanted);
});

test.each([
  [
    'no port at all',
    pod({}),
    NOTHING,
    'it has neither annotation prometheus.io/port nor a port of a container: give input metrics-port',
  ],
  [
    'a name of the annotation’s',
    pod({ 'prometheus.io/port': 'stats' }, ['http', 8080]),
    NOTHING,
    'annotation prometheus.io/port says stats, and its containers have the ports http (8080)',
  ],
  [
    'a name of the input’s',
    pod({}, [undefined, 80]),
    { port: 'stats', path: null },
    'input metrics-port says stats, and its containers have the ports 80',
  ],
])('%s', (_, of, asked, wanted) => {
  expect(endpointOf(of, asked)).toBe(wanted);
});
