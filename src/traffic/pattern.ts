/** The regular expression that matches this text alone, for RE2 and whatever is written like it. */
export function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
