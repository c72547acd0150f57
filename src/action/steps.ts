import type { Step } from '../release/plan.ts';
import { ALL, type Share } from '../release/route.ts';
import { formatDuration, parseDuration } from './durations.ts';
import { misunderstood, understood, type Parsed } from './parsed.ts';
import { formatShare, parseShare } from './shares.ts';

/** What the input `steps` says it accepts. */
export const STEPS_FORM =
  'shares with the time to stay at each, such as 5% 2m, 20% 5m, 50% 5m (commas or lines between), or linear 10% every 1m, or exponential 1% x2 every 2m';

/** More steps than anybody watches; every one of them is a line of log and summary. */
const MOST_STEPS = 100;

/** The ramp up to, but without, 100 %, which follows by itself. */
export function parseSteps(given: string): Parsed<readonly Step[]> {
  const text = given.trim();
  const rule = /^(linear|exponential)\s+(.*)$/s.exec(text);
  const steps = rule === null ? parseList(text) : parseRule(rule[1] ?? '', rule[2] ?? '');
  if (!steps.ok) return steps;
  if (steps.value.length > MOST_STEPS)
    return misunderstood(`It has ${steps.value.length} steps; ${MOST_STEPS} are the most.`);
  return steps;
}

function parseList(text: string): Parsed<readonly Step[]> {
  const parts = text
    .split(/[,\n\r]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith('#'));
  if (parts.length === 0) return misunderstood('It names no step.');
  const steps: Step[] = [];
  for (const part of parts) {
    const [share = '', stay, ...more] = part.split(/\s+/);
    if (more.length > 0) return misunderstood(`"${part}" is not a share and a time.`);
    const parsed = parseShare(share);
    if (!parsed.ok) return misunderstood(`"${part}": ${share === part ? '' : `${share}: `}${parsed.problem}`);
    if (parsed.value === ALL && stay === undefined) continue;
    if (parsed.value === ALL)
      return misunderstood(`"${part}": at 100% users stay for bake-time. Leave it out, 100% follows by itself.`);
    if (parsed.value === 0)
      return misunderstood(`"${part}": no user is moved by it. To stop before the first step use pause-at: 0%.`);
    if (stay === undefined) return misunderstood(`"${part}" does not say how long to stay, for example ${share} 2m.`);
    const time = parseDuration(stay);
    if (!time.ok) return misunderstood(`"${part}": ${stay}: ${time.problem}`);
    const before = steps.at(-1);
    if (before !== undefined && parsed.value <= before.share)
      return misunderstood(
        `${formatShare(parsed.value)} comes after ${formatShare(before.share)}; shares have to rise.`,
      );
    steps.push({ share: parsed.value, stay: time.value });
  }
  return understood(steps);
}

function parseRule(kind: string, rest: string): Parsed<readonly Step[]> {
  const form = kind === 'linear' ? /^(\S+)\s+every\s+(\S+)$/ : /^(\S+)\s+x(\S+)\s+every\s+(\S+)$/;
  const parts = form.exec(rest.trim());
  const example = kind === 'linear' ? 'linear 10% every 1m' : 'exponential 1% x2 every 2m';
  if (parts === null) return misunderstood(`It is not written as ${example}.`);
  const share = parseShare(parts[1] ?? '');
  if (!share.ok) return misunderstood(`${parts[1]}: ${share.problem}`);
  if (share.value === 0 || share.value === ALL)
    return misunderstood(`${parts[1]} is no first step; it has to be between 0% and 100%.`);
  const stayText = parts.at(-1) ?? '';
  const stay = parseDuration(stayText);
  if (!stay.ok) return misunderstood(`${stayText}: ${stay.problem}`);
  const factor = kind === 'linear' ? null : Number(parts[2]);
  if (factor !== null && !(factor > 1 && factor <= 100))
    return misunderstood(`x${parts[2]} does not make it rise; write a number above 1, such as x2.`);
  const steps: Step[] = [];
  // Shares are whole basis points: each has to be above the one before, or the ramp would never end.
  for (let next: Share = share.value; next < ALL && steps.length <= MOST_STEPS; ) {
    steps.push({ share: next, stay: stay.value });
    next = factor === null ? next + share.value : Math.max(next + 1, Math.round(next * factor));
  }
  return understood(steps);
}

/** `5% 2m, 20% 5m`. */
export function formatSteps(steps: readonly Step[]): string {
  return steps.map(({ share, stay }) => `${formatShare(share)} ${formatDuration(stay)}`).join(', ');
}
