import type { RouteView } from '../release/observation.ts';
import type { Level } from '../release/route.ts';
import { isCommand } from '../traffic/command-route.ts';

/** How far the effect of a share is known, for a person. */
export function effectOf({ name, verdict }: Pick<RouteView, 'name' | 'verdict'>): string {
  if (!isCommand({ router: name })) return EFFECT[verdict.level];
  return verdict.level === 'observed' ? 'router-verify said yes' : 'it was told; its effect is not known';
}

const EFFECT: Readonly<Record<Level, string>> = {
  stored: 'stored',
  held: 'stored and held; its controller says nothing about it',
  accepted: 'accepted by its controller',
  programmed: 'programmed into the data plane',
  observed: 'observed in the traffic',
};
