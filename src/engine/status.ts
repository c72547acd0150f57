import type { Request } from '../action/request.ts';
import { verdictsOf } from '../analysis/judgement.ts';
import { ApiError, isStatus } from '../cluster/errors.ts';
import { type LockSeen, lookAtLock } from '../cluster/lease.ts';
import { goalOf, hasMoved, type History, type WayBack, wayBackTo } from '../release/history.ts';
import { describeLostNamespace, type LostNamespace } from '../release/lost-namespace.ts';
import type { Images, Strategy } from '../release/plan.ts';
import { ALL, type Share } from '../release/route.ts';
import { shareOf } from '../release/stages.ts';
import { type DeployParts, NOTHING, type Result } from './deploy.ts';
import { lookAtDeployment } from './deployment-status.ts';
import { lookAtKnative } from './knative/status.ts';
import { type Possible, possibleOperations, type Standing } from './possible-operations.ts';
import { type OpenRelease, type PastRelease, readBook } from './record-store.ts';
import { type Finding, Refused } from './refusal.ts';
import { historyOf, type Versions } from './versions.ts';
import { subjectOf } from './workload-kinds.ts';

/** How a workload stands, with or without a release. Times are epoch milliseconds. */
export interface Status {
  readonly is: Standing;
  readonly open: OpenStatus | null;
  /** Of the users who reach the candidate; null: it cannot be told. */
  readonly share: Share | null;
  readonly tracks: readonly TrackStatus[];
  /** How users get there, a line each: `Service web: …`, `httproute/web: …`. */
  readonly ways: readonly string[];
  /** Who holds the lock; null: nobody, or that is not allowed to be known (`notes`). */
  readonly lock: LockSeen | null;
  /** Newest first. */
  readonly past: readonly PastStatus[];
  readonly possible: readonly Possible[];
  /** The version from before is still known to the cluster. */
  readonly rollbackPossible: boolean;
  /** It is being deleted; null: nothing suggests that, or nobody said so. */
  readonly lostNamespace: LostNamespace | null;
  /** What a person should know beside; whole sentences. */
  readonly notes: readonly string[];
  readonly at: number;
}

export interface OpenStatus {
  readonly release: string;
  readonly strategy: Strategy;
  readonly since: number;
  /** URL of the run that was last at work on it. */
  readonly run: string | null;
  /** Where it stands still; null: it does not. */
  readonly pausedAt: Share | null;
  readonly stableHash: string;
  /** Null: it is not there. */
  readonly candidateHash: string | null;
  readonly from: Images;
  readonly to: Images;
  /** What was known of the candidate at the pause, whole sentences, each with its verdict; none: nothing was measured. */
  readonly verdicts: readonly { readonly verdict: string; readonly text: string }[];
}

/** The pods of one version. */
export interface TrackStatus {
  readonly role: 'stable' | 'candidate' | 'other';
  /** `pod-template-hash`, or the name of a Revision. */
  readonly hash: string;
  readonly revision: string | null;
  readonly images: Images;
  /** Pods that are wanted; null: their number is the platform's own business. */
  readonly wanted: number | null;
  readonly ready: number;
  /** Of the users; null: it cannot be told. */
  readonly share: Share | null;
}

export interface PastStatus {
  readonly release: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly finishedAt: string;
  readonly run: string | null;
  readonly from: Images;
  readonly to: Images;
  /** The version that it brought; null: its pods never were. */
  readonly hash: string | null;
  /** Whether `rollback` can bring that version back, and why not. */
  readonly version: WayBack;
  /** Users came to that version by it. */
  readonly hasMoved: boolean;
}

/** What is seen of a workload, whatever its kind. */
export interface WorkloadSeen {
  readonly tracks: readonly TrackStatus[];
  readonly share: Share | null;
  readonly ways: readonly string[];
  /** All users are on stable, and the candidate's pods stand beside it. */
  readonly isStanding: boolean;
  /** Without a release that is open: it is paused by somebody, or scaled to zero, and `notes` say so. */
  readonly isHeldBack: boolean;
  readonly candidateHash: string | null;
  /** What the cluster keeps, with pods or without. */
  readonly versions: Versions;
  /** It is being deleted; null: nothing suggests that, or nobody said so. */
  readonly lostNamespace: LostNamespace | null;
  readonly notes: readonly string[];
}

/**
 * `action: status`: reads, and writes nothing.
 * @throws {Refused} when the workload is not there, or may not be read
 */
