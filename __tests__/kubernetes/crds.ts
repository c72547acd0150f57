import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { type Api, ApiError } from './api.ts';
import { until } from './processes.ts';

interface Crd extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Applies the CRDs of all projects in `crds/` and waits until every version of them is served. */
export async function applyCrds(api: Api): Promise<void> {
  const folder = join(import.meta.dirname, 'crds');
  const crds = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file): Crd => parse(readFileSync(join(folder, file), 'utf8')));
  await Promise.all(crds.map((crd) => api.create(PATH, crd)));
  const served = crds.flatMap(({ spec: { group, names, versions } }) =>
    versions.filter((version) => version.served).map(({ name }) => `/apis/${group}/${name}/${names.plural}`),
  );
  await Promise.all(
    served.map((path) =>
      until(`${path} is served`, 30_000, async () => {
        try {
          await api.list(path);
          return true;
        } catch (error) {
          if (error instanceof ApiError && error.status === 404) return false;
          throw error;
        }
      }),
    ),
  );
}
