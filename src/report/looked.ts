import type { Looked } from '../engine/looked.ts';
import type { Teller } from '../engine/teller.ts';
import type { Room } from './blocks.ts';
import type { Html } from './escape.ts';
import { planBlocks, tellPlan, WOULDS } from './plan.ts';
import { roleBlocks, tellRole } from './role.ts';
import { STANDINGS, statusBlocks, statusLines } from './status.ts';

/** The words in the headline of the summary. */
export function lookedTitle(looked: Looked): string {
  switch (looked.of) {
    case 'status':
      return STANDINGS[looked.status.is];
    case 'plan':
      return WOULDS[looked.plan.would];
    case 'role':
      return '🔑 Role';
  }
}

/** What was found, below the headline. */
export function lookedBlocks(looked: Looked, room: Room): Html[] {
  switch (looked.of) {
    case 'status':
      return statusBlocks(looked.status, room);
    case 'plan':
      return planBlocks(looked.plan, room);
    case 'role':
      return roleBlocks(looked.role);
  }
}

/** The same for the log. */
export function tellLooked(teller: Pick<Teller, 'fact' | 'foreign'>, looked: Looked): void {
  switch (looked.of) {
    case 'status':
      for (const line of statusLines(looked.status)) teller.fact(line);
      break;
    case 'plan':
      tellPlan(teller, looked.plan);
      break;
    case 'role':
      tellRole(teller, looked.role);
      break;
  }
}
