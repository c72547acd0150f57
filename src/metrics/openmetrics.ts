import { numberOf } from './prometheus-answers.ts';

/** One line of a metrics endpoint. */
export interface ExposedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Epoch ms, where the endpoint says one itself. */
  readonly at: number | null;
}

/** The text of a metrics endpoint cannot be read; the message names the line. */
export class ExpositionError extends Error {}

/**
 * The samples of a metrics endpoint: Prometheus' text format 0.0.4 or OpenMetrics 1.0, which differ, as far as this goes, in the unit of
 * times (milliseconds and seconds) and in exemplars. Which it is shows at its end. Quoted names (Prometheus 3) are read, too.
 * @param wanted by name; of all others not even the form is looked at
 * @throws {ExpositionError}
 */
export function parseExposition(text: string, wanted: (name: string) => boolean): ExposedSample[] {
  const isOpenMetrics = /(?:^|\n)# EOF\s*$/.test(text);
  const samples: ExposedSample[] = [];
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    const first = line.trimStart();
    if (first === '' || first.startsWith('#')) continue;
    const sample = new Line(first, isOpenMetrics).sample(wanted);
    if (sample === 'malformed') throw new ExpositionError(`line ${number} is no metric: ${shortened(first)}`);
    if (sample !== null) samples.push(sample);
  }
  return samples;
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const SPACE = /[ \t]*/y;
const WORD = /[^ \t\r]+/y;
const STRING = /"((?:[^"\\]|\\.)*)"/y;

class Line {
  readonly #text: string;
  readonly #isOpenMetrics: boolean;
  #at = 0;

  constructor(text: string, isOpenMetrics: boolean) {
    this.#text = text;
    this.#isOpenMetrics = isOpenMetrics;
  }

  /** Null: not wanted. */
  sample(wanted: (name: string) => boolean): ExposedSample | null | 'malformed' {
    let name = this.#take(NAME)?.[0] ?? null;
    if (name !== null && !wanted(name)) return null;
    this.#take(SPACE);
    const labels = this.#labels();
    if (labels === null) return 'malformed';
    name ??= labels.name;
    if (name === null) return 'malformed';
    if (!wanted(name)) return null;
    this.#take(SPACE);
    const value = numberOf(this.#take(WORD)?.[0] ?? '');
    if (value === null) return 'malformed';
    const at = this.#time();
    if (at === 'malformed') return 'malformed';
    return { name, labels: Object.fromEntries(labels.pairs), value, at };
  }

  /** `{a="b", c="d",}`, in which a name alone is that of the metric; none is as good as empty ones. */
  #labels(): { name: string | null; pairs: [string, string][] } | null {
    const pairs: [string, string][] = [];
    let name: string | null = null;
    if (!this.#skip('{')) return { name, pairs };
    for (;;) {
      this.#take(SPACE);
      if (this.#skip('}')) return { name, pairs };
      const quoted = this.#string();
      const label = quoted ?? this.#take(NAME)?.[0] ?? null;
      if (label === null) return null;
      this.#take(SPACE);
      if (this.#skip('=')) {
        this.#take(SPACE);
        const value = this.#string();
        if (value === null) return null;
        pairs.push([label, value]);
      } else if (quoted !== null && name === null && pairs.length === 0) name = quoted;
      else return null;
      this.#take(SPACE);
      if (!this.#skip(',') && this.#text[this.#at] !== '}') return null;
    }
  }

  /** What follows the value: a time, and in OpenMetrics an exemplar behind `#`, which is of no interest here. */
  #time(): number | null | 'malformed' {
    this.#take(SPACE);
    const word = this.#take(WORD)?.[0] ?? '';
    if (word === '' || word.startsWith('#')) return null;
    const time = numberOf(word);
    if (time === null || !Number.isFinite(time)) return 'malformed';
    this.#take(SPACE);
    const rest = this.#text.slice(this.#at).trim();
    if (rest !== '' && !rest.startsWith('#')) return 'malformed';
    return Math.round(this.#isOpenMetrics ? time * 1000 : time);
  }

  #string(): string | null {
    const text = this.#take(STRING)?.[1];
    // Of other escapes the backslash stays, as Prometheus reads them.
    return text?.replaceAll(/\\([\\"n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)) ?? null;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
}

function shortened(line: string): string {
  return line.length <= 120 ? line.trimEnd() : `${line.slice(0, 119)}…`;
}
