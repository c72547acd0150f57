/**
 * Replaces secrets in text by `***` the way the runner does: the value itself and the forms in which it would leak by accident
 * (Base64 at each of the three byte offsets, escaped for JSON, URI, XML or an expression, without its double quotes).
 */
export class SecretMasker {
  readonly #forms = new Set<string>();

  /** Registers a secret; each line of a multi-line value counts as a secret of its own. Blank values are ignored. */
  add(value: string): void {
    if (value === '') return;
    for (const part of new Set([value, ...value.split(/\r\n|\r|\n/)])) {
      if (part.trim() === '') continue;
      for (const form of formsOf(part)) this.#forms.add(form);
    }
  }

  contains(text: string): boolean {
    return this.mask(text) !== text;
  }

  mask(text: string): string {
    const spans: { start: number; end: number }[] = [];
    for (const form of this.#forms) {
      for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
        spans.push({ start: at, end: at + form.length });
      }
    }
    if (spans.length === 0) return text;
    spans.sort((a, b) => a.start - b.start);
    let masked = '';
    let from = 0;
    let open: { start: number; end: number } | undefined;
    for (const span of spans) {
      // Touching secrets become one `***`, so that the number of stars does not tell where one ends.
      if (open !== undefined && span.start <= open.end) {
        open.end = Math.max(open.end, span.end);
        continue;
      }
      if (open !== undefined) {
        masked += `${text.slice(from, open.start)}***`;
        from = open.end;
      }
      open = { ...span };
    }
    if (open !== undefined) {
      masked += `${text.slice(from, open.start)}***`;
      from = open.end;
    }
    return masked + text.slice(from);
  }
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const shifted = (by: number) => bytes.subarray(bytes.length > by ? by : 0).toString('base64');
  const forms = [
    value,
    shifted(0),
    shifted(1),
    shifted(2),
    value.replaceAll("'", "''"),
    JSON.stringify(value).slice(1, -1),
    escapeUri(value),
    escapeXml(value),
  ];
  if (value.length > 8 && value.startsWith('"') && value.endsWith('"')) forms.push(value.slice(1, -1));
  return forms;
}

function escapeUri(value: string): string {
  // encodeURIComponent throws on a lone surrogate and leaves five characters that the runner's encoder escapes.
  const escaped = encodeURIComponent(value.toWellFormed());
  return escaped.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function escapeXml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}
