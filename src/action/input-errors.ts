import { oneLine } from '../report/escape.ts';

/** One input (or one line of it) that cannot be used. */
export interface InputProblem {
  /** Name as in `action.yml`. */
  readonly input: string;
  /** Number of the line, from 1, when the problem is with one line of it. */
  readonly line: number | null;
  /** What was given, fit to be shown (see `shown`); null when nothing was given. */
  readonly given: string | null;
  /** What is wrong with it, in sentences. */
  readonly problem: string;
  /** The accepted form with an example. */
  readonly accepted: string;
}

/** Thrown when inputs cannot be used: all of them at once, before anything was read from or written to a cluster. */
export class InputErrors extends Error {
  override readonly name = 'InputErrors';
  readonly problems: readonly InputProblem[];

  constructor(given: readonly InputProblem[]) {
    // A problem may quote a part of what was given, and that may be long and hostile.
    const problems = given.map((each) => ({ ...each, problem: oneLine(each.problem, LONGEST_PROBLEM) }));
    const inputs = new Set(problems.map(({ input }) => input)).size;
    const headline = inputs === 1 ? 'One input cannot be used.' : `${inputs} inputs cannot be used.`;
    super([`${headline} Nothing in the cluster was read or changed.`, ...problems.map(paragraph)].join('\n\n'));
    this.problems = problems;
  }
}

/** The accepted form is said once for all lines of an input, after the last. */
function paragraph(
  { input, line, given, problem, accepted }: InputProblem,
  index: number,
  all: readonly InputProblem[],
): string {
  const repeated = all[index + 1]?.input === input && all[index + 1]?.accepted === accepted;
  return [
    line === null ? input : `${input}, line ${line}`,
    `  given:    ${given ?? 'nothing'}`,
    `  problem:  ${problem}`,
    ...(repeated ? [] : [`  accepted: ${accepted}`]),
  ].join('\n');
}

const LONGEST_SHOWN = 80;
const LONGEST_PROBLEM = 500;

/** A value as it may be shown on one line: quoted, control characters escaped, at most 80 characters of it. */
export function shown(value: string): string {
  const short = value.length <= LONGEST_SHOWN ? value : `${value.slice(0, LONGEST_SHOWN - 1)}…`;
  // JSON escapes none of those from 7F on.
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(short).replaceAll(/\p{Cc}/gu, escaped);
}

/** A secret as it may be shown: not at all. */
export function hidden(value: string): string {
  return `(${value.length} character${value.length === 1 ? '' : 's'})`;
}
