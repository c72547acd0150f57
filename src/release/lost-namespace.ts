import type { Action } from './action.ts';
import type { Observation } from './observation.ts';

/**
 * The namespace that a release is in is deleted. Everything in it goes, in whatever order, and nobody can call that off; until it is `gone`
 * what is there can be changed, and nothing can be made.
 */
export interface LostNamespace {
  readonly name: string;
  readonly is: 'leaving' | 'gone';
}

/**
 * Everything that users could reach is gone, or leaves, at the same time: worth the question whether the namespace does. A release cannot
 * do that, and no move of users helps against it.
 */
export function isBereft({ lost, deployment, stable, candidate, others }: Observation): boolean {
  const pods = [stable, candidate, ...others].flatMap((track) => track?.pods ?? []);
  return lost !== null || (deployment.replicas > 0 && pods.every(({ terminating }) => terminating));
}

/** There is no version to take users to, and what is written now goes with the rest. */
export function leaveToItsEnd(namespace: LostNamespace): Action {
  return { do: 'finish', outcome: { outcome: 'failed', left: 'gone', reason: describeLostNamespace(namespace) } };
}

/** What was found, for a person: nothing that can be read tells who did it. */
export function describeLostNamespace({ name, is }: LostNamespace): string {
  const what =
    is === 'leaving'
      ? `Namespace ${name} is being deleted, with every object in it and the pods of both versions; nothing can be made in it any more.`
      : `Namespace ${name} is gone, with every object in it and the pods of both versions.`;
  return `${what} Who deleted it is kept in no object; the API server’s audit log has it.`;
}
