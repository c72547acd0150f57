/**
 * Indices of the characters of a PromQL text that stand outside of quotes, parentheses, brackets and braces; null when those do not
 * pair up.
 */
export function topLevel(text: string): readonly number[] | null {
  const found: number[] = [];
  const open: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"' || character === "'" || character === '`') {
      const end = endOfQuote(text, at, character);
      if (end === null) return null;
      at = end;
    } else if (character in CLOSING) open.push(CLOSING[character] ?? '');
    else if (Object.values(CLOSING).includes(character)) {
      if (open.pop() !== character) return null;
    } else if (open.length === 0) found.push(at);
  }
  return open.length === 0 ? found : null;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Index of the quote that ends the one at `at`; backslashes escape in all but backticks. */
function endOfQuote(text: string, at: number, quote: string): number | null {
  for (let next = at + 1; next < text.length; next++) {
    if (text.charAt(next) === '\\' && quote !== '`') next++;
    else if (text.charAt(next) === quote) return next;
  }
  return null;
}
