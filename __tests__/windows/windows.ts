import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { besideSystem, debianObstacle, SYSTEM } from './debian.ts';
import { prepareWine } from './wine.ts';

/** A scene that what stands in for PowerShell cannot play: its command is written for a shell of POSIX. */
const NOT_HERE = 'sees the candidate alone';

/** `npm run windows [-- jest arguments]`: the built action by Node.js for Windows, under Wine. */
async function main(): Promise<number> {
  const obstacle = debianObstacle();
  if (obstacle !== null) {
    console.error(obstacle);
    return 1;
  }
  await prepareWine();
  const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
  const config = join(import.meta.dirname, 'jest.windows.config.js');
  const given = process.argv.slice(2);
  // Jest takes one pattern.
  const scenes = given.some((word) => /^(-t|--testNamePattern)/.test(word)) ? [] : [`-t=^(?!.*${NOT_HERE})`];
  const command = [jest, '--config', config, ...scenes, ...given];
  const child = spawn(...besideSystem(SYSTEM, process.execPath, command), {
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules', NODE_NO_WARNINGS: '1' },
  });
  const [code] = await once(child, 'close');
  return typeof code === 'number' ? code : 1;
}

process.exitCode = await main();
