import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { systemProgram } from './windows-programs.ts';

/**
 * Ends what is left of a command whose own process was killed: it may still be about to tell a load balancer a share,
 * after the way back has told it 0. Nothing happens when it is gone already.
 * @param pid the command's process, which on POSIX leads a group of its own
 * @param release id of the release that it was told. Another process with its number is left alone: on Linux one that
 * was told no such release, on Windows, which gives numbers away again at once, one that is no shell
 */
export function endLeftover(pid: number, release: string): void {
  try {
    if (process.platform === 'win32') {
      if (isShell(pid)) execFileSync(systemProgram('taskkill'), ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
    } else if (process.platform !== 'linux' || isOf(pid, release)) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is there.
  }
}

function isOf(pid: number, release: string): boolean {
  return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`CROSSFADE_RELEASE=${release}`);
}

/** On Windows: whether it is one of the shells that run commands. */
function isShell(pid: number): boolean {
  const args = ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'];
  const listed = execFileSync(systemProgram('tasklist'), args, { encoding: 'latin1', windowsHide: true });
  // Some write it in two bytes a letter.
  return new RegExp(`"(?:pwsh|powershell)\\.exe","${pid}"`, 'i').test(listed.replaceAll('\0', ''));
}
