import type { KubeObject } from '../../src/cluster/wire.ts';
import type { Treatment } from './gate.ts';

/** What is said in place of one event of a watch (a line, without its end), and whether the watch ends with it. */
interface Said {
  readonly lines: readonly string[];
  readonly isLast?: boolean;
}

/** How the events of one watch are told, one after the other. */
export type Telling = (event: string) => Said;

type Told = Extract<Treatment, { do: 'tell' }>;

/** Every event, and after it the one before of the same object, once more. */
export const TWICE: Told = {
  do: 'tell',
  begin: () => {
    const last = new Map<string, string>();
    return (event) => {
      const before = last.get(nameOf(event)) ?? event;
      last.set(nameOf(event), event);
      return { lines: [event, before] };
    };
  },
};

/** The first event, and from there on every second one; of the others there is no word. */
export const EVERY_OTHER: Told = {
  do: 'tell',
  begin: () => {
    let count = 0;
    return (event) => {
      count += 1;
      return { lines: count % 2 === 1 ? [event] : [] };
    };
  },
};

/** One event, and then the watch is ended as the server ends it, with or without saying why. */
export function oneAndEnd(status?: { readonly code: number; readonly reason: string; readonly message: string }): Told {
  const why = { kind: 'Status', apiVersion: 'v1', status: 'Failure', ...status };
  const last = status === undefined ? [] : [JSON.stringify({ type: 'ERROR', object: why })];
  return { do: 'tell', begin: () => (event) => ({ lines: [event, ...last], isLast: true }) };
}

/** What comes in parts of any size, line by line. */
export async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

function nameOf(event: string): string {
  // The API server's own words.
  const { object } = JSON.parse(event) as { object: KubeObject };
  return object.metadata?.name ?? '';
}
