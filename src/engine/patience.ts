/** A write that is refused or in doubt so many times in a row, while the cluster can be read, is given up. */
const MOST = 12;
const LONGEST_PAUSE = 5_000;
/**
 * Milliseconds for which an API server that does not answer at all is waited for, on the way there and on the way back. Users do not
 * need it, and nobody who cannot reach it can do better than to wait.
 */
export const OUTAGE = 300_000;

/** How much trouble a release bears. What is tried while nobody answers says nothing about whether it is possible. */
export class Patience {
  #by = '';
  #tries = 0;
  #counted = 0;
  /** Epoch ms since when nobody answers; null: somebody does. */
  #silentSince: number | null = null;

  /** Tries in a row, of the same, that came to nothing. */
  get tries(): number {
    return this.#tries;
  }

  get isSilent(): boolean {
    return this.#silentSince !== null;
  }

  /** Trouble with another write is progress: the one before was carried out, whatever its answer. */
  met(what: string): void {
    if (what !== this.#by) this.begin();
    this.#by = what;
    this.#tries += 1;
    if (this.#silentSince === null) this.#counted += 1;
  }

  /** `what` was possible. */
  eased(what: string): void {
    if (what === this.#by) this.begin();
  }

  /** Another way is taken: what there was is forgotten. */
  begin(): void {
    this.#by = '';
    this.#tries = 0;
    this.#counted = 0;
  }

  /** The same on the way back, which an outage does not leave less time for. `now`: epoch ms. */
  turn(now: number): void {
    this.begin();
    if (this.#silentSince !== null) this.#silentSince = now;
  }

  /** Nobody answers, since `now` (epoch ms) at the latest. */
  silence(now: number): void {
    this.#silentSince ??= now;
  }

  /** Somebody answers. Returns for how long nobody did, milliseconds; null: there was no such time. */
  answered(now: number): number | null {
    const since = this.#silentSince;
    this.#silentSince = null;
    return since === null ? null : now - since;
  }

  isOver(now: number, most = MOST): boolean {
    return this.#counted >= most || (this.#silentSince !== null && now - this.#silentSince >= OUTAGE);
  }

  /** Milliseconds to wait before the next try. */
  get pause(): number {
    return this.#tries > 1 ? Math.min(LONGEST_PAUSE, 100 * 2 ** this.#tries) : 0;
  }
}
