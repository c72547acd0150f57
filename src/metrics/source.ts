/** Where counters come from: Prometheus, the pods themselves, our own requests. */
export interface CounterSource {
  /** For log and summary: `Prometheus at http://prometheus:9090 (preset istio)`. */
  readonly name: string;
  /** What is asked at every tick, as it is asked, for whoever wants to ask the same. */
  readonly queries: readonly string[];
  /** The raw counters of both tracks as they are now. Rejects with MetricsError, or with the signal's reason. */
  read(tracks: TracksNow, signal: AbortSignal): Promise<Reading>;
  /** What the source holds (connections, requests of its own) is given up. */
  close(): Promise<void>;
}

/** Which pods and Services lead to which track at the moment of a reading. */
export interface TracksNow {
  readonly namespace: string;
  readonly deployment: string;
  readonly stable: TrackNow;
  /** Null: there is none yet. */
  readonly candidate: TrackNow | null;
  /** The live Service, and the track that it leads to. */
  readonly service: { readonly name: string; readonly leadsTo: 'stable' | 'both' | 'candidate' };
  readonly candidateService: string;
}

export interface TrackNow {
  /** `pod-template-hash`; pods of the track are named `<deployment>-<hash>-…`. */
  readonly hash: string;
  /** Names of its pods that run and are not being removed. */
  readonly pods: readonly string[];
}

export interface Reading {
  readonly counters: readonly Counter[];
  /** What a person should know of how it was read: `10 of 40 pods of stable`. Null: nothing. */
  readonly note: string | null;
}

/** One counter pair as it stands, ever since its instance began to count. */
export interface Counter {
  /** `errors`, `slow`, or the name of a metric of the user's own. */
  readonly metric: string;
  readonly track: 'stable' | 'candidate';
  /** What counts, and what a reset concerns: a pod, or a proxy together with the backend it counts for. */
  readonly instance: string;
  readonly total: number;
  /** Of `total`: failed, or slow. */
  readonly bad: number;
  /** Epoch ms at which it was counted: the sample's own time, not the moment of asking. */
  readonly at: number;
}

/** Counters could not be read. The message quotes what was asked, says what was found and what to do. */
export class MetricsError extends Error {}
