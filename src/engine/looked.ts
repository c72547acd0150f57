import type { PlanReport } from './plan-deploy.ts';
import type { RoleNeeds } from './role.ts';
import type { Status } from './status.ts';

/** What an operation that only looks has found. */
export type Looked =
  | { readonly of: 'status'; readonly status: Status }
  | { readonly of: 'plan'; readonly plan: PlanReport }
  | { readonly of: 'role'; readonly role: RoleNeeds };
