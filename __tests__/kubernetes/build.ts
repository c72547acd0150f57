import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from './processes.ts';
import { VERSIONS } from './tools/versions.ts';

/** Folders of programs. They lie outside the repository, are shared by all checkouts, and are never rebuilt for the same versions. */
export interface Tools {
  /** Path of a program of the control plane or the node, e.g. `program('kube-apiserver')`. */
  program(name: ProgramName): string;
}

export type ProgramName =
  | ControlPlaneProgram
  | NodeProgram
  | ImageProgram
  | ProxyProgram
  | LinterProgram
  | WindowsProgram;

export type ControlPlaneProgram = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok';
export type NodeProgram = 'kubelet' | 'kube-proxy' | 'containerd' | 'containerd-shim-runc-v2' | 'ctr';
export type ImageProgram = 'web' | 'pause';
export type ProxyProgram = 'traefik';
export type LinterProgram = 'actionlint';
export type WindowsProgram = 'runner.exe' | 'pwsh.exe';

interface Recipe {
  readonly name: ProgramName;
  /** Cache folder of the result. */
  readonly folder: string;
  /** Folder with the go.mod that pins it. */
  readonly module: string;
  readonly package: string;
  readonly tags?: string;
  readonly ldflags: string;
  /** The system that it is for; absent: this one. */
  readonly goos?: 'windows';
}

const HERE = import.meta.dirname;
/** Programs that all checkouts share. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'crossfade');
const KUBERNETES_CACHE = join(
  CACHE,
  `kubernetes-${VERSIONS.kubernetes}-etcd-${VERSIONS.etcd}-kwok-${VERSIONS.kwok}`,
  'bin',
);
const CONTAINERD_CACHE = join(CACHE, `containerd-${VERSIONS.containerd}`, 'bin');

const STRIP = '-s -w';
const [MAJOR, MINOR] = VERSIONS.kubernetes.split('.');
const VERSION_PACKAGE = 'k8s.io/component-base/version';
/** Without these the programs call themselves v0.0.0-master, and clients that look at the server's version go astray. */
const KUBERNETES_LDFLAGS = [
  STRIP,
  `-X ${VERSION_PACKAGE}.gitVersion=v${VERSIONS.kubernetes}`,
  `-X ${VERSION_PACKAGE}.gitMajor=${MAJOR}`,
  `-X ${VERSION_PACKAGE}.gitMinor=${MINOR}`,
].join(' ');

function kubernetes(
  name: Recipe['name'],
  path = `k8s.io/kubernetes/cmd/${name}`,
  ldflags = KUBERNETES_LDFLAGS,
): Recipe {
  return { name, folder: KUBERNETES_CACHE, module: join(HERE, 'tools/kubernetes'), package: path, ldflags };
}

function containerd(name: Recipe['name']): Recipe {
  const path = 'github.com/containerd/containerd/v2';
  return {
    name,
    folder: CONTAINERD_CACHE,
    module: join(HERE, 'tools/containerd'),
    package: `${path}/cmd/${name}`,
    tags: 'no_btrfs no_zfs no_devmapper',
    ldflags: `${STRIP} -X ${path}/version.Version=v${VERSIONS.containerd}`,
  };
}

function image(name: ImageProgram): Recipe {
  const module = join(HERE, 'images');
  return {
    name,
    folder: join(CACHE, `images-${sourceHash(module)}`, 'bin'),
    module,
    package: `./${name}`,
    ldflags: STRIP,
  };
}

function windows(name: WindowsProgram): Recipe {
  const module = join(HERE, '../windows/programs');
  return {
    name,
    folder: join(CACHE, `windows-${sourceHash(module)}`, 'bin'),
    module,
    package: `./${name.replace('.exe', '')}`,
    ldflags: STRIP,
    goos: 'windows',
  };
}

/** The proxy of ramps through a route. Its module is repeated in ours with the `replace`s that count only there. */
const TRAEFIK: Recipe = {
  name: 'traefik',
  folder: join(CACHE, `traefik-${VERSIONS.traefik}`, 'bin'),
  module: join(HERE, 'tools/traefik'),
  package: 'github.com/traefik/traefik/v3/cmd/traefik',
  ldflags: `${STRIP} -X github.com/traefik/traefik/v3/pkg/version.Version=${VERSIONS.traefik}`,
};

const ACTIONLINT: Recipe = {
  name: 'actionlint',
  folder: join(CACHE, `actionlint-${VERSIONS.actionlint}`, 'bin'),
  module: join(HERE, 'tools/actionlint'),
  package: 'github.com/rhysd/actionlint/cmd/actionlint',
  ldflags: `${STRIP} -X github.com/rhysd/actionlint.version=v${VERSIONS.actionlint}`,
};

const CONTROL_PLANE: readonly Recipe[] = [
  kubernetes('etcd', 'go.etcd.io/etcd/server/v3', STRIP),
  kubernetes('kube-apiserver'),
  kubernetes('kube-controller-manager'),
  kubernetes('kube-scheduler'),
  kubernetes('kwok', 'sigs.k8s.io/kwok/cmd/kwok', STRIP),
];

