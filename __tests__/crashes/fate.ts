/** What befalls a request that would change something. */
export type Fate =
  /** The run dies before it is sent. */
  | 'unsent'
  /** It is carried out, and the run dies before it hears of it: just as the answer arrives. */
  | 'unheard'
  /** The run hears the answer, does what it does about it, and dies before anything of that has left. */
  | 'heard';

/** For people, before the name of the request. */
export const FATES: Readonly<Record<Fate, string>> = {
  unsent: 'before',
  unheard: 'without the answer to',
  heard: 'after',
};
