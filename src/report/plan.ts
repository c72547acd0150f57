import type { FieldChange } from '../cluster/field-changes.ts';
import type { PlannedStep, PlanReport, Would } from '../engine/plan-deploy.ts';
import type { PlannedWrite } from '../engine/plan-writes.ts';
import { percent } from '../release/route.ts';
import { type ImageMove, changedImages } from './advice.ts';
import { block, more, type Room, section, table } from './blocks.ts';
import { formatDuration } from './duration.ts';
import { code, type Html, html, oneLine, prose, shortDigests } from './escape.ts';

/*
 * What `action: plan` has found, for summary, pull request comment and log.
 */

export const WOULDS: Readonly<Record<Would, string>> = {
  release: '📝 Plan',
  nothing: '📝 Plan: nothing to do',
  'open-first': '📝 Plan: another release is open',
  refused: '❌ Plan: would be refused',
};

/** Below the headline. */
export function planBlocks(plan: PlanReport, room: Room): Html[] {
  return [
    html`<p><b>${leadOf(plan)}</b></p>`,
    ...plan.open.map((sentence) => html`<p>${prose(sentence)}</p>`),
    ...findings(plan, room),
    ...images(plan, room),
    ...section('Steps', plan.steps.length === 0 ? null : steps(plan.steps, room)),
    ...permissions(plan, room),
    ...writes(plan, room),
  ];
}

export function tellPlan(
  teller: { fact(text: string): void; foreign(title: string, lines: readonly string[]): void },
  plan: PlanReport,
): void {
  for (const line of [leadOf(plan), ...plan.open, ...plan.facts, ...plan.steps.map(stepLine)]) teller.fact(line);
  for (const [at, write] of plan.writes.entries()) {
    teller.fact(`${at + 1}. ${write.why}: ${TRIED[write.tried]}`);
    // Values come from the cluster, from manifests of anybody's.
    if (write.changes.length > 0) teller.foreign(write.request, write.changes.map(changeLine));
  }
  for (const { message, attachment } of plan.findings) {
    teller.fact(message);
    if (attachment !== undefined) teller.foreign('to apply as it stands', attachment.split('\n'));
  }
  if (plan.missing.length > 0) teller.fact(lackLine(plan));
  if (plan.role !== null) teller.foreign('to apply as it stands', plan.role.split('\n'));
}

function leadOf({ would, writes, strategy }: PlanReport): string {
  switch (would) {
    case 'release':
      return `A deploy would begin a ${strategy} release: ${count(writes.length, 'write')}. Nothing was written for this plan.`;
    case 'nothing':
      return 'A deploy would write nothing: this version runs already, and the outcome would be unchanged.';
    case 'open-first':
      return 'Another release is open: a deploy would have to do with that one first.';
    case 'refused':
      return 'A deploy would be refused as things are, before its first write.';
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function findings({ findings: all }: PlanReport, room: Room): Html[] {
  const shown = all.slice(0, room.rows);
  const blocks = shown.flatMap(({ message, attachment }, at) => [
    html`<p>${all.length === 1 ? '' : `${at + 1}. `}${prose(message)}</p>`,
    ...(attachment === undefined ? [] : [block(attachment, room)]),
  ]);
  return section(
    'What stands in the way',
    ...blocks,
    ...(all.length > shown.length ? [more(all.length - shown.length)] : []),
  );
}

function images({ from, to, would }: PlanReport, room: Room): Html[] {
  const moves = changedImages(from, to);
  if (moves.length === 0)
    return would === 'release' ? [html`<p>The images stay as they are; environment values change.</p>`] : [];
  return [
    table<ImageMove>(
      [
        { title: 'Container', align: 'left', cell: ({ container }) => container },
        { title: 'From', align: 'left', cell: (move) => code(shortDigests(oneLine(move.from))) },
        { title: 'To', align: 'left', cell: (move) => code(shortDigests(oneLine(move.to))) },
      ],
      moves,
      room.rows,
    ),
  ];
}

function steps(all: readonly PlannedStep[], room: Room): Html {
  const pods = (number: number | null): string => (number === null ? '' : String(number));
  return table<PlannedStep>(
    [
      { title: 'Users on the new version', align: 'right', cell: ({ share }) => percent(share) },
      { title: 'New pods', align: 'right', cell: ({ candidatePods }) => pods(candidatePods) },
      { title: 'Old pods', align: 'right', cell: ({ stablePods }) => pods(stablePods) },
      { title: 'For', align: 'right', cell: ({ stay }) => formatDuration(stay) },
      { title: 'Then', align: 'left', cell: ({ isPause }) => (isPause ? 'pauses, until it is promoted' : '') },
    ],
    all,
    room.rows,
  );
}

function stepLine({ share, candidatePods, stablePods, stay, isPause }: PlannedStep): string {
  const pods = candidatePods === null ? '' : `, ${candidatePods} new and ${stablePods} old pods`;
  return `step ${percent(share)}${pods}, for ${formatDuration(stay)}${isPause ? '; pauses there' : ''}`;
}

function lackLine({ missing }: PlanReport): string {
  const list = missing.map(
    ({ namespace, permission: { verb, resource, group } }) =>
      `${verb} ${resource}${group === '' ? '' : `.${group}`} in ${namespace}`,
  );
  return `The user of this run lacks permissions that a deploy needs: ${list.join(', ')}. That is no fault of a plan; what needs them was worked out here and not tried.`;
}

function permissions(plan: PlanReport, room: Room): Html[] {
  const said =
    plan.missing.length === 0
      ? plan.would === 'release'
        ? html`<p>The user of this run has every permission that the release needs.</p>`
        : null
      : html`<p>${lackLine(plan)}</p>`;
  return section('Permissions', said, plan.role === null ? null : block(plan.role, room));
}

const TRIED: Readonly<Record<PlannedWrite['tried'], string>> = {
  accepted: 'accepted',
  refused: 'refused',
  'not-allowed': 'not tried: not allowed',
  'no-place': 'not tried: what it is about is not there yet',
};

const HINT =
  'Each write with what it changes, after the writes before it. `candidate` stands for the hash of the new pods, which only the cluster gives; values of environment variables are never shown.';

function writes({ writes: all }: PlanReport, room: Room): Html[] {
  if (all.length === 0) return [];
  const rows = table<PlannedWrite & { readonly at: number }>(
    [
      { title: '#', align: 'right', cell: ({ at }) => at + 1 },
      { title: 'Write', align: 'left', cell: ({ why, request }) => html`${why}<br>${code(request)}` },
      { title: 'As a dry run', align: 'left', cell: ({ tried }) => TRIED[tried] },
      { title: 'Before and after', align: 'left', cell: ({ changes }) => changeCells(changes) },
    ],
    all.map((write, at) => ({ ...write, at })),
    room.writes,
  );
  return [
    html`<details><summary>What a deploy would write (${count(all.length, 'write')})</summary>\n<p>${prose(HINT)}</p>\n${rows}\n</details>`,
  ];
}

/** Fields of one write that are shown. */
const MOST_CHANGES = 30;

function changeCells(changes: readonly FieldChange[]): Html {
  const lines = changes.slice(0, MOST_CHANGES).map((change) => html`${code(shortDigests(changeLine(change)))}<br>`);
  const left = changes.length - lines.length;
  return left === 0 ? html`${lines}` : html`${lines}… and ${left} more`;
}

function changeLine({ field, before, after }: FieldChange): string {
  if (before === null) return `+ ${field}: ${after}`;
  return after === null ? `- ${field}: ${before}` : `${field}: ${before} → ${after}`;
}
