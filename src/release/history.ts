import { canonicalRepository, parseImageReference } from '../action/image-reference.ts';
import type { Images } from './plan.ts';

/*
 * Which version `action: rollback` goes back to. The record says what users had, and for how good; the ReplicaSets have the templates.
 */

/** A version whose template the cluster still has: a ReplicaSet of the Deployment, or Revisions of the Knative Service that are alike. */
export interface KeptVersion {
  /** Of Revisions, the name of the one that is best gone back to. */
  readonly hash: string;
  /** As `kubectl rollout history` shows it; null: it has none. Of Revisions, the number of that one. */
  readonly revision: number | null;
  readonly images: Images;
  /** Names and numbers of all the Revisions; absent: it is a ReplicaSet. */
  readonly names?: readonly string[];
}

/** What the record says of a release. */
export interface Move {
  readonly release: string;
  readonly outcome: string;
  /** It was to bring a version back that users had before. */
  readonly rollback: boolean;
  readonly reason: string | null;
  readonly stableHash: string;
  /** Null: there never was one. */
  readonly candidateHash: string | null;
  readonly from: Images;
  readonly to: Images;
}

export interface History {
  /** `Deployment web`. */
  readonly title: string;
  /** Newest first. */
  readonly past: readonly Move[];
  readonly kept: readonly KeptVersion[];
  /** The hash of the version that users have. */
  readonly running: string;
}

/** `told`: which version it is and why, for a person. */
export type Goal =
  | { readonly is: 'version'; readonly version: KeptVersion; readonly told: string }
  | { readonly is: 'running'; readonly told: string }
  /** What was wanted, what was found, what is possible. */
  | { readonly is: 'none'; readonly message: string };

/**
 * The way back to the version that a release of the record brought. `now`: users are on it. `kept`: `rollback` can bring it back. `gone`: the
 * cluster does not keep it any more. `changed`: what the cluster keeps under its hash has other images. `never-had`: users never had it for
 * good.
 */
export type WayBack = 'now' | 'kept' | 'gone' | 'changed' | 'never-had';

/** The release id of the record. */
const RELEASE_ID = /^r-\d{8}-\d{6}-[0-9a-f]{4}$/;
/** Versions that a refusal lists. */
const MOST_LISTED = 10;

/**
 * The version to go back to. Pure.
 * @param to release id, image tag, image, digest or revision; null: the version that users had before
 */
export function goalOf(to: string | null, history: History): Goal {
  if (to === null) return versionBefore(history);
  const named = history.past.find(({ release }) => release === to);
  if (named !== undefined) return ofRelease(named, history);
  if (RELEASE_ID.test(to))
    return none(history, `Wanted to go back to release ${to}; it is not among the ${history.past.length} on record.`);
  return ofName(to, history);
}

/** What `rollback` makes of the release when input `to` names it. Pure. */
export function wayBackTo(move: Move, history: History): WayBack {
  const { candidateHash } = move;
  if (candidateHash !== null && candidateHash === history.running) return 'now';
  return candidateHash === null || !hasMoved(move) ? 'never-had' : wayBackToVersion(candidateHash, history);
}

function wayBackToVersion(hash: string, { past, kept, running }: History): Exclude<WayBack, 'never-had'> {
  const version = kept.find((one) => one.hash === hash);
  if (version === undefined) return 'gone';
  if (hash === running) return 'now';
  const images = recordedImages(hash, past);
  return images === null || sameImages(images, version.images) ? 'kept' : 'changed';
}

/** `release r-20261121-130102-4f1c (registry/web:v1, revision 3)`; of a Knative Service, `(…, Revision web-00003)`. */
export function describeVersion(version: KeptVersion, past: readonly Move[]): string {
  const { hash, revision, images, names: isRevision } = version;
  const release = past.find((move) => hasMoved(move) && move.candidateHash === hash)?.release;
  const names = Object.values(images).join(', ');
  const count = isRevision !== undefined ? [`Revision ${hash}`] : revision === null ? [] : [`revision ${revision}`];
  return release === undefined
    ? `${count[0] ?? `ReplicaSet ${hash}`} (${names})`
    : `release ${release} (${[names, ...count].join(', ')})`;
}

