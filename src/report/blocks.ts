import { type Content, Html, html, pre, prose } from './escape.ts';

/** How much of each kind a summary shows: rows of a table or list, facts of a phase, characters of a block. */
export interface Room {
  /** Rows of the folded table of writes. */
  readonly writes: number;
  readonly rows: number;
  readonly facts: number;
  readonly block: number;
}

/** A heading and what stands under it; nothing at all where nothing would stand under it. */
export function section(title: string, ...blocks: readonly (Html | null)[]): Html[] {
  const filled = blocks.filter((block) => block !== null);
  return filled.length === 0 ? [] : [new Html(`### ${title}`), ...filled];
}

export interface Column<Row> {
  readonly title: string;
  readonly align: 'left' | 'right';
  readonly cell: (row: Row) => Content;
}

/** A table of at most `longest` rows, and how many are left out. It holds no blank line, so it can stand in another block. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], longest: number): Html {
  const titles = columns.map(({ title, align }) => html`<th align="${align}">${title}</th>`);
  const lines = rows
    .slice(0, longest)
    .map((row) => columns.map(({ align, cell }) => html`<td${aligned(align)}>${cell(row)}</td>`))
    .map((cells) => html`<tr>${cells}</tr>\n`);
  return html`<table>\n<tr>${titles}</tr>\n${lines}</table>${more(rows.length - longest)}`;
}

function aligned(align: 'left' | 'right'): Html {
  return align === 'right' ? html` align="right"` : html``;
}

/** Sentences, one below the other. */
export function list(texts: readonly string[], longest: number): Html {
  const items = texts.slice(0, longest).map((text) => html`<li>${prose(text)}</li>\n`);
  return html`<ul>\n${items}</ul>${more(texts.length - longest)}`;
}

/** Lines of a program. The end tells more than the beginning: that is where programs say what they died of. */
export function block(text: string, { block: longest }: Room): Html {
  if (text.length <= longest) return pre(text);
  return pre(`(… ${text.length - longest} characters more)\n${text.slice(-longest)}`);
}

/** What is said of what was left out; nothing when nothing was. */
export function more(count: number): Html {
  return count <= 0 ? html`` : html`<p>… and ${count} more, left out here: a summary has a limited size.</p>`;
}