export async function status(request: Request, parts: DeployParts): Promise<Result> {
  const { api, clock, namespace } = parts;
  const { key, title } = subjectOf(request);
  try {
    const [book, lock] = await Promise.all([readBook(api, namespace, key), lockOf(parts, key)]);
    const look = request.knativeService === null ? lookAtDeployment : lookAtKnative;
    const seen = await look(parts, request, book.open);
    const { lostNamespace: lost } = seen;
    const is = standingOf(book.open, lock.seen, seen);
    const open = book.open === null ? null : openStatus(book.open, seen);
    const history = historyOf(title, book, seen.versions);
    const past = book.past.map((release) => pastStatus(release, history, seen.versions));
    const rollbackPossible =
      open === null ? goalOf(null, history).is === 'version' : isKept(open.stableHash, seen.versions);
    const situation = {
      is,
      release: open?.release ?? null,
      standsAt: open?.pausedAt ?? null,
      share: seen.share,
      goesBack: book.open?.plan.rollback === true,
      rollbackPossible,
      isHeldBack: seen.isHeldBack,
    };
    const found: Status = {
      is,
      open,
      share: seen.share,
      tracks: seen.tracks,
      ways: seen.ways,
      lock: lock.seen,
      past,
      possible: lost === null ? possibleOperations(situation) : [],
      rollbackPossible: rollbackPossible && lost === null,
      lostNamespace: lost,
      notes: [
        ...(lost === null ? [] : [describeLostNamespace(lost)]),
        ...lock.notes,
        ...turnedNotes(book.open),
        ...seen.notes,
      ],
      at: clock.now(),
    };
    return { ...NOTHING, outcome: 'unchanged', looked: { of: 'status', status: found } };
  } catch (error) {
    if (!isStatus(error, 403) || !(error instanceof ApiError)) throw error;
    throw new Refused([unreadable(error, title, namespace)]);
  }
}

function unreadable(error: ApiError, title: string, namespace: string): Finding {
  return {
    message: `Wanted to read how ${title} in namespace ${namespace} stands; its user may not: ${error.message}. action: role prints the Role that releases need; of it, the verbs get and list are enough for a look.`,
  };
}

/** A user who may read workloads need not be allowed to read Leases. */
async function lockOf(
  { api, clock, namespace, helm }: DeployParts,
  key: string,
): Promise<{ seen: LockSeen | null; notes: string[] }> {
  try {
    return { seen: await lookAtLock(api, clock, { namespace, deployment: key, signal: helm.signal }), notes: [] };
  } catch (error) {
    if (!isStatus(error, 403)) throw error;
    const note = 'Whether a run is at work is not known: the user may not get leases.coordination.k8s.io.';
    return { seen: null, notes: [note] };
  }
}

function standingOf(open: OpenRelease | null, lock: LockSeen | null, seen: WorkloadSeen): Standing {
  // A run has the lock before it opens a release, and before it goes on with one that is paused.
  if (lock !== null && !lock.isStale) return 'in-progress';
  if (open === null) return 'idle';
  if (open.warm !== null) return 'kept-warm';
  if (open.paused !== null) return 'paused';
  return seen.isStanding ? 'standing' : 'unfinished';
}

function openStatus({ plan, run, paused, measured }: OpenRelease, { candidateHash }: WorkloadSeen): OpenStatus {
  const known = paused?.judgement ?? null;
  const metrics = known === null || measured === null ? [] : verdictsOf(measured.judgement, known).metrics;
  return {
    release: plan.release,
    strategy: plan.strategy,
    since: plan.times.startedAt,
    run: run.url,
    pausedAt: paused === null ? null : shareOf(plan, paused),
    stableHash: plan.stable.hash,
    candidateHash,
    from: plan.stable.images,
    to: plan.candidate.images,
    verdicts: metrics.map(({ name, verdict, sentence }) => ({ verdict, text: `${name}: ${sentence}` })),
  };
}

function turnedNotes(open: OpenRelease | null): string[] {
  const turned = open?.turned ?? null;
  return turned === null ? [] : [`The release is on its way back: ${turned.reason}`];
}

/** As `rollback` would have it. */
function pastStatus(past: PastRelease, history: History, { known }: Versions): PastStatus {
  const { release, outcome, reason, finishedAt, stableHash, candidateHash: hash, from, to, run } = past;
  const move = { ...past, stableHash: known(stableHash), candidateHash: hash === null ? null : known(hash) };
  return {
    release,
    outcome,
    reason,
    finishedAt,
    run: run.url,
    from,
    to,
    hash,
    version: wayBackTo(move, history),
    hasMoved: hasMoved(past),
  };
}

function isKept(hash: string, { kept, known }: Versions): boolean {
  return kept.some((version) => version.hash === known(hash));
}

/** The images that users are on, as far as one version has them all. */
export function imagesOfUsers({ open, share, tracks }: Status): Images {
  if (open !== null) return share === null ? {} : share === ALL ? open.to : open.from;
  return tracks.find(({ role }) => role === 'stable')?.images ?? {};
}
