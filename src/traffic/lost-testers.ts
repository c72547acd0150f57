import { type Asked, canMeet, covers, looksAtHeaders } from './request-match.ts';
import type { HeaderMatch, Intent, Review } from './router.ts';

/*
 * Testers whose requests the user's own rules take elsewhere before the rule of ours for them is asked. Rules that tell nobody apart
 * (another path, for everybody) are no loss: what they take was never the app's.
 */

export type Testers = Pick<Intent, 'headers' | 'cookies'>;

/** Those testers that are known by one header or one cookie. */
export interface Kind {
  /** For a person: `header x-canary: true`. */
  readonly name: string;
  readonly input: 'headers' | 'cookie';
  readonly testers: Testers;
}

/** A match of a rule of the user's that leads elsewhere, and is asked before our rule. */
export interface Rival {
  /** For a person: `http rule 1 of VirtualService web`. */
  readonly rule: string;
  readonly asked: Asked;
  /** For a person: `Service web-canary`. */
  readonly to: string;
  /** The one Service that it leads to; null: something else, or several. */
  readonly service: string | null;
  /** False: whether it is asked before ours is up to the gateway. */
  readonly isFirst: boolean;
}

/** What one match of a rule of ours asks for, and what the user has before it. */
export interface TestersMatch {
  readonly kind: Kind;
  readonly asked: Asked;
  readonly rivals: readonly Rival[];
}

export function kindsOf({ headers, cookies }: Testers): Kind[] {
  const text = ({ name, value, kind }: HeaderMatch): string =>
    `header ${name}: ${kind === 'regex' ? `/${value}/` : value}`;
  return [
    ...headers.map(
      (header): Kind => ({ name: text(header), input: 'headers', testers: { headers: [header], cookies: [] } }),
    ),
    ...cookies.map(
      (cookie): Kind => ({
        name: `cookie ${cookie.name}=${cookie.value}`,
        input: 'cookie',
        testers: { headers: [], cookies: [cookie] },
      }),
    ),
  ];
}

/** Refuses testers none of whose requests would reach the candidate, and warns where some do not. */
export function lostTesters(matches: readonly TestersMatch[]): Review {
  const refusals: string[] = [];
  const warnings: string[] = [];
  for (const [name, [first, ...more]] of Map.groupBy(matches, ({ kind }) => kind.name)) {
    if (first === undefined) continue;
    const all = [first, ...more];
    const takers = all.map(({ asked, rivals }) => rivals.find((rival) => rival.isFirst && covers(rival.asked, asked)));
    if (takers.every((taker) => taker !== undefined)) {
      refusals.push(refusal(first.kind, takers));
      continue;
    }
    const some = all.flatMap(({ asked, rivals }) =>
      rivals.filter((rival) => looksAtHeaders(rival.asked) && canMeet(rival.asked, asked)),
    );
    for (const [rule, [rival]] of Map.groupBy(some, (each) => each.rule))
      warnings.push(
        `Testers by ${name} do not always reach the candidate: ${rule} takes those of their requests that it matches first, to ${rival?.to}. ` +
          'If they are to reach it there, too, let that rule leave them out.',
      );
  }
  return { refusals, warnings };
}

function refusal({ name, input }: Kind, takers: readonly Rival[]): string {
  const rules = [...Map.groupBy(takers, ({ rule }) => rule)];
  const told = rules.map(([rule, [rival]]) => `${rule} takes their requests first, to ${rival?.to}`);
  const services = [...new Set(takers.map(({ service }) => service))];
  const [service = null] = services.length === 1 ? services : [];
  const own =
    service === null
      ? ''
      : `; if Service ${service} is there for the new version, name it with input candidate-service`;
  return (
    `Testers by ${name} (input ${input}) would never reach the candidate: ${told.join('; ')}. ` +
    `Take ${rules.length > 1 ? 'those rules' : 'that rule'} out, or choose another ${input === 'headers' ? 'header' : 'cookie'} for the testers${own}.`
  );
}
