import { judge } from '../kubernetes/invariants.ts';
import type { Family, Play } from './family.ts';

/** What of the rules of a held release was broken, from outside. */
export function violations(play: Play, { isResized = false, isPlain = false }: Family): readonly string[] {
  if (isPlain) return [];
  const { violations: found } = judge(play.cluster.changes, { deployment: 'web', service: 'web' });
  return found.filter(({ rule }) => !isResized || rule !== 'exposed').map(({ rule, message }) => `${rule}: ${message}`);
}

/** What a person needs to understand a play that went wrong: what the runs said, what they wrote, what became of the objects. */
export function storyOf(play: Play): string {
  const logs = play.runs.map(({ log, state }, index) => [`--- run ${index + 1} (${state})`, ...log].join('\n'));
  const { timeline } = judge(play.cluster.changes, { deployment: 'web', service: 'web' });
  return [...logs, '--- writes', ...play.writes(), '--- states', timeline].join('\n');
}
