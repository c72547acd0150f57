import { spawn } from 'node:child_process';
import { endLeftover } from '../../src/checks/leftover-command.ts';

/*
 * Runs on Windows: starts the program LEFTOVER_ANOTHER and a `pwsh` with a program of its own, which hold connections; at
 * Ctrl+C it ends both as if they were what is left of a command.
 */

const { LEFTOVER_ANOTHER = '', LEFTOVER_HELD = '', LEFTOVER_ENDED = '' } = process.env;
// On consoles of their own, as the action has it: Ctrl+C on ours is not for them.
const another = spawn(LEFTOVER_ANOTHER, ['-Command', `hold ${LEFTOVER_HELD}`], { windowsHide: true });
const command = spawn('pwsh', ['-Command', `child hold ${LEFTOVER_ENDED}`], { windowsHide: true });
console.log('started');
process.on('SIGINT', () => {
  for (const { pid } of [another, command]) endLeftover(pid ?? 0, 'r-1');
  console.log('ended');
});
