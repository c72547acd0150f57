import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { CommandFailed, CommandMissing, type CommandOutcome, CommandRoute } from '../../src/engine/command-route.ts';
import type { Share, Told } from '../../src/release/route.ts';

const NAMES = {
  namespace: 'shop',
  deployment: 'web',
  service: 'web',
  candidateService: 'web-candidate',
  release: 'r-1',
};
const OK: CommandOutcome = { ok: true, reason: 'exit code 0' };
const NO: CommandOutcome = { ok: false, reason: 'exit code 1: not yet' };

interface Options {
  readonly told?: Told | null;
  readonly tell?: (share: Share, signal: AbortSignal) => Promise<CommandOutcome>;
  readonly verify?: (share: Share) => CommandOutcome;
}

/** A route on a clock that jumps: a wait is over at once, and the time is later. */
class Bench {
  readonly story: string[] = [];
  now = 0;
  readonly route: CommandRoute;

  constructor({ told = null, tell = () => Promise.resolve(OK), verify }: Options = {}) {
    this.route = new CommandRoute({
      clock: {
        now: () => this.now,
        sleep: (ms, signal) => {
          signal.throwIfAborted();
          this.now += ms;
          this.story.push(`slept ${ms / 1000} s`);
          return Promise.resolve();
        },
      },
      command: {
        tell: (_, share, signal) => {
          this.story.push(`tell ${share / 100} %`);
          return tell(share, signal);
        },
        verify:
          verify === undefined
            ? null
            : (_, share) => {
                this.story.push(`verify ${share / 100} %`);
                return Promise.resolve(verify(share));
              },
      },
      names: NAMES,
      told,
      note: ({ is, share }) => {
        this.story.push(`note ${share / 100} % ${is}`);
        return Promise.resolve();
      },
    });
  }

  /** Asks as the release does, whenever something came to an end, until it was told or has failed. */
  async told(share: Share): Promise<'told' | Error> {
    for (;;) {
      const bell = new Promise<void>((resolve) => {
        this.route.onChange = resolve;
      });
      try {
        if (this.route.tell(share)) return 'told';
      } catch (error) {
        if (error instanceof Error) return error;
        throw error;
      }
      await bell;
    }
  }
}

describe('telling', () => {
  test('is on record before the command runs, and after; in doubt until then', async () => {
    const bench = new Bench();
    expect(bench.route.seen).toEqual({ told: null, verdict: { is: 'yes', level: 'stored', reasons: [] } });
    expect(bench.route.tell(2_000)).toBe(false);
    expect(bench.route.seen).toMatchObject({ told: { is: 'in-doubt', share: 2_000 }, verdict: { is: 'unknown' } });
    expect(await bench.told(2_000)).toBe('told');
    expect(bench.story).toEqual(['note 20 % in-doubt', 'tell 20 %', 'note 20 % certain']);
    expect(bench.route.seen).toMatchObject({ told: { is: 'certain', share: 2_000 }, verdict: { is: 'yes' } });
  });

  test('that failed stays in doubt, and is told again after longer and longer pauses', async () => {
    const bench = new Bench({ tell: () => Promise.resolve({ ok: false, reason: 'exit code 3: no such listener' }) });
    const first = await bench.told(2_000);
    expect(first).toBeInstanceOf(CommandFailed);
    expect(first).toHaveProperty('message', 'router-command did not succeed at 20 %, exit code 3: no such listener');
    expect(bench.route.seen.told).toEqual({ is: 'in-doubt', share: 2_000 });
    for (let tries = 0; tries < 5; tries += 1) expect(await bench.told(2_000)).toBeInstanceOf(CommandFailed);
    expect(bench.story.filter((line) => line.startsWith('slept'))).toEqual(
      [1, 2, 4, 5, 5].map((seconds) => `slept ${seconds} s`),
    );
  });

  test('another share ends what runs, waits for its end, and begins without a pause', async () => {
    const bench = new Bench({
      tell: (share, signal) =>
        share === 0
          ? Promise.resolve(OK)
          : new Promise((resolve) => {
              signal.addEventListener('abort', () => {
                bench.story.push('ended');
                resolve({ ok: false, reason: 'ended before it was done' });
              });
            }),
    });
    expect(bench.route.tell(2_000)).toBe(false);
    while (!bench.story.includes('tell 20 %')) await nextTick();
    bench.route.turnBack();
    expect(await bench.told(0)).toBe('told');
    expect(bench.story).toEqual([
      'note 20 % in-doubt',
      'tell 20 %',
      'ended',
      'note 0 % in-doubt',
      'tell 0 %',
      'note 0 % certain',
    ]);
  });

  test('the same share after a turn is told anew, whatever came of the first run', async () => {
    const bench = new Bench();
    expect(bench.route.tell(0)).toBe(false);
    bench.route.turnBack();
    expect(await bench.told(0)).toBe('told');
    // The first was stopped before the command ran.
    expect(bench.story).toEqual(['note 0 % in-doubt', 'note 0 % in-doubt', 'tell 0 %', 'note 0 % certain']);
  });

  test('a record that cannot be written: the command does not run, and the error is the caller’s', async () => {
    const conflict = new Error('another run wrote the record');
    let runs = 0;
    const route = new CommandRoute({
      clock: { now: () => 0, sleep: () => Promise.resolve() },
      command: {
        tell: () => {
          runs += 1;
          return Promise.resolve(OK);
        },
        verify: null,
      },
      names: NAMES,
      told: null,
      note: () => Promise.reject(conflict),
    });
    const bell = new Promise<void>((resolve) => {
      route.onChange = resolve;
    });
    expect(route.tell(100)).toBe(false);
    await bell;
    expect(() => route.tell(100)).toThrow(conflict);
    expect(runs).toBe(0);
  });

  test('without the command: says what is missing and what may have been told', () => {
    const told = { is: 'in-doubt', share: 1_250 } as const;
    const clock = { now: () => 0, sleep: () => Promise.resolve() };
    const route = new CommandRoute({ clock, command: null, names: NAMES, told, note: () => Promise.resolve() });
    expect(() => route.tell(0)).toThrow(CommandMissing);
    expect(() => route.tell(0)).toThrow(
      /r-1 .*It may have been told 12\.5 %\. Run action: abort with input router-command/,
    );
  });
});

