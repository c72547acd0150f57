import type { OwnMetric } from './own-metrics.ts';
import type { PodSeries, PresetName } from './presets.ts';
import type { PrometheusTarget } from './prometheus-target.ts';
import type { SlowRequest } from './slow-edge.ts';

/** What the user wants the candidate to be judged by, from the inputs. */
export interface MetricsRequest {
  /** Null: there is none. The user's thresholds and alerts ask it, too. */
  readonly prometheus: PrometheusTarget | null;
  readonly judge: Judge;
  readonly pods: PodsRequest;
  readonly slow: SlowRequest;
  /** Null: no requests of our own. */
  readonly probe: ProbeRequest | null;
}

export type Judge =
  /** By no counters: by the probe alone, or only for the user's thresholds and alerts. */
  | { readonly kind: 'none' }
  | { readonly kind: 'auto' }
  | { readonly kind: 'preset'; readonly preset: PresetName }
  /** `series`: null: those that are known. */
  | { readonly kind: 'pods'; readonly series: PodSeries | null }
  | { readonly kind: 'own'; readonly metrics: readonly OwnMetric[] };

/** Where a pod's metrics endpoint is; null: as its annotations say. */
export interface PodsRequest {
  /** Number or name of a container's port. */
  readonly port: string | null;
  readonly path: string | null;
  /** Pods of each track that are read in a tick. */
  readonly most: number;
}

/** One line `GET /healthz 5/s`. */
export interface ProbeRequest {
  readonly line: string;
  readonly path: string;
  /** Of the Services; null: their first. */
  readonly port: string | null;
  readonly scheme: 'http' | 'https';
  /** To both Services together. */
  readonly perSecond: number;
}
