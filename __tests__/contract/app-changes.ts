import type { Deployment, Service } from '../../src/cluster/wire.ts';

/** What of an app is otherwise. */
export interface Change {
  readonly image?: string;
  readonly replicas?: number;
  readonly strategy?: unknown;
  readonly paused?: true;
  /** Of the template. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** More of the live Service's. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly service?: 'deleted';
  /** Or nothing is otherwise. */
  readonly orPlain?: true;
}

/** @param deployment as `finalObjects` has it */
export function changed(deployment: unknown, { image, replicas, strategy, paused, annotations }: Change): unknown {
  const { spec, ...rest } = deployment as Deployment; // the API server's own, less what it adds itself
  const template = spec?.template;
  const [container, ...more] = template?.spec?.containers ?? [];
  return {
    ...rest,
    spec: {
      ...spec,
      ...(replicas === undefined ? {} : { replicas }),
      ...(strategy === undefined ? {} : { strategy }),
      ...(paused === undefined ? {} : { paused }),
      template: {
        ...template,
        metadata: { ...template?.metadata, ...(annotations === undefined ? {} : { annotations }) },
        spec: { ...template?.spec, containers: [{ ...container, ...(image === undefined ? {} : { image }) }, ...more] },
      },
    },
  };
}

export function withSelector(service: unknown, { selector }: Change): unknown {
  const { spec, ...rest } = service as Service; // the API server's own
  return { ...rest, spec: { ...spec, selector: { ...spec?.selector, ...selector } } };
}