/**
 * What users had before, for good: neither a version that a release has failed to bring, nor one from which they were rolled back.
 * So a second rollback goes one further back, and not forth again.
 */
function versionBefore(history: History): Goal {
  const { title, past, running } = history;
  const had = versionsHad(past);
  const at = had.lastIndexOf(running);
  const before = at < 0 ? had.at(-1) : had[at - 1];
  if (before === undefined) return revisionBefore(history);
  const goal = ofHash(before, history);
  if (at >= 0 || goal.is !== 'version') return goal;
  return {
    ...goal,
    told: `${goal.told}: what users had last by a release; what ${title} runs now came by other means`,
  };
}

/** No release on record went before: what the Deployment itself counts, of the versions that no release has had to do with. */
function revisionBefore(history: History): Goal {
  const { title, past, kept, running } = history;
  const known = new Set(past.flatMap(({ stableHash, candidateHash }) => [stableHash, candidateHash]));
  const [before] = kept
    .filter(({ hash, revision }) => hash !== running && revision !== null && !known.has(hash))
    .sort((a, b) => (b.revision ?? 0) - (a.revision ?? 0));
  if (before === undefined)
    return none(
      history,
      `${title} has no version before the one that it runs, neither on record nor by its ${kept.some(isOfKnative) ? 'Revisions' : 'ReplicaSets'}.`,
    );
  return {
    is: 'version',
    version: before,
    told: `${describeVersion(before, past)}: no release on record went before, so it is ${isOfKnative(before) ? 'the Knative Service’s own previous Revision' : 'the Deployment’s own previous revision'}`,
  };
}

/** Oldest first, the version that users have by the record last. What they were rolled back from is no part of it any more. */
function versionsHad(past: readonly Move[]): readonly string[] {
  return past.toReversed().reduce<readonly string[]>((had, move) => {
    const before = backTo(had, move.stableHash);
    if (!hasMoved(move) || move.candidateHash === null) return before;
    return move.rollback ? backTo(before.slice(0, -1), move.candidateHash) : [...before, move.candidateHash];
  }, []);
}

function backTo(had: readonly string[], hash: string): readonly string[] {
  const at = had.lastIndexOf(hash);
  return at < 0 ? [...had, hash] : had.slice(0, at + 1);
}

/** Users have been on its candidate for good. */
export function hasMoved({ outcome, rollback }: Move): boolean {
  return outcome === (rollback ? 'rolled-back' : 'promoted');
}

/** Candidates that never had all users for good. */
function versionsFailed(past: readonly Move[]): ReadonlySet<string> {
  const good = new Set(past.flatMap((move) => [move.stableHash, ...(hasMoved(move) ? [move.candidateHash] : [])]));
  const failed = past.flatMap((move) => (hasMoved(move) || move.candidateHash === null ? [] : [move.candidateHash]));
  return new Set(failed.filter((hash) => !good.has(hash)));
}

function ofRelease(move: Move, history: History): Goal {
  if (wayBackTo(move, history) === 'never-had') return neverKept(move, history);
  return ofHash(move.candidateHash ?? '', history);
}

/** A version of the record. */
function ofHash(hash: string, history: History): Goal {
  const { past, kept, running, title } = history;
  const version = kept.find((one) => one.hash === hash);
  const images = recordedImages(hash, past);
  const release = past.find((move) => hasMoved(move) && move.candidateHash === hash)?.release;
  const name = `${release === undefined ? 'The version' : `Release ${release}`} (${Object.values(images ?? {}).join(', ')})`;
  if (version === undefined)
    return none(
      history,
      kept.some(isOfKnative)
        ? `${name} is what to go back to; its Revision ${hash} is gone, and its template with it (Knative collects old Revisions, as ConfigMap config-gc says).`
        : `${name} is what to go back to; its ReplicaSet ${hash} is gone, and its template with it (${title} keeps as many as revisionHistoryLimit says).`,
    );
  if (wayBackToVersion(hash, history) === 'changed')
    return none(
      history,
      `${name} is what to go back to; its ${isOfKnative(version) ? 'Revision' : 'ReplicaSet'} ${hash} has ${Object.values(version.images).join(', ')}, so that one of the two was changed by hand. Name a revision or an image in input to.`,
    );
  return atVersion(version, past, running);
}

