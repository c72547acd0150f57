import { isDeepStrictEqual } from 'node:util';
import type { Api } from '../cluster/api.ts';
import type { Deployment } from '../cluster/wire.ts';
import { deploymentPath } from '../cluster/write-request.ts';
import { turnBack } from '../release/progress.ts';
import { BEGINNING, type Cause } from '../release/state.ts';
import type { ReleaseNames } from '../checks/user-command.ts';
import type { Plan } from '../release/plan.ts';
import { isCommand } from '../traffic/command-route.ts';
import type { Clock } from './clock.ts';
import { CommandRoute, type RouterCommand } from './command-route.ts';
import type { Helm } from './helm.ts';
import { type OpenBook, OpenRecord } from './open-record.ts';
import { type OpenRelease, type PastRelease, type RecordBook, writeBook } from './record-store.ts';
import { type Ended, Release } from './release.ts';
import type { Teller } from './teller.ts';
import { namesOf, World } from './world.ts';

interface Parts {
  readonly api: Api;
  readonly clock: Clock;
  readonly teller: Teller;
  readonly helm: Helm;
  readonly namespace: string;
  readonly routerCommand: RouterCommand | null;
}

/**
 * Takes back a release that an earlier run left unfinished; completes it when its old version has been retired already.
 * Leaves the record closed unless it could not be ended. Throws what reading throws.
 */
export async function takeBack(
  parts: Parts,
  book: OpenBook,
  turn: { cause: Cause; reason: string },
): Promise<{ ended: Ended; book: RecordBook }> {
  const { api, clock, teller, namespace } = parts;
  const { plan } = book.open;
  const deployment = await api.get<Deployment>(deploymentPath(namespace, plan.deployment.name));
  const world = new World(api, clock, namesOf(plan, namespace, deployment));
  await world.load();
  world.follow(() => undefined);
  try {
    // The process before may have moved users a moment ago: they are looked for, and settle, before any pod leaves.
    const marks = { backSwitched: clock.now() };
    const { toldTemplate, toldRoutes } = book.open;
    const beginning = { ...BEGINNING, toldTemplate, toldRoutes, marks };
    const state = turnBack(beginning, { at: clock.now(), ...turn });
    const record = new OpenRecord(api, namespace, book);
    const command = commandRouteOf(parts, record);
    const nothing = { candidateTemplate: null, check: async () => [] };
    const ended = await new Release({ ...parts, ...nothing, world, command, plan }, state).run();
    const next = await closeRecord(parts, record.book, ended, clock.now());
    teller.fact(`release ${plan.release}: ${outcomeWord(ended)}`);
    return { ended, book: next };
  } finally {
    await world.close();
  }
}

/** Writes the end of a release into the record. One that was left standing stays open: the next run takes it back first. */
export async function closeRecord(
  { api, namespace }: { readonly api: Api; readonly namespace: string },
  book: OpenBook,
  ended: Ended,
  now: number,
): Promise<RecordBook> {
  const { plan } = book.open;
  if (ended.ending.outcome === 'paused') {
    const { step, marks, restartsAtSwitch: restarts } = ended.state;
    const open = { ...book.open, paused: { step, marks, restarts } };
    return writeBook(api, namespace, plan.deployment.name, { ...book, open }, 'note where the release stands still');
  }
  if (ended.ending.outcome === 'failed' && ended.ending.left !== 'nothing') {
    const told = { toldTemplate: ended.foreign.template, toldRoutes: ended.foreign.routes };
    const { toldTemplate, toldRoutes, paused } = book.open;
    if (isDeepStrictEqual(told, { toldTemplate, toldRoutes }) && paused === null) return book;
    const open = { ...book.open, ...told, paused: null };
    return writeBook(api, namespace, plan.deployment.name, { ...book, open }, 'note what was found');
  }
  const closed = { ...book, open: null, past: [pastRelease(book.open, ended, now), ...book.past] };
  return writeBook(api, namespace, plan.deployment.name, closed, 'close the record');
}

/** The command among the routes of the release on record; null: there is none. */
export function commandRouteOf(
  { clock, namespace, routerCommand }: Pick<Parts, 'clock' | 'namespace' | 'routerCommand'>,
  record: OpenRecord,
): CommandRoute | null {
  const { plan, told } = record.book.open;
  if (!plan.routes.some(isCommand)) return null;
  const note = record.note.bind(record);
  return new CommandRoute({ clock, command: routerCommand, names: releaseNames(plan, namespace), told, note });
}

/** What a command of the user's is told of its release. */
export function releaseNames(plan: Plan, namespace: string): ReleaseNames {
  return {
    namespace,
    deployment: plan.deployment.name,
    service: plan.service.name,
    candidateService: plan.candidateService.name,
    release: plan.release,
  };
}

function pastRelease({ plan, run }: OpenRelease, ended: Ended, now: number): PastRelease {
  return {
    release: plan.release,
    outcome: outcomeWord(ended),
    reason: ended.state.back?.reason ?? null,
    startedAt: new Date(plan.times.startedAt).toISOString(),
    finishedAt: new Date(now).toISOString(),
    stableHash: plan.stable.hash,
    candidateHash: ended.candidateHash,
    revision: plan.stable.revision,
    from: plan.stable.images,
    to: plan.candidate.images,
    run,
  };
}

function outcomeWord(ended: Ended): string {
  return ended.ending.outcome;
}

/** What a record says to whoever finds it open. */
export function describeOpen({ plan, run }: OpenRelease): string {
  const since = new Date(plan.times.startedAt).toISOString();
  return `release ${plan.release} of ${plan.deployment.name}, begun ${since}${run.url === null ? '' : ` by ${run.url}`}`;
}
