import type { RunResult } from '../runner/runner.ts';
import { IMAGE } from './cluster.ts';
import { FORWARD, type Gate, type Passing, type Treatment } from './gate.ts';
import type { Inputs, Scene } from './scene.ts';

/* Which requests something happens to at a gate, and what it answers in the API server's place. */

/** What a gate says by itself. */
export type Answer = Extract<Treatment, { do: 'answer' }>;

/** A rule that has nothing else to do first. */
export type Ruling = (passing: Passing) => Treatment;
export type Concerns = (passing: Passing) => boolean;

/** A release of v2 whose requests go through the gate. */
export function through(gate: Gate, scene: Scene, inputs: Inputs = {}): Promise<RunResult> {
  return scene.run({ images: `web=${IMAGE.v2}`, kubeconfig: gate.kubeconfig, ...inputs });
}

export const isWatch: Concerns = ({ kind }) => kind === 'watch';
/** A write of the release itself. */
export const isRelease: Concerns = (passing) => isWriteTo(passing, '/deployments') || isWriteTo(passing, '/services');

export function isWriteTo({ kind, path }: Passing, resource: string): boolean {
  return kind === 'write' && path.includes(resource);
}

export function always(concerns: Concerns, fault: Treatment): Ruling {
  return (passing) => (concerns(passing) ? fault : FORWARD);
}

export function everySecond(concerns: Concerns, fault: Treatment): Ruling {
  let seen = 0;
  return (passing) => {
    if (!concerns(passing)) return FORWARD;
    seen += 1;
    return seen % 2 === 1 ? fault : FORWARD;
  };
}

/** Every second one of those with the same path, so that what is tried again gets through, whatever else is asked at that time. */
export function everySecondOfEach(concerns: Concerns, fault: Treatment): Ruling {
  const rules = new Map<string, Ruling>();
  return (passing) => {
    const rule = rules.get(keyOf(passing)) ?? everySecond(concerns, fault);
    rules.set(keyOf(passing), rule);
    return rule(passing);
  };
}

export function once(concerns: Concerns, fault: Treatment): Ruling {
  let isOver = false;
  return (passing) => {
    if (isOver || !concerns(passing)) return FORWARD;
    isOver = true;
    return fault;
  };
}

/** The first one to each path. */
export function firstOfEach(concerns: Concerns, fault: Treatment): Ruling {
  const seen = new Set<string>();
  return (passing) => {
    const path = pathOf(passing);
    if (!concerns(passing) || seen.has(path)) return FORWARD;
    seen.add(path);
    return fault;
  };
}

/** So many in a row, and then one gets through; and again. */
export function inRow(times: number, concerns: Concerns, fault: Treatment): Ruling {
  let left = times;
  return (passing) => {
    if (!concerns(passing)) return FORWARD;
    if (left === 0) {
      left = times;
      return FORWARD;
    }
    left -= 1;
    return fault;
  };
}

/** A dry run and the write itself are two. */
function keyOf(passing: Passing): string {
  return `${passing.kind} ${passing.method} ${pathOf(passing)}`;
}

function pathOf({ path }: Passing): string {
  return path.replace(/\?.*/, '');
}

export function refusal(code: number, reason: string, message: string, headers: Record<string, string> = {}): Answer {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code };
  return { do: 'answer', status: code, headers, body: JSON.stringify(status) };
}

/** What proxies and login portals say. */
export function page(status: number): Answer {
  const body = '<html><head><title>Sorry</title></head><body><h1>Something went wrong</h1></body></html>';
  return { do: 'answer', status, headers: { 'content-type': 'text/html' }, body };
}
