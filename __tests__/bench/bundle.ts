import { cpSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../kubernetes/processes.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The action as a user's workflow would check it out. */
export interface Bundle {
  /** Folder with `action.yml` and `dist`: a copy, so that a build in the meantime cannot mix two bundles in one measurement. */
  readonly folder: string;
  /** `dist/main.js` of the copy. */
  readonly main: string;
  /** All of `dist` but the licences, which nothing loads. */
  readonly bytes: number;
  /** Short name of the commit that the bundle was taken from; undefined outside of a git checkout. */
  readonly commit: string | undefined;
  /** Whether it is the bundle of that commit; false when it was built anew and is not committed yet. */
  readonly committed: boolean;
}

/** @throws Error when it has not been built */
export async function takeBundle(into: string): Promise<Bundle> {
  const folder = join(into, 'action');
  const main = join(folder, 'dist', 'main.js');
  if (existsSync(join(ROOT, 'dist'))) {
    cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
    cpSync(join(ROOT, 'action.yml'), join(folder, 'action.yml'));
  }
  if (!existsSync(main)) throw new Error('dist/main.js is not there; `npm run build` makes it.');
  const sizes = readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name !== 'licenses.txt')
    .map((name) => statSync(join(folder, 'dist', name)))
    .map((file) => (file.isFile() ? file.size : 0));
  const head = await git('rev-parse', '--short', 'HEAD');
  const changes = await git('status', '--porcelain', '--', 'dist', 'action.yml');
  return {
    folder,
    main,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    commit: head,
    committed: head !== undefined && changes === '',
  };
}

/** @returns undefined when git is missing or this is no checkout */
async function git(...args: readonly string[]): Promise<string | undefined> {
  try {
    const { code, stdout } = await run('git', args, { cwd: ROOT });
    return code === 0 ? stdout.trim() : undefined;
  } catch {
    return undefined;
  }
}
