import { describesRelease, onlyLooks } from '../action/operations.ts';
import type { CheckResult } from '../checks/result.ts';
import type { Looked } from '../engine/looked.ts';
import type { Finding } from '../engine/refusal.ts';
import { adviceFor, changedImages, describeUsers } from './advice.ts';
import { block, list, more, type Room, section, table } from './blocks.ts';
import { formatDuration } from './duration.ts';
import { code, firstLine, type Html, html, joined, link, oneLine, pre, prose, shortDigests } from './escape.ts';
import { lookedBlocks, lookedTitle } from './looked.ts';
import type { Outcome, Story } from './story.ts';
import { measured } from './measured.ts';
import { knowsRamp, rampTable } from './ramp.ts';
import { timeline } from './timeline.ts';
import { trouble } from './trouble.ts';
import { hasBegun, usersAfter } from './users.ts';

/** Bytes that GitHub takes for the summary of a step; of a longer one it shows nothing. */
export const SUMMARY_LIMIT = 1_048_576;

/** What is folded gives way first. The last is small enough for any story. */
const ROOMS: readonly Room[] = [
  { writes: 1_000, rows: 200, facts: 4, block: 65_536 },
  { writes: 50, rows: 200, facts: 4, block: 65_536 },
  { writes: 10, rows: 50, facts: 2, block: 16_384 },
  { writes: 0, rows: 5, facts: 1, block: 2_000 },
];

/**
 * The job summary. Its headings are Markdown; all that is not our own wording stands in HTML blocks, where Markdown means nothing and
 * five characters need an escape. Always shorter than `SUMMARY_LIMIT`.
 */
export function renderSummary(story: Story): string {
  return renderWithin(story, SUMMARY_LIMIT);
}

/** The same for another place. @param limit bytes */
export function renderWithin(story: Story, limit: number): string {
  for (const room of ROOMS) {
    const summary = render(story, room);
    if (Buffer.byteLength(summary) < limit) return summary;
  }
  // The headline alone fits whatever the story is.
  return `${headline(story).markup}\n\n<p>There is too much to tell for this place; the summary of the job has it.</p>\n`;
}

function render(story: Story, room: Room): string {
  const blocks = story.looked === null ? releaseBlocks(story, room) : lookBlocks(story, story.looked, room);
  const markups = blocks.flatMap((part) => (part === null || part.markup === '' ? [] : [part.markup]));
  return `${markups.join('\n\n')}\n`;
}

/** Of an operation that only looks: what it found, and nothing of a release. */
function lookBlocks(story: Story, looked: Looked, room: Room): (Html | null)[] {
  return [headline(story), ...lookedBlocks(looked, room), ...warnings(story.warnings, room), looker(story)];
}

function releaseBlocks(story: Story, room: Room): (Html | null)[] {
  return [
    headline(story),
    lead(story),
    ...findings(story.findings, room),
    images(story, room),
    origin(story),
    ...trouble(story, room),
    ...advice(story, room),
    ...warnings(story.warnings, room),
    ...section('Ramp', knowsRamp(story) ? rampTable(story, room) : null),
    ...measured(story, room),
    ...section('Timeline', story.phases.length > 1 ? timeline(story, room) : null),
    ...checks(story.checks, room),
    writes(story, room),
  ];
}

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  promoted: '✅ Promoted',
  'rolled-back': '↩️ Rolled back',
  paused: '⏸️ Paused',
  aborted: '🛑 Aborted',
  failed: '❌ Failed',
  unchanged: '➖ Unchanged',
};

/** Refused. */
const NOT_DONE: Partial<Readonly<Record<Story['action'], string>>> = {
  promote: '❌ Not promoted',
  resume: '❌ Not resumed',
  abort: '❌ Not taken back',
  rollback: '❌ Not rolled back',
  finish: '❌ Not finished',
};

function headline(story: Story): Html {
  const workload = story.namespace === null ? story.deployment : `${story.namespace}/${story.deployment}`;
  return html`<h2>${outcomeWords(story)}: ${workload}</h2>`;
}

function outcomeWords(story: Story): string {
  if (story.looked !== null) return lookedTitle(story.looked);
  if (onlyLooks(story.action)) return `❌ No ${story.action}`;
  if (story.dryRun) return story.outcome === 'failed' ? '❌ Dry run failed' : '🔍 Dry run';
  if (story.findings.length > 0 && !hasBegun(story)) return NOT_DONE[story.action] ?? '❌ Not released';
  if (story.held) return '❌ Failed, both versions left standing';
  if (story.outcome === 'failed' && usersAfter(story).on === 'before') return '⚠️ Rolled back, but not to its end';
  return story.keptWarm ? `${OUTCOMES.promoted}, the old version kept warm` : OUTCOMES[story.outcome];
}

/** For someone tired: what it means for the users, and why. */
function lead(story: Story): Html {
  const sentence = html`<b>${describeUsers(usersAfter(story), story)}</b>`;
  const drained = story.phases.some(({ phase }) => phase === 'Drain');
  const connections =
    story.outcome === 'promoted' && drained
      ? html` Connections that clients kept open stayed on the old pods until those ended.`
      : html``;
  // Findings say it all, and a dry run was asked for.
  const isTold = story.findings.length > 0 || (story.dryRun && story.outcome !== 'failed');
  if (story.reason === null || isTold) return html`<p>${sentence}${connections}</p>`;
  return html`<p>${sentence}${connections}</p>
<p><b>Why:</b> ${prose(firstLine(story.reason))}</p>`;
}

