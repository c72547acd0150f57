import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Answer } from './crowd.ts';

export interface Users {
  /** All that ended by now, in that order. */
  readonly answers: readonly Answer[];
  /** Resolves with the first later answer that is wanted; rejects when the users leave without one. */
  next(wanted: (answer: Answer) => boolean): Promise<Answer>;
  /** Sends no more and waits for what is under way. */
  leave(): Promise<void>;
}

/**
 * Lets users in, in a process of their own: they do not wait while the cluster, which lives in this one, is busy.
 *
 * @param longestStayMs when they leave by themselves, in milliseconds; a minute when absent
 */
export function startUsers(port: number, longestStayMs?: number): Users {
  const words = [port, longestStayMs].filter((word) => word !== undefined).map(String);
  const crowd = fork(new URL('./users-process.ts', import.meta.url), words);
  const answers: Answer[] = [];
  const watchers = new Set<(answer: Answer | null) => void>();
  // Comes after the last message, however the process ends.
  const gone = once(crowd, 'disconnect').finally(() => {
    for (const watch of [...watchers]) watch(null);
  });
  // Whoever waits for it still sees it.
  gone.catch(() => undefined);
  crowd.on('message', (message) => {
    if (message === 'left') return;
    // Our own program sends nothing else.
    const answer = message as Answer;
    answers.push(answer);
    for (const watch of [...watchers]) watch(answer);
  });
  return {
    answers,
    next(wanted) {
      const found = Promise.withResolvers<Answer>();
      const watch = (answer: Answer | null): void => {
        if (answer === null) found.reject(new Error('the users left without the answer that was waited for'));
        else if (wanted(answer)) found.resolve(answer);
      };
      watchers.add(watch);
      return found.promise.finally(() => watchers.delete(watch));
    },
    async leave() {
      if (crowd.connected) crowd.send('leave');
      const timer = setTimeout(() => crowd.kill('SIGKILL'), LONGEST_GOODBYE_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** More than the patience of a user. */
const LONGEST_GOODBYE_MS = 8_000;
