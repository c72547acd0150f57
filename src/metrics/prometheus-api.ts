/** What Crossfade asks of a Prometheus, wherever it is reached. Every method rejects with MetricsError, or with the signal's reason. */
export interface PrometheusApi {
  /** For messages: `Prometheus at http://prometheus:9090`. */
  readonly name: string;
  /** `/api/v1/query` at the server's own now. */
  query(promql: string, signal: AbortSignal): Promise<QueryAnswer>;
  /** `/api/v1/alerts`: pending and firing ones. */
  alerts(signal: AbortSignal): Promise<readonly PrometheusAlert[]>;
  /** `/api/v1/rules?type=alert`: names of all alerts that it has rules for. Left out: they cannot be read. */
  alertNames?(signal: AbortSignal): Promise<readonly string[]>;
}

export type QueryAnswer =
  | { readonly type: 'vector'; readonly samples: readonly Sample[] }
  | { readonly type: 'scalar'; readonly value: number; readonly at: number };

/** `value` may be NaN or infinite. `at`: epoch ms. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly at: number;
}

export interface PrometheusAlert {
  /** `alertname` among them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
  /** Epoch ms at which it began to be pending. */
  readonly activeAt: number;
}
