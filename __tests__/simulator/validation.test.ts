import { describe, expect, test } from '@jest/globals';
import { App } from './app.ts';

/** One changed field of a Deployment, and what the real server says about it. */
const INVALID: readonly [what: string, path: string, value: unknown, causes: string][] = [
  [
    'deadline',
    '/spec/progressDeadlineSeconds',
    0,
    'spec.progressDeadlineSeconds: Invalid value: 0: must be greater than minReadySeconds',
  ],
  [
    'minReadySeconds',
    '/spec/minReadySeconds',
    -5,
    'spec.minReadySeconds: Invalid value: -5: must be greater than or equal to 0',
  ],
  ['replicas', '/spec/replicas', -5, 'spec.replicas: Invalid value: -5: must be greater than or equal to 0'],
  [
    'both limits 0',
    '/spec/strategy/rollingUpdate',
    { maxSurge: 0, maxUnavailable: 0 },
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
  ],
  [
    'both limits 0 %',
    '/spec/strategy/rollingUpdate',
    { maxSurge: '0%', maxUnavailable: '0%' },
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
  ],
  [
    'limits of no number',
    '/spec/strategy/rollingUpdate',
    { maxSurge: 'x', maxUnavailable: '101%' },
    "[spec.strategy.rollingUpdate.maxSurge: Invalid value: \"x\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%'), spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%]",
  ],
  [
    'Recreate with limits',
    '/spec/strategy/type',
    'Recreate',
    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ],
  [
    'selector',
    '/spec/selector/matchLabels',
    { app: 'x' },
    '[spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`, spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable]',
  ],
  [
    'template labels',
    '/spec/template/metadata/labels',
    { app: 'x' },
    'spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
  ],
  ['containers', '/spec/template/spec/containers', [], 'spec.template.spec.containers: Required value'],
  [
    'no image',
    '/spec/template/spec/containers',
    [{ name: 'web' }],
    'spec.template.spec.containers[0].image: Required value',
  ],
  [
    'same name twice',
    '/spec/template/spec/containers',
    [
      { name: 'a', image: 'a' },
      { name: 'a', image: 'a' },
    ],
    'spec.template.spec.containers[1].name: Duplicate value: "a"',
  ],
  [
    'restartPolicy',
    '/spec/template/spec/restartPolicy',
    'Never',
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
];

describe('a Deployment that is not valid', () => {
  test.each(INVALID)('%s', (_, path, value, causes) => {
    const app = new App(1);
    expect(app.patch({ op: 'add', path, value })).toMatchObject({
      status: 422,
      body: {
        reason: 'Invalid',
        message: `Deployment.apps "web" is invalid: ${causes}`,
        details: { name: 'web', group: 'apps', kind: 'Deployment' },
      },
    });
  });

  test('a hold needs a deadline above minReadySeconds', () => {
    const app = new App(1);
    expect(app.patch({ op: 'add', path: '/spec/minReadySeconds', value: 600 }).status).toBe(422);
    expect(app.patch({ op: 'add', path: '/spec/minReadySeconds', value: 599 }).status).toBe(200);
  });

  test('of the wrong JSON type in a patch: 422, with the object in the message', () => {
    const answer = new App(1).patch({ op: 'add', path: '/spec/replicas', value: '5' });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        message: expect.stringMatching(
          /^ "" is invalid: patch: Invalid value: .* into Go struct field DeploymentSpec\.spec\.replicas of type int32$/,
        ),
      },
    });
  });
});
