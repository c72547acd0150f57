import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalRepository, parseImageReference } from '../../src/action/image-reference.ts';
import { formatImageLine, imageTarget, parseImageLine } from '../../src/action/images.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseImageLine', () => {
  test.each([
    'ghcr.io/acme/web:2.1.0',
    'nginx',
    'localhost:5000/web',
    'localhost:5000/web:1',
    `localhost:5000/web@${DIGEST}`,
    `ghcr.io/acme/web:2.1.0@${DIGEST}`,
    '[fd00::1]:5000/web:1',
  ])('web=%s', (image) => {
    expect(parseImageLine(`web=${image}`)).toEqual({
      ok: true,
      value: { kind: 'container', container: 'web', image },
    });
  });

  test.each([
    ['ghcr.io/acme/web:2.1.0', 'ghcr.io/acme/web'],
    ['nginx:1.29', 'nginx'],
    ['localhost:5000/web:1', 'localhost:5000/web'],
    ['localhost/web:1', 'localhost/web'],
    [`ghcr.io/acme/web@${DIGEST}`, 'ghcr.io/acme/web'],
    [`localhost:5000/team/web:1@${DIGEST}`, 'localhost:5000/team/web'],
    ['registry.test/a/b/c_d__e--f.g:V_1.x-y', 'registry.test/a/b/c_d__e--f.g'],
  ])('%s', (image, repository) => {
    expect(parseImageLine(image)).toEqual({ ok: true, value: { kind: 'repository', repository, image } });
  });

  test.each([
    ['localhost:5000/web', 'port of the registry'],
    ['ghcr.io/acme/web', 'neither a container'],
    ['nginx', 'neither a container'],
    ['web=', 'The image after "=" is missing'],
    ['=nginx:1', 'The container before "=" is missing'],
    ['web = nginx:1', 'Did you mean web=nginx:1?'],
    ['web: nginx:1', 'Did you mean web=nginx:1?'],
    ['Web=nginx:1', 'Did you mean web?'],
    ['web.x=nginx:1', 'not the name of a container'],
    ['web=nginx:', 'tag after ":" is empty'],
    ['ghcr.io/acme/web:', 'tag after ":" is empty'],
    ['web=nginx@', 'digest after "@" is empty'],
    ['web=nginx@sha256:abc', '64 hexadecimal digits'],
    [`web=nginx@${DIGEST}@${DIGEST}`, 'more than one "@"'],
    ['web=ghcr.io//web:1', 'is empty'],
    ['web=ghcr.io/Acme/web:1', '"Acme" is not'],
    ['Acme/web:1', '"Acme" is not'],
    ['acme/web=b:1', 'may have only lower-case'],
    ['web=nginx:-1', 'The tag "-1"'],
    ['web=-x.io/web:1', 'not a host name'],
    ['web=https://ghcr.io/acme/web:1', 'Did you mean ghcr.io/acme/web:1?'],
    ['web=a b:1', 'no spaces'],
    [`web=${'a'.repeat(256)}:1`, '256 characters'],
  ])('refuses %j', (line, problem) => {
    expect(parseImageLine(line)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });

  const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,10}[a-z0-9])?$/);
  const registry = fc.constantFrom(
    '',
    'ghcr.io/',
    'localhost/',
    'localhost:5000/',
    'my-registry.test:443/',
    '[::1]:80/',
  );
  const path = fc.array(fc.stringMatching(/^[a-z0-9]{1,5}((\.|_|__|-)[a-z0-9]{1,4})?$/), {
    minLength: 1,
    maxLength: 3,
  });
  const tag = fc.option(fc.stringMatching(/^\w[\w.-]{0,20}$/));
  const digest = fc.option(fc.constant(DIGEST));
  const reference = fc.record({ registry, path, tag, digest }).map(({ registry, path, tag, digest }) => ({
    repository: registry + path.join('/'),
    tag,
    digest,
  }));
  const written = ({ repository, tag, digest }: { repository: string; tag: string | null; digest: string | null }) =>
    repository + (tag === null ? '' : `:${tag}`) + (digest === null ? '' : `@${digest}`);

  test('an image comes apart as it was put together', () => {
    fc.assert(
      fc.property(reference, (value) => {
        expect(parseImageReference(written(value))).toEqual({ ok: true, value });
      }),
    );
  });

  test('a line that is understood is written back as it was', () => {
    const containerLine = fc.tuple(label, reference).map(([container, image]) => `${container}=${written(image)}`);
    const repositoryLine = reference.filter(({ tag, digest }) => tag !== null || digest !== null).map(written);
    fc.assert(
      fc.property(fc.oneof(containerLine, repositoryLine), (line) => {
        const parsed = parseImageLine(line);
        expect(parsed.ok && formatImageLine(parsed.value)).toBe(line);
      }),
    );
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.string(), (line) => typeof parseImageLine(line).ok === 'boolean'));
  });
});

test.each([
  ['nginx', 'docker.io/library/nginx'],
  ['acme/web', 'docker.io/acme/web'],
  ['index.docker.io/library/nginx', 'docker.io/library/nginx'],
  ['docker.io/nginx', 'docker.io/library/nginx'],
  ['GHCR.io/acme/web', 'ghcr.io/acme/web'],
  ['localhost/web', 'localhost/web'],
  ['localhost:5000/web', 'localhost:5000/web'],
])('canonicalRepository(%s)', (repository, canonical) => {
  expect(canonicalRepository(repository)).toBe(canonical);
});

test('two spellings of a repository are one target', () => {
  const targets = ['nginx:1', 'docker.io/library/nginx:2'].map((line) => {
    const parsed = parseImageLine(line);
    return parsed.ok ? imageTarget(parsed.value) : line;
  });
  expect(new Set(targets).size).toBe(1);
});
