import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './seen.ts';

/** Starts `stage.ts`, which outlives this step, and gives the step's outputs: `kubeconfig`, `namespace` and `page`. */

const PATIENCE_MS = 60_000;
const folder = mkdtempSync(join(process.env.RUNNER_TEMP ?? tmpdir(), 'stage-'));
const told = join(folder, 'stage.json');
const log = openSync(join(folder, 'log'), 'w');
const child = spawn(process.execPath, [join(import.meta.dirname, 'stage.ts'), told], {
  detached: true,
  stdio: ['ignore', log, log],
  windowsHide: true,
});
child.unref();
for (const startedAt = Date.now(); !existsSync(told); await sleep(50)) {
  if (child.exitCode === null && Date.now() - startedAt < PATIENCE_MS) continue;
  console.error(readFileSync(join(folder, 'log'), 'utf8'));
  throw new Error(`There is no app with users after ${Math.round((Date.now() - startedAt) / 1000)} s.`);
}
// Our own program has written it.
const stage = JSON.parse(readFileSync(told, 'utf8')) as Stage;
const lines = Object.entries(stage).map(([name, value]) => `${name}=${value}\n`);
appendFileSync(process.env.GITHUB_OUTPUT ?? '', lines.join(''));
console.log(`An app of four pods is served to users by a simulated cluster, process ${child.pid}.`);
