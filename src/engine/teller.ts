import type { WriteRequest } from '../cluster/write-request.ts';
import type { CommandRun } from '../traffic/command-route.ts';
import type { Phase } from '../report/story.ts';

/** Where the engine tells what happens, as it happens. */
export interface Teller {
  /** A new chapter begins; the one before it ends. */
  phase(phase: Phase): void;
  /** One line, one fact. */
  fact(text: string): void;
  /** What is being waited for; said again every 15 s by the teller while it lasts. */
  waiting(text: string | null): void;
  wrote(write: WriteRequest | CommandRun): void;
  /** Lines that come from elsewhere (pod logs, users' commands) and must not be taken for workflow commands. */
  foreign(title: string, lines: readonly string[]): void;
  warning(text: string): void;
}
