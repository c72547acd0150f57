import { nearest, didYouMean } from './words.ts';
import { misunderstood, understood, type Parsed } from './parsed.ts';

/** The kinds of `src/traffic/routers.ts`, which is not loaded before there is something to do. A test holds the two together. */
export const ROUTER_KINDS = [
  'httproute',
  'grpcroute',
  'virtualservice',
  'ingress',
  'traefikservice',
  'ingressroute',
  'ingressroutetcp',
  'httpproxy',
  'alb',
  'route',
  'apisixroute',
] as const;

export const ROUTER_FORM = `auto, or kind/name lines with the kinds ${ROUTER_KINDS.join(', ')}, such as router: httproute/web; or command for your own program; or none for the numbers of pods alone`;

/** One line of `router`: `kind/name`, or `command`. */
export function parseRouterLine(line: string): Parsed<string> {
  if (line.toLowerCase() === 'command') return understood('command');
  const [kind = '', name = '', ...more] = line.split('/');
  const known: readonly string[] = ROUTER_KINDS;
  if (name === '' || more.length > 0) return misunderstood('It is not a kind and a name with "/" between them.');
  if (!known.includes(kind.toLowerCase()))
    return misunderstood(
      `"${kind}" is no kind of router that Crossfade knows.${didYouMean(nearest(kind, ROUTER_KINDS))}`,
    );
  return understood(`${kind.toLowerCase()}/${name}`);
}
