import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from '../kubernetes/build.ts';
import { run } from '../kubernetes/processes.ts';
import { VERSIONS } from '../kubernetes/tools/versions.ts';

/**
 * Path of zizmor in the version that is pinned, installed by pip into a folder of the cache and nowhere else.
 * @throws Error when there is no pip, or PyPI does not give it; the message says what to do
 */
export async function zizmorProgram(): Promise<string> {
  const folder = join(CACHE, `zizmor-${VERSIONS.zizmor}`);
  const program = join(folder, 'bin/zizmor');
  if (!existsSync(program)) await install(folder);
  return program;
}

/** The folder gets its name only when it is whole. zizmor is one program without libraries: it may be moved. */
async function install(folder: string): Promise<void> {
  const wanted = `zizmor==${VERSIONS.zizmor}`;
  process.stderr.write(`installing ${wanted}, once, into ${folder}\n`);
  mkdirSync(CACHE, { recursive: true });
  const unfinished = mkdtempSync(join(CACHE, '.zizmor-'));
  try {
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:', '--target', unfinished];
    const installed = await run('python3', [...pip, wanted], { timeoutMs: 300_000 }).catch((error: unknown) => {
      throw new Error(`${wanted} is wanted, and python3 cannot be started: ${(error as Error).message}. ${HOW}`);
    });
    if (installed.code !== 0) throw new Error(`pip install ${wanted}: ${installed.stderr.trim()}. ${HOW}`);
    if (!existsSync(join(unfinished, 'bin/zizmor')))
      throw new Error(`pip install ${wanted} gave no program bin/zizmor`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

const HOW =
  'Install Python 3 with pip (Debian and Ubuntu: `apt-get install python3-pip`), and let it reach PyPI this once.';
