import { isDeepStrictEqual } from 'node:util';
import type { Saved } from '../simulator/saved.ts';
import type { Condition, KnativeObject, Template } from './objects.ts';

const SERVICE = 'serving.knative.dev/service';
const NUMBER = 'serving.knative.dev/configurationGeneration';

/**
 * The Configuration of one Service: it counts the Service's templates, makes a Revision of each, and says which is the latest and which
 * the latest that is ready (knative.dev/serving, pkg/reconciler/configuration).
 */
export class Configuration {
  readonly #name: string;
  readonly #lag: number;
  #generation = 0;
  #template: Template | null = null;
  #changedAt = 0;
  #reconciled = 0;
  #latestCreated: string | null = null;
  #latestReady: string | null = null;
  #taken: string | null = null;

  /** @param lag milliseconds from a new template to its Revision */
  constructor(name: string, lag: number) {
    this.#name = name;
    this.#lag = lag;
  }

  save(): Saved {
    const [generation, template, changedAt, reconciled] = [
      this.#generation,
      this.#template,
      this.#changedAt,
      this.#reconciled,
    ];
    const [created, ready, taken] = [this.#latestCreated, this.#latestReady, this.#taken];
    return {
      text: JSON.stringify([generation, template, changedAt, reconciled, created, ready, taken]),
      restore: () => {
        [this.#generation, this.#template, this.#changedAt, this.#reconciled] = [
          generation,
          template,
          changedAt,
          reconciled,
        ];
        [this.#latestCreated, this.#latestReady, this.#taken] = [created, ready, taken];
      },
    };
  }

  /** The Revision that is to be made; null: none. */
  reconcile(service: KnativeObject, revisions: readonly KnativeObject[], now: number): object | null {
    const template = service.spec?.template ?? {};
    if (!isDeepStrictEqual(template, this.#template)) {
      this.#generation += 1;
      this.#template = template;
      this.#changedAt = now;
      return null;
    }
    if (this.#reconciled === this.#generation || now < this.#changedAt + this.#lag) return null;
    this.#reconciled = this.#generation;
    this.#taken = null;
    const given = template.metadata?.name;
    const name = given ?? `${this.#name}-${String(this.#generation).padStart(5, '0')}`;
    const existing = revisions.find(({ metadata }) => metadata?.name === name);
    // A name that the user gives twice stands for the same Revision, or for nothing.
    if (existing !== undefined && !isDeepStrictEqual(existing.spec, template.spec)) {
      this.#taken = name;
      return null;
    }
    this.#latestCreated = name;
    if (existing !== undefined) return null;
    return {
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Revision',
      metadata: {
        name,
        namespace: service.metadata?.namespace,
        labels: { ...template.metadata?.labels, [SERVICE]: this.#name, [NUMBER]: String(this.#generation) },
        ...(template.metadata?.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      },
      spec: template.spec,
    };
  }

  status(revisions: readonly KnativeObject[]): {
    latestCreated: string | null;
    latestReady: string | null;
    ready: Condition;
  } {
    this.#findLatestReady(revisions);
    return { latestCreated: this.#latestCreated, latestReady: this.#latestReady, ready: this.#ready(revisions) };
  }

  /** The newest that is ready, not older than the one before; one that the user names comes first. */
  #findLatestReady(revisions: readonly KnativeObject[]): void {
    const before = revisions.find(({ metadata }) => metadata?.name === this.#latestReady);
    const from = before === undefined ? 0 : numberOf(before);
    const named = this.#template?.metadata?.name;
    const found = revisions
      .filter((revision) => numberOf(revision) >= from || revision.metadata?.name === named)
      .sort((a, b) => rank(b, named) - rank(a, named))
      .find((revision) => conditionOf(revision)?.status === 'True');
    this.#latestReady = found?.metadata?.name ?? this.#latestReady;
  }

  #ready(revisions: readonly KnativeObject[]): Condition {
    const type = 'ConfigurationsReady';
    if (this.#reconciled !== this.#generation)
      return {
        type,
        status: 'Unknown',
        reason: 'OutOfDate',
        message: 'The Configuration is still working to reflect the latest desired specification.',
      };
    if (this.#taken !== null)
      return {
        type,
        status: 'False',
        reason: 'RevisionFailed',
        message: `Revision creation failed with message: revisions.serving.knative.dev "${this.#taken}" already exists.`,
      };
    const latest = revisions.find(({ metadata }) => metadata?.name === this.#latestCreated);
    const condition = latest === undefined ? undefined : conditionOf(latest);
    if (condition?.status === 'True') return { type, status: 'True' };
    if (condition?.status !== 'False') return { type, status: 'Unknown' };
    return {
      type,
      status: 'False',
      reason: 'RevisionFailed',
      message: `Revision "${this.#latestCreated}" failed with message: ${condition.message ?? ''}.`,
    };
  }
}

function rank(revision: KnativeObject, named: string | undefined): number {
  return revision.metadata?.name === named ? Number.POSITIVE_INFINITY : numberOf(revision);
}

function numberOf({ metadata }: KnativeObject): number {
  return Number(metadata?.labels?.[NUMBER] ?? 0);
}

function conditionOf({ status }: KnativeObject): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}
