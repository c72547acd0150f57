import { expect, test } from '@jest/globals';
import type { EnvChange, ImageChange } from '../../src/action/request.ts';
import type { PodTemplate } from '../../src/cluster/wire.ts';
import { changeTemplate, digestOf, imagesOf, repositoryOf, templateDifference } from '../../src/workload/template.ts';

const template: PodTemplate = {
  metadata: { labels: { app: 'shop' } },
  spec: {
    initContainers: [{ name: 'migrate', image: 'ghcr.io/acme/web:v1' }],
    containers: [
      { name: 'web', image: 'ghcr.io/acme/web:v1', env: [{ name: 'MODEL', value: 'small' }] },
      { name: 'proxy', image: 'nginx:1.27' },
    ],
  },
};

function changed(images: ImageChange[], env: EnvChange[] = []): PodTemplate | string[] {
  const result = changeTemplate(template, images, env);
  return 'template' in result ? result.template : result.misfits.map(({ input, message }) => `${input}: ${message}`);
}

test('a container line changes that container alone, a repository line every container of it', () => {
  const one = changed([{ kind: 'container', container: 'web', image: 'ghcr.io/acme/web:v2' }]);
  expect(Array.isArray(one) ? one : imagesOf(one)).toEqual({
    migrate: 'ghcr.io/acme/web:v1',
    web: 'ghcr.io/acme/web:v2',
    proxy: 'nginx:1.27',
  });
  const all = changed([{ kind: 'repository', repository: 'ghcr.io/acme/web', image: 'ghcr.io/acme/web:v2' }]);
  expect(Array.isArray(all) ? all : imagesOf(all)).toEqual({
    migrate: 'ghcr.io/acme/web:v2',
    web: 'ghcr.io/acme/web:v2',
    proxy: 'nginx:1.27',
  });
});

test('a repository is the same under its short and its full name', () => {
  const result = changed([
    { kind: 'repository', repository: 'docker.io/library/nginx', image: 'docker.io/library/nginx:1.28' },
  ]);
  expect(Array.isArray(result) ? result : imagesOf(result).proxy).toBe('docker.io/library/nginx:1.28');
});

test('every change that does not fit is told, with what would', () => {
  const result = changed(
    [
      { kind: 'container', container: 'wbe', image: 'x:1' },
      { kind: 'repository', repository: 'quay.io/other', image: 'quay.io/other:1' },
    ],
    [{ container: 'sidecar', name: 'A', value: '1' }],
  );
  const found = 'found migrate (ghcr.io/acme/web:v1), web (ghcr.io/acme/web:v1), proxy (nginx:1.27)';
  expect(result).toEqual([
    `images: wanted a container named wbe; ${found}`,
    `images: wanted a container that runs quay.io/other; ${found}`,
    `env: wanted a container named sidecar; ${found}`,
  ]);
});

test('environment values are replaced or added, and never told', () => {
  const result = changed(
    [],
    [
      { container: 'web', name: 'MODEL', value: 'secret-large' },
      { container: 'web', name: 'NEW', value: '' },
    ],
  );
  if (Array.isArray(result)) throw new Error(result.join());
  expect(result.spec?.containers[0]?.env).toEqual([
    { name: 'MODEL', value: 'secret-large' },
    { name: 'NEW', value: '' },
  ]);
  const difference = templateDifference(template, result);
  expect(difference).toBe('container web: env MODEL, container web: env NEW');
});

test('a digest does not depend on key order, nulls or the hash label, and on everything else', () => {
  const spec = { containers: [{ image: 'a:1', name: 'web', resources: undefined }] };
  const reordered = { spec, metadata: { labels: { 'pod-template-hash': 'abc', app: 'web' }, creationTimestamp: null } };
  // As the API server writes an absent timestamp.
  const digest = digestOf(reordered as unknown as PodTemplate);
  expect(digest).toBe(
    digestOf({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'a:1' }] } }),
  );
  expect(digest).not.toBe(
    digestOf({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'a:2' }] } }),
  );
});

test.each([
  ['nginx', 'nginx'],
  ['nginx:1.27', 'nginx'],
  ['localhost:5000/a/web', 'localhost:5000/a/web'],
  ['localhost:5000/a/web:v1@sha256:0123', 'localhost:5000/a/web'],
])('the repository of %s is %s', (image, repository) => {
  expect(repositoryOf(image)).toBe(repository);
});
