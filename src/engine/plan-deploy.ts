import type { Request } from '../action/request.ts';
import { lookAtLock } from '../cluster/lease.ts';
import { missingPermissions, missingRoleFor, type Permission } from '../cluster/permissions.ts';
import { isStatus } from '../cluster/errors.ts';
import { describeLostNamespace } from '../release/lost-namespace.ts';
import { type AnyPlan, isKnative } from '../release/knative/plan.ts';
import type { Images, Strategy } from '../release/plan.ts';
import { ALL, type Share } from '../release/route.ts';
import { isInPlace, isPlain, sizesFor } from '../release/sizes.ts';
import { Lenience } from './allowance.ts';
import { type DeployParts, isOpen, NOTHING, prepareMeasures, type Result } from './deploy.ts';
import { lostNamespace } from './lost-namespace.ts';
import { measuresPermissions } from './needed-permissions.ts';
import { planApi } from './plan-api.ts';
import { aboutOpen } from './plan-open.ts';
import { type PlannedWrite, plannedWrites } from './plan-writes.ts';
import { type RecordBook, readBook } from './record-store.ts';
import { type Finding, Refused } from './refusal.ts';
import { prepare, subjectOf } from './workload-kinds.ts';

/** What a deploy with these inputs would do now. */
export interface PlanReport {
  readonly would: Would;
  /** What it would do about a release that is open; none: no release is. */
  readonly open: readonly string[];
  readonly strategy: Strategy;
  readonly from: Images;
  readonly to: Images;
  /** Lines about what was found. */
  readonly facts: readonly string[];
  readonly steps: readonly PlannedStep[];
  readonly writes: readonly PlannedWrite[];
  /** What the user of this run lacks for it. */
  readonly missing: readonly MissingPermission[];
  /** Roles with exactly those; null: nothing is missing. */
  readonly role: string | null;
  /** Why it would be refused. */
  readonly findings: readonly Finding[];
}

/** `release`: begin one; `nothing`: the version runs already; `open-first`: another release is in the way; `refused`. */
export type Would = 'release' | 'nothing' | 'open-first' | 'refused';

export interface PlannedStep {
  readonly share: Share;
  /** Milliseconds. */
  readonly stay: number;
  /** Null: their number is the platform's own business. */
  readonly candidatePods: number | null;
  readonly stablePods: number | null;
  /** A run ends here, and another goes on. */
  readonly isPause: boolean;
}

export interface MissingPermission {
  readonly namespace: string;
  readonly permission: Permission;
}

/**
 * `action: plan`: what `deploy` would do, without any write, and without a permission for one.
 * @throws what a read throws
 */
export async function plan(request: Request, parts: DeployParts): Promise<Result> {
  const { api, namespace } = parts;
  const lenience = new Lenience(isNeededToPlan);
  const dry = { ...parts, api: planApi(api, () => lenience.missing) };
  let found: Found = { ...UNKNOWN, strategy: request.strategy };
  let findings: readonly Finding[] = [];
  const elsewhere = await missingElsewhere(request, parts);
  try {
    found = await look(request, parts, dry, lenience, elsewhere.length === 0);
    findings = found.writes.flatMap(({ refusal, why }) =>
      refusal === null ? [] : [{ message: `The API server would refuse this write (${why}): ${refusal}` }],
    );
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings = error.findings;
  }
  const lost = lostNamespace(api, namespace);
  if (lost?.is === 'leaving') findings = [{ message: describeLostNamespace(lost) }];
  const missing = [...lenience.missing.map((permission) => ({ namespace, permission })), ...elsewhere];
  const report: PlanReport = {
    ...found,
    would: findings.length > 0 ? 'refused' : found.would,
    missing,
    role: missing.length === 0 ? null : rolesFor(missing),
    // The Role of a finding is a part of that one.
    findings: missing.length === 0 ? findings : findings.map(({ message }) => ({ message })),
  };
  const reason = findings.map(({ message }) => message).join(' ');
  const outcome = findings.length > 0 ? 'failed' : 'unchanged';
  return { ...NOTHING, outcome, reason: reason === '' ? null : reason, looked: { of: 'plan', plan: report } };
}

type Found = Pick<PlanReport, 'would' | 'open' | 'strategy' | 'from' | 'to' | 'facts' | 'steps' | 'writes'>;

const UNKNOWN = { would: 'refused', open: [], from: {}, to: {}, facts: [], steps: [], writes: [] } as const;

