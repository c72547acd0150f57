import { parseArgs } from 'node:util';
import { DURATION_FORM, parseDuration } from '../../src/action/durations.ts';

/** What the command line asks for. */
export type Request =
  | { readonly run: 'help' }
  /** `kubeconfigUnused`: `KUBECONFIG` is set, and yet no release on its cluster was asked for. */
  | { readonly run: 'embedded'; readonly kubeconfigUnused: boolean }
  | GivenRelease
  /** `complaint`: one sentence for the person who typed it. */
  | { readonly run: 'nothing'; readonly complaint: string };

/** A release on the cluster of `KUBECONFIG`; inputs that are null stay with the action's own defaults. */
export interface GivenRelease {
  readonly run: 'given';
  /** As in the environment: one path, or several as kubectl takes them. */
  readonly kubeconfig: string;
  readonly deployment: string;
  readonly images: readonly string[];
  readonly namespace: string | null;
  readonly service: string | null;
  readonly bake: string | null;
}

export const HELP = `npm run demo
    Three releases on an embedded cluster, a Deployment of four pods, while users send requests all the time: a good one, one whose
    image crashes, and one that falls ill while it is watched. About twenty seconds; needs Node.js alone.

KUBECONFIG=… npm run demo -- --deployment NAME --image CONTAINER=IMAGE [options]
    Releases on the cluster of KUBECONFIG: the same action, for real.

    --deployment NAME          the Deployment to release
    --image CONTAINER=IMAGE    its new image; once for each container
    --namespace NAMESPACE      default: that of the kubeconfig's context
    --service NAME             the live Service; default: the one that selects the Deployment's pods
    --bake DURATION            how long the new version is watched with all users on it, such as 10s; default: 1m

    --help                     this text

The log appears here; summaries are written to out/ as HTML. Exit code: 0 when all went as expected and no request failed, 1 when
not, 2 when the arguments cannot be used, 130 after Ctrl-C, which takes a running release back.`;

const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['deployment', '--deployment web'],
  ['image', '--image web=ghcr.io/acme/web:2.1.0'],
  ['namespace', '--namespace shop'],
  ['service', '--service web'],
  ['bake', '--bake 10s'],
]);

/** Arguments after the program's name, and the value of `KUBECONFIG`. Pure. */
export function parseRequest(args: readonly string[], kubeconfig: string | undefined): Request {
  // The tokens are judged here: the library's own complaints are for programmers.
  const options = Object.fromEntries([...EXAMPLES.keys()].map((name) => [name, { type: 'string' as const }]));
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') return nothing(`“${token.value}” is not an option; --help shows them all.`);
    if (token.kind !== 'option') continue;
    if (token.name === 'help') return { run: 'help' };
    const example = EXAMPLES.get(token.name);
    if (example === undefined) return nothing(`There is no option ${token.rawName}; --help shows them all.`);
    const isNextOption = token.inlineValue === false && token.value.startsWith('-');
    if (token.value === undefined || token.value === '' || isNextOption)
      return nothing(`--${token.name} needs a value, such as ${example}.`);
    given.set(token.name, [...(given.get(token.name) ?? []), token.value]);
  }
  return judged(given, kubeconfig === '' ? undefined : kubeconfig);
}

function judged(given: ReadonlyMap<string, readonly string[]>, kubeconfig: string | undefined): Request {
  const twice = [...given].find(([name, values]) => name !== 'image' && values.length > 1)?.[0];
  if (twice !== undefined) return nothing(`--${twice} was given more than once.`);
  const [deployment] = given.get('deployment') ?? [];
  const [first] = given.keys();
  if (first === undefined) return { run: 'embedded', kubeconfigUnused: kubeconfig !== undefined };
  if (deployment === undefined)
    return nothing(
      `--${first} is for a release on your own cluster, which also needs --deployment, such as --deployment web.`,
    );
  if (kubeconfig === undefined)
    return nothing(
      'KUBECONFIG is not set: --deployment releases on the cluster that it names, such as KUBECONFIG=~/.kube/config.',
    );
  const images = given.get('image') ?? [];
  if (images.length === 0)
    return nothing(`--deployment also needs --image, such as --image ${deployment}=ghcr.io/acme/${deployment}:2.1.0.`);
  const odd = images.find((image) => !/^[^=\s]+=[^=\s]+$/.test(image));
  if (odd !== undefined)
    return nothing(`--image takes CONTAINER=IMAGE, such as web=ghcr.io/acme/web:2.1.0, not “${odd}”.`);
  const [bake = null] = given.get('bake') ?? [];
  if (bake !== null && !parseDuration(bake).ok) return nothing(`--bake takes ${DURATION_FORM}, not “${bake}”.`);
  const [namespace = null] = given.get('namespace') ?? [];
  const [service = null] = given.get('service') ?? [];
  return { run: 'given', kubeconfig, deployment, images, namespace, service, bake };
}

function nothing(complaint: string): Request {
  return { run: 'nothing', complaint };
}
