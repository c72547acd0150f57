import { describe, expect, test } from '@jest/globals';
import { parseRequest, type Request } from './arguments.ts';

const KUBECONFIG = '/home/me/.kube/config';

function parsed(line: string, kubeconfig: string | undefined = KUBECONFIG): Request {
  return parseRequest(line.split(' ').filter(Boolean), kubeconfig);
}

test('nothing said: the embedded demo, whether or not there is a cluster', () => {
  expect(parsed('')).toEqual({ run: 'embedded', kubeconfigUnused: true });
  expect(parseRequest([], undefined)).toEqual({ run: 'embedded', kubeconfigUnused: false });
  expect(parseRequest([], '')).toEqual({ run: 'embedded', kubeconfigUnused: false });
});

test.each(['--help', '-h', '--deployment web --help'])('%s', (line) => {
  expect(parsed(line)).toEqual({ run: 'help' });
});

test('a release on the cluster of KUBECONFIG', () => {
  expect(parsed('--deployment web --image web=a/web:2')).toEqual({
    run: 'given',
    kubeconfig: KUBECONFIG,
    deployment: 'web',
    images: ['web=a/web:2'],
    namespace: null,
    service: null,
    bake: null,
  });
  expect(
    parsed(
      '--deployment=web --image=web=a/web:2 --image proxy=b:5000/p@sha256:1 --namespace shop --service w --bake 10s',
    ),
  ).toEqual({
    run: 'given',
    kubeconfig: KUBECONFIG,
    deployment: 'web',
    images: ['web=a/web:2', 'proxy=b:5000/p@sha256:1'],
    namespace: 'shop',
    service: 'w',
    bake: '10s',
  });
});

describe('what cannot be used is said in one sentence', () => {
  test.each([
    ['--deploiment web', 'There is no option --deploiment; --help shows them all.'],
    ['-x', 'There is no option -x; --help shows them all.'],
    ['web', '“web” is not an option; --help shows them all.'],
    ['--deployment', '--deployment needs a value, such as --deployment web.'],
    ['--deployment=', '--deployment needs a value, such as --deployment web.'],
    ['--deployment --image web=x', '--deployment needs a value, such as --deployment web.'],
    ['--deployment web --deployment api --image web=x', '--deployment was given more than once.'],
    ['--deployment web', '--deployment also needs --image, such as --image web=ghcr.io/acme/web:2.1.0.'],
    ['--deployment web --image x:2', '--image takes CONTAINER=IMAGE, such as web=ghcr.io/acme/web:2.1.0, not “x:2”.'],
    ['--deployment web --image web=x --bake 10', /^--bake takes .*, not “10”\.$/],
    ['--namespace shop', /^--namespace is for a release on your own cluster, which also needs --deployment/],
  ])('%s', (line, complaint) => {
    expect(parsed(line)).toEqual({
      run: 'nothing',
      complaint: typeof complaint === 'string' ? complaint : expect.stringMatching(complaint),
    });
  });

  test('a Deployment and no cluster', () => {
    expect(parseRequest(['--deployment', 'web', '--image', 'web=x'], undefined)).toEqual({
      run: 'nothing',
      complaint: expect.stringMatching(/^KUBECONFIG is not set/),
    });
  });
});
