import { expect } from '@jest/globals';
import type { Scene } from '../../contract/scene.ts';
import type { RunResult } from '../../runner/runner.ts';
import type { Answer, Socket } from '../load.ts';
import type { BusyScene, Traffic } from '../under-load.ts';
import { strained } from './in-time.ts';
import { SETTLE, type Testers, USERS } from './ramp.ts';

/**
 * Standard deviations on both sides of the mean: every share of the suite lies in its interval in 99.9 % of all runs of the suite,
 * for which each of the thirteen that chance decides (those by numbers of pods) needs 99.9923 %. Traefik takes turns and leaves nothing
 * to chance.
 */
const DEVIATIONS = 3.96;
/**
 * Milliseconds for which users may reach a candidate that is not frozen, where there is a processor for everybody: a ramp without a route
 * resizes unpaused. It is 100 to 400.
 */
const RESIZE = 2000;

export const FOREVER = Number.POSITIVE_INFINITY;

/**
 * Expects the candidate's part of the users' answers in this time to be as wanted, within what chance explains.
 * @returns the figures in words
 */
export function share(traffic: Traffic, percent: number, from: number, to: number, kind?: 'fresh'): string {
  const candidate = traffic.answers('v2', from, to, kind).length;
  const total = candidate + traffic.answers('v1', from, to, kind).length;
  // Half a second's worth would prove nothing. On a busy machine some ticks of the load's clock are lost.
  expect(total).toBeGreaterThan(100 / Math.max(1, traffic.strain(from, to)));
  const mean = (total * percent) / 100;
  const chance = DEVIATIONS * Math.sqrt((mean * (100 - percent)) / 100);
  const words = `${percent} %: ${candidate} of ${total} (${((100 * candidate) / total).toFixed(1)} %)`;
  if (Math.abs(candidate - mean) > chance) throw new Error(`${words}, wanted ${mean} ± ${chance.toFixed(0)}`);
  return words;
}

/** Milliseconds from a moment to the last answer that a version gave users, or clients of one kind; 0 when it gave none. */
export function lateness(traffic: Traffic, version: string, after: number, kind?: Answer['kind']): number {
  return (traffic.answers(version, after, FOREVER, kind).at(-1)?.at ?? after) - after;
}

/** A version does not answer anybody once its pods (`pod-template-hash`) are gone, connections that were kept included. */
export function expectGone(traffic: Traffic, version: string, hash: string): void {
  expect(traffic.answers(version, traffic.lastGone(hash), FOREVER)).toEqual([]);
}

/**
 * Every tester is on the candidate from before the first step.
 * @param tested when the route was given their override
 * @param first when the first share was written
 * @param to until when the override holds
 */
export function expectTesters(
  traffic: Traffic,
  { kinds }: Testers,
  { tested, first, to }: { readonly tested: number; readonly first: number; readonly to: number },
): void {
  if (kinds.length === 0) return;
  expect(first).toBeGreaterThan(tested + SETTLE);
  for (const kind of kinds) {
    expect(traffic.answers('v2', tested, first, kind).length).toBeGreaterThan(0);
    expect(traffic.answers('v1', tested + SETTLE, to, kind)).toEqual([]);
    // These wait for one answer before they ask again.
    expect(traffic.answers('v2', first, to, kind).length).toBeGreaterThan(50 / Math.max(1, traffic.strain(first, to)));
  }
}

/** Every WebSocket was kept until its pod was told to leave, which stable's were not before `closed`. */
export function expectSockets(traffic: Traffic, closed: number): void {
  for (const { at } of expectKept(traffic)) expect(at).toBeGreaterThan(closed);
}

/**
 * Where pods are replaced in place, each WebSocket was kept until its own pod ended it: after the pod's preStop, and within its grace
 * period.
 * @returns the figures in words
 */
export function expectDrained(traffic: Traffic, { app }: Scene): string {
  expectKept(traffic);
  const after = traffic.report.sockets
    .filter(({ ours }) => ours !== true)
    .map(({ at, pod = '' }) => {
      const { from, to } = traffic.leave(pod) ?? { from: Number.NaN, to: Number.NaN };
      expect(at).toBeGreaterThanOrEqual(from + (app.preStopSeconds ?? Number.NaN) * 1000);
      // The end of the grace period is known to the second.
      expect(at).toBeLessThan(to + 1000);
      return at - (traffic.toldToLeave(pod) ?? Number.NaN);
    });
  const span =
    after.length === 0 ? '' : `, ${Math.min(...after)} to ${Math.max(...after)} ms after their pods were told to leave`;
  return `${after.length} WebSockets ended${span}`;
}

/** Every WebSocket was kept until its pod was told to leave. @returns those that were opened before the release */
function expectKept(traffic: Traffic): readonly Socket[] {
  const { sockets } = traffic.report;
  const ended = sockets.filter(({ ours }) => ours !== true);
  for (const { pod = '', at } of ended) {
    const told = traffic.toldToLeave(pod);
    if (told === undefined || at < told)
      throw new Error(`the WebSocket on ${pod} ended before its pod was told to leave`);
  }
  // The first of each client was opened before the release, and so on stable.
  const early = [...sockets].sort((a, b) => a.at - a.ms - (b.at - b.ms)).slice(0, USERS.sockets);
  expect(early.map(({ version }) => version)).toEqual(Array(USERS.sockets).fill('v1'));
  // A word comes every 100 ms, where there is a processor for the pod.
  const strain = Math.max(1, traffic.strain());
  for (const { ms, words = 0 } of sockets) expect(words).toBeGreaterThan(ms / 200 / strain);
  return early;
}

export function allowResizes(busy: BusyScene): void {
  busy.scene.judge = (violations) => {
    const resizes = violations.filter(
      ({ rule, at, ms = FOREVER }) => rule === 'exposed' && ms <= strained(RESIZE, busy.strain(at, at + RESIZE)),
    );
    for (const { ms } of resizes) say(`unpaused for ${ms} ms while users reached the candidate`);
    expect(violations.filter((violation) => !resizes.includes(violation))).toEqual([]);
  };
}

export function took(...results: readonly RunResult[]): string {
  return results.map(({ durationMs }) => `run ${(durationMs / 1000).toFixed(1)} s`).join(', ');
}

export function say(text: string): void {
  process.stderr.write(`    ${text}\n`);
}
