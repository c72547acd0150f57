import { describe, expect, test } from '@jest/globals';
import { endLeftover } from '../../src/checks/leftover-command.ts';
import { routerCommandOf } from '../../src/checks/router-command.ts';
import { systemClock } from '../../src/engine/clock.ts';

const NAMES = { namespace: 'shop', deployment: 'web', service: 'web', candidateService: 'web-new', release: 'r-1' };

interface Given {
  readonly verify?: string;
  readonly signal?: AbortSignal;
  readonly onProcess?: (pid: number | null) => void;
  readonly onLine?: () => void;
}

function commands(command: string, lines: string[], { verify, onProcess, onLine }: Given = {}) {
  const made = routerCommandOf(
    { routerCommand: { command, verify: verify ?? null } },
    {
      clock: systemClock,
      env: { PATH: process.env.PATH, INPUT_KUBECONFIG: 'secret' },
      kubeconfig: '/tmp/config',
      onLine: (input, line) => {
        lines.push(`${input}: ${line}`);
        onLine?.();
      },
      ...(onProcess === undefined ? {} : { onProcess }),
    },
  );
  if (made === null) throw new Error('there is a command');
  return made;
}

async function tell(command: string, given: Given = {}) {
  const lines: string[] = [];
  const { signal = new AbortController().signal } = given;
  return { outcome: await commands(command, lines, given).tell(NAMES, 1_250, signal), lines };
}

describe('router-command', () => {
  test('finds the share and the names, and none of our inputs', async () => {
    const { outcome, lines } = await tell('env | grep -E "^(CROSSFADE|KUBECONFIG|INPUT)" | sort');
    expect(outcome.ok).toBe(true);
    expect(lines).toEqual(
      [
        'CROSSFADE_CANDIDATE_SERVICE=web-new',
        'CROSSFADE_DEPLOYMENT=web',
        'CROSSFADE_NAMESPACE=shop',
        'CROSSFADE_RELEASE=r-1',
        'CROSSFADE_SERVICE=web',
        'CROSSFADE_SHARE=12.5',
        'KUBECONFIG=/tmp/config',
      ].map((line) => `router-command: ${line}`),
    );
  });

  test.each([
    ['exit 3', 'exit code 3'],
    ['echo one; echo "no such listener" >&2; echo; exit 3', 'exit code 3: no such listener'],
    ['kill -KILL $$', 'ended by SIGKILL'],
  ])('“%s” did not do it: %s', async (command, reason) => {
    expect((await tell(command)).outcome).toEqual({ ok: false, reason });
  });

  test('one that is ended by us did not do it, even with exit code 0', async () => {
    const stop = new AbortController();
    const told = tell('trap "exit 0" TERM; echo up; sleep 30 & wait', {
      signal: stop.signal,
      onLine: () => stop.abort(),
    });
    expect((await told).outcome).toEqual({ ok: false, reason: 'ended before it was done: up' });
  });

  test('says which process it is, while it is one', async () => {
    const told: (number | null)[] = [];
    const { lines } = await tell('echo $$', { onProcess: (pid) => told.push(pid) });
    expect(told).toEqual([Number(lines[0]?.replace('router-command: ', '')), null]);
  });

  test('what is left of it is ended, with all that it started; another process with its number is not', async () => {
    let leader = 0;
    const told = tell('sleep 30', {
      onProcess: (pid) => {
        leader = pid ?? leader;
      },
    });
    await systemClock.sleep(300, new AbortController().signal);
    endLeftover(leader, 'r-2');
    await systemClock.sleep(200, new AbortController().signal);
    expect(() => process.kill(leader, 0)).not.toThrow();
    endLeftover(leader, 'r-1');
    expect((await told).outcome).toEqual({ ok: false, reason: 'ended by SIGKILL' });
    expect(() => endLeftover(leader, 'r-1')).not.toThrow();
  });
});

describe('router-verify', () => {
  test('is another command with the same environment', async () => {
    const lines: string[] = [];
    const { verify } = commands('false', lines, { verify: 'echo "is $CROSSFADE_SHARE"' });
    expect(await verify?.(NAMES, 5_000, new AbortController().signal)).toEqual({
      ok: true,
      reason: 'exit code 0: is 50',
    });
    expect(lines).toEqual(['router-verify: is 50']);
  });

  test('neither is there without router-command', () => {
    const ports = { clock: systemClock, env: {}, kubeconfig: null, onLine: () => undefined };
    expect(routerCommandOf({ routerCommand: null }, ports)).toBeNull();
    expect(commands('true', []).verify).toBeNull();
  });
});
