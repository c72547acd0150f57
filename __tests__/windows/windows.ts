import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { prepareWine, wineObstacle } from './wine.ts';

/** Scenes of the suites that Wine cannot play. */
const NOT_HERE = [
  // It has no PowerShell: what stands there for it does nothing, and succeeds.
  'while a command tests',
  'that fails its checks',
  // The runner's second signal is Ctrl+Break, which nobody outside can press there: SIGTERM ends the process.
  'does not answer: post takes back',
];

/** `npm run windows [-- jest arguments]`: the built action by Node.js for Windows, under Wine, against the simulated cluster. */
async function main(): Promise<number> {
  const obstacle = wineObstacle();
  if (obstacle !== null) {
    console.error(obstacle);
    return 1;
  }
  await prepareWine();
  const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
  const config = join(import.meta.dirname, 'jest.windows.config.js');
  const scenes = `--testNamePattern=^(?!.*(${NOT_HERE.join('|')}))`;
  const child = spawn(process.execPath, [jest, '--config', config, scenes, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules', NODE_NO_WARNINGS: '1' },
  });
  const [code] = await once(child, 'close');
  return typeof code === 'number' ? code : 1;
}

process.exitCode = await main();
