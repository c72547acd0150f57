import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Request } from './request.ts';

/**
 * The kubeconfig that the user's own commands get: content becomes a file that only this user can read.
 * @param onFolder told of the folder that `removeFolder` has to remove if this process cannot
 */
export function privateKubeconfig(
  { cluster, smokeCommand, routerCommand }: Request,
  env: NodeJS.ProcessEnv,
  onFolder: (folder: string) => void,
): {
  path: string | null;
  remove: () => void;
} {
  const { kubeconfig } = cluster;
  if (kubeconfig === null || (smokeCommand === null && routerCommand === null))
    return { path: null, remove: () => undefined };
  if (kubeconfig.kind === 'path') return { path: kubeconfig.value, remove: () => undefined };
  const folder = mkdtempSync(join(env.RUNNER_TEMP ?? tmpdir(), 'crossfade-'));
  onFolder(folder);
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, kubeconfig.value, { mode: 0o600 });
  chmodSync(path, 0o600);
  return { path, remove: () => removeFolder(folder) };
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
