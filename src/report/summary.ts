import type { CheckResult } from '../checks/result.ts';
import type { Diagnosis } from '../cluster/diagnosis.ts';
import type { Finding } from '../engine/refusal.ts';
import { adviceFor, changedImages, describeUsers } from './advice.ts';
import { formatDuration } from './duration.ts';
import { code, firstLine, Html, html, joined, link, oneLine, pre, prose, shortDigests } from './escape.ts';
import type { Outcome, Story } from './story.ts';
import { timeline } from './timeline.ts';
import { usersAfter } from './users.ts';

/** Bytes that GitHub takes for the summary of a step; of a longer one it shows nothing. */
export const SUMMARY_LIMIT = 1_048_576;

/** How much of each kind is shown: rows of a table, characters of a block. */
interface Room {
  /** Of the folded parts. */
  readonly writes: number;
  readonly rows: number;
  readonly facts: number;
  readonly block: number;
}

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
  for (const room of ROOMS) {
    const summary = render(story, room);
    if (Buffer.byteLength(summary) < SUMMARY_LIMIT) return summary;
  }
  // Not to be reached; the headline alone fits whatever the story is.
  return `${headline(story).markup}\n`;
}

function render(story: Story, room: Room): string {
  const blocks = [
    headline(story),
    lead(story),
    ...findings(story.findings, room),
    images(story, room),
    origin(story),
    ...trouble(story, room),
    ...advice(story, room),
    ...warnings(story.warnings, room),
    ...section('Timeline', timeline(story, room.rows, room.facts)),
    ...checks(story.checks, room),
    ...writes(story, room),
  ];
  return `${blocks.flatMap((block) => (block === null ? [] : [block.markup])).join('\n\n')}\n`;
}

function section(title: string, ...blocks: readonly (Html | null)[]): Html[] {
  const filled = blocks.filter((block) => block !== null);
  return filled.length === 0 ? [] : [new Html(`### ${title}`), ...filled];
}

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  promoted: '✅ Promoted',
  'rolled-back': '↩️ Rolled back',
  paused: '⏸️ Paused',
  aborted: '🛑 Aborted',
  failed: '❌ Failed',
  unchanged: '➖ Unchanged',
};

function headline(story: Story): Html {
  const workload = story.namespace === null ? story.deployment : `${story.namespace}/${story.deployment}`;
  return html`<h2>${outcomeWords(story)}: ${workload}</h2>`;
}

function outcomeWords(story: Story): string {
  if (story.dryRun) return story.outcome === 'failed' ? '❌ Dry run refused' : '🔍 Dry run';
  if (story.findings.length > 0) return '❌ Refused';
  return story.held ? '❌ Failed, both versions left standing' : OUTCOMES[story.outcome];
}

