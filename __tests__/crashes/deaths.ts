import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Saved } from '../simulator/saved.ts';
import type { Left } from './cluster.ts';
import { type Course, type Family, Play } from './family.ts';
import type { Fate } from './fate.ts';
import type { Asked } from './line.ts';
import { ended, judged, succeed } from './played.ts';
import type { RunOptions } from './run.ts';

/**
 * A course that nothing interrupts, and the cluster as its run would leave it by dying at each of its mutating requests. Whatever goes on
 * from such a point is played on this one cluster, which is taken back there: what came before is played once for all of them.
 */
export class Deaths {
  readonly play: Play;
  readonly #family: Family;
  readonly #points = new Map<string, Saved>();
  /** When the run begins. */
  #start: Saved;
  readonly #known = new Map<string, Promise<void>>();
  readonly original: Left;
  /** When the run begins: what came before it has ended, or stands. */
  stood: Left;
  end: Left;
  /** Every mutating request of the run that may be interrupted, in words. */
  writes: readonly string[] = [];

  private constructor(family: Family) {
    this.#family = family;
    this.play = new Play(family);
    this.original = this.play.left();
    this.#start = this.play.save();
    this.stood = this.original;
    this.end = this.original;
  }

  static async of(family: Family, course: Course, outcome: string): Promise<Deaths> {
    const deaths = new Deaths(family);
    await judged(family, deaths.play, () => deaths.#walk(course, outcome));
    return deaths;
  }

  async #walk({ before = [], inputs, cancelAt }: Course, outcome: string): Promise<void> {
    const { play } = this;
    for (const each of before) await succeed(play, each);
    this.stood = play.left();
    this.#start = play.save();
    const already = play.cluster.mutations().length;
    const run = await ended(play, inputs, {
      ...(cancelAt === undefined ? {} : { cancelAt }),
      onPoint: this.#remember(),
    });
    expect(run.result?.outcome).toBe(outcome);
    this.writes = play.writes().slice(already);
    this.end = play.left();
  }

  #remember(): RunOptions['onPoint'] {
    const numbers = new Map<Asked, number>();
    return (fate, asked) => {
      if (isRenewal(asked)) return;
      const at = numbers.get(asked) ?? numbers.size;
      numbers.set(asked, at);
      this.#points.set(`${fate} ${at}`, this.play.save());
    };
  }

  /** Plays the run itself once more, otherwise, and judges all of it. */
  async again(script: (play: Play) => Promise<void>): Promise<void> {
    await judged(this.#family, this.play, async (play) => {
      this.#start.restore();
      await script(play);
    });
  }

  /**
   * Plays on from where the run has died at its `at`th mutating request, and judges all of it. Where that left the cluster as another
   * death did, down to what is due when, `what` the script does is the same case, and is played once.
   */
  async after(at: number, fate: Fate, what: string, script: (play: Play) => Promise<void>): Promise<void> {
    const point = this.#points.get(`${fate} ${at}`);
    if (point === undefined) throw new Error(`the run does not come to its mutating request ${at} (${fate})`);
    const key = `${createHash('sha256').update(point.text).digest('hex')} ${what}`;
    const known =
      this.#known.get(key) ??
      judged(this.#family, this.play, async (play) => {
        point.restore();
        await script(play);
      });
    this.#known.set(key, known);
    await known;
  }

  stop(): void {
    this.play.stop();
  }
}

/** How many there are is a matter of time. A run that may be interrupted finds no lock that it would take over. */
export function isRenewal({ resource, verb }: Asked): boolean {
  return resource === 'leases' && verb === 'update';
}
