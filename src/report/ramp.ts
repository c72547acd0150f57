import type { Measured } from '../analysis/measured.ts';
import type { ReachedStep } from '../engine/workload.ts';
import type { Step } from '../release/plan.ts';
import { ALL, percent, type Share } from '../release/route.ts';
import { type Room, table } from './blocks.ts';
import { formatDuration } from './duration.ts';
import { type Html, html } from './escape.ts';
import type { Story } from './story.ts';
import { beginningOf } from './users.ts';

interface Row {
  readonly step: Step;
  readonly reached: ReachedStep | null;
}

/** The planned ramp beside what became of it: share wanted and real, pods, and how far the effect on users is known. */
export function rampTable(story: Story, room: Room): Html {
  const isWhole = hasSwitched(story);
  const rows: Row[] = story.steps
    .filter(({ share, stay }) => share > 0 || stay > 0)
    .map((step) => ({ step, reached: story.ramp.find(({ wanted }) => wanted === step.share) ?? null }));
  return table<Row>(
    [
      { title: 'Wanted', align: 'right', cell: ({ step }) => wantedOf(step) },
      { title: 'For', align: 'right', cell: ({ step }) => (step.stay === 0 ? '' : formatDuration(step.stay)) },
      { title: 'Was', align: 'right', cell: (row) => shareOf(row, isWhole) },
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
function shareOf({ step, reached }: Row, isWhole: boolean): string {
  if (reached !== null) return percent(reached.real);
  return isWhole && step.share >= ALL ? percent(ALL) : '–';
}

function podsOf({ candidatePods, stablePods }: ReachedStep): string {
  return candidatePods === null || stablePods === null ? '' : `${candidatePods} new, ${stablePods} old`;
}

function knownBy(story: Story, reached: ReachedStep | null, { share }: Step): Html | string {
  if (reached === null && share < ALL) return wasBefore(story, share) ? 'reached by an earlier run' : 'not reached';
  if (reached === null && !hasSwitched(story)) return 'not reached';
  if (reached === null)
    return story.strategy === 'rolling' ? 'the live Service’s endpoints' : 'the live Service’s switch';
  return reached.routes.length === 0 ? html`the live Service’s endpoints` : reached.routes.join('; ');
}

/** Whether all users came to be on the new version; a batch of rolling ones that is the last makes no chapter of its own. */
function hasSwitched({ outcome, phases }: Story): boolean {
  return outcome === 'promoted' || phases.some(({ phase }) => phase === 'Switch users');
}

/** A run that goes on with the release of another begins behind the steps of that one. */
function wasBefore(story: Story, share: Share): boolean {
  const first = story.ramp[0]?.wanted ?? (hasSwitched(story) ? ALL : 0);
  return share < first && !story.phases.some(({ phase }) => phase === 'Open');
}

/** Whether there is anything to be told of the ramp: of one that an earlier run went, and this one only ends, nothing is known here. */
export function knowsRamp(story: Story): boolean {
  const began = beginningOf(story);
  return story.steps.length > 1 && (story.ramp.length > 0 || began === null || began === 'Open');
}
