import { canonicalRepository, parseImageReference } from './image-reference.ts';
import { parseLabelName } from './names.ts';
import { misunderstood, understood, type Parsed } from './parsed.ts';
import type { ImageChange } from './request.ts';
import { didYouMean } from './words.ts';

export const IMAGE_LINE_FORM =
  'container=image, or repository:tag or repository@digest for every container that runs that repository, such as web=ghcr.io/acme/web:2.1.0 or ghcr.io/acme/web:2.1.0';

/** One line of `images`: `container=image`, `repository:tag`, `repository@digest` or `repository:tag@digest`. */
export function parseImageLine(line: string): Parsed<ImageChange> {
  const split = containerEnd(line);
  if (split === -1) return repositoryLine(line);
  const container = line.slice(0, split);
  const image = line.slice(split + 1);
  if (/\s$/.test(container) || /^\s/.test(image))
    return misunderstood(`There are spaces around "=".${didYouMean(`${container.trim()}=${image.trim()}`)}`);
  if (container === '') return misunderstood('The container before "=" is missing.');
  if (image === '')
    return misunderstood('The image after "=" is missing. An expression that came out empty does that.');
  const name = parseLabelName(container);
  if (!name.ok) return misunderstood(`"${container}" before "=" is not the name of a container. ${name.problem}`);
  const reference = parseImageReference(image);
  return reference.ok ? understood({ kind: 'container', container, image }) : reference;
}

/** What a second line must not name again: the container, or the repository in any spelling. */
export function imageTarget(change: ImageChange): string {
  return change.kind === 'container'
    ? `container ${change.container}`
    : `repository ${canonicalRepository(change.repository)}`;
}

/** The user's text for it, the inverse of `parseImageLine`. */
export function formatImageLine(change: ImageChange): string {
  return change.kind === 'container' ? `${change.container}=${change.image}` : change.image;
}

function repositoryLine(line: string): Parsed<ImageChange> {
  const colonStyle = /^([a-z0-9-]+):\s+(\S+)$/.exec(line);
  if (colonStyle !== null)
    return misunderstood(`Container and image are joined by "=".${didYouMean(`${colonStyle[1]}=${colonStyle[2]}`)}`);
  const reference = parseImageReference(line);
  if (!reference.ok) return reference;
  const { repository, tag, digest } = reference.value;
  if (tag === null && digest === null)
    return misunderstood(
      `It has neither a container ("container=…") nor a tag or digest, so it does not say what to release${repository.includes(':') ? ' (what follows the colon is the port of the registry)' : ''}.`,
    );
  return understood({ kind: 'repository', repository, image: line });
}

/** Where the container's name ends: at an `=` before anything that only an image has; -1 when there is none. */
function containerEnd(line: string): number {
  const equals = line.indexOf('=');
  const ofImage = line.search(/[/:@]/);
  return equals !== -1 && (ofImage === -1 || equals < ofImage) ? equals : -1;
}