/** For someone tired: what it means for the users, and why. */
function lead(story: Story): Html {
  const sentence = html`<b>${describeUsers(usersAfter(story))}</b>`;
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

function images({ from, to, outcome }: Story, room: Room): Html | null {
  if (outcome === 'unchanged' && changedImages(from, to).length === 0) {
    const rows = Object.entries(to).map(
      ([container, image]) => html`<tr><td>${container}</td><td>${imageName(image)}</td></tr>
`,
    );
    return table(html`<th align="left">Container</th><th align="left">Image</th>`, rows, room.rows);
  }
  const rows = changedImages(from, to).map(
    (move) => html`<tr><td>${move.container}</td><td>${imageName(move.from)}</td><td>${imageName(move.to)}</td></tr>
`,
  );
  if (rows.length > 0)
    return table(
      html`<th align="left">Container</th><th align="left">From</th><th align="left">To</th>`,
      rows,
      room.rows,
    );
  return Object.keys(to).length === 0 ? null : html`<p>The images stay as they are; environment values change.</p>`;
}

/** The whole digest is in the outputs. */
function imageName(image: string): Html {
  return code(shortDigests(oneLine(image)));
}

const STRATEGIES: Readonly<Record<string, string>> = { 'blue-green': 'Blue/green' };

/** Who and what was behind it. */
function origin(story: Story): Html {
  const { run } = story;
  const facts = [
    html`${STRATEGIES[story.strategy] ?? story.strategy} release${story.release === null ? '' : html` ${code(story.release)}`}`,
    html`took <b>${formatDuration(story.finishedAt - story.startedAt)}</b>`,
    run.sha === null ? null : html`commit ${link(commitAddress(story), code(run.sha.slice(0, 7)))}${branch(run.ref)}`,
    run.actor === null ? null : html`by ${run.actor}`,
    run.url === null && run.id === null ? null : link(run.url, html`run ${run.id ?? ''}${attempt(run.attempt)}`),
  ];
  return html`<p>${joined(
    facts.filter((fact) => fact !== null),
    html` · `,
  )}</p>`;
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

/** What the failed check printed, or what the cluster knows of the sick pods. */
function trouble(story: Story, room: Room): Html[] {
  const failed = story.checks.filter(({ verdict }) => verdict === 'unhealthy').slice(0, room.rows);
  const printed = failed.flatMap(({ name, detail }) => {
    const [, ...lines] = detail.split('\n');
    return lines.length === 0 ? [] : [html`<p>Last lines of ${code(name)}:</p>`, block(lines.join('\n'), room)];
  });
  return section('What went wrong', ...printed, ...diagnosis(story.diagnosis, story.reason ?? '', room));
}

function diagnosis(found: Diagnosis | null, reason: string, room: Room): (Html | null)[] {
  if (found === null) return [];
  const { log, events } = found;
  const isTold = (sign: string): boolean => kindOf(sign) === kindOf(reason);
  const told = found.signs.filter(isTold);
  const signs = kindsOf(found.signs.filter((sign) => !isTold(sign)));
  return [
    told.length > 1 ? html`<p>Other pods of the new version show the same.</p>` : null,
    signs.length === 0 ? null : list(signs, room),
    log === null ? null : html`<p>Last lines of container ${code(log.container)} in pod ${code(log.pod)}:</p>`,
    log === null ? null : block(log.lines.join('\n'), room),
    events.length === 0 ? null : html`<p>Newest events:</p>`,
    events.length === 0 ? null : block(events.map((event) => oneLine(event)).join('\n'), room),
  ];
}

/** Pods of one version mostly fail alike: one sign of each kind, with a word about other pods. */
function kindsOf(signs: readonly string[]): string[] {
  const kinds = Map.groupBy(signs, kindOf);
  return [...kinds.values()].map(([first = '', ...others]) =>
    others.length === 0 ? first : `${first} (other pods too)`,
  );
}

/** A sign without the name of its pod and without numbers (restarts, seconds). */
function kindOf(sign: string): string {
  return sign.replace(/\bpod \S+?(?=:|$)/, 'pod').replaceAll(/\d+/g, '0');
}

function advice(story: Story, room: Room): Html[] {
  const found = adviceFor(story);
  if (found === null) return [];
  // Half of a command or of a list of inputs is worse than none.
  const copy = found.copy === null || found.copy.text.length > room.block ? null : pre(found.copy.text);
  return section(found.title, html`<p>${prose(found.text)}</p>`, copy);
}

function warnings(all: readonly string[], room: Room): Html[] {
  return all.length === 0 ? [] : section('⚠️ Warnings', list(all, room));
}

const VERDICTS: Readonly<Record<CheckResult['verdict'], string>> = {
  healthy: '✅ healthy',
  unhealthy: '❌ unhealthy',
  cancelled: '➖ cancelled',
};

function checks(all: readonly CheckResult[], room: Room): Html[] {
  if (all.length === 0) return [];
  const rows = all.map(
    (
      check,
    ) => html`<tr><td>${code(check.name)}</td><td>${VERDICTS[check.verdict]}</td><td align="right">${check.tries}</td><td align="right">${formatDuration(check.took)}</td><td>${firstLine(check.detail)}</td></tr>
`,
  );
  const head = html`<th align="left">Check</th><th align="left">Result</th><th align="right">Tries</th><th align="right">Took</th><th align="left">Found</th>`;
  return section('Checks', table(head, rows, room.rows));
}

function writes(story: Story, room: Room): Html[] {
  const { length } = story.writes;
  if (length === 0) return [];
  const rows = story.writes.map(
    ({
      at,
      request,
      why,
    }) => html`<tr><td align="right">${formatDuration(at - story.startedAt)}</td><td>${why}</td><td>${code(request)}</td></tr>
`,
  );
  const head = html`<th align="right">At</th><th align="left">Why</th><th align="left">Request</th>`;
  const title = story.dryRun ? 'What a release would write to the cluster' : 'What was written to the cluster';
  const count = `${length} write${length === 1 ? '' : 's'} of ${story.requests} requests`;
  return [
    html`<details><summary>${title} (${count})</summary>
${table(head, rows, room.writes)}
</details>`,
  ];
}

function table(head: Html, rows: readonly Html[], longest: number): Html {
  const rest = more(rows.length - longest);
  return html`<table>
<tr>${head}</tr>
${rows.slice(0, longest)}</table>${rest ?? ''}`;
}

function list(texts: readonly string[], room: Room): Html {
  const shown = texts.slice(0, room.rows);
  const rest = more(texts.length - shown.length);
  return html`<ul>
${shown.map(
  (text) => html`<li>${prose(text)}</li>
`,
)}</ul>${rest ?? ''}`;
}

/** The end of a text tells more than its beginning: that is where programs say what they died of. */
function block(text: string, room: Room): Html {
  if (text.length <= room.block) return pre(text);
  return pre(`(… ${text.length - room.block} characters more)\n${text.slice(-room.block)}`);
}

function more(count: number): Html | null {
  return count <= 0 ? null : html`<p>… and ${count} more, left out here: a summary has a limited size.</p>`;
}
