import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CACHE } from '../kubernetes/build.ts';
import { must } from '../kubernetes/processes.ts';

/**
 * The oldest Debian whose Wine (10) starts Node.js 24: in that of Debian 12 (8) its V8 cannot reserve the memory that
 * it wants. Its programs need a C library of their own, hence a whole small system (1.2 GB), which is a folder and
 * nothing else: nothing of it is installed.
 */
const SUITE = 'trixie';
export const SYSTEM = join(CACHE, `debian-${SUITE}`);
/** Where that system sees this one. */
export const HERE_IN_SYSTEM = '/host';

/** Seen only by what is started there: the mounts end with it. */
const MOUNTS = `set -e
mount --rbind / "$0${HERE_IN_SYSTEM}"
mount --rbind /proc "$0/proc"
mount --rbind /dev "$0/dev"
exec "$@"`;

/** What is wanted of this machine, with the package that has it; the last for the first run alone. */
const PROGRAMS = { unshare: 'util-linux', chroot: 'coreutils', debootstrap: 'debootstrap' };

/** What is missing on this machine, and what to do; null: nothing. */
export function debianObstacle(): string | null {
  if (process.getuid?.() !== 0)
    return 'root is wanted: Wine runs in a Debian of its own, by chroot, with mounts of its own';
  const missing = Object.entries(PROGRAMS).find(([name]) => !isOnPath(name));
  if (missing !== undefined && !(missing[0] === 'debootstrap' && existsSync(SYSTEM)))
    return `${missing[0]} is not on the PATH (Debian’s package ${missing[1]})`;
  if (!existsSync(SYSTEM) && mirror() === null)
    return 'the apt sources of this machine name no mirror of Debian: set DEBIAN_MIRROR to the address of one';
  return null;
}

/**
 * Unpacks that Debian, once, and has `furnish` do the rest in it, by its path. It gets its name only when it is whole.
 * @throws Error with the last words of what failed
 */
export async function prepareDebian(furnish: (system: string) => Promise<void>): Promise<void> {
  if (existsSync(SYSTEM)) return;
  process.stderr.write(`unpacking Debian ${SUITE} with its Wine, once, into ${CACHE} (about a minute, 1.2 GB)\n`);
  const unfinished = join(CACHE, `.debian-${SUITE}.${process.pid}`);
  mkdirSync(CACHE, { recursive: true });
  try {
    const source = mirror() ?? '';
    await must('debootstrap', ['--variant=minbase', SUITE, unfinished, source], { timeoutMs: 10 * 60_000 });
    mkdirSync(join(unfinished, HERE_IN_SYSTEM));
    await furnish(unfinished);
    renameSync(unfinished, SYSTEM);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** The command that runs a program of this machine where `chroot` into `system` finds all that its programs need. */
export function besideSystem(system: string, program: string, args: readonly string[]): [string, string[]] {
  return ['unshare', ['--mount', '--propagation', 'private', 'sh', '-c', MOUNTS, system, program, ...args]];
}

/** The address from which this machine gets Debian's packages. */
function mirror(): string | null {
  const given = process.env.DEBIAN_MIRROR;
  if (given !== undefined && given !== '') return given;
  const folder = '/etc/apt/sources.list.d';
  const listed = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const files = ['/etc/apt/sources.list', ...listed].filter(
    (path) => /\.(list|sources)$/.test(path) && existsSync(path),
  );
  const lines = files.flatMap((path) => readFileSync(path, 'utf8').split('\n'));
  const addresses = lines.map((line) => /^(?:URIs:|deb )\s*(?:\[.*\] )?(\S+)/.exec(line)?.[1]);
  return addresses.find((address) => address !== undefined && /\/debian\/?$/.test(address)) ?? null;
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}
