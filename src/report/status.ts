import type { LockSeen } from '../cluster/lease.ts';
import type { OpenStatus, PastStatus, Status, TrackStatus } from '../engine/status.ts';
import type { Standing } from '../engine/possible-operations.ts';
import type { Images } from '../release/plan.ts';
import { percent } from '../release/route.ts';
import { list, type Room, section, table } from './blocks.ts';
import { formatDuration } from './duration.ts';
import { code, firstLine, type Html, html, link, oneLine, shortDigests } from './escape.ts';

/*
 * What `action: status` has found, for summary and log.
 */

export const STANDINGS: Readonly<Record<Standing, string>> = {
  idle: '🟢 At rest',
  paused: '⏸️ Paused',
  'in-progress': '🔄 In progress',
  standing: '⚠️ Left standing',
  'kept-warm': '🟢 Promoted, the old version kept warm',
  unfinished: '⚠️ Unfinished',
};

/** Below the headline. */
export function statusBlocks(status: Status, room: Room): Html[] {
  return [
    html`<p><b>${leadOf(status)}</b></p>`,
    ...(status.open === null ? [] : [originOf(status.open, status.at)]),
    ...(status.lock === null ? [] : [html`<p>${lockLine(status.lock)}</p>`]),
    ...tracks(status, room),
    ...section('How users get there', status.ways.length === 0 ? null : list(status.ways, room.rows)),
    ...verdicts(status, room),
    ...section('What can be done now', possible(status, room)),
    ...section('Things to know', status.notes.length === 0 ? null : list(status.notes, room.rows)),
    ...section('Last releases', status.past.length === 0 ? null : past(status.past, room)),
  ];
}

/** A line for each fact. */
export function statusLines(status: Status): string[] {
  const { open } = status;
  return [
    leadOf(status),
    ...(open === null
      ? []
      : [
          `release ${open.release} (${open.strategy}), begun ${formatDuration(status.at - open.since)} ago${byOf(open.run)}`,
        ]),
    ...status.tracks.map(trackLine),
    ...status.ways,
    ...(open?.verdicts ?? []).map(({ verdict, text }) => `${verdict}: ${text}`),
    ...(status.lock === null ? [] : [lockLine(status.lock)]),
    ...status.notes,
    ...status.possible.map(({ action, text }) => `action: ${action}: ${text}`),
    ...(status.possible.length === 0 ? [nothingNow(status)] : []),
    ...status.past.map(pastLine),
  ];
}

/** For someone in a hurry. */
function leadOf({ is, open, share, past }: Status): string {
  const users = share === null ? 'What part of the users is on the candidate cannot be told.' : usersOf(share);
  switch (is) {
    case 'idle':
      return past.length === 0
        ? 'No release is open, and there is none on record.'
        : 'No release is open: users are on the one version that there is.';
    case 'paused':
      return `Release ${open?.release} stands still at ${percent(open?.pausedAt ?? 0)} and waits for a person. ${users}`;
    case 'in-progress':
      if (open === null) return 'A run has the lock; no release is open yet.';
      return `A run is at work on release ${open.release}. ${users}`;
    case 'kept-warm':
      return `Release ${open?.release} was promoted, and its old version is kept warm. ${users}`;
    case 'standing':
      return `Release ${open?.release} was left standing: users are on stable, and the pods of both versions are there.`;
    case 'unfinished':
      return `Release ${open?.release} is unfinished, and nobody is at work on it. ${users}`;
  }
}

function usersOf(share: number): string {
  if (share === 0) return 'No user is on the candidate.';
  return share === 10_000 ? 'All users are on the candidate.' : `${percent(share)} of the users are on the candidate.`;
}

function byOf(run: string | null): string {
  return run === null ? '' : ` by ${run}`;
}

function originOf({ release, strategy, since, run }: OpenStatus, at: number): Html {
  const by = run === null ? html`` : html`, last worked on by ${link(run, html`this run`)}`;
  return html`<p>Release ${code(release)} (${strategy}), begun ${formatDuration(at - since)} ago${by}.</p>`;
}

function lockLine({ holder, renewedAgo, isStale }: LockSeen): string {
  const renewed = renewedAgo === null ? '' : `, last renewed ${formatDuration(renewedAgo)} ago`;
  const state = isStale ? 'it is stale, and the next run takes it over' : 'it is alive';
  return `The lock is held by ${oneLine(holder, 200)}${renewed}: ${state}.`;
}

