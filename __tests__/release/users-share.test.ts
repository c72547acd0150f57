import { expect, test } from '@jest/globals';
import type { CandidateServiceView, Endpoints, LiveView, RouteView } from '../../src/release/observation.ts';
import { usersShare } from '../../src/release/users-share.ts';

const endpoints = (stable: number, candidate: number, other = 0): Endpoints => ({ stable, candidate, other });
const live = (of: Endpoints): LiveView => ({ pin: null, selectorIntact: true, editor: null, endpoints: of });
const helper = (of: Endpoints): CandidateServiceView => ({ state: 'candidate', pinned: true, endpoints: of });
const route = (share: number | null): RouteView => ({
  name: 'httproute/web',
  share,
  inDoubt: false,
  testers: false,
  mirror: 0,
  original: share === 0,
  home: share === 0,
  verdict: { is: 'yes', level: 'accepted', reasons: [] },
  editor: null,
  writtenBy: null,
});

test.each([
  ['stable alone', endpoints(4, 0), endpoints(0, 0), [], 0],
  ['by pods', endpoints(4, 1), endpoints(0, 1), [], 2000],
  ['others count', endpoints(2, 1, 1), endpoints(0, 1), [], 2500],
  ['nobody is there', endpoints(0, 0), endpoints(0, 1), [], null],
  ['by a route', endpoints(4, 0), endpoints(0, 1), [route(2000)], 2000],
  ['a route that sends nobody, whoever is there', endpoints(4, 0), endpoints(0, 0), [route(0)], 0],
  ['the candidate Service leads to stable', endpoints(4, 0), endpoints(4, 0), [route(5000)], 0],
  ['the candidate Service leads nowhere', endpoints(4, 0), endpoints(0, 0), [route(5000)], null],
  ['the live Service leads to the candidate, too', endpoints(0, 4), endpoints(0, 4), [route(5000)], 10_000],
  [
    'all to the candidate Service, and the live one is empty',
    endpoints(0, 0),
    endpoints(0, 4),
    [route(10_000)],
    10_000,
  ],
  ['a route of somebody else’s making', endpoints(4, 0), endpoints(0, 1), [route(null)], null],
  ['routes that agree', endpoints(4, 0), endpoints(0, 1), [route(2000), route(2000)], 2000],
  ['routes that do not', endpoints(4, 0), endpoints(0, 1), [route(2000), route(5000)], null],
] as const)('%s', (_, ofLive, ofCandidate, routes, wanted) => {
  expect(usersShare({ live: live(ofLive), candidateService: helper(ofCandidate), routes })).toBe(wanted);
});
