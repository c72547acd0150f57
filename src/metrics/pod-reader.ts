import { apiServerRefusal } from '../cluster/api-server-refusal.ts';
import type { ApiPort } from '../cluster/api.ts';
import { describeCause } from '../cluster/errors.ts';
import type { KubeList, Pod } from '../cluster/wire.ts';
import { HASH_LABEL } from '../workload/template.ts';
import type { PodsRequest } from './metrics-request.ts';
import { type ExposedSample, ExpositionError, parseExposition } from './openmetrics.ts';
import { endpointOf, type PodEndpoint } from './pod-endpoint.ts';

/** Milliseconds for one pod's answer: ticks may be 5 s apart. */
const DEADLINE = 4_000;
/** Bytes: some 40,000 series of one pod. */
const LONGEST_PAGE = 4 * 1024 * 1024;
const AT_ONCE = 6;
/** The simple format first: it is quicker to read, and exemplars are of no use here. */
const ACCEPT = 'text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.5, */*;q=0.1';

/** The metrics of one pod, or why they could not be read. */
export interface PodPage {
  readonly pod: string;
  readonly samples: readonly ExposedSample[] | null;
  /** Empty when they were. */
  readonly problem: string;
}

/** Reads metrics endpoints of pods through the API server's pod proxy. */
export class PodReader {
  readonly #api: Pick<ApiPort, 'text' | 'ask'>;
  readonly #namespace: string;
  readonly #asked: PodsRequest;
  /** By `pod-template-hash`: pods of a track have the same template. */
  readonly #endpoints = new Map<string, PodEndpoint>();

  constructor(api: Pick<ApiPort, 'text' | 'ask'>, namespace: string, asked: PodsRequest) {
    this.#api = api;
    this.#namespace = namespace;
    this.#asked = asked;
  }

  /** Of a track's pods. A text: why there is none. */
  async endpoint(hash: string): Promise<PodEndpoint | string> {
    const known = this.#endpoints.get(hash);
    if (known !== undefined) return known;
    const list = await this.#api
      .ask<KubeList<Pod>>(
        `/api/v1/namespaces/${this.#namespace}/pods?labelSelector=${HASH_LABEL}%3D${hash}&limit=1`,
        null,
      )
      .catch((error: unknown) => describeCause(error));
    if (typeof list === 'string') return `its pods could not be listed: ${list}`;
    const [pod] = list.items;
    if (pod === undefined) return 'it has no pods';
    const endpoint = endpointOf(pod, this.#asked);
    if (typeof endpoint !== 'string') this.#endpoints.set(hash, endpoint);
    return endpoint;
  }

  /** In the order of the pods, some at a time. Rejects only with the signal's reason. */
  async read(
    endpoint: PodEndpoint,
    pods: readonly string[],
    wanted: (name: string) => boolean,
    signal: AbortSignal,
  ): Promise<PodPage[]> {
    const pages: PodPage[] = [];
    const waiting = pods.entries();
    const worker = async (): Promise<void> => {
      for (const [index, pod] of waiting) pages[index] = await this.#readOne(endpoint, pod, wanted, signal);
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, pods.length) }, worker));
    return pages;
  }

  async #readOne(
    { port, path, scheme }: PodEndpoint,
    pod: string,
    wanted: (name: string) => boolean,
    signal: AbortSignal,
  ): Promise<PodPage> {
    const target = `${scheme === 'https' ? 'https:' : ''}${pod}:${port}`;
    const failed = (problem: string): PodPage => ({ pod, samples: null, problem: `GET :${port}${path}: ${problem}` });
    try {
      const url = `/api/v1/namespaces/${this.#namespace}/pods/${target}/proxy${path}`;
      const options = { over: 'metrics', most: LONGEST_PAGE, deadline: DEADLINE, signal } as const;
      const { status, body, whole } = await this.#api.text(url, {}, { ...options, headers: { accept: ACCEPT } });
      const refusal = apiServerRefusal(status, body);
      if (refusal !== null) return failed(`${status} from the API server: ${refusal}`);
      if (status !== 200) return failed(`status ${status}`);
      if (!whole) return failed(`more than ${LONGEST_PAGE / 1024 / 1024} MiB`);
      return { pod, samples: parseExposition(body, wanted), problem: '' };
    } catch (error) {
      signal.throwIfAborted();
      return failed(error instanceof ExpositionError ? error.message : describeCause(error));
    }
  }
}
