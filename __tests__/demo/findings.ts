import type { Answer } from './crowd.ts';
import { failuresOf, type Played, servedBy, type Traffic, versionsOf } from './traffic.ts';

/** What the users' requests say, each in one line. Pure. */
export function totalsOf(
  traffic: Traffic,
  releases: readonly Played[],
): { version: string; count: number; met: string }[] {
  return versionsOf(traffic, releases).map((version) => {
    const answers = servedBy(version, traffic);
    return { version, count: answers.length, met: metWhen(version, answers, releases) };
  });
}

/** When users met a version first and last, seen from the PATCH that moved them. */
function metWhen(version: string, answers: readonly Answer[], releases: readonly Played[]): string {
  const [first] = answers;
  const last = answers.at(-1);
  if (first === undefined || last === undefined) return 'no user ever reached it';
  const facts = releases.flatMap(({ from, to, moves: [forward, back] }) => {
    if (forward === undefined) return [];
    if (to === version)
      return [
        `first answer ${after(first.at, forward)} the switch`,
        ...(back === undefined ? [] : [`last one ${after(last.at, back)} the way back began`]),
      ];
    // A version that users came back to answers to the end.
    return from === version && back === undefined ? [farewell(answers, forward)] : [];
  });
  return facts.join(', ');
}

/** Kept connections stay on their pod until it ends; that is how Services work, and what the drain is for. */
function farewell(answers: readonly Answer[], moment: number): string {
  const lastOn = (connection: Answer['connection']): string => {
    const last = answers.findLast((answer) => answer.connection === connection);
    return last === undefined ? 'none' : after(last.at, moment);
  };
  return `last answer on a fresh connection ${lastOn('fresh')} the switch, on a kept one ${lastOn('kept')}`;
}

function after(at: number, moment: number): string {
  const ms = at - moment;
  const words = Math.abs(ms) < 1000 ? `${Math.abs(ms)} ms` : `${(Math.abs(ms) / 1000).toFixed(1)} s`;
  return `${words} ${ms < 0 ? 'BEFORE' : 'after'}`;
}

/** How a release went, in a few words. */
export function resultOf({ outcome, duration }: Played): string {
  return `${outcome === '' ? 'no outcome' : outcome}${duration === '' ? '' : ` in ${duration}`}`;
}

/** For those who wonder why a version goes on answering after the switch. */
export const KEPT_CONNECTIONS_NOTE =
  'A kept connection stays on its pod until that pod ends, here as on every cluster: that is what drain-time is for.';

/** The sentence that everything is about. */
export function verdictOf(traffic: Traffic): string {
  const failed = failuresOf(traffic).length;
  const all = `${traffic.answers.length} requests`;
  return failed === 0 ? `${all}, 0 failed` : `${all}, ${failed} FAILED`;
}

/** What is wrong with a release, judged by what users met. */
export function faultsOf(
  wanted: { readonly from: string; readonly to: string; readonly outcome: string; readonly meets: boolean },
  seen: {
    readonly outcome: string;
    readonly moves: readonly number[];
    readonly startedAt: number;
    readonly endedAt: number;
  },
  traffic: Traffic,
): string[] {
  const { from, to } = wanted;
  const faults: string[] = [];
  if (seen.outcome !== wanted.outcome)
    faults.push(`its outcome is ${seen.outcome === '' ? 'not told' : seen.outcome}, not ${wanted.outcome}`);
  const met = servedBy(to, traffic).filter(({ at }) => at >= seen.startedAt);
  const [forward] = seen.moves;
  const early = met.filter(({ at }) => forward === undefined || at < forward).length;
  if (early > 0) faults.push(`${to} answered ${early} times before users were switched to it`);
  if (wanted.meets && met.length === 0) faults.push(`no user ever met ${to}`);
  const stays = wanted.outcome === 'promoted' ? to : from;
  // Kept connections are served by pods that are on their way out, for as long as these have been given.
  const astray = traffic.answers.filter(
    ({ sentAt, connection, version }) =>
      sentAt > seen.endedAt && connection === 'fresh' && version !== null && version !== stays,
  );
  if (astray.length > 0)
    faults.push(`after its end, ${astray.length} requests on fresh connections were not answered by ${stays}`);
  return faults;
}
