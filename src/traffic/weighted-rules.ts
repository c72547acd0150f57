import { ORIGINAL, type RoutedApp, type Share } from './router.ts';
import type { SharedRule } from './shared-rules.ts';
import { commonSum, nearestShares, type Pair, pairOf, shareOf } from './weights.ts';

/*
 * Lists of weighted destinations, one or several in a route: what their weights mean and what becomes of them. Routers with such lists
 * (contour-http-proxy.ts, apisix-route.ts, alb-ingress.ts, openshift-route.ts) say where the weights stand.
 */

/** What weights mean to a router. */
export interface Scale {
  /** What an absent weight counts. */
  readonly absent: number;
  /** What a pair without third destinations adds up to during a release. */
  readonly alone: number;
  readonly max: number;
  /** True: destinations that have only zeros share evenly. False: nobody gets anything. */
  readonly even: boolean;
}

/** Where a rule sends a part of its requests. */
interface Destination {
  /** Null: something else than a Service. */
  readonly service: string | null;
  /** Null: absent. */
  readonly weight: number | null;
}

export interface WeightedRule {
  /** By what a rule is known again when others come before it. */
  readonly key: string;
  /** For a person: `the route of /api`. */
  readonly title: string;
  readonly destinations: readonly Destination[];
}

/** The pair's weights in a rule as the user wrote it; null: absent. */
export interface KeptWeights {
  readonly rule: string;
  readonly live: number | null;
  /** False: the rule did not name the candidate Service. */
  readonly candidate: number | null | false;
  /** What the pair adds up to during a release. */
  readonly sum: number;
}

/** A change of one rule; `at` is the index of a destination. */
export type WeightEdit =
  | { readonly edit: 'weight'; readonly at: number; readonly weight: number | null }
  /** The candidate beside the live Service, like it in everything else. */
  | { readonly edit: 'add'; readonly at: number; readonly weight: number }
  | { readonly edit: 'drop'; readonly at: number }
  /** Somebody took the live Service out and left the candidate alone: its entry becomes the live Service's. */
  | { readonly edit: 'rename'; readonly at: number };

export function names({ destinations }: WeightedRule, service: string): boolean {
  return destinations.some((destination) => destination.service === service);
}

/** The weights to remember of all rules that name the live Service, or why the route cannot be used. */
export function keepAll(
  rules: readonly WeightedRule[],
  app: RoutedApp,
  scale: Scale,
  object: string,
): { readonly kept: readonly KeptWeights[]; readonly refusal?: string } {
  const kept: KeptWeights[] = [];
  for (const rule of rules) {
    const problem = problemOf(rule, app, scale);
    if (problem !== null) return { kept, refusal: `${object} cannot be used: ${rule.title} ${problem}.` };
    if (kept.some((other) => other.rule === rule.key))
      return {
        kept,
        refusal: `${object} cannot be used: ${rule.title} is there twice, and they could not be told apart; make them one.`,
      };
    if (sumOf(rule, app, scale) > 0) kept.push(keep(rule, app, scale));
  }
  if (kept.length > 0) return { kept };
  return { kept, refusal: `${object} cannot be used: its weight for Service ${app.live} is 0; give it one above 0.` };
}

function problemOf(rule: WeightedRule, app: RoutedApp, scale: Scale): string | null {
  const { destinations } = rule;
  for (const service of [app.live, app.candidate])
    if (destinations.filter((destination) => destination.service === service).length > 1)
      return `names Service ${service} twice; let it name it once`;
  if (isAlone(rule, app)) return null;
  if (scale.even && destinations.every(({ weight }) => (weight ?? scale.absent) === 0))
    return 'has several destinations and no weight above 0, which splits evenly; write weights';
  const sum = sumOf(rule, app, scale);
  if (sum > scale.max)
    return `gives Services ${app.live} and ${app.candidate} ${sum} together, more than one of them can have (${scale.max}); use smaller weights`;
  return null;
}

function keep(rule: WeightedRule, app: RoutedApp, scale: Scale): KeptWeights {
  const { live, candidate } = entriesOf(rule, app);
  return {
    rule: rule.key,
    live: live?.weight ?? null,
    candidate: candidate === undefined ? false : candidate.weight,
    sum: isAlone(rule, app) ? scale.alone : sumOf(rule, app, scale),
  };
}

type Entry = Destination & { readonly at: number };