function tracks({ tracks: all, share }: Status, room: Room): Html[] {
  if (all.length === 0) return [];
  const versions = table<TrackStatus>(
    [
      { title: 'Version', align: 'left', cell: ({ role }) => ROLES[role] },
      { title: 'Hash', align: 'left', cell: ({ hash }) => code(hash) },
      { title: 'Revision', align: 'right', cell: ({ revision }) => revision ?? '' },
      { title: 'Images', align: 'left', cell: ({ images }) => imageCells(images) },
      { title: 'Pods Ready', align: 'right', cell: podsOf },
      { title: 'Users', align: 'right', cell: (track) => (track.share === null ? '?' : percent(track.share)) },
    ],
    all,
    room.rows,
  );
  return [versions, ...(share === null ? [html`<p>A question mark: it cannot be told.</p>`] : [])];
}

const ROLES: Readonly<Record<TrackStatus['role'], string>> = {
  stable: 'stable',
  candidate: 'candidate',
  other: 'another',
};

function podsOf({ ready, wanted }: TrackStatus): string {
  return wanted === null ? `${ready}` : `${ready} of ${wanted}`;
}

function imageCells(images: Images): Html {
  const entries = Object.entries(images);
  const cells = entries.map(
    ([container, image], at) =>
      html`${container}: ${code(shortDigests(oneLine(image)))}${at + 1 < entries.length ? html`<br>` : ''}`,
  );
  return html`${cells}`;
}

function imageText(images: Images): string {
  return Object.entries(images)
    .map(([container, image]) => shortDigests(`${container}=${image}`))
    .join(', ');
}

function trackLine(track: TrackStatus): string {
  const users = track.share === null ? '' : `, ${percent(track.share)} of the users`;
  return `${ROLES[track.role]} ${track.hash}: ${imageText(track.images)}; pods Ready: ${podsOf(track)}${users}`;
}

function verdicts({ open }: Status, room: Room): Html[] {
  if (open === null || open.verdicts.length === 0) return [];
  const lines = open.verdicts.map(({ verdict, text }) => `${verdict}: ${text}`);
  return section('What was known of the candidate at the pause', list(lines, room.rows));
}

function nothingNow({ lostNamespace }: Status): string {
  return lostNamespace === null
    ? 'Nothing but to wait for the run that has the lock, or to cancel it. A run that is started now waits for it, up to lock-timeout.'
    : 'Nothing: all of it goes with the namespace.';
}

function possible(status: Status, room: Room): Html {
  const { possible: all } = status;
  if (all.length === 0) return html`<p>${nothingNow(status)}</p>`;
  return list(
    all.map(({ action, text }) => `\`action: ${action}\`: ${text}`),
    room.rows,
  );
}

const VERSIONS: Readonly<Record<PastStatus['version'], string>> = {
  now: 'users are on it',
  kept: 'yes',
  gone: 'no: the cluster does not keep it any more',
  changed: 'no: what the cluster keeps under its hash has other images',
  'never-had': 'no: users never had it for good',
};

function versionOf({ hash, version }: PastStatus): string {
  return hash === null ? 'no: it never had pods' : VERSIONS[version];
}

function past(all: readonly PastStatus[], room: Room): Html {
  return table<PastStatus>(
    [
      { title: 'Release', align: 'left', cell: ({ release, run }) => link(run, code(release)) },
      { title: 'Outcome', align: 'left', cell: ({ outcome }) => outcome },
      { title: 'Ended', align: 'left', cell: ({ finishedAt }) => momentOf(finishedAt) },
      { title: 'Images', align: 'left', cell: ({ to }) => imageCells(to) },
      { title: 'Hash', align: 'left', cell: ({ hash }) => (hash === null ? '' : code(hash)) },
      { title: 'Can be gone back to', align: 'left', cell: versionOf },
      { title: 'Why', align: 'left', cell: ({ reason }) => (reason === null ? '' : firstLine(reason, 300)) },
    ],
    all,
    room.rows,
  );
}

/** `2026-11-20 09:15:31 UTC` of what the record has. */
function momentOf(time: string): string {
  return time.replace(/^([\d-]{10})T([\d:]{8})\.\d+Z$/, '$1 $2 UTC');
}

function pastLine(release: PastStatus): string {
  const way = release.version === 'now' ? 'users are on it' : `can be gone back to: ${versionOf(release)}`;
  return `past: ${release.release} ${release.outcome} at ${momentOf(release.finishedAt)}, ${imageText(release.to)}; ${way}`;
}
