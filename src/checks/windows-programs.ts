import { join } from 'node:path';

/** Windows looks for a program on the PATH alone where this variable is set; else in the working folder first. */
const PATH_ALONE = 'NoDefaultCurrentDirectoryInExePath';

/**
 * Starts a program by `start`; on Windows not one of the working folder: that is the workspace, whose files may be a
 * stranger's, and a `pwsh.exe` among them would be run. `start` has to give the program an environment that was made
 * before: what it starts is its own business.
 */
export function fromPathAlone<T>(start: () => T): T {
  const before = process.env[PATH_ALONE];
  if (process.platform !== 'win32' || before !== undefined) return start();
  process.env[PATH_ALONE] = '1';
  try {
    return start();
  } finally {
    delete process.env[PATH_ALONE];
  }
}

/** Path of a program of Windows itself, whatever else has its name. */
export function systemProgram(name: 'taskkill' | 'tasklist'): string {
  return join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', `${name}.exe`);
}
