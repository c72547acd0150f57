/** A line of an input that has lines, without the spaces around it. Numbers begin at 1, as an editor shows them. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

/** The lines that count: not blank, not a `#` comment. */
export function linesOf(input: string): Line[] {
  return input
    .split(/\r\n|\r|\n/)
    .map((text, index) => ({ number: index + 1, text: text.trim() }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'));
}
