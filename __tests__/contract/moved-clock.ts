/*
 * Loaded before a program (`node --import 'moved-clock.ts?ahead=600000'`), it has the machine's clock show another time: so many
 * milliseconds more, or fewer, than it is. What runs by the monotonic clock (timers, `performance.now`) is as ever.
 * The library of TLS asks the machine itself, and is not deceived.
 */

const ahead = Number(new URL(import.meta.url).searchParams.get('ahead'));
const RightDate = Date;
const rightNow = RightDate.now.bind(RightDate);
const now = (): number => rightNow() + ahead;

globalThis.Date = new Proxy(RightDate, {
  construct: (target, given: unknown[], made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
  apply: () => new RightDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + ahead });
export {};