function entriesOf({ destinations }: WeightedRule, app: RoutedApp): Partial<Record<'live' | 'candidate', Entry>> {
  const of = (service: string): Entry | undefined => {
    const at = destinations.findIndex((destination) => destination.service === service);
    const destination = destinations[at];
    return destination === undefined ? undefined : { ...destination, at };
  };
  const [live, candidate] = [of(app.live), of(app.candidate)];
  return { ...(live && { live }), ...(candidate && { candidate }) };
}

function isAlone({ destinations }: WeightedRule, app: RoutedApp): boolean {
  return destinations.every(({ service }) => service === app.live || service === app.candidate);
}

function pairIn(rule: WeightedRule, app: RoutedApp, scale: Scale): Pair {
  const isEven = scale.even && rule.destinations.every(({ weight }) => (weight ?? scale.absent) === 0);
  const count = (destination: Destination | undefined): number =>
    destination === undefined ? 0 : isEven ? 1 : (destination.weight ?? scale.absent);
  const { live, candidate } = entriesOf(rule, app);
  return { live: count(live), candidate: count(candidate) };
}

function sumOf(rule: WeightedRule, app: RoutedApp, scale: Scale): number {
  const { live, candidate } = pairIn(rule, app, scale);
  return live + candidate;
}

/** The rules that lead to the pair, with those that share them. */
export function sharedRules(rules: readonly WeightedRule[], app: RoutedApp, scale: Scale): SharedRule[] {
  return rules
    .filter((rule) => names(rule, app.live))
    .map((rule) => ({
      title: rule.title,
      pair: sumOf(rule, app, scale),
      others: rule.destinations
        .filter(({ service }) => service !== app.live && service !== app.candidate)
        .map(({ service, weight }) => ({
          name: service === null ? 'others' : `Service ${service}`,
          weight: weight ?? scale.absent,
        })),
    }));
}

/** The one share of all rules that name the live Service; null: there is no such share. */
export function shareIn(rules: readonly WeightedRule[], app: RoutedApp, scale: Scale): Share | null {
  const ours = rules.filter((rule) => names(rule, app.live)).map((rule) => shareOf(pairIn(rule, app, scale)));
  const shares = new Set(ours.filter((share) => share !== null));
  const [share = null] = shares;
  return shares.size === 1 ? share : null;
}

/** What brings a rule to a share, or back to what the user wrote. Nothing for rules that have nothing of the pair, or of ours. */
export function editsOf(
  rule: WeightedRule,
  journal: readonly KeptWeights[],
  app: RoutedApp,
  scale: Scale,
  wanted: Share | typeof ORIGINAL,
): readonly WeightEdit[] {
  const { live, candidate } = entriesOf(rule, app);
  const kept = journal.find((other) => other.rule === rule.key);
  const isOurs = candidate !== undefined && kept !== undefined && kept.candidate === false;
  if (live === undefined) {
    if (wanted !== ORIGINAL || !isOurs) return [];
    return [{ edit: isAlone(rule, app) ? 'rename' : 'drop', at: candidate.at }];
  }
  const weight = (entry: Entry, next: number | null): WeightEdit[] =>
    entry.weight === next ? [] : [{ edit: 'weight', at: entry.at, weight: next }];
  if (wanted !== ORIGINAL) {
    const { sum } = kept ?? keep(rule, app, scale);
    if (sum === 0) return [];
    const pair = pairWithin(wanted, sum, scale.max);
    const add: WeightEdit = { edit: 'add', at: live.at, weight: pair.candidate };
    return [...weight(live, pair.live), ...(candidate === undefined ? [add] : weight(candidate, pair.candidate))];
  }
  if (candidate === undefined) return [];
  if (kept !== undefined && kept.candidate !== false)
    return [...weight(live, kept.live), ...weight(candidate, kept.candidate)];
  // A rule that got another identity meanwhile: third destinations keep their part.
  const before = kept !== undefined ? kept.live : isAlone(rule, app) ? null : sumOf(rule, app, scale);
  return [...weight(live, before), { edit: 'drop', at: candidate.at }];
}

/** At the ends the one weight may be any, so the largest will do for a sum that is larger than that. */
function pairWithin(share: Share, sum: number, max: number): Pair {
  const { live, candidate } = pairOf(share, sum);
  return { live: Math.min(live, max), candidate: Math.min(candidate, max) };
}

/** The nearest shares that every rule can express exactly. */
export function nearestOf(share: Share, journal: readonly KeptWeights[], scale: Scale): readonly [Share, Share] {
  return nearestShares(share, commonSum(journal.map(({ sum }) => sum)) || scale.alone);
}
