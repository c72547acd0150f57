import type { Dispatcher } from 'undici';
import type { Time } from './time.ts';

/** One request on a line and its answer, as the client's handler hears of them. */
export class Exchange {
  readonly #time: Time;
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #onOver: () => void;
  readonly #stops = new Set<() => void>();
  /** When the last of what keeps its order arrives; epoch ms. */
  #last = 0;
  #isOver = false;
  #isHushed = false;
  #reason: Error | null = null;
  readonly #controller: Dispatcher.DispatchController;

  constructor(time: Time, handler: Dispatcher.DispatchHandler, onOver: () => void) {
    this.#time = time;
    this.#handler = handler;
    this.#onOver = onOver;
    const isOver = (): boolean => this.#isOver;
    const reason = (): Error | null => this.#reason;
    this.#controller = {
      get aborted() {
        return isOver();
      },
      get paused() {
        return false;
      },
      get reason() {
        return reason();
      },
      rawHeaders: [],
      rawTrailers: [],
      abort: (error) => this.fail(error),
      // What has arrived is kept by the client's own buffers.
      pause: () => undefined,
      resume: () => undefined,
    };
  }

  begin(): void {
    this.#handler.onRequestStart?.(this.#controller, {});
  }

  /** Unless it is over by then. */
  later(ms: number, what: () => void): void {
    if (this.#isOver || this.#isHushed) return;
    const cancel = this.#time.ofRuns.after(ms, () => {
      this.#stops.delete(cancel);
      what();
    });
    this.#stops.add(cancel);
  }

  inOrder(ms: number, what: () => void): void {
    this.#last = Math.max(this.#last, this.#time.now() + ms);
    this.later(this.#last - this.#time.now(), what);
  }

  onEnd(stop: () => void): void {
    this.#stops.add(stop);
  }

  answer(status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
    this.start(status, headers);
    this.send(text);
    this.finish();
  }

  /** Half of an answer, and then nothing any more. */
  breakOff(status: number, text: string): void {
    this.start(status);
    this.send(text.slice(0, text.length / 2));
    this.fail(new Error('other side closed'));
  }

  start(status: number, headers: Readonly<Record<string, string>> = {}): void {
    if (this.#isOver) return;
    this.#time.touch();
    this.#handler.onResponseStart?.(this.#controller, status, {
      'content-type': 'application/json',
      date: new Date(this.#time.now()).toUTCString(),
      ...headers,
    });
  }

  send(text: string): void {
    if (this.#isOver) return;
    this.#time.touch();
    this.#handler.onResponseData?.(this.#controller, Buffer.from(text));
  }

  finish(): void {
    if (this.#isOver) return;
    this.forget();
    this.#time.touch();
    this.#handler.onResponseEnd?.(this.#controller, {});
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    this.#reason = error;
    this.forget();
    this.#time.touch();
    this.#handler.onResponseError?.(this.#controller, error);
  }

  /** Ends everything without a word. */
  forget(): void {
    this.#isOver = true;
    this.#stop();
    this.#onOver();
  }

  /** Nothing of it arrives any more, in neither direction, and nobody is told: what happens to a connection whose other end is gone. */
  hush(): void {
    this.#stop();
    this.#isHushed = true;
  }

  #stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops.clear();
  }
}
