import { misunderstood, understood, type Parsed } from './parsed.ts';
import { didYouMean } from './words.ts';

/** An image reference taken apart: `ghcr.io/acme/web:2.1.0@sha256:…`. */
export interface ImageReference {
  /** Registry (if written) and path, as written: `ghcr.io/acme/web`, `localhost:5000/web`, `nginx`. */
  readonly repository: string;
  readonly tag: string | null;
  /** With its algorithm: `sha256:…`. */
  readonly digest: string | null;
}

// The grammar of github.com/distribution/reference, which the kubelet applies (there a mistake is InvalidImageName, minutes later).
const REGISTRY =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(?::\d{1,5})?$/i;
const PATH_PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[a-z][a-z0-9]*(?:[-_+.][a-z][a-z0-9]*)*:[0-9a-f]{32,}$/i;
const SHA256 = /^sha256:[0-9a-f]{64}$/;
const LONGEST_REPOSITORY = 255;

/** Takes an image reference apart, or says what no container runtime would accept in it. */
export function parseImageReference(given: string): Parsed<ImageReference> {
  if (/\s/.test(given)) return misunderstood('An image has no spaces.');
  const scheme = /^(?:docker|oci|https?):\/\//.exec(given)?.[0];
  if (scheme !== undefined)
    return misunderstood(`An image is written without ${scheme}.${didYouMean(given.slice(scheme.length))}`);
  const [name = '', ...digests] = given.split('@');
  if (digests.length > 1) return misunderstood('It has more than one "@".');
  // A colon before the last slash belongs to the registry's port.
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const repository = colon === -1 ? name : name.slice(0, colon);
  const tag = colon === -1 ? null : name.slice(colon + 1);
  const digest = digests[0] ?? null;
  const problem = repositoryProblem(repository) ?? tagProblem(tag) ?? digestProblem(digest);
  return problem === null ? understood({ repository, tag, digest }) : misunderstood(problem);
}

function repositoryProblem(repository: string): string | null {
  if (repository === '') return 'The name of the image is missing.';
  if (repository.length > LONGEST_REPOSITORY)
    return `The name before tag and digest has ${repository.length} characters and may have ${LONGEST_REPOSITORY}.`;
  const [first = '', ...rest] = repository.split('/');
  const path = rest.length > 0 && isRegistry(first) ? rest : [first, ...rest];
  if (path.length === rest.length && !REGISTRY.test(first))
    return `The registry "${first}" is not a host name with an optional port.`;
  if (path.some((part) => part === ''))
    return 'A part of its name is empty: it begins or ends with a slash, or has two in a row. An expression that came out empty does that.';
  const wrong = path.find((part) => !PATH_PART.test(part));
  if (wrong === undefined) return null;
  if (PATH_PART.test(wrong.toLowerCase())) return `Image names are lower case, and "${wrong}" is not.`;
  return `The part "${wrong}" of its name may have only lower-case letters and digits, with ".", "_", "__" or "-" between them.`;
}

function tagProblem(tag: string | null): string | null {
  if (tag === null || TAG.test(tag)) return null;
  if (tag === '') return 'The tag after ":" is empty. An expression that came out empty does that.';
  return `The tag "${tag.slice(0, 130)}" may have only letters, digits, "_", "." and "-", at most 128, and must not begin with "." or "-".`;
}

function digestProblem(digest: string | null): string | null {
  if (digest === null) return null;
  if (digest === '') return 'The digest after "@" is empty. An expression that came out empty does that.';
  const fits = digest.startsWith('sha256:') ? SHA256.test(digest) : DIGEST.test(digest);
  return fits ? null : 'The digest after "@" must be "sha256:" and 64 hexadecimal digits in lower case.';
}

/** As container runtimes decide: a first part with a dot or a colon, or `localhost`, is a registry. */
function isRegistry(first: string): boolean {
  return /[.:]/.test(first) || first === 'localhost';
}

/**
 * One spelling for each repository, so that two can be compared: `nginx`, `library/nginx` and `index.docker.io/library/nginx`
 * are all `docker.io/library/nginx`.
 */
export function canonicalRepository(repository: string): string {
  const slash = repository.indexOf('/');
  const first = slash === -1 ? '' : repository.slice(0, slash);
  const registry = isRegistry(first) ? first.toLowerCase() : 'docker.io';
  const path = isRegistry(first) ? repository.slice(slash + 1) : repository;
  if (registry !== 'docker.io' && registry !== 'index.docker.io') return `${registry}/${path}`;
  return `docker.io/${path.includes('/') ? path : `library/${path}`}`;
}
