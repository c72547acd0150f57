import type { Seen } from './seen.ts';

/**
 * `expect.ts OUTCOME VERSION [leave]`: fails unless the step before ended as `OUTCOME` (its output `outcome` is in `OUTCOME` of the environment), all
 * users come to be on `VERSION` within seconds, and no request has failed since the beginning. `PAGE`: the output `page` of `start.ts`. `leave` ends all.
 */

/** Users who keep a connection stay with the old pods until those end. */
const PATIENCE_MS = 15_000;
const [, , outcome = '', version = '', leave] = process.argv;
const { OUTCOME = '', PAGE = '' } = process.env;

let seen = await look('GET');
for (const startedAt = Date.now(); !areAllThere(seen) && Date.now() - startedAt < PATIENCE_MS; )
  seen = await look('GET');
if (leave === 'leave') await look('POST');
const { versions, requests, errors } = seen;
const complaints = [
  ...(OUTCOME === outcome ? [] : [`The outcome is ${OUTCOME || 'not told'}; ${outcome} was expected.`]),
  ...(areAllThere(seen) ? [] : [`Users are served by ${JSON.stringify(versions)}; ${version} alone was expected.`]),
  ...(errors.length === 0 ? [] : [`${errors.length} of ${requests} requests failed:`, ...errors.slice(0, 20)]),
];
for (const complaint of complaints) console.log(`::error title=Not as expected::${complaint}`);
console.log(
  `outcome: ${OUTCOME}; users of the last second: ${JSON.stringify(versions)}; ${requests} requests, ${errors.length} failed`,
);
process.exitCode = complaints.length === 0 ? 0 : 1;

/** One second of what users get. */
async function look(method: 'GET' | 'POST'): Promise<Seen> {
  const answer = await fetch(PAGE, { method });
  // Our own program answers.
  return (await answer.json()) as Seen;
}

function areAllThere({ versions }: Seen): boolean {
  return Object.keys(versions).join() === version;
}
