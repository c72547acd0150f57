import {
  BLUE_GREEN,
  BY_COMMAND,
  BY_INGRESS,
  BY_INGRESS_ROUTE,
  BY_PODS,
  BY_ROUTE,
  BY_TRAEFIK_SERVICE,
  BY_VIRTUAL_SERVICE,
  IN_BATCHES,
  PLAIN_ROLLING,
} from '../crashes/families.ts';
import type { Family } from '../crashes/family.ts';
import type { Inputs } from '../crashes/inputs.ts';
import type { Fate } from '../crashes/fate.ts';
import { IMAGE } from '../contract/cluster.ts';
import type { Fault } from '../simulator/faults.ts';
import { Random } from './random.ts';

/** Something that others do, or that happens to the cluster or the network. */
export type Deed =
  | { readonly do: 'set-image'; readonly image: string }
  /** `kubectl apply` of the manifest as it was before: template and strategy. */
  | { readonly do: 'apply' }
  /** `kubectl apply` of the Service: its selector is as it was before. */
  | { readonly do: 'apply-service' }
  | { readonly do: 'double-weights' }
  /** A HorizontalPodAutoscaler's. */
  | { readonly do: 'scale'; readonly replicas: number }
  /** Of a version with more than one pod that serves. */
  | { readonly do: 'delete-pod'; readonly of: 'oldest' | 'newest' }
  | { readonly do: 'cancel' }
  /** The second signal: the process ends, whatever it does. */
  | { readonly do: 'end' }
  | { readonly do: 'hold-watches'; readonly ms: number }
  /** Of the next requests, so many go wrong. */
  | { readonly do: 'faults'; readonly fault: Fault; readonly requests: number };

export interface Happening {
  /** Milliseconds from the start of the run that is tormented. */
  readonly at: number;
  readonly deed: Deed;
}

/** One run and what befalls it. */
export interface Act {
  readonly inputs: Inputs;
  readonly happenings: readonly Happening[];
  /** It dies at this mutating request; null: not by itself. */
  readonly death: { readonly at: number; readonly fate: Fate } | null;
}

/** Everything that a seed stands for. */
export interface Schedule {
  readonly name: string;
  readonly family: Family;
  /** The version is well; a sick one may fall ill under its users. */
  readonly isWell: boolean;
  readonly acts: readonly Act[];
  /** By which it is brought to an end when nothing torments it any more. */
  readonly ending: Inputs;
  /** Milliseconds of each way of each request. */
  readonly latency: () => number;
}

const FAMILIES: Readonly<Record<string, Family>> = {
  'blue/green': BLUE_GREEN,
  'canary by a route': BY_ROUTE,
  'canary by a VirtualService': BY_VIRTUAL_SERVICE,
  'canary by an Ingress': BY_INGRESS,
  'canary by an IngressRoute': BY_INGRESS_ROUTE,
  'canary by a TraefikService': BY_TRAEFIK_SERVICE,
  'canary by a command': BY_COMMAND,
  'canary by pods': BY_PODS,
  'rolling in batches': IN_BATCHES,
  'plain rolling': PLAIN_ROLLING,
};

const WELL = [IMAGE.v2, IMAGE.v2, IMAGE.v2, IMAGE.slow] as const;
/** They never come to serve anybody, or fall ill when they do. */
const SICK = [IMAGE.crash, IMAGE.missing, IMAGE.neverReady, IMAGE.lateCrash, IMAGE.unreadyLater] as const;

