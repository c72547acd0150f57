import {
  ALL,
  type Binding,
  type Intent,
  type RoutedApp,
  type RouteVerdict,
  type Share,
  type Told,
} from '../release/route.ts';
import { type Capabilities, ORIGINAL, type TrafficState } from './router.ts';

/*
 * `router: command`: the user's own program splits the users (a load balancer of a cloud, weighted DNS). No object in the cluster shows
 * what it did, so that what it was told is on record.
 */

/** The route's name in input `router`, in the plan and in every text. */
export const COMMAND = 'command';

/** One run of input `router-command`. It stands where the other routers have a request to the API server. */
export interface CommandRun {
  readonly verb: 'run';
  readonly share: Share;
  readonly why: string;
}

/** What is known of the command now. */
export interface CommandSeen {
  /** Null: it was told nothing yet. */
  readonly told: Told | null;
  readonly verdict: RouteVerdict;
}

export function isCommand({ router }: Pick<Binding, 'router'>): boolean {
  return router === COMMAND;
}

/** Of the journal there is no more to say: whether input `router-verify` asks what became of each share. */
const VERIFIED = 'verified';

/** Its original is to send nobody to the candidate Service: before a release there is none. */
export function commandBinding(app: RoutedApp, { verifies }: { readonly verifies: boolean }): Binding {
  return { router: COMMAND, app, paths: [], originalShare: 0, journal: verifies ? VERIFIED : null };
}

/** Whoever goes on with the release has to be told input `router-verify` again. */
export function isVerified(binding: Binding): boolean {
  return isCommand(binding) && binding.journal === VERIFIED;
}

export const COMMAND_CAPABILITIES: Capabilities = {
  nearest: (share) => [share, share],
  headers: [],
  cookies: false,
  mirror: false,
  level: 'observed',
};

/** A share that is in doubt is no share; it is told again. */
export function readCommand(told: Told | null): TrafficState & { readonly inDoubt: boolean } {
  const share = told === null ? 0 : told.is === 'certain' ? told.share : null;
  return { share, overrides: false, mirror: 0, original: share === 0, inDoubt: share === null };
}

/** Null: it was told exactly that. */
export function commandRun({ app }: Binding, told: Told | null, wanted: Intent | typeof ORIGINAL): CommandRun | null {
  const share = wanted === ORIGINAL ? 0 : wanted.share;
  if (readCommand(told).share === share) return null;
  return {
    verb: 'run',
    share,
    why: `router-command: ${share / 100} % to ${app.candidate}, the rest to ${app.live}`,
  };
}

/** `CROSSFADE_SHARE`: percent as a plain number, `12.5`. */
export function shareVariable(share: Share): string {
  return String((share * 100) / ALL);
}
