import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CACHE } from './build.ts';
import { run } from './processes.ts';

const HOW =
  'Install Debian’s or Ubuntu’s package with `apt-get install prometheus`, or put a `prometheus` (2.40 or newer, from https://prometheus.io/download) on PATH.';

/**
 * Path of a Prometheus: the one on PATH, else that of the distribution's package, which is fetched once and unpacked into the cache of
 * these tests without being installed.
 * @throws Error when there is none; the message says how to get one
 */
export async function prometheusProgram(): Promise<string> {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'prometheus'));
  const installed = onPath.find((path) => existsSync(path));
  if (installed !== undefined) return installed;
  const version = await packagedVersion();
  const folder = join(CACHE, `prometheus-${version.replaceAll(/[^\w.-]/g, '_')}`);
  const program = join(folder, 'usr/bin/prometheus');
  if (!existsSync(program)) await unpack(folder);
  return program;
}

async function packagedVersion(): Promise<string> {
  const shown = await run('apt-cache', ['show', '--no-all-versions', 'prometheus']).catch(() => null);
  const version = /^Version: (\S+)$/m.exec(shown?.stdout ?? '')?.[1];
  if (version !== undefined) return version;
  throw new Error(`A Prometheus is wanted, and there is none on PATH and no package of it here. ${HOW}`);
}

/** The result gets its name only when it is whole. */
async function unpack(folder: string): Promise<void> {
  process.stderr.write(`fetching the package prometheus, once, into ${folder}\n`);
  mkdirSync(CACHE, { recursive: true });
  const unfinished = mkdtempSync(join(CACHE, '.prometheus-'));
  try {
    const fetched = await run('apt-get', ['download', 'prometheus'], { cwd: unfinished, timeoutMs: 300_000 });
    const archive = readdirSync(unfinished).find((name) => name.endsWith('.deb'));
    if (fetched.code !== 0 || archive === undefined)
      throw new Error(`apt-get download prometheus: ${fetched.stderr.trim()}. ${HOW}`);
    const unpacked = await run('dpkg', ['-x', archive, 'whole'], { cwd: unfinished });
    if (unpacked.code !== 0) throw new Error(`dpkg -x ${archive}: ${unpacked.stderr.trim()}. ${HOW}`);
    renameSync(join(unfinished, 'whole'), folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
