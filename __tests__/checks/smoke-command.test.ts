import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import { runSmokeCommand, type SmokeCommandContext } from '../../src/checks/smoke-command.ts';
import { systemClock } from '../../src/engine/clock.ts';

const CONTEXT: SmokeCommandContext = {
  namespace: 'shop',
  deployment: 'web',
  service: 'web-svc',
  candidateService: 'web-svc-candidate',
  release: 'r-1',
  stableHash: 'aaa',
  candidateHash: 'bbb',
  images: { web: 'nginx:2', init: 'busybox:1' },
  kubeconfig: null,
};
const MINUTE = 60_000;
const FOLDER = mkdtempSync(join(tmpdir(), 'crossfade-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

interface Given {
  readonly context?: Partial<SmokeCommandContext>;
  readonly env?: NodeJS.ProcessEnv;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

async function run(command: string, { context, env, deadlineMs, signal, onLine }: Given = {}) {
  const lines: string[] = [];
  const result = await runSmokeCommand(
    command,
    { ...CONTEXT, ...context },
    {
      clock: systemClock,
      env: env ?? process.env,
      onLine: (line, stream) => {
        lines.push(`${stream}: ${line}`);
        onLine?.(line);
      },
    },
    deadlineMs ?? MINUTE,
    signal ?? new AbortController().signal,
  );
  return { result, lines };
}

describe('a command that ends', () => {
  test('with 0 is healthy; its output comes line by line from both streams', async () => {
    const { result, lines } = await run('echo one; echo two >&2; printf three');
    expect(result).toMatchObject({ kind: 'smoke-command', verdict: 'healthy', tries: 1 });
    expect(result.name).toBe('echo one; echo two >&2; printf three');
    expect(result.detail).toMatch(/^exit code 0\n/);
    expect(lines.sort()).toEqual(['stderr: two', 'stdout: one', 'stdout: three']);
  });

  test('with anything else is unhealthy, and says its code and last lines', async () => {
    const { result } = await run('for i in $(seq 1 30); do echo "line $i"; done; exit 3');
    const last = Array.from({ length: 20 }, (_, index) => `line ${index + 11}`);
    expect(result).toMatchObject({ verdict: 'unhealthy', detail: ['exit code 3', ...last].join('\n') });
  });

  test.each([
    ['a command that fails on the way', 'false\necho not reached'],
    ['a pipe that fails at its beginning', 'false | cat'],
  ])('%s is unhealthy', async (_, command) => {
    const { result, lines } = await run(command);
    expect(result).toMatchObject({ verdict: 'unhealthy', detail: 'exit code 1' });
    expect(lines).toEqual([]);
  });

  test('with the line ends of Windows is the same command', async () => {
    const { result, lines } = await run('for word in a b; do\r\n  echo $word\r\ndone\r\ntrue\r\n');
    expect(result).toMatchObject({ verdict: 'healthy', name: 'for word in a b; do…' });
    expect(lines).toEqual(['stdout: a', 'stdout: b']);
  });

  test('is not on the command line of its shell, nor in what its programs find', async () => {
    const script = `: hunter2; tr '\\0\\n' '  ' < /proc/$$/cmdline; echo; env | grep -c CROSSFADE_COMMAND || true`;
    const { lines } = await run(script);
    expect(lines).toEqual([expect.stringMatching(/^stdout: bash -e -o pipefail -c eval /), 'stdout: 0']);
    expect(lines.join()).not.toContain('hunter2');
  });

  test('by a signal is unhealthy', async () => {
    expect((await run('kill -KILL $$')).result).toMatchObject({ verdict: 'unhealthy', detail: 'ended by SIGKILL' });
  });

  test('is called by its first line', async () => {
    expect((await run('\necho a\necho b\n')).result.name).toBe('echo a…');
    expect((await run(`: ${'x'.repeat(200)}`)).result.name).toHaveLength(100);
  });

  test('and leaves something in the background does not keep us waiting, nor does that stay', async () => {
    const { result, lines } = await run('sleep 60 & echo $!');
    expect(result.verdict).toBe('healthy');
    expect(result.took).toBeLessThan(5_000);
    expect(await isGone(pidIn(lines))).toBe(true);
  });

  test('reads nothing: there is nobody to type', async () => {
    expect((await run('cat; echo done')).lines).toEqual(['stdout: done']);
  });
});

describe('its environment', () => {
  test('tells of the release', async () => {
    const { lines } = await run('env | grep ^CROSSFADE_ -A1; echo "$CROSSFADE_IMAGES"; echo "$KUBECONFIG"', {
      context: { kubeconfig: '/given/kubeconfig' },
    });
    const told = lines.map((line) => line.replace('stdout: ', ''));
    expect(told).toEqual(
      expect.arrayContaining([
        'CROSSFADE_NAMESPACE=shop',
        'CROSSFADE_DEPLOYMENT=web',
        'CROSSFADE_SERVICE=web-svc',
        'CROSSFADE_CANDIDATE_SERVICE=web-svc-candidate',
        'CROSSFADE_RELEASE=r-1',
        'CROSSFADE_STABLE_HASH=aaa',
        'CROSSFADE_CANDIDATE_HASH=bbb',
      ]),
    );
    expect(told.slice(-3)).toEqual(['web=nginx:2', 'init=busybox:1', '/given/kubeconfig']);
  });

  test("is otherwise the job's, without our inputs", async () => {
    const env = {
      ...process.env,
      KUBECONFIG: '/of/the/job',
      INPUT_KUBECONFIG: 'secret',
      'INPUT_DRY-RUN': 'false',
      MINE: 'x',
    };
    const { lines } = await run('echo "$KUBECONFIG $MINE"; env | grep INPUT_ || true', { env });
    expect(lines).toEqual(['stdout: /of/the/job x']);
  });
});

describe('without bash', () => {
  test('sh runs it', async () => {
    symlinkSync('/bin/sh', join(FOLDER, 'sh'));
    const { result, lines } = await run('echo ran; false; echo not reached', {
      env: { PATH: FOLDER },
    });
    expect(lines).toEqual(['stdout: ran']);
    expect(result).toMatchObject({ verdict: 'unhealthy', detail: 'exit code 1\nran' });
  });

  test('and without sh it says so', async () => {
    const { result } = await run('true', { env: { PATH: join(FOLDER, 'empty') } });
    expect(result.verdict).toBe('unhealthy');
    expect(result.detail).toMatch(/^it could not be started: .*ENOENT/);
  });

  test('a command that is too long for the system is not an exception', async () => {
    const { result } = await run(`: ${'x'.repeat(3_000_000)}`);
    expect(result.verdict).toBe('unhealthy');
    expect(result.detail).toMatch(/^it could not be started: .*E2BIG/);
  });
});

describe('its end before its time', () => {
  test('a cancel ends the command and what it started, and is no pass', async () => {
    const cancel = new AbortController();
    // Answers SIGTERM with exit code 0, as many programs do.
    const command = 'trap "echo bye; exit 0" TERM; sleep 60 & echo $!; wait';
    const { result, lines } = await run(command, { signal: cancel.signal, onLine: () => cancel.abort() });
    expect(result).toMatchObject({ verdict: 'cancelled', tries: 1 });
    expect(result.took).toBeLessThan(10_000);
    expect(lines).toContain('stdout: bye');
    expect(await isGone(pidIn(lines))).toBe(true);
  });

  test('one that does not listen is killed after two seconds', async () => {
    const cancel = new AbortController();
    const command = 'trap "" TERM; echo $$; while true; do sleep 1; done';
    const { result, lines } = await run(command, { signal: cancel.signal, onLine: () => cancel.abort() });
    expect(result.verdict).toBe('cancelled');
    expect(result.took).toBeGreaterThanOrEqual(2_000);
    expect(result.took).toBeLessThan(20_000);
    expect(await isGone(pidIn(lines))).toBe(true);
  });

  test('nor does anything stay that neither listens nor writes', async () => {
    const cancel = new AbortController();
    const command = '(trap "" TERM; while true; do sleep 1; done) > /dev/null 2>&1 & echo $!; wait';
    const { result, lines } = await run(command, { signal: cancel.signal, onLine: () => cancel.abort() });
    expect(result.verdict).toBe('cancelled');
    expect(await isGone(pidIn(lines))).toBe(true);
  });

  test('the deadline ends it, and it is unhealthy', async () => {
    const { result, lines } = await run('echo $$; sleep 60', { deadlineMs: 2_000 });
    expect(result.verdict).toBe('unhealthy');
    expect(result.detail).toMatch(/^not done within 2s, and ended\n\d+$/);
    expect(result.took).toBeLessThan(10_000);
    expect(await isGone(pidIn(lines))).toBe(true);
  });

  test('a cancel before it was started starts nothing', async () => {
    const { result, lines } = await run('echo started', { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ verdict: 'cancelled', tries: 0 });
    expect(lines).toEqual([]);
  });

  test('no time left starts nothing', async () => {
    const { result, lines } = await run('echo started', { deadlineMs: 0 });
    expect(result).toMatchObject({ verdict: 'unhealthy', tries: 0, detail: 'no time was left to run it' });
    expect(lines).toEqual([]);
  });
});

function pidIn(lines: readonly string[]): number {
  const pid = Number(lines[0]?.replace('stdout: ', ''));
  if (!Number.isInteger(pid)) throw new Error(`no process id in ${JSON.stringify(lines)}`);
  return pid;
}

/** True when the process has ended, or ends within ten seconds: nobody may have collected it yet. */
async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    if (!isAlive(pid)) return true;
    await sleep(50);
  }
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** An ended process whose parent has not asked for its exit code: in a container nobody may ever do so. */
function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
