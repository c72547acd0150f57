import type { KubeObject } from '../cluster/wire.ts';
import type { RouteVerdict } from './router.ts';

/*
 * What one condition in the status of a route says of its taking up.
 */

/** A condition as controllers write it; some leave out observedGeneration. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

export function verdictOf(title: string, object: KubeObject, condition: Condition | undefined): RouteVerdict {
  if (condition === undefined)
    return {
      is: 'unknown',
      level: 'stored',
      reasons: [`${title} has no condition about its taking up: does its controller run, and is this object its own?`],
    };
  const generation = object.metadata?.generation ?? 0;
  if ((condition.observedGeneration ?? generation) < generation)
    return {
      is: 'unknown',
      level: 'stored',
      reasons: [
        `${title} is at generation ${generation}; its controller has seen ${condition.observedGeneration}: wait`,
      ],
    };
  const said = [condition.reason, condition.message].filter((text) => text !== undefined && text !== '').join(': ');
  const words = `${condition.type} is ${condition.status}${said === '' ? '' : ` (${said})`}`;
  if (condition.status !== 'True')
    return { is: condition.status === 'False' ? 'no' : 'unknown', level: 'stored', reasons: [`${title}: ${words}`] };
  if (condition.observedGeneration === undefined)
    return {
      is: 'yes',
      level: 'accepted',
      reasons: [`${title}: ${words}, unversioned: it may be about an earlier version of it`],
    };
  return { is: 'yes', level: 'accepted', reasons: [`${title}: ${words}`] };
}
