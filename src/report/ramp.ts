import type { Measured } from '../analysis/measured.ts';
import type { ReachedStep } from '../engine/workload.ts';
import type { Step } from '../release/plan.ts';
import { ALL, percent } from '../release/route.ts';
import { type Room, table } from './blocks.ts';
import { formatDuration } from './duration.ts';
import { type Html, html } from './escape.ts';
import type { Story } from './story.ts';

interface Row {
  readonly step: Step;
  readonly reached: ReachedStep | null;
}

/** The planned ramp beside what became of it: share wanted and real, pods, and how far the effect on users is known. */
export function rampTable(story: Story, room: Room): Html {
  const isPromoted = story.outcome === 'promoted';
  const rows: Row[] = story.steps
    .filter(({ share, stay }) => share > 0 || stay > 0)
    .map((step) => ({ step, reached: story.ramp.find(({ wanted }) => wanted === step.share) ?? null }));
  return table<Row>(
    [
      { title: 'Wanted', align: 'right', cell: ({ step }) => wantedOf(step) },
      { title: 'For', align: 'right', cell: ({ step }) => (step.stay === 0 ? '' : formatDuration(step.stay)) },
      { title: 'Was', align: 'right', cell: (row) => shareOf(row, isPromoted) },
      {
        title: 'At',
        align: 'right',
        cell: ({ reached }) => (reached === null ? '' : formatDuration(reached.at - story.startedAt)),
      },
      ...(story.measured === null
        ? []
        : [{ title: 'Observed', align: 'right', cell: ({ step }: Row) => observed(story.measured, step) } as const]),
      { title: 'Pods', align: 'left', cell: ({ reached }) => (reached === null ? '' : podsOf(reached)) },
      { title: 'Known by', align: 'left', cell: ({ reached, step }) => knownBy(story, reached, step) },
    ],
    rows,
    room.rows,
  );
}

/** The candidate's part of the requests that were counted in a step. */
function observed(measured: Measured | null, { share }: Step): string {
  const stage = measured?.stages.find(({ name }) => name === percent(share));
  const metric = stage?.metrics.find(({ kind }) => kind === 'requests');
  if (metric === undefined) return '';
  const all = metric.candidate.n + metric.stable.n;
  return all === 0 ? 'no requests' : `${Number(((metric.candidate.n / all) * 100).toPrecision(3))} %`;
}

function wantedOf({ share, pods }: Step): string {
  return pods === undefined ? percent(share) : `${pods} pod${pods === 1 ? '' : 's'}`;
}

/** The last step of a ramp by numbers of pods is the switch of the live Service. */
function shareOf({ step, reached }: Row, isPromoted: boolean): string {
  if (reached !== null) return percent(reached.real);
  return isPromoted && step.share >= ALL ? percent(ALL) : '–';
}

function podsOf({ candidatePods, stablePods }: ReachedStep): string {
  return candidatePods === null || stablePods === null ? '' : `${candidatePods} new, ${stablePods} old`;
}

function knownBy({ strategy, outcome }: Story, reached: ReachedStep | null, { share }: Step): Html | string {
  if (reached === null && strategy === 'rolling' && share >= ALL)
    return outcome === 'promoted' ? 'the live Service’s endpoints' : 'not reached';
  if (reached === null) return share >= ALL ? 'the live Service’s switch' : 'not reached';
  return reached.routes.length === 0 ? html`the live Service’s endpoints` : reached.routes.join('; ');
}