function images({ from, to, outcome, writes: told }: Story, room: Room): Html | null {
  const moves = changedImages(from, to);
  if (moves.length > 0)
    return table(
      [
        { title: 'Container', align: 'left', cell: ({ container }) => container },
        { title: 'From', align: 'left', cell: (move) => imageName(move.from) },
        { title: 'To', align: 'left', cell: (move) => imageName(move.to) },
      ],
      moves,
      room.rows,
    );
  const running = Object.entries(to);
  if (running.length === 0) return null;
  if (outcome !== 'unchanged' || told.length > 0)
    return html`<p>The images stay as they are; environment values change.</p>`;
  return table(
    [
      { title: 'Container', align: 'left', cell: ([container]) => container },
      { title: 'Image', align: 'left', cell: ([, image]) => imageName(image) },
    ],
    running,
    room.rows,
  );
}

/** The whole digest is in the outputs. */
function imageName(image: string): Html {
  return code(shortDigests(oneLine(image)));
}

const STRATEGIES: Readonly<Record<string, string>> = {
  'blue-green': 'Blue/green',
  canary: 'Canary',
  rolling: 'Rolling',
};

/** Who and what was behind it. */
function origin(story: Story): Html {
  return html`<p>${joined([...releaseFact(story), ...originFacts(story)], html` · `)}</p>`;
}

/** Which release it was; none of an operation on one that is on record, and was not read. */
function releaseFact({ action, outcome, release, strategy }: Story): Html[] {
  if (release === null && !describesRelease(action)) return [];
  // A plan that was not carried out has an id that stands nowhere else.
  const id = outcome === 'unchanged' ? null : release;
  return [html`${STRATEGIES[strategy] ?? strategy} release${id === null ? '' : html` ${code(id)}`}`];
}

function looker(story: Story): Html {
  return html`<p>${joined(originFacts(story), html` · `)}</p>`;
}

function originFacts(story: Story): Html[] {
  const { run } = story;
  const facts = [
    html`took <b>${formatDuration(story.finishedAt - story.startedAt)}</b>`,
    run.sha === null ? null : html`commit ${link(commitAddress(story), code(run.sha.slice(0, 7)))}${branch(run.ref)}`,
    run.actor === null ? null : html`by ${run.actor}`,
    run.url === null && run.id === null ? null : link(run.url, html`run ${run.id ?? ''}${attempt(run.attempt)}`),
  ];
  return facts.filter((fact) => fact !== null);
}

function commitAddress({ run }: Story): string | null {
  if (run.url === null || run.repository === null || run.sha === null) return null;
  const server = URL.parse(run.url)?.origin;
  return server === undefined ? null : `${server}/${run.repository}/commit/${run.sha}`;
}

function branch(ref: string | null): Html {
  return ref === null ? html`` : html` on ${code(ref.replace(/^refs\/(heads|tags|pull)\//, ''))}`;
}

function attempt(number: string | null): string {
  return number === null || number === '1' ? '' : `, attempt ${number}`;
}

/** Everything that stood in the way, each with what puts it right. */
function findings(all: readonly Finding[], room: Room): Html[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, room.rows);
  const blocks = shown.flatMap(({ message, attachment }, at) => [
    html`<p>${all.length === 1 ? '' : `${at + 1}. `}${prose(message)}</p>`,
    ...(attachment === undefined ? [] : [block(attachment, room)]),
  ]);
  return section('What stands in the way', ...blocks, more(all.length - shown.length));
}

function advice(story: Story, room: Room): Html[] {
  const found = adviceFor(story);
  if (found === null) return [];
  // Half of a command or of a list of inputs is worse than none.
  const copy = found.copy === null || found.copy.text.length > room.block ? null : pre(found.copy.text);
  return section(found.title, html`<p>${prose(found.text)}</p>`, copy);
}

function warnings(all: readonly string[], room: Room): Html[] {
  return all.length === 0 ? [] : section('⚠️ Warnings', list(all, room.rows));
}

const VERDICTS: Readonly<Record<CheckResult['verdict'], string>> = {
  healthy: '✅ healthy',
  unhealthy: '❌ unhealthy',
  inconclusive: '❔ inconclusive',
  cancelled: '➖ cancelled',
};

function checks(all: readonly CheckResult[], room: Room): Html[] {
  if (all.length === 0) return [];
  const results = table(
    [
      { title: 'Check', align: 'left', cell: ({ name }) => code(name) },
      { title: 'Result', align: 'left', cell: ({ verdict }) => VERDICTS[verdict] },
      { title: 'Tries', align: 'right', cell: ({ tries }) => tries },
      { title: 'Took', align: 'right', cell: ({ took }) => formatDuration(took) },
      { title: 'Found', align: 'left', cell: ({ detail }) => firstLine(detail) },
    ],
    all,
    room.rows,
  );
  return section('Checks', results);
}

function writes(story: Story, room: Room): Html | null {
  const { length } = story.writes;
  if (length === 0) return null;
  const title = story.dryRun ? 'What a release would write to the cluster' : 'What was written to the cluster';
  const count = `${length} write${length === 1 ? '' : 's'} of ${story.requests} requests`;
  const requests = table(
    [
      { title: 'At', align: 'right', cell: ({ at }) => formatDuration(at - story.startedAt) },
      { title: 'Why', align: 'left', cell: ({ why }) => why },
      { title: 'Request', align: 'left', cell: ({ request }) => code(request) },
    ],
    story.writes,
    room.writes,
  );
  return html`<details><summary>${title} (${count})</summary>\n${requests}\n</details>`;
}
