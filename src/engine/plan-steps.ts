import { batchesOfSize, fallingBatch, formatAmount, stepsOfBatches } from '../action/batches.ts';
import type { Request } from '../action/request.ts';
import type { Step } from '../release/plan.ts';
import { ALL, type Share } from '../release/route.ts';
import type { Finding } from './refusal.ts';

/** Before any user: the candidate is up and checked. */
const UP: Step = { share: 0, stay: 0 };
const ALL_OF_THEM: Step = { share: ALL, stay: 0 };

/** More batches than anybody watches; every one of them is a line of log and summary. */
const MOST_BATCHES = 100;

/**
 * The steps of a plan: up and checked before any user, the ramp or the batches, and all of the users. Blue/green and the plain rolling
 * update have the first alone.
 */
export function stepsOf(request: Request, replicas: number): readonly [Step, ...Step[]] {
  if (request.strategy === 'canary') return [{ ...UP, stay: request.mirror?.stay ?? 0 }, ...request.steps, ALL_OF_THEM];
  const batches = batchesOf(request, replicas);
  return batches === null ? [UP] : [UP, ...stepsOfBatches(batches, request.batchTime, replicas), ALL_OF_THEM];
}

/** What of the batches does not fit the pods that there are. */
export function batchFindings(request: Request, replicas: number): Finding[] {
  const batches = batchesOf(request, replicas);
  if (batches === null) return [];
  const pods = `${replicas} pod${replicas === 1 ? '' : 's'}`;
  if (batches.length > MOST_BATCHES)
    return [
      { message: `Input batch-size makes ${batches.length + 1} batches of ${pods}; ${MOST_BATCHES} are the most.` },
    ];
  const { pauseAt } = request;
  const places = [{ share: 0 }, ...batches];
  if (pauseAt !== null && !places.some((place) => formatAmount(place) === formatAmount(pauseAt)))
    return [
      {
        message: `Input pause-at: ${formatAmount(pauseAt)} is no batch of ${pods}; they are ${places.map(formatAmount).join(', ')}.`,
      },
    ];
  if (pauseAt !== null && 'pods' in pauseAt && pauseAt.pods >= replicas)
    return [
      {
        message: `Input pause-at: ${formatAmount(pauseAt)} is all of ${pods}: users would all be on the new version, and the release at its end. Pause at an earlier batch, or leave it out.`,
      },
    ];
  const falling = fallingBatch(batches, replicas);
  if (falling === null) return [];
  const [before, batch] = falling.map(formatAmount);
  return [
    {
      message: `Input batches: ${batch} of ${pods} is less than ${before} before it; a batch includes the ones before it.`,
    },
  ];
}

/** The share at which to pause; null: nowhere. */
export function pauseShare(pauseAt: Request['pauseAt'], steps: readonly Step[]): Share | null {
  if (pauseAt === null) return null;
  const found = steps.find((step) => ('pods' in pauseAt ? step.pods === pauseAt.pods : step.share === pauseAt.share));
  return found?.share ?? null;
}

function batchesOf({ strategy, batches }: Request, replicas: number): ReturnType<typeof batchesOfSize> | null {
  if (strategy !== 'rolling' || batches === null) return null;
  return 'size' in batches ? batchesOfSize(batches.size, replicas) : batches;
}