function atVersion(version: KeptVersion, past: readonly Move[], running: string): Goal {
  const told = describeVersion(version, past);
  return version.hash === running ? { is: 'running', told } : { is: 'version', version, told };
}

function recordedImages(hash: string, past: readonly Move[]): Images | null {
  const move = past.find(({ candidateHash, stableHash }) => candidateHash === hash || stableHash === hash);
  if (move === undefined) return null;
  return move.candidateHash === hash ? move.to : move.from;
}

function sameImages(a: Images, b: Images): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** A revision, or an image in one of the forms in which people name one. */
function ofName(to: string, history: History): Goal {
  const { past, kept, running, title } = history;
  const failed = versionsFailed(past);
  const found = kept.filter((version) => isNamed(version, to) || hasImage(version.images, to));
  const good = found.filter(({ hash }) => !failed.has(hash));
  const [first] = good;
  if (first !== undefined && good.length === 1) return atVersion(first, past, running);
  if (good.length > 1)
    return {
      is: 'none',
      message: `Input to: ${to} means ${good.length} versions of ${title}: ${listed(good, past)}. Name one of them by its release or its revision.`,
    };
  const tried = past.find(({ candidateHash }) => found.some(({ hash }) => hash === candidateHash));
  if (tried !== undefined) return neverKept(tried, history);
  const gone =
    past.find((move) => hasMoved(move) && hasImage(move.to, to)) ?? past.find(({ from }) => hasImage(from, to));
  if (gone !== undefined) return ofHash(hasImage(gone.to, to) ? (gone.candidateHash ?? '') : gone.stableHash, history);
  return none(history, `Input to: ${to} is no release, revision, image or image tag that ${title} has had.`);
}

function isNamed({ revision, names }: KeptVersion, to: string): boolean {
  return names === undefined ? String(revision) === to : names.includes(to);
}

function isOfKnative({ names }: KeptVersion): boolean {
  return names !== undefined;
}

function hasImage(images: Images, to: string): boolean {
  return Object.values(images).some((image) => isMeant(image, to));
}

/** `v1`, `sha256:…`, `registry/web:v1`, `registry/web:v1@sha256:…`. */
function isMeant(image: string, to: string): boolean {
  const [of, wanted] = [parseImageReference(image), parseImageReference(to)];
  if (!of.ok) return image === to;
  if (of.value.tag === to || of.value.digest === to) return true;
  if (!wanted.ok || (wanted.value.tag === null && wanted.value.digest === null)) return false;
  const { repository, tag, digest } = wanted.value;
  return (
    canonicalRepository(of.value.repository) === canonicalRepository(repository) &&
    (tag === null || tag === of.value.tag) &&
    (digest === null || digest === of.value.digest)
  );
}

function neverKept({ release, outcome, reason }: Move, history: History): Goal {
  const why = reason === null ? '' : `: ${reason.replace(/[.]$/, '')}`;
  return none(
    history,
    `Wanted to go back to release ${release}; users never had it for good (${outcome}${why}). Release it with action: deploy if it is meant.`,
  );
}

/** With what is possible. */
function none({ title, past, kept, running }: History, found: string): Goal {
  const failed = versionsFailed(past);
  const possible = kept
    .filter(({ hash }) => hash !== running && !failed.has(hash))
    .sort((a, b) => (b.revision ?? 0) - (a.revision ?? 0));
  const list =
    possible.length === 0
      ? `${title} has no other version to go back to.`
      : `Possible in input to are: ${listed(possible, past)}.`;
  return { is: 'none', message: `${found} ${list}` };
}

function listed(versions: readonly KeptVersion[], past: readonly Move[]): string {
  const more = versions.length > MOST_LISTED ? `, and ${versions.length - MOST_LISTED} more` : '';
  return `${versions
    .slice(0, MOST_LISTED)
    .map((version) => describeVersion(version, past))
    .join('; ')}${more}`;
}
