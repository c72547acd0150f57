import type { Saved } from '../simulator/saved.ts';
import type { Configuration } from './configuration.ts';
import type { Condition, KnativeObject, Target } from './objects.ts';

/**
 * The Route of one Service: it follows the traffic that the Service wants, `lag` later, to Revisions that are there
 * (knative.dev/serving, pkg/reconciler/route).
 */
export class Route {
  readonly #lag: number;
  #wanted: { readonly key: string; readonly since: number } | null = null;

  /** @param lag milliseconds from new traffic to its effect */
  constructor(lag: number) {
    this.#lag = lag;
  }

  save(): Saved {
    const wanted = this.#wanted;
    return {
      text: JSON.stringify(wanted),
      restore: () => {
        this.#wanted = wanted;
      },
    };
  }

  /** Null traffic: as it was. Users: percent by the image of their Revision; null: as they were. */
  reconcile(
    service: KnativeObject,
    revisions: readonly KnativeObject[],
    latestReady: string | null,
    now: number,
  ): {
    readonly traffic: readonly Target[] | null;
    readonly ready: Condition;
    readonly users: Readonly<Record<string, number>> | null;
  } {
    const ofNames = new Map(revisions.map((revision) => [revision.metadata?.name ?? '', revision]));
    const wanted = resolved(service.spec?.traffic, latestReady, service.metadata?.name ?? '');
    const key = JSON.stringify(wanted);
    const known = this.#wanted;
    if (known?.key !== key) this.#wanted = { key, since: now };
    const missing = wanted.find(({ revisionName = '' }) => ofNames.get(revisionName)?.status === undefined);
    const asItWas = (status: string, reason: string, message: string): ReturnType<Route['reconcile']> => ({
      traffic: service.status?.traffic ?? null,
      ready: { type: 'RoutesReady', status, reason, message },
      users: null,
    });
    if (wanted.length === 0 || missing !== undefined)
      return asItWas(
        latestReady === null ? 'Unknown' : 'False',
        'RevisionMissing',
        `Revision "${missing?.revisionName ?? ''}" referenced in traffic not found.`,
      );
    if (known?.key !== key || now < known.since + this.#lag)
      return asItWas('Unknown', 'TrafficNotMigrated', 'Traffic is not yet migrated to the latest revision.');
    const users: Record<string, number> = {};
    for (const { revisionName = '', percent = 0 } of wanted) {
      if (percent === 0) continue;
      const image = ofNames.get(revisionName)?.spec?.containers?.[0]?.image ?? '';
      users[image] = (users[image] ?? 0) + percent;
    }
    return { traffic: wanted, ready: { type: 'RoutesReady', status: 'True' }, users };
  }
}

/** The Service's status, as its controller puts it together, and whom its users reach. */
export function statusOf(
  service: KnativeObject,
  revisions: readonly KnativeObject[],
  { configuration, route }: { readonly configuration: Configuration; readonly route: Route },
  now: number,
): { readonly status: object; readonly users: Readonly<Record<string, number>> | null } {
  const { latestCreated, latestReady, ready } = configuration.status(revisions);
  const { traffic, ready: routed, users } = route.reconcile(service, revisions, latestReady, now);
  const all = [ready, routed];
  const worst = all.find(({ status }) => status === 'False') ?? all.find(({ status }) => status === 'Unknown');
  const status = {
    observedGeneration: service.metadata?.generation,
    ...(latestCreated === null ? {} : { latestCreatedRevisionName: latestCreated }),
    ...(latestReady === null ? {} : { latestReadyRevisionName: latestReady }),
    ...(traffic === null ? {} : { traffic }),
    conditions: [ready, { ...(worst ?? { status: 'True' }), type: 'Ready' }, routed],
  };
  return { status, users };
}

/** As the Route's controller writes it: every entry has a Revision's name, tags a URL. */
export function resolved(
  traffic: readonly Target[] | undefined,
  latestReady: string | null,
  service: string,
): readonly Target[] {
  const targets = traffic === undefined || traffic.length === 0 ? [{ latestRevision: true, percent: 100 }] : traffic;
  if (latestReady === null && targets.some(({ revisionName }) => revisionName === undefined)) return [];
  return targets.map((target) => ({
    ...target,
    revisionName: target.revisionName ?? latestReady ?? '',
    latestRevision: target.latestRevision ?? target.revisionName === undefined,
    percent: target.percent ?? 0,
    ...(target.tag === undefined ? {} : { url: `http://${target.tag}-${service}.example.com` }),
  }));
}
