import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMap, isScalar, type ParsedNode, parseDocument } from 'yaml';
import { must } from '../processes.ts';

/**
 * `node __tests__/kubernetes/crds/take.ts [FOLDER…]`: takes the CRDs in the folders beside it (or in these) from the Go modules of their
 * projects. Needs `go`.
 * A document is taken as it stands. Only a long one loses the texts for people (`description` of schemas): they are most of it, and
 * the API server decides nothing by them.
 */

interface Source {
  readonly folder: string;
  readonly project: string;
  readonly module: string;
  readonly version: string;
  readonly licence: string;
  /** Names of CRDs by the file of the module that they are in. */
  readonly files: Readonly<Record<string, readonly string[]>>;
}

const SOURCES: readonly Source[] = [
  {
    folder: 'gateway-api',
    project: 'Gateway API, standard channel',
    module: 'sigs.k8s.io/gateway-api',
    version: 'v1.5.1',
    licence: 'Apache-2.0',
    files: {
      'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml': ['httproutes.gateway.networking.k8s.io'],
      'config/crd/standard/gateway.networking.k8s.io_grpcroutes.yaml': ['grpcroutes.gateway.networking.k8s.io'],
      'config/crd/standard/gateway.networking.k8s.io_gatewayclasses.yaml': ['gatewayclasses.gateway.networking.k8s.io'],
      'config/crd/standard/gateway.networking.k8s.io_gateways.yaml': ['gateways.gateway.networking.k8s.io'],
    },
  },
  {
    folder: 'istio',
    project: 'Istio',
    module: 'istio.io/api',
    version: 'v1.31.1',
    licence: 'Apache-2.0',
    files: {
      'kubernetes/customresourcedefinitions.gen.yaml': [
        'virtualservices.networking.istio.io',
        'destinationrules.networking.istio.io',
      ],
    },
  },
  {
    folder: 'traefik',
    project: 'Traefik',
    module: 'github.com/traefik/traefik/v3',
    version: 'v3.7.9',
    licence: 'MIT',
    files: Object.fromEntries(
      ['traefikservices', 'ingressroutes', 'ingressroutetcps'].map((plural) => [
        `docs/content/reference/dynamic-configuration/traefik.io_${plural}.yaml`,
        [`${plural}.traefik.io`],
      ]),
    ),
  },
  {
    folder: 'contour',
    project: 'Contour',
    module: 'github.com/projectcontour/contour',
    version: 'v1.33.8',
    licence: 'Apache-2.0',
    files: { 'examples/contour/01-crds.yaml': ['httpproxies.projectcontour.io'] },
  },
  {
    folder: 'openshift',
    project: 'OpenShift API',
    module: 'github.com/openshift/api',
    version: 'v0.0.0-20230607130528-611114dca681',
    licence: 'Apache-2.0',
    files: { 'route/v1/route.crd.yaml': ['routes.route.openshift.io'] },
  },
  {
    folder: 'apisix',
    project: 'Apache APISIX Ingress Controller',
    module: 'github.com/apache/apisix-ingress-controller',
    version: 'v1.8.4',
    licence: 'Apache-2.0',
    files: { 'samples/deploy/crd/v1/ApisixRoute.yaml': ['apisixroutes.apisix.apache.org'] },
  },
  {
    folder: 'knative',
    project: 'Knative Serving',
    module: 'knative.dev/serving',
    version: 'v0.51.0',
    licence: 'Apache-2.0',
    files: {
      'config/core/300-resources/service.yaml': ['services.serving.knative.dev'],
      'config/core/300-resources/revision.yaml': ['revisions.serving.knative.dev'],
    },
  },
];

/** Bytes from which a document goes without its texts for people. */
const LONG = 300_000;

async function take({ folder, project, module, version, licence, files }: Source, scratch: string): Promise<void> {
  const source = await download(`${module}@${version}`, scratch);
  const target = join(import.meta.dirname, folder);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  const rows: string[] = [];
  for (const [file, names] of Object.entries(files)) {
    const documents = readFileSync(join(source, file), 'utf8').split(/^---[ \t]*$/m);
    for (const name of names) {
      const found = documents.find((document) => new RegExp(`^  name: "?${name}"?$`, 'm').test(document));
      if (found === undefined) throw new Error(`${module} ${version}: no ${name} in ${file}`);
      const isLong = found.length > LONG;
      writeFileSync(join(target, `${name}.yaml`), isLong ? withoutDescriptions(found) : `${found.trim()}\n`);
      rows.push(
        `| \`${name}.yaml\` | \`${file}\` | ${isLong ? 'without the `description` of its schemas' : 'as it stands there'} |`,
      );
    }
  }
  for (const text of ['LICENSE', 'LICENSE.md', 'NOTICE'])
    if (existsSync(join(source, text))) writeFileSync(join(target, text), readFileSync(join(source, text)));
  writeFileSync(join(target, 'README.md'), readme(project, `Go module \`${module}\`, ${version}`, licence, rows));
}

function readme(project: string, source: string, licence: string, rows: readonly string[]): string {
  return [
    `# Custom resource definitions of ${project}`,
    '',
    'Test data: real validation and defaults for the routers on a real API server (`../../routers.e2e.ts`).',
    `Source: ${source}. Licence: ${licence}; its text lies beside this file.`,
    '',
    '| file | taken from | how |',
    '| --- | --- | --- |',
    ...rows,
    '',
    'Made, this file too, by `node __tests__/kubernetes/crds/take.ts`. For another version, change it there.',
    '',
  ].join('\n');
}

/** The folder of the module in the module cache. */
async function download(module: string, scratch: string): Promise<string> {
  const env = { ...process.env, GOFLAGS: '-mod=mod' };
  const answer = await must('go', ['mod', 'download', '-json', module], { cwd: scratch, env, timeoutMs: 600_000 });
  return (JSON.parse(answer) as { Dir: string }).Dir; // as `go help mod download` has it
}

function withoutDescriptions(text: string): string {
  const document = parseDocument(text);
  strip(document.contents);
  document.commentBefore = ' Changed by Crossfade: without the `description` of its schemas; see README.md.';
  return document.toString({ lineWidth: 0 });
}

/** A schema's `description` is a text; a property of that name is a schema. */
function strip(node: ParsedNode | null): void {
  if (node === null) return;
  if (isMap(node)) {
    node.items = node.items.filter(
      ({ key, value }) =>
        !(isScalar(key) && key.value === 'description' && isScalar(value) && typeof value.value === 'string'),
    );
    for (const { value } of node.items) strip(value);
  } else if ('items' in node) for (const item of node.items) strip(item as ParsedNode); // parsed, as its parent is
}

const folders = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'crossfade-crds-'));
try {
  for (const source of SOURCES)
    if (folders.length === 0 || folders.includes(source.folder)) await take(source, scratch);
} finally {
  rmSync(scratch, { recursive: true });
}