describe('router-verify', () => {
  test('is asked every two seconds until it says yes', async () => {
    let asked = 0;
    const bench = new Bench({ verify: () => (++asked < 3 ? NO : OK) });
    expect(await bench.told(2_000)).toBe('told');
    expect(bench.route.seen.verdict).toEqual({
      is: 'unknown',
      level: 'stored',
      reasons: ['router-verify has not said yes.'],
    });
    const verdicts: unknown[] = [];
    await new Promise<void>((resolve) => {
      bench.route.onChange = () => {
        verdicts.push(bench.route.seen.verdict);
        if (bench.route.seen.verdict.is === 'yes') resolve();
      };
      bench.route.verify();
      bench.route.verify();
    });
    const no = { is: 'unknown', level: 'stored', reasons: ['router-verify at 20 %: exit code 1: not yet'] };
    expect(verdicts).toEqual([no, no, { is: 'yes', level: 'observed', reasons: [] }]);
    expect(bench.story.slice(3)).toEqual(['verify 20 %', 'slept 2 s', 'verify 20 %', 'slept 2 s', 'verify 20 %']);
  });

  test('is not asked while nobody knows what was told', () => {
    const bench = new Bench({ told: { is: 'in-doubt', share: 2_000 }, verify: () => OK });
    bench.route.verify();
    expect(bench.story).toEqual([]);
  });

  test('0 % is told only when it has confirmed that', async () => {
    let asked = 0;
    const bench = new Bench({ verify: () => (++asked < 2 ? NO : OK) });
    expect(await bench.told(0)).toBe('told');
    expect(bench.story).toEqual([
      'note 0 % in-doubt',
      'tell 0 %',
      'verify 0 %',
      'slept 2 s',
      'verify 0 %',
      'note 0 % certain',
    ]);
  });

  test('0 % that is not confirmed for two minutes has failed', async () => {
    const bench = new Bench({ verify: () => NO });
    expect(await bench.told(0)).toHaveProperty(
      'message',
      'router-verify did not confirm 0 % within 120 s, exit code 1: not yet',
    );
    expect(bench.now).toBe(120_000);
    expect(bench.route.seen.told).toEqual({ is: 'in-doubt', share: 0 });
    expect(bench.story).not.toContain('note 0 % certain');
  });
});
