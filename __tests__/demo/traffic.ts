import type { AuditedRequest } from '../contract/cluster.ts';
import { changesOf } from '../contract/writes.ts';
import type { Answer } from './crowd.ts';

/** One release of the demo, with what came of it. */
export interface Played {
  /** What it shows, in a few words. */
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** By its own account, such as `5.3s`; empty: it gave none. */
  readonly duration: string;
  readonly outcome: string;
  readonly reason: string;
  /** The moments at which the API server took a PATCH that moved users, first one forward. */
  readonly moves: readonly number[];
  /** Of its summary, beside the index. */
  readonly page: string;
  /** What is not as it should be; empty: nothing. */
  readonly faults: readonly string[];
}

/** What the users saw. */
export interface Traffic {
  readonly answers: readonly Answer[];
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Requests that began in one stretch of time, by the version that answered. */
export interface Column {
  readonly served: ReadonlyMap<string, number>;
  readonly failed: number;
}

/**
 * Cuts time into columns of `ms`. What was served in a last one that is not whole is left out, for it would look like a loss; what
 * failed in it counts with the one before. Pure, as all of this file.
 */
export function columnsOf({ answers, startedAt, endedAt }: Traffic, ms: number): Column[] {
  const count = Math.max(1, Math.floor((endedAt - startedAt) / ms));
  const columns = Array.from({ length: count }, () => ({ served: new Map<string, number>(), failed: 0 }));
  for (const { sentAt, version } of answers) {
    const index = Math.max(0, Math.floor((sentAt - startedAt) / ms));
    const column = columns[version === null ? Math.min(index, count - 1) : index];
    if (column === undefined) continue;
    if (version === null) column.failed++;
    else column.served.set(version, (column.served.get(version) ?? 0) + 1);
  }
  return columns;
}

/** All versions of the releases in the order in which they came, those that no user met included, and any other that answered. */
export function versionsOf({ answers }: Traffic, releases: readonly Played[]): string[] {
  const met = answers.flatMap(({ version }) => version ?? []);
  return [...new Set([...releases.flatMap(({ from, to }) => [from, to]), ...met])];
}

export function failuresOf({ answers }: Traffic): Answer[] {
  return answers.filter(({ error }) => error !== null);
}

export function servedBy(version: string, { answers }: Traffic): Answer[] {
  return answers.filter((answer) => answer.version === version);
}

/** Something that happened at one moment. */
export interface Mark {
  readonly at: number;
  readonly text: string;
}

/** The moments at which users were moved, in words. */
export function marksOf(releases: readonly Played[]): Mark[] {
  return releases.flatMap(({ from, to, moves }) =>
    moves.map((at, index) => ({ at, text: index % 2 === 0 ? `switch to ${to}` : `back to ${from}` })),
  );
}

const SELECTOR = '/spec/selector';

/**
 * When the API server, by its own audit log, took a PATCH that moved users of `service` from one version to another. One that lets
 * them reach both is a move, if the Service is given to one version again later; the last PATCH of a release is not.
 * @param inPlace of a rolling release: users reach old and new pods from the moment at which the selector is the user's own again
 */
export function movesIn(audit: readonly AuditedRequest[], service: string, inPlace = false): number[] {
  const selections = audit.flatMap(({ at, verb, resource, name, uri, code, body }) => {
    if (verb !== 'patch' || resource !== 'services' || name !== service || code !== 200 || uri.includes('dryRun=All'))
      return [];
    const change = changesOf(body).find(({ path }) => path === SELECTOR);
    return change === undefined || !('value' in change) ? [] : [{ at, hash: hashIn(change.value) }];
  });
  if (inPlace) return selections.filter(({ hash }) => hash === undefined).map(({ at }) => at);
  let selected: string | undefined;
  let reachesBoth = false;
  return selections.flatMap(({ at, hash }, index) => {
    if (hash === undefined) {
      const isPassing = selections.slice(index + 1).some((later) => later.hash !== undefined);
      reachesBoth = isPassing && selected !== undefined;
      return reachesBoth ? [at] : [];
    }
    const [before, came] = [selected, reachesBoth];
    selected = hash;
    reachesBoth = false;
    if (came) return before === hash ? [at] : [];
    return before !== undefined && before !== hash ? [at] : [];
  });
}

function hashIn(selector: unknown): string | undefined {
  if (typeof selector !== 'object' || selector === null) return undefined;
  return new Map(Object.entries(selector)).get('pod-template-hash');
}
