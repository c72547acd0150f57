/**
 * The text of a file: UTF-8, or UTF-16 where the file begins with its mark, as with what Windows PowerShell writes by `>`. The mark is no
 * part of the text.
 */
export function textOfBytes(bytes: Uint8Array): string {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
