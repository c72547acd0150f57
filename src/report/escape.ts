/** Characters of a text that are looked at when it becomes one line; what a program writes may be endless. */
const LONGEST_READ = 65_536;
/** Characters of a text that stands in a sentence, a list or the cell of a table. */
const LONGEST_LINE = 2_000;

const ESC = '\u001b';
const BELL = '\u0007';
/** The one-character forms of ESC with `@` … `_`. */
const C1 = '\u0080-\u009f';

/**
 * Orders to a terminal (ECMA-48): those with a text of their own (titles, links) up to its end, those with parameters (colours,
 * cursor), and short ones. Every part ends where the next can begin, so that no text is read twice: the time that Node's
 * `stripVTControlCharacters` takes grows with the square of a hostile text's length.
 */
const TERMINAL_ORDERS = new RegExp(
  [
    `(?:${ESC}[\\]PX^_]|[\u0090\u0098\u009d-\u009f])[^${BELL}${ESC}${C1}\n]*(?:${BELL}|${ESC}\\\\|\u009c)`,
    `(?:${ESC}\\[|\u009b)[0-?]*[ -/]*[@-~]`,
    `${ESC}[ -/]*[0-~]`,
  ].join('|'),
  'g',
);

/**
 * Text without colours, cursor movements and other invisible orders (among them those that turn the direction of writing, by which a
 * text can look like another). Tabs stay, and line breaks as `\n`.
 */
export function plain(text: string): string {
  return text
    .replaceAll(TERMINAL_ORDERS, '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .toWellFormed();
}

/** Text of any origin as one line of at most `longest` characters; `…` at its end says that there was more. */
export function oneLine(text: string, longest = LONGEST_LINE): string {
  return capped(collapsed(text).trim(), longest);
}

function collapsed(text: string): string {
  return plain(text.slice(0, LONGEST_READ)).replaceAll(/\s+/g, ' ');
}

/** The first line of a text that should have but one. */
export function firstLine(text: string, longest = LONGEST_LINE): string {
  return oneLine(text.trimStart().split(/[\r\n]/, 1)[0] ?? '', longest);
}

/** At most `longest` characters of a text; `…` at its end says that there was more. */
export function capped(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // Half of a surrogate pair is no character.
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Digests cut to twelve digits, enough for a person to tell two images apart. */
export function shortDigests(text: string): string {
  return text.replaceAll(/\b(sha256:[0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…');
}

/**
 * Text for HTML. It uses exactly the five entities of XML, because the runner masks a secret as it is and in this form: any other
 * escape (a backslash before `_`, say) would carry a secret past the mask.
 */
export function escapeHtml(text: string): string {
  // The ampersand first: the others bring new ones.
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}

/** Markup that is known to be safe: our own words, and other texts escaped. Made by `html` and the functions beside it. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Content = string | number | Html | readonly Html[];

/**
 * The only way from text to markup. Texts handed in become one line (a blank line would end the HTML block around it, and what
 * follows would be read as Markdown) and are escaped; markup stays as it is.
 */
export function html(words: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const parts = words.flatMap((word, at) => [word, ...(at < contents.length ? [markupOf(contents[at] ?? '')] : [])]);
  return new Html(parts.join(''));
}

function markupOf(content: Content): string {
  if (content instanceof Html) return content.markup;
  if (typeof content === 'string') return escapeHtml(capped(collapsed(content), LONGEST_LINE));
  if (typeof content === 'number') return String(content);
  return content.map((part) => part.markup).join('');
}

export function joined(parts: readonly Html[], separator: Html): Html {
  return new Html(parts.map((part) => part.markup).join(separator.markup));
}

export function code(text: string): Html {
  return html`<code>${text}</code>`;
}

/** Sentences of ours, in which backticks mark what is to be read letter by letter. */
export function prose(text: string): Html {
  const parts = oneLine(text).split(/`([^`]+)`/);
  return html`${parts.map((part, at) => (at % 2 === 1 ? code(part) : html`${part}`))}`;
}

/** A block of text as it is, line breaks kept. It is an HTML block of its own: blank lines do not end it. */
export function pre(text: string): Html {
  return new Html(`<pre><code>${escapeHtml(plain(text)).trimEnd()}</code></pre>`);
}

/** A link, if the address is one of the web; else the label alone. */
export function link(address: string | null, label: Html): Html {
  const url = address === null ? null : URL.parse(address);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return label;
  return html`<a href="${url.href}">${label}</a>`;
}
