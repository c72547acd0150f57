import { onlyLooks } from '../action/operations.ts';
import { adviceFor, changedImages, describeUsers } from './advice.ts';
import { capped, firstLine, oneLine, shortDigests } from './escape.ts';
import type { Story } from './story.ts';
import { hasBegun, usersAfter } from './users.ts';

/** Characters that GitHub shows of an annotation. */
const LONGEST_MESSAGE = 4_096;
/** Characters for what was wanted and what was found; the rest is for where the users are and what to do. */
const LONGEST_WISH = 600;
const LONGEST_FINDING = 2_400;

/** The error annotation of a run that did not succeed. */
export interface Annotation {
  readonly title: string;
  /** Several lines: what was wanted, what was found, where users are, what to do. */
  readonly message: string;
}

export function annotationFor(story: Story): Annotation {
  const found =
    story.findings.length > 0
      ? story.findings.map(({ message }) => oneLine(message)).join('\n')
      : firstLine(story.reason ?? 'The reason is not known.');
  const lines = [
    `Wanted: ${capped(wanted(story), LONGEST_WISH)}.`,
    `Found: ${capped(found, LONGEST_FINDING)}`,
    describeUsers(usersAfter(story), story),
    next(story),
  ];
  return { title: title(story), message: capped(lines.filter((line) => line !== null).join('\n'), LONGEST_MESSAGE) };
}

function next(story: Story): string | null {
  // Refusals say themselves what to do.
  if (story.findings.length > 0 && !hasBegun(story))
    return story.findings.some(({ attachment }) => attachment !== undefined)
      ? 'What can be applied as it stands is in the job summary.'
      : null;
  const advice = adviceFor(story);
  if (advice === null) return null;
  const command = advice.copy?.what === 'commands' ? (advice.copy.text.split('\n')[0] ?? '') : '';
  return command === '' ? advice.text : `${advice.text} Begin with: ${command}`;
}

/** What was refused, where it is not a release. */
const NOT_DONE: Partial<Readonly<Record<Story['action'], string>>> = {
  promote: 'go on with the release of',
  resume: 'go on with the release of',
  abort: 'take back',
  rollback: 'roll back',
  finish: 'finish the release of',
};

function title(story: Story): string {
  const workload = oneLine(story.namespace === null ? story.deployment : `${story.namespace}/${story.deployment}`, 200);
  const isRollback = story.action === 'rollback' || story.rollback;
  if (story.looked?.of === 'plan') return `A deploy of ${workload} would be refused`;
  if (onlyLooks(story.action)) return `Crossfade could not tell the ${story.action} of ${workload}`;
  if (story.findings.length > 0 && !hasBegun(story))
    return `Crossfade did not ${NOT_DONE[story.action] ?? 'release'} ${workload}`;
  switch (story.outcome) {
    case 'rolled-back':
      return `Crossfade took ${workload} back`;
    case 'aborted':
      return `Crossfade aborted the ${isRollback ? 'rollback' : 'release'} of ${workload}`;
    default:
      if (story.action === 'finish') return `Crossfade could not finish the release of ${workload}`;
      if (usersAfter(story).on === 'before') return `Crossfade rolled ${workload} back, but could not end that`;
      if (isRollback) return `Crossfade could not roll ${workload} back`;
      return `Crossfade could not release ${workload}${story.held ? ' and left both versions standing' : ''}`;
  }
}

function wanted({ action, kind, deployment, from, to }: Story): string {
  if (onlyLooks(action)) return oneLine(`the ${action} of ${kind} ${deployment}`);
  const moves = changedImages(from, to).map(({ container, from: before, to: after }) =>
    shortDigests(oneLine(`container ${container} from ${before} to ${after}`)),
  );
  if (moves.length > 0) return moves.join(', ');
  return oneLine(`${action === 'deploy' ? 'a release' : `action ${action}`} of ${kind} ${deployment}`);
}
