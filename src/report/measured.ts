import type { Arm, Verdict } from '../analysis/arms.ts';
import { type Kind, rateInterval } from '../analysis/interval.ts';
import type { MeasuredGate, MeasuredStage, MeasuredTick } from '../analysis/measured.ts';
import type { JudgedByMetric } from '../analysis/verdicts.ts';
import { type Room, section, table } from './blocks.ts';
import { formatDuration } from './duration.ts';
import { evidenceChart } from './evidence-chart.ts';
import { code, type Html, html, joined, pre } from './escape.ts';
import type { Story } from './story.ts';

/** Pictures of the summary: one for each metric, those with the most evidence first. */
const MOST_CHARTS = 3;
/** Of what condemns: less than this is an empty picture. */
const LEAST_STRENGTH = 0.05;

/** What was measured: by stage and metric both tracks with their rates, the verdict in a sentence, and the evidence as a picture. */
export function measured(story: Story, room: Room): Html[] {
  const { measured: all } = story;
  if (all === null || all.stages.length === 0) return [];
  const metrics = all.stages.flatMap((stage) => stage.metrics.map((metric) => ({ stage, metric })));
  const gates = all.stages.flatMap((stage) => stage.gates.map((gate) => ({ stage, gate })));
  const source = all.source === null ? null : html`<p>Counted by ${all.source}.</p>`;
  return section(
    'Evidence',
    source,
    metrics.length === 0 ? null : metricTable(metrics, room),
    ...charts(story),
    gates.length === 0 ? null : gateTable(gates, room),
    folded(story, room),
  );
}

interface MetricRow {
  readonly stage: MeasuredStage;
  readonly metric: JudgedByMetric;
}

function metricTable(rows: readonly MetricRow[], room: Room): Html {
  return table<MetricRow>(
    [
      { title: 'Users', align: 'right', cell: ({ stage }) => stage.name },
      { title: 'Metric', align: 'left', cell: ({ metric }) => metric.name },
      { title: 'Candidate', align: 'right', cell: ({ metric }) => rate(metric.kind, metric.candidate) },
      { title: 'Stable', align: 'right', cell: ({ metric }) => rate(metric.kind, metric.stable) },
      {
        title: 'Verdict',
        align: 'left',
        cell: ({ metric }) => html`${VERDICTS[metric.verdict]}: ${conclusion(metric)}`,
      },
    ],
    rows,
    room.rows,
  );
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  healthy: '✅ healthy',
  unhealthy: '❌ unhealthy',
  inconclusive: '❔ inconclusive',
};

/** `41 of 800`, and below it the rate with its exact 95 % interval. */
function rate(kind: Kind, arm: Arm): Html {
  if (arm.n === 0) return html`–`;
  if (kind === 'pod-seconds') return html`${arm.x} in ${formatDuration(arm.n * 1000)} of pods`;
  const { low, high } = rateInterval(arm, kind);
  const bounds = `(${part(low, 2)} to ${part(high, 2)})`;
  return html`${unbroken(`${grouped(arm.x)} of ${grouped(arm.n)}`)}<br>${unbroken(part(arm.x / arm.n))}<br>${unbroken(bounds)}`;
}

/** Its spaces do not break the line. */
function unbroken(text: string): Html {
  return joined(
    text.split(' ').map((word) => html`${word}`),
    html`&nbsp;`,
  );
}

/** What the sentence concludes; the counts before that stand beside it. */
function conclusion({ sentence }: JudgedByMetric): string {
  const [, ...rest] = sentence.split(': ');
  return rest.length === 0 ? sentence : rest.join(': ');
}

/** `1,200`. */
function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Digits that say something: `5.13 %`, `0.0124 %`. */
function part(rate: number, digits = 3): string {
  return `${Number((rate * 100).toPrecision(digits))} %`;
}

function charts({ measured: all, startedAt }: Story): Html[] {
  if (all === null) return [];
  const strength = (name: string): number =>
    Math.max(
      ...all.stages.flatMap(({ metrics }) =>
        metrics
          .filter((metric) => metric.name === name)
          .flatMap(({ trace, threshold }) => [0, ...trace.map(({ condemn }) => condemn / threshold)]),
      ),
    );
  const names = [...new Set(all.stages.flatMap(({ metrics }) => metrics.map(({ name }) => name)))];
  const drawn = names
    .filter((name) => strength(name) >= LEAST_STRENGTH)
    .sort((a, b) => strength(b) - strength(a))
    .slice(0, MOST_CHARTS);
  return drawn.flatMap((name) => {
    const chart = evidenceChart(all.stages, name, startedAt);
    return chart === null ? [] : [html`<p>Evidence against the candidate by ${code(name)}:</p>`, pre(chart)];
  });
}

function gateTable(rows: readonly { stage: MeasuredStage; gate: MeasuredGate }[], room: Room): Html {
  return table(
    [
      { title: 'Users', align: 'right', cell: ({ stage }) => stage.name },
      { title: 'Gate', align: 'left', cell: ({ gate }) => html`${gate.kind} ${code(gate.name)}` },
      { title: 'Verdict', align: 'left', cell: ({ gate }) => VERDICTS[gate.verdict] },
      { title: 'Found', align: 'left', cell: ({ gate }) => gate.detail },
    ],
    rows,
    room.rows,
  );
}

/** What was asked, and what was counted. */
function folded({ measured: all, startedAt }: Story, room: Room): Html | null {
  if (all === null || (all.ticks.length === 0 && all.queries.length === 0)) return null;
  const queries = all.queries.length === 0 ? null : html`<p>Asked at every tick:</p>\n${pre(all.queries.join('\n'))}\n`;
  const notes = all.notes.map((note) => html`<p>${note}</p>\n`);
  const samples = table<MeasuredTick>(
    [
      { title: 'At', align: 'right', cell: ({ at }) => formatDuration(at - startedAt) },
      { title: 'Metric', align: 'left', cell: ({ metric }) => metric },
      { title: 'Candidate', align: 'right', cell: ({ candidate }) => counted(candidate) },
      { title: 'Stable', align: 'right', cell: ({ stable }) => counted(stable) },
    ],
    all.ticks.slice(-room.writes),
    room.writes,
  );
  const parts = [...(queries === null ? [] : [queries]), ...notes, samples];
  return html`<details><summary>What was asked and counted (${all.ticks.length} ticks)</summary>\n${joined(parts, html``)}\n</details>`;
}

function counted({ n, x }: Arm): string {
  return `${grouped(x)} of ${grouped(n)}`;
}
