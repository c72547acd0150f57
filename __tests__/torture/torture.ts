import { parseArgs } from 'node:util';
import { allMeetings } from '../others/all-meetings.ts';
import { torment } from './torment.ts';

/*
 * Random schedules: releases that are killed, cancelled, disturbed and badly served, each by what its seed says.
 *
 *     npm run torture -- --seed 17             one seed, with its whole story
 *     npm run torture -- --seeds 500 --from 1  so many of them, from this one on
 *     npm run torture -- --others              every write of somebody else at every moment of every kind of release (docs/guarantees.md)
 */

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    others: { type: 'boolean', default: false },
  },
});

if (values.others) {
  const { played, failed } = await allMeetings();
  console.log(`Tests: ${failed > 0 ? `${failed} failed, ` : ''}${played - failed} passed, ${played} total`);
  process.exitCode = failed === 0 ? 0 : 1;
} else if (values.seed !== undefined) {
  const { problems, story } = await torment(Number(values.seed));
  console.log(story);
  console.log(problems.length === 0 ? 'all is well' : `\nproblems:\n${problems.join('\n')}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} else {
  const from = Number(values.from);
  const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => from + index);
  let failed = 0;
  for (const seed of seeds) {
    const { problems } = await torment(seed);
    if (problems.length === 0) continue;
    failed += 1;
    console.log(`seed ${seed}: npm run torture -- --seed ${seed}\n  ${problems.join('\n  ')}`);
  }
  console.log(`Tests: ${failed > 0 ? `${failed} failed, ` : ''}${seeds.length - failed} passed, ${seeds.length} total`);
  process.exitCode = failed === 0 ? 0 : 1;
}
