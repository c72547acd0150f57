import { ALL, type Share } from '../release/route.ts';
import type { Step } from '../release/plan.ts';
import { parseDuration } from './durations.ts';
import { misunderstood, type Parsed, understood } from './parsed.ts';
import { formatShare, parseShare } from './shares.ts';

/** A number of pods, or a share of them. */
export type Amount = { readonly pods: number } | { readonly share: Share };

/** A batch of a rolling release, all batches before it included. */
export type Batch = Amount & {
  /** Milliseconds to stay when its pods are Ready; null: as long as input `batch-time` says. */
  readonly stay: number | null;
};

export const AMOUNT_FORM = 'a number of pods such as 2, or a percentage such as 25%';

/** What the input `batches` says it accepts. */
export const BATCHES_FORM =
  'the pods that run the new version after each batch, such as 1, 25%, 50% (commas or lines between), each with the time to stay if it is not batch-time, such as 1 5m';

/** `3` or `25%`. */
export function parseAmount(given: string): Parsed<Amount> {
  if (/^\d{1,6}$/.test(given))
    return given === '0' ? misunderstood('No pod at all.') : understood({ pods: Number(given) });
  const share = parseShare(given);
  return share.ok
    ? understood({ share: share.value })
    : misunderstood('It is neither a number of pods nor a percentage.');
}

/** The batches up to, but without, all pods, which follow by themselves. */
export function parseBatches(given: string): Parsed<readonly Batch[]> {
  const parts = given
    .split(/[,\n\r]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith('#'));
  const batches: Batch[] = [];
  for (const part of parts) {
    const [text = '', stay, ...more] = part.split(/\s+/);
    if (more.length > 0) return misunderstood(`"${part}" is not a number of pods and a time.`);
    const amount = parseAmount(text);
    if (!amount.ok) return misunderstood(`"${part}": ${amount.problem}`);
    const time = stay === undefined ? null : parseDuration(stay);
    if (time !== null && !time.ok) return misunderstood(`"${part}": ${stay}: ${time.problem}`);
    if ('share' in amount.value && amount.value.share === 0)
      return misunderstood(`"${part}": no pod is replaced by it.`);
    if ('share' in amount.value && amount.value.share === ALL) {
      if (time !== null)
        return misunderstood(`"${part}": all pods stay for bake-time. Leave it out, 100% follows by itself.`);
      continue;
    }
    const fallen = batches.find((before) => isNotMore(amount.value, before));
    if (fallen !== undefined)
      return misunderstood(`${text} comes after ${formatAmount(fallen)}; a batch includes the ones before it.`);
    batches.push({ ...amount.value, stay: time === null ? null : time.value });
  }
  return batches.length === 0 ? misunderstood('It names no batch.') : understood(batches);
}

export function formatAmount(amount: Amount): string {
  return 'pods' in amount ? String(amount.pods) : formatShare(amount.share);
}

/**
 * The steps of a plan for the replicas that there are: what each batch is as a share, the nearest basis point.
 * A batch that adds no pod to the one before (25 % of 4 after 1) stays in: it has its time.
 */
export function stepsOfBatches(batches: readonly Batch[], defaultStay: number, replicas: number): readonly Step[] {
  return batches.map((batch) => {
    const stay = batch.stay ?? defaultStay;
    if ('share' in batch) return { share: batch.share, stay };
    return { share: Math.round((Math.min(batch.pods, replicas) * ALL) / replicas), pods: batch.pods, stay };
  });
}

/** Batches of the same size each, without the last. */
export function batchesOfSize(size: Amount, replicas: number): readonly Batch[] {
  const [whole, by] = 'pods' in size ? [replicas, size.pods] : [ALL, size.share];
  const many = Math.max(0, Math.ceil(whole / by) - 1);
  return Array.from({ length: many }, (_, at) => {
    const so = (at + 1) * by;
    return 'pods' in size ? { pods: so, stay: null } : { share: so, stay: null };
  });
}

/** The pods after each batch, and the first batch that would have fewer than the one before it; null: they rise. */
export function fallingBatch(batches: readonly Batch[], replicas: number): readonly [Batch, Batch] | null {
  const pods = (batch: Batch): number =>
    'pods' in batch ? Math.min(batch.pods, replicas) : Math.ceil((replicas * batch.share) / ALL);
  for (const [at, batch] of batches.entries()) {
    const before = batches[at - 1];
    if (before !== undefined && pods(batch) < pods(before)) return [before, batch];
  }
  return null;
}

function isNotMore(amount: Amount, before: Amount): boolean {
  if ('pods' in amount) return 'pods' in before && amount.pods <= before.pods;
  return 'share' in before && amount.share <= before.share;
}
