import { randomUUID } from 'node:crypto';
import type { WriteRequest } from '../cluster/write-request.ts';
import type { Clock } from '../engine/clock.ts';
import type { Teller } from '../engine/teller.ts';
import type { CommandRun } from '../traffic/command-route.ts';
import { formatDuration } from './duration.ts';
import { capped, oneLine, plain } from './escape.ts';
import { requestLine } from './request-line.ts';
import type { Phase, PhaseSpan, ToldWrite } from './story.ts';

/** A teller that remembers what it told. */
export interface RunTeller extends Teller {
  /** The chapters so far; one that has not ended counts as ending now. */
  phases(): readonly PhaseSpan[];
  writes(): readonly ToldWrite[];
  /** Every warning once. */
  warnings(): readonly string[];
  /** Ends waiting and the open group. What is told afterwards stands outside of any group. */
  end(): void;
}

export interface TellerParts {
  /** Gets each line of the log, without its line break. */
  readonly out: (line: string) => void;
  readonly clock: Clock;
  /** Calls `tick` every `ms` milliseconds until the function that it gives is called. The default does not keep the process alive. */
  readonly every?: (ms: number, tick: () => void) => () => void;
  /** A word that nobody can guess, for `stop-commands`. */
  readonly token?: () => string;
}

/** Milliseconds after which a wait is told again. */
const REMIND_AFTER = 15_000;
/** As many annotations of a kind as GitHub shows for a step. */
const WARNINGS_SHOWN = 10;
const LONGEST_FACT = 1_000;
/** Of 4,096 characters that an annotation may have. */
const LONGEST_WARNING = 4_000;
const LONGEST_FOREIGN_LINE = 4_000;
/** Facts that a chapter keeps for the summary. */
const FACTS_KEPT = 8;

/**
 * The log of a run: a group for each chapter, a line for each fact, with the seconds since the run began. Nothing that it is told
 * can be taken for a workflow command.
 */
export function createTeller(parts: TellerParts): RunTeller {
  return new Log(parts);
}

class Log implements RunTeller {
  readonly #out: (line: string) => void;
  readonly #clock: Clock;
  readonly #every: (ms: number, tick: () => void) => () => void;
  readonly #token: () => string;
  readonly #startedAt: number;
  readonly #spans: PhaseSpan[] = [];
  readonly #writes: ToldWrite[] = [];
  readonly #warnings: string[] = [];
  #open: { readonly phase: Phase; readonly startedAt: number; readonly facts: string[] } | null = null;
  #wait: { readonly text: string; readonly stop: () => void } | null = null;
  #lastSaid: string | null = null;

  constructor({ out, clock, every = repeat, token = randomUUID }: TellerParts) {
    this.#out = out;
    this.#clock = clock;
    this.#every = every;
    this.#token = token;
    this.#startedAt = clock.now();
  }

  phase(phase: Phase): void {
    if (this.#open?.phase === phase) return;
    this.#endPhase();
    this.#open = { phase, startedAt: this.#clock.now(), facts: [] };
    this.#out(`::group::${phase}`);
  }

  fact(text: string): void {
    const fact = oneLine(text, LONGEST_FACT);
    if (this.#say(fact)) keepFact(this.#open?.facts, fact);
  }

  waiting(text: string | null): void {
    const wanted = text === null ? null : oneLine(text, LONGEST_FACT);
    if (this.#wait?.text === wanted) return;
    this.#wait?.stop();
    this.#wait = null;
    if (wanted === null) return;
    this.#say(`waiting: ${wanted}`);
    const since = this.#clock.now();
    const remind = (): void => void this.#say(`still waiting, ${formatDuration(this.#clock.now() - since)}: ${wanted}`);
    this.#wait = { text: wanted, stop: this.#every(REMIND_AFTER, remind) };
  }

  wrote(write: WriteRequest | CommandRun): void {
    this.waiting(null);
    const why = oneLine(write.why, LONGEST_FACT);
    this.#writes.push({ at: this.#clock.now(), request: requestLine(write), why });
    this.#say(`→ ${why}`);
  }

  foreign(title: string, lines: readonly string[]): void {
    // Lines that come one by one stand under one title.
    this.#say(`${oneLine(title, LONGEST_FACT)}:`);
    const token = this.#token();
    this.#out(`::stop-commands::${token}`);
    for (const line of lines.flatMap((text) => text.split(/\r\n|\n|\r/)))
      this.#out(`${MARGIN}${capped(plain(line), LONGEST_FOREIGN_LINE)}`.trimEnd());
    this.#out(`::${token}::`);
  }

  warning(text: string): void {
    const warning = oneLine(text, LONGEST_WARNING);
    if (this.#warnings.includes(warning)) return;
    this.#warnings.push(warning);
    if (this.#warnings.length > WARNINGS_SHOWN) this.#say(`Warning: ${warning}`);
    else this.#out(`::warning title=Crossfade::${commandData(warning)}`);
    this.#lastSaid = null;
  }

  phases(): readonly PhaseSpan[] {
    const open = this.#open === null ? [] : [{ ...this.#open, endedAt: this.#clock.now() }];
    return [...this.#spans, ...open];
  }

  writes(): readonly ToldWrite[] {
    return this.#writes;
  }

  warnings(): readonly string[] {
    return this.#warnings;
  }

  end(): void {
    this.#endPhase();
  }

  #endPhase(): void {
    if (this.#wait !== null && this.#open?.facts.length === 0) this.#open.facts.push(`waited: ${this.#wait.text}`);
    this.waiting(null);
    this.#lastSaid = null;
    if (this.#open === null) return;
    this.#spans.push({ ...this.#open, endedAt: this.#clock.now() });
    this.#open = null;
    this.#out('::endgroup::');
  }

  /** False: the last line said the same. */
  #say(text: string): boolean {
    if (this.#lastSaid === text) return false;
    this.#lastSaid = text;
    const elapsed = ((this.#clock.now() - this.#startedAt) / 1000).toFixed(1);
    this.#out(`${`${elapsed}s`.padStart(7)}  ${harmless(text)}`);
    return true;
  }
}

/** As wide as time and gap before a fact. */
const MARGIN = ' '.repeat(9);

/**
 * The older syntax of workflow commands, `##[name]`, counts anywhere in a line. The newer one, `::name::`, counts only at its
 * beginning, where our lines have a time.
 */
function harmless(text: string): string {
  return text.replaceAll('##[', '## [');
}

/** Text as the data of a workflow command. */
export function commandData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** Of facts that differ in their numbers alone (`2/4 pods`, `3/4 pods`) only the last tells something afterwards. */
function keepFact(facts: string[] | undefined, fact: string): void {
  if (facts === undefined) return;
  const pattern = (text: string): string => text.replaceAll(/\d+/g, '0');
  const older = facts.findIndex((other) => pattern(other) === pattern(fact));
  if (older >= 0) facts.splice(older, 1);
  facts.push(fact);
  if (facts.length > FACTS_KEPT) facts.shift();
}

function repeat(ms: number, tick: () => void): () => void {
  const timer = setInterval(tick, ms);
  timer.unref();
  return () => clearInterval(timer);
}
