import { ALL, type Intent } from '../../src/traffic/router.ts';
import type { RouteOnServer } from './routes-on-server.ts';

export const NOBODY = { headers: [], cookies: [], mirror: 0 } as const;
const TESTERS = {
  headers: [
    { name: 'x-canary', value: 'true', kind: 'exact' },
    { name: 'x-user', value: '^(a&b|<c>)$', kind: 'regex' },
  ],
  cookies: [{ name: 'canary', value: 'always' }],
} as const;
/** An Ingress knows one header, and ingress-nginx fewer characters. */
const TESTERS_OF_INGRESS = {
  headers: [{ name: 'x-user', value: '^(a&b|c)$', kind: 'regex' }],
  cookies: TESTERS.cookies,
} as const;

/** Everything that a release may want of a route, from the first share to the last and back. */
export function intentsFor({ shares, testers, mirror, route }: RouteOnServer): Intent[] {
  const known = route.startsWith('ingress/') ? TESTERS_OF_INGRESS : TESTERS;
  const last = shares.at(-1) ?? 0;
  return [
    { share: 0, ...NOBODY },
    ...(mirror > 0 ? [{ share: 0, ...NOBODY, mirror }] : []),
    ...shares.map((share) => ({ share, ...NOBODY })),
    { share: ALL, ...NOBODY },
    ...(testers ? [last, 0, ALL].map((share) => ({ share, mirror: 0, ...known })) : []),
    ...(testers && mirror > 0 ? [{ share: last, ...known, mirror }] : []),
    { share: last, ...NOBODY },
  ];
}
