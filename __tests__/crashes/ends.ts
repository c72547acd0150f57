import { IMAGE } from '../contract/cluster.ts';
import type { Left } from './cluster.ts';

/* What a release of v2 leaves where v1 was. */

/** All is as it was; the record tells of it. */
export function closed(original: Left): Left {
  return { ...original, configMaps: ['crossfade.web'] };
}

/** As it was, with the new image. */
export function promoted(original: Left): Left {
  return { ...(JSON.parse(JSON.stringify(closed(original)).replaceAll(IMAGE.v1, IMAGE.v2)) as Left) };
}
