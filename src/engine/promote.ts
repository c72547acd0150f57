import { percent } from '../release/route.ts';
import { formatAmount } from '../action/batches.ts';
import type { Request } from '../action/request.ts';
import type { HeldLease } from '../cluster/lease.ts';
import type { Deployment } from '../cluster/wire.ts';
import { deploymentPath } from '../cluster/write-request.ts';
import type { Plan } from '../release/plan.ts';
import { formatDuration } from '../report/duration.ts';
import { BEGINNING, type State } from '../release/state.ts';
import { isCommand } from '../traffic/command-route.ts';
import { type DeployParts, isOpen, lock, NOTHING, type Result, resultOf, runToEnd } from './deploy.ts';
import { pauseShare } from './plan-steps.ts';
import { type OpenRelease, type Paused, type RecordBook, readBook, writeBook } from './record-store.ts';
import type { OpenBook } from './open-record.ts';
import { Refused } from './refusal.ts';
import { describeOpen, takeBack } from './take-back.ts';
import { namesOf, World } from './world.ts';

/**
 * `action: promote`: goes on with a release that stands still at `pause-at`, to its end or to another `pause-at`.
 * @throws {Refused} when nothing stands still
 */
export async function promote(request: Request, parts: DeployParts): Promise<Result> {
  const { api, clock, teller, namespace } = parts;
  return await withLock(request, parts, async (book) => {
    if (!isOpen(book)) throw new Refused([nothingPaused(request, namespace, null)]);
    const { open } = book;
    const { paused } = open;
    if (paused === null) throw new Refused([nothingPaused(request, namespace, open)]);
    const misfits = [misplacedPause, tooShortTimeout, missingCommand].flatMap(
      (of) => of(request, open.plan, paused) ?? [],
    );
    if (misfits.length > 0) throw new Refused(misfits);
    const plan = planFrom(request, open, clock.now());
    parts.onLock(plan.release);
    parts.onBegin(plan);
    teller.phase('Preflight');
    teller.fact(`goes on with ${describeOpen(open)}; it stood at ${percent(open.plan.steps[paused.step]?.share ?? 0)}`);
    const next: OpenBook = { ...book, open: { ...open, plan, run: parts.run, paused: null } };
    const written = await writeBook(api, namespace, request.deployment, next, 'note that the release goes on');
    return await goOn(parts, { ...written, open: next.open }, stateFrom(open, paused));
  });
}

/**
 * `action: abort`: users back to stable now, then the pods. With nothing in progress there is nothing to do, and that is a success.
 */
export async function abort(request: Request, parts: DeployParts): Promise<Result> {
  const { teller } = parts;
  return await withLock(request, parts, async (book) => {
    if (!isOpen(book)) {
      teller.fact(`no release of ${request.deployment} is in progress: nothing to do`);
      return { ...NOTHING, outcome: 'unchanged' };
    }
    parts.onLock(book.open.plan.release);
    teller.phase('Take back an unfinished release');
    teller.fact(`takes back ${describeOpen(book.open)}`);
    const reason = `A person asked for it (action: abort${parts.run.actor === null ? '' : `, ${parts.run.actor}`}).`;
    const { ended } = await takeBack(parts, book, { cause: 'aborted', reason });
    return resultOf(book.open.plan, ended);
  });
}

async function withLock(
  request: Request,
  parts: DeployParts,
  work: (book: RecordBook) => Promise<Result>,
): Promise<Result> {
  const { api, namespace } = parts;
  parts.teller.phase('Preflight');
  const found = await readBook(api, namespace, request.deployment);
  // Nothing is written, the lock included, when there is nothing to do.
  if (found.open === null) return await work(found);
  parts.onLock(null);
  const lease: HeldLease = await lock(request, parts);
  try {
    return await work(await readBook(api, namespace, request.deployment));
  } finally {
    await lease.release();
  }
}

function nothingPaused(request: Request, namespace: string, open: OpenRelease | null): { message: string } {
  return {
    message:
      open === null
        ? `No release of Deployment ${request.deployment} in namespace ${namespace} stands at a pause: none is in progress. Check inputs deployment, namespace and context.`
        : `${capitalized(describeOpen(open))}, was left unfinished and does not stand at a pause. Take it back with action: abort, or deploy anew, which does the same first.`,
  };
}

function misplacedPause({ pauseAt }: Request, plan: Plan, { step }: Paused): { message: string } | null {
  if (pauseAt === null) return null;
  const left = plan.steps.slice(step + 1);
  if (pauseShare(pauseAt, left) !== null) return null;
  const places = left.map((each) => (each.pods === undefined ? percent(each.share) : `${each.pods} pods`));
  const found = left.length === 0 ? 'no step is left' : `the steps that are left are ${places.join(', ')}`;
  return { message: `Wanted to pause at ${formatAmount(pauseAt)} (input pause-at); ${found}.` };
}

/** A run that cannot reach its end in time would take users back on the way, and nobody had asked for that. */
function tooShortTimeout({ timeout, pauseAt }: Request, plan: Plan, { step }: Paused): { message: string } | null {
  const left = plan.steps.slice(step + 1);
  const until =
    pauseAt === null ? left : left.slice(0, left.findIndex(({ share }) => share === pauseShare(pauseAt, left)) + 1);
  const { bake, drain, settle } = plan.times;
  const needed = until.reduce(
    (sum, { stay }) => sum + Math.max(stay, settle),
    pauseAt === null ? bake + drain + settle : 0,
  );
  if (timeout > needed) return null;
  return {
    message: `Input timeout is ${formatDuration(timeout)}; the steps that are left take ${formatDuration(needed)}, bake-time and drain-time of the release included. Give it more, or a pause-at on the way.`,
  };
}

function missingCommand({ routerCommand }: Request, plan: Plan): { message: string } | null {
  if (routerCommand !== null || !plan.routes.some(isCommand)) return null;
  return {
    message: `Release ${plan.release} splits its users with a command (router: command); give it again with input router-command.`,
  };
}

/** The plan goes on as it was made; what concerns this run is this run's: its deadline, and where it ends. */
function planFrom(request: Request, { plan }: OpenRelease, now: number): Plan {
  return {
    ...plan,
    pauseAt: pauseShare(request.pauseAt, plan.steps),
    times: { ...plan.times, deadline: now + request.timeout },
  };
}

function stateFrom(open: OpenRelease, { step, marks, restarts }: Paused): State {
  return {
    ...BEGINNING,
    toldTemplate: open.toldTemplate,
    toldRoutes: open.toldRoutes,
    step,
    marks,
    restartsAtSwitch: restarts,
  };
}

async function goOn(parts: DeployParts, book: OpenBook, state: State): Promise<Result> {
  const { api, clock, namespace } = parts;
  const { plan } = book.open;
  const deployment = await api.get<Deployment>(deploymentPath(namespace, plan.deployment.name));
  const world = new World(api, clock, namesOf(plan, namespace, deployment));
  await world.load();
  // The template is the Deployment's own by now: nothing that is left to do needs to know it.
  return await runToEnd(parts, world, book, { candidateTemplate: null, state });
}

function capitalized(text: string): string {
  return text.replace(/^./, (first) => first.toUpperCase());
}
