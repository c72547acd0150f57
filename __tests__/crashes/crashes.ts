import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import type { Left } from './cluster.ts';
import { closed, promoted } from './ends.ts';
import { Deaths, isRenewal } from './deaths.ts';
import { type Course, type Family, Play } from './family.ts';
import { type Fate, FATES } from './fate.ts';
import type { Inputs } from './inputs.ts';
import { ended, explained, succeed } from './played.ts';
import type { MortalRun } from './run.ts';

/** Its time is not the machine's: how long a course takes on a busy one says nothing of the release. */
jest.setTimeout(60_000);

/** How another run goes on where one has died. */
type Way = 'resume' | 'abort' | 'deploy';
const WAYS: readonly Way[] = ['resume', 'abort', 'deploy'];
/** Every way from every point, everywhere: `CRASHES=all`. */
const EVERY_WAY = process.env.CRASHES === 'all';

export const NEXT: Inputs = { action: 'deploy', images: `web=${IMAGE.v3}`, 'pause-at': '' };

/**
 * The run of a course dies at each of its mutating requests: before it is sent, when it was carried out and its answer is lost, and after
 * the answer. Then another run resumes it, aborts it, or releases the next version. Users are served at every moment, and the objects at
 * the end are those of the run that nothing disturbed, the original ones (past the return: the promoted ones), or those that the next
 * release leaves when nothing came before it.
 */
export async function crashes(
  name: string,
  family: Family,
  course: Course,
  expected: {
    readonly writes: readonly string[];
    /** The write from which on the release cannot but be completed; null: there is none. */
    readonly pointOfNoReturn: string | null;
    /** The write from which on a cancel comes too late, though `abort` does not. Default: the point of no return. */
    readonly tooLateAt?: string;
    readonly outcome: 'promoted' | 'aborted' | 'rolled-back';
    /** The first write that is looked at: what comes before it is another course's, too. Default: the first. */
    readonly from?: string;
    /** The first write of the way back by which another run knows of it. Default: the note of it. */
    readonly turnsAt?: string;
    /** Other courses are like it: from each point one way to go on, in turn, unless CRASHES=all. */
    readonly inTurn?: boolean;
  },
): Promise<void> {
  const { cancelAt: _cancelAt, ...uncancelled } = course;
  const afterNext = await undisturbed(family, { inputs: NEXT }, 'promoted');
  const story = await Deaths.of(family, course, expected.outcome);
  const forward = course.cancelAt === undefined ? story.end : await undisturbed(family, uncancelled, 'promoted');
  const first = expected.from === undefined ? 0 : story.writes.lastIndexOf(expected.from);
  const isPast = (done: readonly string[]): boolean =>
    expected.pointOfNoReturn !== null && done.includes(expected.pointOfNoReturn);
  const isIdle = (done: readonly string[]): boolean => story.stood.isClosed && !done.includes('open record');
  const isInTurn = expected.inTurn === true && !EVERY_WAY;
  const back = story.stood.isClosed && course.before !== undefined ? story.stood : closed(story.original);
  const again = course.again ?? ((): Inputs => ({ action: 'resume' }));

  /** With nothing on record there is nothing to do, and nothing is touched: the lock of the dead run stays for the next one to take over. */
  function asFound(end: Left, done: readonly string[]): Left {
    const isOver = done.includes('close record') && !done.includes('release lock');
    const isLocked = isOver || (isIdle(done) && done.includes('take lock'));
    const { configMaps } = isIdle(done) ? story.stood : back;
    return { ...end, leases: isLocked ? ['crossfade.web'] : [], configMaps };
  }

  describe(name, () => {
    afterAll(() => story.stop());

    test('undisturbed: its writes, and nothing is left', () => {
      expect(story.writes).toEqual(expected.writes);
      expect(story.end).toEqual(expected.outcome === 'promoted' ? promoted(story.original) : closed(story.original));
    });

    const GOES_ON: Readonly<Record<Way, (play: Play, done: readonly string[]) => Promise<void>>> = {
      async resume(play, done) {
        const inputs = again(done);
        await succeed(play, inputs);
        const isTurned = done.lastIndexOf(expected.turnsAt ?? 'note the turn') >= first;
        const end = isTurned || course.cancelAt === undefined ? story.end : forward;
        const isResumed = inputs.action === 'resume';
        expect(play.left()).toEqual(isResumed ? asFound(isIdle(done) ? story.stood : end, done) : end);
      },
      async abort(play, done) {
        await succeed(play, { action: 'abort' });
        expect(play.left()).toEqual(asFound(isPast(done) ? story.end : back, done));
      },
      async deploy(play) {
        const next = await succeed(play, NEXT);
        expect(next.result?.outcome).toBe('promoted');
        expect(play.left()).toEqual(afterNext);
      },
    };

    for (const [at, write] of story.writes.entries())
      for (const [fate, word] of Object.entries(FATES) as [Fate, string][]) {
        if (at < first) continue;
        // After the answer to its last request there is nothing left to die of.
        if (fate === 'heard' && at === story.writes.length - 1) continue;
        // Nothing but a command can happen between an answer and the next request: it is that one's death before it is sent.
        if (fate === 'heard' && isInTurn && family.command === undefined) continue;
        const done = story.writes.slice(0, fate === 'unsent' ? at : at + 1);
        const turn = at + Object.keys(FATES).indexOf(fate);
        for (const way of isInTurn ? WAYS.slice(turn % WAYS.length).slice(0, 1) : WAYS)
          test(`dies ${word} “${write}” (${at + 1}), then ${way}`, () =>
            story.after(at, fate, `${way} after ${done.length}`, (play) => GOES_ON[way](play, done)));
      }

    if (course.cancelAt !== undefined) return;
    const tooLateAt = expected.tooLateAt ?? expected.pointOfNoReturn;
    const point = tooLateAt === null ? story.writes.length : story.writes.lastIndexOf(tooLateAt);
    for (const [at, write] of story.writes.entries())
      for (const isHeard of [false, true]) {
        if (at < first || (isInTurn && (at > point + 1 || isHeard !== (at % 2 === 1)))) continue;
        test(`cancelled ${isHeard ? 'without the answer to' : 'before'} “${write}” (${at + 1})`, () =>
          story.again(async (play) => {
            const run = await cancel(play, course, at, isHeard);
            const outcome = run.result?.outcome;
            // At that write itself either end is a good one.
            expect([...(at <= point ? ['aborted'] : []), ...(at >= point ? [expected.outcome] : [])]).toContain(
              outcome,
            );
            expect(play.left()).toEqual(outcome === 'aborted' ? back : story.end);
            expect(play.cluster.outcomes()[0]).toBe(outcome);
          }));
      }
  });
}