export function scheduleOf(seed: number): Schedule {
  const random = new Random(seed);
  const name = random.pick(Object.keys(FAMILIES));
  const family = FAMILIES[name] ?? BLUE_GREEN;
  const isWell = random.chance(0.8);
  const image = random.pick(isWell ? WELL : SICK);
  const inputs: Inputs = {
    images: `web=${image}`,
    ...(family.inputs.strategy === 'rolling' ? {} : { switch: random.pick(['cut', 'overlap']) }),
    'bake-time': random.pick(['0s', '2s', '5s']),
    'drain-time': random.pick(['0s', '1s']),
    'settle-time': random.pick(['0s', '1s']),
    timeout: '90s',
    ...stopOf(random, family),
  };
  const acts = [actOf(random, inputs, name)];
  while (acts.length < 3 && random.chance(0.4)) acts.push(actOf(random, continuationOf(random, inputs), name));
  const lag = random.pick([1, 5, 40]);
  return {
    name: `${name}, ${image}`,
    family,
    isWell,
    acts,
    ending: continuationOf(random, inputs),
    latency: () => random.between(1, lag + 1),
  };
}

/** Some stand still on their way, and some keep their old version warm at its end; another run goes on from there. */
function stopOf(random: Random, { inputs, isResized = false }: Family): Inputs {
  const [first = ''] = (inputs.steps ?? '').split(' ');
  const isPaused = random.chance(0.25) && first !== '';
  const isKept = random.chance(0.2) && inputs.strategy !== 'rolling' && !isResized;
  return { ...(isPaused ? { 'pause-at': first } : {}), ...(isKept ? { 'keep-warm': 'true' } : {}) };
}

function continuationOf(random: Random, inputs: Inputs): Inputs {
  return random.pick<Inputs>([
    { action: 'abort' },
    { action: 'resume', timeout: '90s' },
    { action: 'promote', timeout: '90s' },
    { action: 'rollback', timeout: '90s' },
    { action: 'finish', timeout: '90s' },
    { ...inputs, images: `web=${IMAGE.v3}` },
    { ...inputs, 'on-unfinished': 'resume' },
  ]);
}

function actOf(random: Random, inputs: Inputs, name: string): Act {
  const length = random.pick([500, 3_000, 10_000]);
  const happenings = Array.from({ length: random.between(0, 5) }, () => ({
    at: random.between(0, length),
    deed: deedOf(random, name),
  }));
  const death = random.chance(0.5)
    ? { at: random.between(0, 22), fate: random.pick<Fate>(['unsent', 'unheard', 'heard']) }
    : null;
  return { inputs, happenings: happenings.toSorted((a, b) => a.at - b.at), death };
}

function deedOf(random: Random, name: string): Deed {
  return random.pick<() => Deed>([
    () => ({ do: 'set-image', image: IMAGE.v3 }),
    () => ({ do: 'apply' }),
    () => ({ do: 'apply-service' }),
    () => (name === 'canary by a route' ? { do: 'double-weights' } : { do: 'apply-service' }),
    () => ({ do: 'scale', replicas: random.between(2, 6) }),
    () => ({ do: 'scale', replicas: random.between(2, 6) }),
    () => ({ do: 'delete-pod', of: random.pick(['oldest', 'newest']) }),
    () => ({ do: 'delete-pod', of: random.pick(['oldest', 'newest']) }),
    () => ({ do: 'cancel' }),
    () => ({ do: 'end' }),
    () => ({ do: 'hold-watches', ms: random.between(100, 20_000) }),
    () => ({ do: 'faults', fault: faultOf(random), requests: random.between(1, 6) }),
    () => ({ do: 'faults', fault: faultOf(random), requests: random.between(1, 6) }),
    () => ({ do: 'faults', fault: faultOf(random), requests: random.between(1, 6) }),
  ])();
}

function faultOf(random: Random): Fault {
  return random.pick<Fault>([
    { kind: 'refuse', status: 429, retryAfter: 1 },
    { kind: 'refuse', status: 500 },
    { kind: 'refuse', status: 503 },
    { kind: 'refuse', status: 504 },
    { kind: 'html', status: 502 },
    { kind: 'lose-answer', status: 504 },
    { kind: 'lose-answer', status: 500 },
    { kind: 'reset', when: 'before' },
    { kind: 'reset', when: 'after' },
    { kind: 'delay', ms: random.between(10, 3_000) },
    { kind: 'truncate' },
    { kind: 'hang' },
    { kind: 'cut-watch', events: random.between(0, 5) },
  ]);
}
