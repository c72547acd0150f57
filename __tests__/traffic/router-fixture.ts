import type { KubeObject } from '../../src/cluster/wire.ts';
import type { Intent, Level, RoutedApp, Router, Share } from '../../src/traffic/router.ts';

/*
 * What a router brings to its contract: objects, requests, and a data plane of its own.
 */

/** A request as users send it. */
export interface SampleRequest {
  readonly name: string;
  readonly host?: string;
  readonly method?: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** A request that the user's own route sends somewhere by itself: no intent may ever change its weights. */
  readonly fixed?: true;
}

/** Where a request goes. */
export interface Served {
  /** By Service: of the pair under the names in `app`, of third destinations under theirs. As the controller means them (absent = …). */
  readonly weights: Readonly<Record<string, number>>;
  /** Everything else that is done with the request (filters, timeouts, rewrites), without our mirror; compared deeply. */
  readonly settings: unknown;
  /** Basis points of copies to the candidate. */
  readonly mirror?: Share;
}

/** Testers that can be wanted together, and a request header set for each of them that makes a request a tester's. */
export interface TesterSet extends Pick<Intent, 'headers' | 'cookies'> {
  readonly samples: readonly Readonly<Record<string, string>>[];
}

/** What an absent or a zero weight means: the share of the candidate Service in these objects. */
export interface Meaning {
  readonly name: string;
  readonly objects: () => readonly KubeObject[];
  readonly share: Share | 'refused';
}

export type Edit = (object: KubeObject) => KubeObject;

export interface RouterFixture {
  readonly name: string;
  readonly router: Router;
  readonly app: RoutedApp;
  /** The binding to use, as the input `router` names it: `httproute/web`. */
  readonly route: string;
  /** All objects in the app's namespace, realistic: unknown extra fields, several rules, third destinations where the API has them. */
  readonly objects: () => readonly KubeObject[];
  /** The path of an object in the API. */
  readonly path: (object: KubeObject) => string;
  /** The data plane: what the controller does with a request. */
  readonly serve: (objects: readonly KubeObject[], request: SampleRequest) => Served;
  /** At least one for each rule of the route. */
  readonly requests: readonly SampleRequest[];
  readonly originalShare: Share;
  /** Shares that can be expressed exactly, 0 and 10000 among them. */
  readonly shares: readonly Share[];
  readonly inexpressible: readonly Share[];
  readonly capabilities: {
    readonly headers: readonly ('exact' | 'regex')[];
    readonly cookies: boolean;
    readonly mirror: boolean;
    readonly level: Level;
  };
  /** Default: made from the capabilities (`x-canary: true`, `x-user: qa-.*`, cookie `canary=always`), each alone and all together. */
  readonly testers?: readonly TesterSet[];
  /** Basis points that a mirror can have; default: all of live traffic. */
  readonly mirrors?: readonly Share[];
  /** JSON pointers that may be changed, and everything beneath them; `*` stands for one step. */
  readonly declared: readonly string[];
  /** JSON pointers beneath which no unknown fields are put (maps with a meaning for every key); `*` stands for one step. */
  readonly opaque?: readonly string[];
  /** Somebody else's change of the weights of the pair, in the route as we changed it; any other object as it is. */
  readonly foreignWeight: Edit;
  /** A rule of somebody else's, put before all others, that does not name the pair and takes no sample request; any other object as it is. */
  readonly insertRule: Edit;
  /** The status as the controller writes it when it took the object up, has not yet seen it, refuses it, says nothing. */
  readonly status: {
    readonly yes?: Edit;
    readonly stale?: Edit;
    readonly no?: Edit;
    readonly unknown?: Edit;
  };
  readonly meanings: readonly Meaning[];
  /** Objects in the app's namespace that name the same Service names in another namespace; default: none can be written. */
  readonly elsewhere?: () => readonly KubeObject[];
  /** Points of the contract that do not apply to this route, with the reason. */
  readonly notApplicable: Readonly<Partial<Record<Point, string>>>;
}

/** Of the contract in reference/routers.md. */
export type Point = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19;
