import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, takeBundle } from './bundle.ts';
import { type Figure, figuresOf, type Results, stretchesOf } from './figures.ts';
import { benchJudgement } from './judgement.ts';
import { printFigures } from './printed-figures.ts';
import { measureReleases } from './series.ts';
import { measureStartUp } from './start-up.ts';
import { durations } from './statistics.ts';
import { table } from './table.ts';

/**
 * `npm run bench`: measures the bundle `dist/main.js` on a real control plane and the judge by simulation, prints the figures beside what
 * they should be, and writes them with every sample to `out/bench.json` and `out/judgement.json`. It takes about three minutes, once the
 * control plane's programs are built. `npm run bench -- release` and `-- judgement` do one of the two; the judge needs nothing but Node.js.
 *
 * A figure that misses its target is marked, and is no failure: how fast a machine is, and what else it does, is not the code's doing.
 * The exit code says whether everything could be measured.
 */

const OUT = join(import.meta.dirname, '../../out');
const START_UP_ROUNDS = 15;

const PARTS = ['release', 'judgement'] as const;
type Part = (typeof PARTS)[number];

async function measure(scratch: string, signal: AbortSignal): Promise<void> {
  const load = loadavg();
  const bundle = await takeBundle(scratch);
  say(`bundle: ${describeBundle(bundle)}`);
  const startUp = measureStartUp(bundle.main, scratch, START_UP_ROUNDS);
  say(`start-up: ${START_UP_ROUNDS} times`);
  const releases = await measureReleases(bundle.folder, scratch, signal, say);
  const results: Results = { bundle, startUp, releases };
  const figures = figuresOf(results);
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model ?? '',
    node: process.version,
    loadBefore: load,
    loadAfter: loadavg(),
  };
  const { folder: _, main: __, ...told } = bundle;
  mkdirSync(OUT, { recursive: true });
  const path = join(OUT, 'bench.json');
  writeFileSync(
    path,
    `${JSON.stringify({ at: new Date().toISOString(), machine, bundle: told, figures, startUp, releases }, undefined, 1)}\n`,
  );
  print(results, figures);
  const loads = [load, machine.loadAfter].map(([minute = 0]) => minute.toFixed(1));
  console.log(
    `${machine.cpus} × ${machine.model}, load ${loads.join(' → ')}; bundle ${describeBundle(bundle)}. All samples and timelines: out/bench.json`,
  );
  if ((load[0] ?? 0) > machine.cpus)
    console.log('The machine was busy with other things before the bench began: its times are too long.');
}

function describeBundle({ commit, committed }: Bundle): string {
  if (commit === undefined) return 'of no git checkout';
  return committed ? `of commit ${commit}` : `NOT committed: built from changes on top of commit ${commit}`;
}

function print(results: Results, figures: readonly Figure[]): void {
  printFigures(figures);
  console.log(`${table([['where the time of a good release goes', '4 pods', '100 pods'], ...stretchRows(results)])}\n`);
  console.log(
    `${table([['API requests', '4 pods', '100 pods', 'crash', 'image missing'], ...requestRows(results)])}\n`,
  );
}

function stretchRows({ releases }: Results): string[][] {
  const large = stretchesOf(releases.large);
  return stretchesOf(releases.timed).map(({ stretch, time }, index) => {
    const many = large[index]?.time;
    return [stretch, durations(time), many === undefined ? '' : durations(many)];
  });
}

/** Of the last release of each series. */
function requestRows({ releases }: Results): string[][] {
  const last = [releases.timed, releases.large, releases.crash, releases.missing].map(
    (series) => series.at(-1)?.requests,
  );
  const kinds = [...new Set(last.flatMap((count) => Object.keys(count?.byKind ?? {})))].sort();
  return [
    ...kinds.map((kind) => [kind, ...last.map((count) => String(count?.byKind[kind] ?? ''))]),
    ['all', ...last.map((count) => String(count?.total ?? ''))],
  ];
}

function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}

/** What the command names; all of it when it names nothing. */
function partsOf(words: readonly string[]): readonly Part[] {
  const unknown = words.filter((word) => !PARTS.some((part) => part === word));
  if (unknown.length > 0) {
    say(`there is no ${unknown.join(', ')}; what can be measured: ${PARTS.join(', ')}`);
    process.exit(2);
  }
  return words.length === 0 ? PARTS : PARTS.filter((part) => words.includes(part));
}

const parts = partsOf(process.argv.slice(2));
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => interrupted.abort(new Error(`ended by ${signal}`)));
const ending = new Promise<never>((_, reject) => {
  interrupted.signal.addEventListener('abort', () => reject(interrupted.signal.reason), { once: true });
});
const scratch = mkdtempSync(join(tmpdir(), 'crossfade-bench-'));
// Everything that the cluster and the runner put into temporary folders lies in this one, and goes with it.
process.env.TMPDIR = scratch;
let code = 0;
try {
  // Times are measured first: a simulation beside them would make them longer.
  if (parts.includes('release')) await Promise.race([measure(scratch, interrupted.signal), ending]);
  if (parts.includes('judgement')) printFigures(benchJudgement(say));
} catch (error) {
  say(`could not measure: ${error instanceof Error ? error.message : String(error)}`);
  code = 1;
}
rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
// After an interruption something may still wait for a cluster that is gone.
process.exit(code);
