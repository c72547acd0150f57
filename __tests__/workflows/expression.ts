/** What an expression may stand for. */
export type Value = null | boolean | number | string | readonly unknown[] | Readonly<Record<string, unknown>>;

/** The contexts that may be named where the expression stands; naming another is an error, as on GitHub. */
export type Contexts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What the status functions say where the expression stands. */
export interface Status {
  readonly success: boolean;
  readonly failure: boolean;
  readonly cancelled: boolean;
}

/**
 * Replaces each `${{ … }}` in `text` by its value; an object becomes JSON.
 *
 * @throws {Error} on an expression that this harness cannot evaluate, and on a context that may not be named here.
 */
export function fill(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => asText(evaluate(expression, contexts)));
}

/**
 * Whether a job or step with this `if` runs. Without a status function in it, it also needs `success()`; without a condition that is all.
 *
 * @throws {Error} as `fill` does.
 */
export function holds(condition: string | undefined, contexts: Contexts, status: Status): boolean {
  if (condition === undefined) return status.success;
  const bare = condition.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1');
  const parser = new Parser(bare, contexts, status);
  const value = isTruthy(parser.whole());
  return parser.namesStatus ? value : status.success && value;
}

/** The value of one expression, without the `${{ }}` around it. @throws {Error} as `fill` does. */
export function evaluate(expression: string, contexts: Contexts): Value {
  return new Parser(expression, contexts).whole();
}

/** Longest first; a name may contain a hyphen. */
const TOKEN = /\s*(?:(&&|\|\||==|!=|[!().])|'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)(?![\w.])|([A-Za-z_][\w-]*))/y;
type Token = { readonly kind: 'sign' | 'text' | 'number' | 'name' | 'end'; readonly text: string };
const END: Token = { kind: 'end', text: '' };

/** Evaluates while it reads: nothing that an expression can say has an effect. */
class Parser {
  /** Whether a status function was named. */
  namesStatus = false;
  readonly #expression: string;
  readonly #contexts: Contexts;
  readonly #status: Status | undefined;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(expression: string, contexts: Contexts, status?: Status) {
    this.#expression = expression.trim();
    this.#contexts = contexts;
    this.#status = status;
    this.#tokens = this.#read();
  }

  whole(): Value {
    const value = this.#either();
    if (this.#next.kind !== 'end') throw this.#beyond(`'${this.#next.text}'`);
    return value;
  }

  #either(): Value {
    let value = this.#both();
    while (this.#takes('||')) {
      const other = this.#both();
      value = isTruthy(value) ? value : other;
    }
    return value;
  }

  #both(): Value {
    let value = this.#compared();
    while (this.#takes('&&')) {
      const other = this.#compared();
      value = isTruthy(value) ? other : value;
    }
    return value;
  }

  #compared(): Value {
    let value = this.#negated();
    for (;;) {
      if (this.#takes('==')) value = areEqual(value, this.#negated());
      else if (this.#takes('!=')) value = !areEqual(value, this.#negated());
      else return value;
    }
  }

  #negated(): Value {
    return this.#takes('!') ? !isTruthy(this.#negated()) : this.#single();
  }

  #single(): Value {
    const token = this.#next;
    this.#at += 1;
    if (token.kind === 'text') return token.text.replaceAll("''", "'");
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'name') return this.#named(token.text);
    if (token.text !== '(') throw this.#beyond(token.kind === 'end' ? 'its end' : `'${token.text}'`);
    const value = this.#either();
    this.#expect(')');
    return value;
  }

  #named(name: string): Value {
    if (this.#takes('(')) {
      this.#expect(')');
      return this.#statusOf(name);
    }
    if (name === 'true' || name === 'false') return name === 'true';
    if (name === 'null') return null;
    if (!Object.hasOwn(this.#contexts, name))
      throw new Error(`Unrecognized named-value: '${name}' in the expression '${this.#expression}'`);
    let value: unknown = this.#contexts[name];
    while (this.#takes('.')) {
      const key = this.#next;
      if (key.kind !== 'name') throw this.#beyond(`'.${key.text}'`);
      this.#at += 1;
      value = property(value, key.text);
    }
    return asValue(value);
  }

  #statusOf(name: string): boolean {
    if (this.#status === undefined || !['always', 'success', 'failure', 'cancelled'].includes(name))
      throw this.#beyond(`${name}()`);
    this.namesStatus = true;
    if (name === 'always') return true;
    if (name === 'success') return this.#status.success;
    return name === 'failure' ? this.#status.failure : this.#status.cancelled;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? END;
  }

  #takes(sign: string): boolean {
    if (this.#next.kind !== 'sign' || this.#next.text !== sign) return false;
    this.#at += 1;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#takes(sign)) throw this.#beyond(`'${this.#next.text}' in the place of '${sign}'`);
  }

  #read(): Token[] {
    const tokens: Token[] = [];
    const token = new RegExp(TOKEN);
    while (token.lastIndex < this.#expression.length) {
      const from = token.lastIndex;
      const found = token.exec(this.#expression);
      if (found === null) throw this.#beyond(`'${this.#expression.slice(from)}'`);
      const [, sign, text, number, name] = found;
      if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
      else if (text !== undefined) tokens.push({ kind: 'text', text });
      else if (number !== undefined) tokens.push({ kind: 'number', text: number });
      else tokens.push({ kind: 'name', text: name ?? '' });
    }
    return tokens;
  }

  #beyond(what: string): Error {
    return new Error(`The harness cannot evaluate ${what} in the expression '${this.#expression}'`);
  }
}

/** Names of properties are compared without regard to case; one that does not exist is null. */
function property(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return null;
  const found = Object.entries(value).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found?.[1] ?? null;
}

function asValue(value: unknown): Value {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  // Contexts hold what JSON can say: what is left is a list or an object.
  return value as Value;
}

function asText(value: Value): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}

function isTruthy(value: Value): boolean {
  return value !== null && value !== false && value !== '' && value !== 0 && !Number.isNaN(value);
}

/** Texts without regard to case; values of two types as numbers; objects only when they are the same one. */
function areEqual(one: Value, other: Value): boolean {
  if (typeof one === 'string' && typeof other === 'string') return one.toLowerCase() === other.toLowerCase();
  if (typeof one === typeof other && (one === null) === (other === null)) return one === other;
  return asNumber(one) === asNumber(other);
}

function asNumber(value: Value): number {
  if (value === null) return 0;
  if (typeof value === 'object') return Number.NaN;
  return Number(value);
}
