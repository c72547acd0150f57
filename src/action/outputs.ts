import { lookedOutputs, NOT_LOOKED } from './looked-outputs.ts';
import type { Images } from '../release/plan.ts';
import { formatDuration } from '../report/duration.ts';
import { firstLine } from '../report/escape.ts';
import type { Story } from '../report/story.ts';
import { usersAfter } from '../report/users.ts';

/** The outputs of `action.yml`. */
export type OutputName =
  | 'outcome'
  | 'release'
  | 'previous-images'
  | 'images'
  | 'stable-hash'
  | 'candidate-hash'
  | 'duration'
  | 'reason'
  | 'rollback-possible'
  | 'status'
  | 'share'
  | 'possible'
  | 'plan'
  | 'role'
  | 'result';

/** What later steps are told of the run; what is not known is an empty text. */
export function outputsOf(story: Story): Record<OutputName, string> {
  // A run that released nothing has no version before.
  const isAtRest = story.outcome === 'unchanged' && !story.dryRun;
  const before = isAtRest ? {} : story.from;
  const now = imagesNow(story);
  const reason = story.reason === null ? null : firstLine(story.reason);
  return {
    outcome: story.outcome,
    release: story.release ?? '',
    'previous-images': imageLines(before),
    images: imageLines(now),
    'stable-hash': story.stableHash ?? '',
    'candidate-hash': story.candidateHash ?? '',
    duration: formatDuration(story.finishedAt - story.startedAt),
    reason: reason ?? '',
    'rollback-possible': String(story.rollbackPossible),
    ...NOT_LOOKED,
    ...(story.looked === null ? {} : lookedOutputs(story.looked)),
    result: JSON.stringify(resultOf({ ...story, reason }, now)),
  };
}

/** The images that users are on now; none where that is not certain. */
function imagesNow(story: Story): Images {
  const users = usersAfter(story);
  if (users.on === 'new' || users.on === 'before') return story.to;
  // A run that failed before it wrote anything knows at most the plan of another release.
  const isUnknown = users.on === 'uncertain' || (users.on === 'untouched' && story.outcome === 'failed');
  return isUnknown ? {} : story.from;
}

/** Lines `container=image`, the form of the input `images`: an output can be handed back to it as it is. */
export function imageLines(images: Images): string {
  return Object.entries(images)
    .map(([container, image]) => `${container}=${image}`)
    .join('\n');
}

/** Everything of the story but lines that programs wrote: later steps print or store this. */
function resultOf({ looked, ...story }: Story, images: Images): object {
  const { diagnosis } = story;
  const log = diagnosis?.log ?? null;
  return {
    schema: 1,
    ...story,
    ...foundOf(looked),
    images,
    durationMs: story.finishedAt - story.startedAt,
    // The first line of a detail is ours, the others are the command's output.
    checks: story.checks.map((check) => ({ ...check, detail: firstLine(check.detail) })),
    diagnosis:
      diagnosis === null
        ? null
        : { ...diagnosis, log: log === null ? null : { pod: log.pod, container: log.container } },
  };
}

/** By its own name: `status`, `role`. */
function foundOf(looked: Story['looked']): object {
  if (looked === null) return {};
  const { of: _of, ...found } = looked;
  return found;
}
