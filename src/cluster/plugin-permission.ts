import { realpathSync } from 'node:fs';
import { delimiter, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isOfFork } from '../action/fork.ts';
import type { Request } from '../action/request.ts';
import type { ExecPlugin } from './exec-plugin.ts';

const HOW_TO_ALLOW =
  'If a step of this workflow wrote it there, write it to a folder outside of the workspace, or set input allow-exec: true';

/**
 * Why a kubeconfig may not have a program run, or another file read, for its user; null: it may.
 *
 * Whoever writes a kubeconfig can run any program as this job, with its secrets. With a pull request of a fork, that is whoever wrote
 * the files in the workspace: a kubeconfig among them is not trusted, and neither is a program among them that a kubeconfig names.
 * @param files the kubeconfigs that were read; none: their content was given
 * @param plugin null: a file is to be read
 */
export function whyNoPlugin(
  allowExec: Request['cluster']['allowExec'],
  files: readonly string[],
  plugin: ExecPlugin | null,
  env: NodeJS.ProcessEnv,
): string | null {
  if (allowExec === 'true') return null;
  if (allowExec === 'false')
    return plugin === null ? null : `its exec plugin ${plugin.command} may not be run (input allow-exec: false)`;
  if (!isOfFork(env)) return null;
  const workspace = env.GITHUB_WORKSPACE ?? process.cwd();
  const file = files.find((path) => isInside(path, workspace));
  const what = plugin === null ? 'read the token of another file' : `run its exec plugin ${plugin.command}`;
  if (file !== undefined)
    return `it would ${what}, and the kubeconfig ${file} lies in the workspace of a run that a pull request of a fork started. ${HOW_TO_ALLOW}`;
  const program = plugin === null ? undefined : programsOf(plugin, env).find((path) => isInside(path, workspace));
  return program === undefined
    ? null
    : `it would ${what}, and ${program} lies in the workspace of a run that a pull request of a fork started. ${HOW_TO_ALLOW}`;
}

/** What a program may leave out of its file's name. */
const ENDINGS = process.platform === 'win32' ? ['', '.exe', '.com'] : [''];

/** Files that the plugin may be, and those among its arguments: `python3 ./token.py`. */
function programsOf({ command, args }: ExecPlugin, env: NodeJS.ProcessEnv): string[] {
  const path = command.includes('/') || command.includes(sep) ? [] : (env.PATH ?? '').split(delimiter);
  const named = [command, ...args].map((given) => resolve(given)).concat(path.map((folder) => join(folder, command)));
  return named.flatMap((file) => ENDINGS.map((ending) => `${file}${ending}`));
}

/** False for what is not there. */
function isInside(path: string, folder: string): boolean {
  try {
    const way = relative(realpathSync(folder), realpathSync(path));
    return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  } catch {
    return false;
  }
}