const NODE: readonly Recipe[] = [
  kubernetes('kubelet'),
  kubernetes('kube-proxy'),
  containerd('containerd'),
  containerd('containerd-shim-runc-v2'),
  containerd('ctr'),
];

/**
 * Builds what is missing for the control plane with fake pods. Cold: about 6 minutes on 2 cores; warm: no time.
 * @throws Error when Go is missing or a build fails; the message says what to do.
 */
export async function buildControlPlaneTools(): Promise<Tools> {
  return build(CONTROL_PLANE);
}

/** Builds what is missing for the real node: everything of the control plane (but kwok), the node's programs and the test images. */
export async function buildNodeTools(): Promise<Tools> {
  const controlPlane = CONTROL_PLANE.filter((recipe) => recipe.name !== 'kwok');
  return build([...controlPlane, ...NODE, image('web'), image('pause')]);
}

/** Builds Traefik, if it is missing. Cold: 6 to 7 minutes on 2 cores, and 180 MB. */
export async function buildTraefik(): Promise<Tools> {
  return build([TRAEFIK]);
}

/** Builds actionlint, if it is missing. Cold: half a minute. */
export async function buildActionlint(): Promise<Tools> {
  return build([ACTIONLINT]);
}

/** Builds what plays the runner and PowerShell on Windows, if it is missing. */
export async function buildWindowsTools(): Promise<Tools> {
  return build([windows('runner.exe'), windows('pwsh.exe')]);
}

/** Where the programs of the test images are; tarballs made of them can be kept beside it, for it changes with the sources. */
export function imageCache(): string {
  return join(CACHE, `images-${sourceHash(join(HERE, 'images'))}`);
}

async function build(recipes: readonly Recipe[]): Promise<Tools> {
  const given = givenPrograms();
  const paths = new Map<string, string>(given);
  const missing: Recipe[] = [];
  for (const recipe of recipes) {
    if (given.has(recipe.name)) continue;
    const path = join(recipe.folder, recipe.name);
    paths.set(recipe.name, path);
    if (!existsSync(path)) missing.push(recipe);
  }
  if (missing.length > 0) {
    const names = missing.map((recipe) => recipe.name);
    await requireGo(names);
    process.stderr.write(
      `building ${names.join(', ')}, once, into ${CACHE} (Kubernetes and Traefik take minutes each)\n`,
    );
    for (const recipe of missing) await buildOne(recipe);
  }
  return {
    program(name) {
      const path = paths.get(name);
      if (path === undefined) throw new Error(`${name} is not part of the tools that were asked for`);
      return path;
    },
  };
}

/** One `go build`. The result gets its name only when it is whole: an interrupted build is never taken for a finished one. */
async function buildOne(recipe: Recipe): Promise<void> {
  const started = Date.now();
  mkdirSync(recipe.folder, { recursive: true });
  const unfinished = join(recipe.folder, `.${recipe.name}.${process.pid}`);
  try {
    const built = await run(
      'go',
      [
        'build',
        ...['-trimpath', '-pgo=off', '-buildvcs=false', '-mod=readonly'],
        ...(recipe.tags === undefined ? [] : ['-tags', recipe.tags]),
        ...['-ldflags', recipe.ldflags, '-o', unfinished, recipe.package],
      ],
      {
        cwd: recipe.module,
        env: { ...process.env, CGO_ENABLED: '0', ...(recipe.goos === undefined ? {} : { GOOS: recipe.goos }) },
        timeoutMs: 30 * 60_000,
      },
    );
    if (built.code !== 0) throw new Error(`go build ${recipe.package} failed:\n${built.stderr.trim()}`);
    renameSync(unfinished, join(recipe.folder, recipe.name));
  } finally {
    rmSync(unfinished, { force: true });
  }
  process.stderr.write(`built ${recipe.name} in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

async function requireGo(wanted: readonly string[]): Promise<void> {
  const found = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'go')));
  if (found) return;
  throw new Error(
    `Go 1.26 or newer is wanted to build ${wanted.join(', ')} (once, into ${CACHE}), and there is no \`go\` on PATH. ` +
      'Install it from https://go.dev/dl, or leave these tests out: `npm test` needs no Go.',
  );
}

/** `KUBEBUILDER_ASSETS`, as users of envtest have it: etcd and kube-apiserver from there, the rest is still ours to build. */
function givenPrograms(): Map<string, string> {
  const folder = process.env.KUBEBUILDER_ASSETS;
  if (folder === undefined || folder === '') return new Map();
  const given = new Map<string, string>();
  for (const name of ['etcd', 'kube-apiserver'] satisfies ControlPlaneProgram[]) {
    const path = join(folder, name);
    if (!existsSync(path)) throw new Error(`KUBEBUILDER_ASSETS is ${folder}, but there is no ${name} in it`);
    given.set(name, path);
  }
  process.stderr.write(`etcd and kube-apiserver are taken from KUBEBUILDER_ASSETS (${folder}), the rest is built\n`);
  return given;
}

function sourceHash(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.go$|^go\.mod$/.test(name)) hash.update(`${name}\n${readFileSync(join(folder, name), 'utf8')}\n`);
  }
  return hash.digest('hex').slice(0, 12);
}