async function look(
  request: Request,
  parts: DeployParts,
  dry: Preparing,
  lenience: Lenience,
  mayMeasure: boolean,
): Promise<Found> {
  const { clock, namespace, helm } = parts;
  const { key } = subjectOf(request);
  const book = await readBookIfAllowed(parts, key);
  if (book !== null && isOpen(book)) {
    const lock = await lookAtLock(dry.api, clock, { namespace, deployment: key, signal: helm.signal }).catch(
      notAllowed,
    );
    const { from, to } = { from: book.open.plan.stable.images, to: book.open.plan.candidate.images };
    return {
      ...UNKNOWN,
      would: 'open-first',
      strategy: request.strategy,
      from,
      to,
      open: aboutOpen(book.open, request, lock),
    };
  }
  const prepared = await prepare(dry, request, clock.now(), { from: 'inputs' }, lenience);
  // Not reached as a rule: what is prepared needs that permission, and names all that are missing.
  if (book === null) throw new Refused([unreadableRecord(namespace)]);
  const { plan: made, facts } = prepared;
  const base = { open: [], strategy: made.strategy, from: made.stable.images, to: made.candidate.images, facts };
  if (prepared.kind === 'unchanged') return { ...base, would: 'nothing', steps: [], writes: [] };
  for (const warning of prepared.warnings) parts.teller.warning(warning);
  if (mayMeasure) await prepareMeasures(request, parts, prepared);
  const writes = await plannedWrites(dry.api, prepared.foresee(parts, book), prepared.objects, lenience.missing);
  return { ...base, would: 'release', steps: stepsOf(made, prepared.replicas), writes };
}

type Preparing = Parameters<typeof prepare>[0];

/** Null: its user may not read it. */
async function readBookIfAllowed({ api, namespace }: DeployParts, key: string): Promise<RecordBook | null> {
  return await readBook(api, namespace, key).catch(notAllowed);
}

function unreadableRecord(namespace: string): Finding {
  const message = `A plan has to read the record of releases, and its user may not get configmaps in namespace ${namespace}. Apply the Role below and bind it to that user.`;
  return { message, attachment: missingRoleFor(namespace, [{ group: '', resource: 'configmaps', verb: 'get' }]) };
}

/** A user who may read workloads need not be allowed to read Leases. */
function notAllowed(error: unknown): null {
  if (isStatus(error, 403)) return null;
  throw error;
}

/** What the plan itself reads. The others are for the release. */
function isNeededToPlan({ resource, verb }: Permission): boolean {
  const isRead = verb === 'get' || verb === 'list';
  return isRead && !resource.includes('/') && !['events', 'leases', 'jobs'].includes(resource);
}

/** To read what the candidate is judged by. Without it that is not tried. */
async function missingElsewhere(request: Request, { api, namespace }: DeployParts): Promise<MissingPermission[]> {
  const needed = measuresPermissions(request).map((of) => ({ ...of, namespace: of.namespace ?? namespace }));
  const places = [...new Set(needed.map((of) => of.namespace))];
  const missing = places.map(async (place) => {
    const wanted = needed.filter((of) => of.namespace === place).map(({ permission }) => permission);
    const lacking = await missingPermissions(api, place, wanted);
    return lacking.map((permission) => ({ namespace: place, permission }));
  });
  return (await Promise.all(missing)).flat();
}

function rolesFor(missing: readonly MissingPermission[]): string {
  const places = [...new Set(missing.map(({ namespace }) => namespace))];
  return places
    .map((place) =>
      missingRoleFor(
        place,
        missing.filter(({ namespace }) => namespace === place).map(({ permission }) => permission),
      ),
    )
    .join('\n---\n');
}

/** The steps of a ramp with the pods that each has, and the end. */
function stepsOf(made: AnyPlan, replicas: number): PlannedStep[] {
  if (isKnative(made))
    return made.steps.map(({ share, stay }) => ({
      share,
      stay: share === ALL ? made.times.bake : stay,
      candidatePods: null,
      stablePods: null,
      isPause: share === made.pauseAt,
    }));
  if (isPlain(made)) return [{ share: ALL, stay: 0, candidatePods: replicas, stablePods: 0, isPause: false }];
  const steps = made.steps.map((step, at) => {
    const { candidate, stable } = sizesFor(made, at, replicas);
    const { share, stay } = step;
    return { share, stay, candidatePods: candidate, stablePods: stable, isPause: share === made.pauseAt };
  });
  const stablePods = isInPlace(made) ? 0 : (steps.at(-1)?.stablePods ?? replicas);
  const end = { share: ALL, stay: made.times.bake, candidatePods: replicas, stablePods, isPause: false };
  return [...steps.filter(({ share }) => share < ALL), end];
}