export async function die(play: Play, course: Course, at: number, fate: Fate): Promise<void> {
  for (const before of course.before ?? []) await succeed(play, before);
  let count = -1;
  const run = await play.run(course.inputs, {
    ...(course.cancelAt === undefined ? {} : { cancelAt: course.cancelAt }),
    fateOf: (request) => {
      if (isRenewal(request)) return null;
      count += 1;
      return count === at ? fate : null;
    },
  });
  expect(run.state).toBe('dead');
}

/** A person cancels while a mutating request is on its way there, or back. */
async function cancel(play: Play, course: Course, at: number, isHeard: boolean): Promise<MortalRun> {
  let asked = -1;
  let done = -1;
  const run: MortalRun = await play.start(course.inputs, {
    fateOf: (request) => {
      if (isRenewal(request)) return null;
      asked += 1;
      if (!isHeard && asked === at) run.cancel();
      return null;
    },
    onMutation: (request) => {
      if (isRenewal(request)) return;
      done += 1;
      if (isHeard && done === at) run.cancel();
    },
  });
  await play.finish(run);
  play.settle();
  if (run.state !== 'ended') throw run.failure;
  return run;
}

const ends = new WeakMap<Family, Map<string, Promise<Left>>>();

/** What a course leaves that nothing interrupts. */
export function undisturbed(family: Family, course: Course, outcome: string): Promise<Left> {
  const known = ends.get(family) ?? new Map<string, Promise<Left>>();
  ends.set(family, known);
  const key = JSON.stringify([course.before, course.inputs]);
  const end = known.get(key) ?? walked(family, course, outcome);
  known.set(key, end);
  return end;
}

async function walked(family: Family, { before = [], inputs }: Course, outcome: string): Promise<Left> {
  const play = Play.begin(family);
  try {
    return await explained(play, async () => {
      for (const each of before) await succeed(play, each);
      const run = await ended(play, inputs);
      expect(run.result?.outcome).toBe(outcome);
      return play.left();
    });
  } finally {
    play.stop();
  }
}
