import { lastWriteOfOurs } from '../cluster/field-owners.ts';
import type { FieldPath } from '../cluster/field-sets.ts';
import type { KubeObject, Service } from '../cluster/wire.ts';
import { isHeld } from '../release/hold.ts';
import type { Plan } from '../release/plan.ts';
import { digestOf, HASH_LABEL } from '../workload/template.ts';
import { holdFieldsOf } from '../workload/tracks.ts';
import type { ClusterSnapshot } from './snapshot.ts';

/*
 * A run that goes back moves users first and notes that afterwards; one that dies in between has left its trace in the objects all the same.
 */

const SELECTOR: FieldPath = ['f:spec', 'f:selector'];
const SPEC: FieldPath = ['f:spec'];
/** Milliseconds: times in `managedFields` are whole seconds, and API servers that share the work have a clock each. */
const APART = 2_000;

/**
 * When users were moved off the candidate by a write of ours that only a way back makes, epoch ms; null: they were not, or that cannot be
 * told. Pure.
 *
 * The candidate Service is pointed at stable by nothing else while the release is held. And on its way forward a release pins the live
 * Service before it opens the Deployment: a pin to stable that is ours, and later than what we last wrote there, is another one.
 */
export function movedBackAt(plan: Plan, snapshot: ClusterSnapshot): number | null {
  const { deployment, liveService, candidateService } = snapshot;
  if (deployment === null || liveService === null) return null;
  const fields = holdFieldsOf(deployment);
  const isFrozen = isHeld(fields) && fields.paused && digestOf(deployment.spec?.template ?? {}) !== plan.stable.digest;
  const { hash } = plan.stable;
  if (!isFrozen || !isPinned(liveService, hash)) return null;
  if (candidateService !== null && isPinned(candidateService, hash))
    return lastWriteOfOurs(candidateService.metadata, SELECTOR);
  return writtenAfter(liveService, SELECTOR, lastWriteOfOurs(deployment.metadata, SPEC));
}

function isPinned({ spec }: Service, hash: string): boolean {
  return spec?.selector?.[HASH_LABEL] === hash;
}

/** When what is ours at a path was written, epoch ms, if that was certainly after `than`. */
export function writtenAfter({ metadata }: KubeObject, path: FieldPath, than: number | null): number | null {
  const at = lastWriteOfOurs(metadata, path);
  return at !== null && than !== null && at >= than + APART ? at : null;
}
