import { ALL } from '../release/route.ts';
import { parseDuration } from './durations.ts';
import type { Reader } from './input-reader.ts';
import type { InputName } from './input-table.ts';
import { misunderstood, type Parsed, understood } from './parsed.ts';
import type { JudgingRequest } from './request.ts';
import { parseShare } from './shares.ts';

const RATIO_FORM = 'a number between 1 and 100, with at most two decimals, such as 1.5';
const RATE_FORM = 'a percentage above 0% and below 100%, such as 1% or 0.1%';
const REQUESTS_FORM = 'a whole number of requests, such as min-requests: 100, or 0';
const TICK_FORM = 'a time between 1s and 5m, such as 5s';

const SHORTEST_TICK = 1_000;
const LONGEST_TICK = 300_000;

/** How the candidate is judged by what is measured of it. */
export function readJudging(inputs: Reader): JudgingRequest {
  const rate = (name: InputName) => inputs.optional(name, RATE_FORM, parseRate);
  return {
    evidence: inputs.word('evidence', ['ticks', 'counts']),
    tick: inputs.parse('tick', TICK_FORM, (given) => tickOf(parseDuration(given)), 0),
    tolerance: inputs.parse('tolerance', RATIO_FORM, parseRatio, 1),
    atMostWorse: inputs.parse('at-most-worse', RATIO_FORM, parseRatio, 1),
    falseAlarms: rate('false-alarms') ?? 0.01,
    objective: rate('objective'),
    restarts: inputs.word('restarts', ['any', 'compare', 'ignore']),
    minRequests: inputs.parse('min-requests', REQUESTS_FORM, parseRequests, 0),
    patience: inputs.duration('wait-for-evidence'),
    onInconclusive: inputs.word('on-inconclusive', ['pause', 'promote', 'rollback']),
    early: inputs.boolean('early'),
  };
}

/** How many times worse, `1.5`. */
function parseRatio(given: string): Parsed<number> {
  if (!/^\d{1,3}(\.\d{1,2})?$/.test(given)) return misunderstood('It is not such a number.');
  const ratio = Number(given);
  return ratio < 1 || ratio > 100 ? misunderstood('It is out of this range.') : understood(ratio);
}

/** A probability of `1%`: 0.01. */
function parseRate(given: string): Parsed<number> {
  const share = parseShare(given);
  if (!share.ok) return share;
  return share.value === 0 || share.value === ALL
    ? misunderstood('It is out of this range.')
    : understood(share.value / ALL);
}

/** Milliseconds of a tick, checked for its range. */
function tickOf(parsed: Parsed<number>): Parsed<number> {
  if (!parsed.ok) return parsed;
  return parsed.value < SHORTEST_TICK || parsed.value > LONGEST_TICK
    ? misunderstood('It is out of this range.')
    : parsed;
}

/** A whole number; none is one, too. */
function parseRequests(given: string): Parsed<number> {
  return /^\d{1,9}$/.test(given) ? understood(Number(given)) : misunderstood('It is not such a number.');
}
