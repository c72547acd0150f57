/** Where a Prometheus is, as inputs say. */
export type PrometheusTarget = PrometheusUrl | PrometheusService;

export interface PrometheusUrl {
  readonly kind: 'url';
  /** Without user, query and fragment, and without a slash at its end. */
  readonly url: string;
  readonly auth:
    | { readonly kind: 'bearer'; readonly token: string }
    | { readonly kind: 'basic'; readonly user: string; readonly password: string }
    | null;
  readonly headers: readonly PrometheusHeader[];
  /** PEM of the certificates to trust beside those that are trusted anyway, or the path of a file of them. */
  readonly ca: { readonly kind: 'content' | 'path'; readonly value: string } | null;
}

export interface PrometheusService {
  readonly kind: 'service';
  readonly namespace: string;
  readonly service: string;
  /** Name or number of the Service's port. */
  readonly port: string;
  readonly scheme: 'http' | 'https';
  /** Empty, or what comes before `/api/v1`, beginning with a slash. */
  readonly path: string;
  readonly headers: readonly PrometheusHeader[];
}

export interface PrometheusHeader {
  readonly name: string;
  readonly value: string;
}
