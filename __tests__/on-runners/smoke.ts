import { existsSync } from 'node:fs';

/**
 * The smoke command of these releases: `smoke.ts 'two words'` fails unless it was given those two as one, and finds in its environment what
 * the action promises. With `fail` in their place it ends with exit code 7.
 */

const [, , words] = process.argv;
const { CROSSFADE_DEPLOYMENT, CROSSFADE_CANDIDATE_HASH = '', KUBECONFIG = '' } = process.env;
console.log(
  `${process.platform}: ${JSON.stringify({ words, CROSSFADE_DEPLOYMENT, CROSSFADE_CANDIDATE_HASH, KUBECONFIG })}`,
);
const isAsPromised = CROSSFADE_DEPLOYMENT === 'web' && CROSSFADE_CANDIDATE_HASH !== '' && existsSync(KUBECONFIG);
if (words === 'fail') process.exitCode = 7;
else if (words !== 'two words' || !isAsPromised) process.exitCode = 8;
