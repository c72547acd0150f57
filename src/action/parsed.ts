/** A value that was understood, or what is wrong with it in one or two sentences for the person who wrote it. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

export function understood<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function misunderstood(problem: string): Parsed<never> {
  return { ok: false, problem };
}
