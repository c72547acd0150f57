import type { KubeObject, ObjectMeta } from '../cluster/wire.ts';

/*
 * Whose hands an object is in, besides ours. Two controllers that write the same weights undo each other's work in the middle of a
 * release; a GitOps tool puts the repository's value back at its next sync.
 */

interface Marks {
  readonly name: string;
  /** Group of an owner: `flagger.app` of `flagger.app/v1beta1`. */
  readonly ownerGroups: readonly string[];
  /** How keys of its labels and annotations begin. */
  readonly prefixes: readonly string[];
  /** Names under which it writes (metadata.managedFields). */
  readonly managers: readonly string[];
}

const DRIVERS: readonly Marks[] = [
  {
    name: 'Argo Rollouts',
    // Argo CD and Argo Workflows live in the same group: see `ownerKinds`.
    ownerGroups: [],
    prefixes: ['rollouts.argoproj.io/', 'rollout.argoproj.io/', 'argo-rollouts.argoproj.io/'],
    // The last two are its Gateway API plugin, a process of its own.
    managers: ['rollouts-controller', 'argo-rollouts', 'gatewayAPI', 'gatewayapi-plugin'],
  },
  {
    name: 'Flagger',
    ownerGroups: ['flagger.app'],
    prefixes: ['flagger.app/'],
    managers: ['flagger'],
  },
  {
    name: 'OpenKruise',
    ownerGroups: ['rollouts.kruise.io', 'apps.kruise.io'],
    prefixes: ['rollouts.kruise.io/'],
    managers: ['kruise-rollout', 'kruise-rollouts', 'rollouts.kruise.io'],
  },
];

/**
 * Why an object cannot be used: Argo Rollouts, Flagger or OpenKruise writes its weights. Null: nobody does.
 * @param title the object as messages name it: `HTTPRoute web` (items of a list often have no kind of their own)
 */
export function driverRefusal({ metadata }: KubeObject, title: string): string | null {
  for (const driver of DRIVERS) {
    const evidence = evidenceOf(driver, metadata);
    if (evidence === undefined) continue;
    return (
      `${title} is driven by ${driver.name} (${evidence}), which would write its own weights over ours. ` +
      `Release this app with ${driver.name}, or take it out of its hands; ` +
      `if it no longer drives ${title}, delete and apply that object again, so that the mark is gone.`
    );
  }
  return null;
}

function evidenceOf(marks: Marks, metadata: ObjectMeta | undefined): string | undefined {
  for (const { apiVersion, kind, name } of metadata?.ownerReferences ?? []) {
    const group = groupOf(apiVersion);
    const isRollout = marks.name === 'Argo Rollouts' && group === 'argoproj.io' && kind === 'Rollout';
    if (isRollout || marks.ownerGroups.includes(group)) return `its owner is ${kind} ${name}`;
  }
  for (const [what, map] of [
    ['label', metadata?.labels],
    ['annotation', metadata?.annotations],
  ] as const) {
    const key = Object.keys(map ?? {})
      .sort()
      .find((candidate) => marks.prefixes.some((prefix) => candidate.startsWith(prefix)));
    if (key !== undefined) return `${what} \`${key}\``;
  }
  const manager = managersOf(metadata).find((candidate) => marks.managers.includes(candidate));
  return manager === undefined ? undefined : `field manager \`${manager}\` has written it`;
}

/** Who has written the object itself; its status, and what else has a door of its own, anybody may write. */
function managersOf(metadata: ObjectMeta | undefined): string[] {
  return (metadata?.managedFields ?? [])
    .filter(({ subresource }) => subresource === undefined || subresource === '')
    .flatMap(({ manager }) => (manager === undefined ? [] : [manager]))
    .sort();
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

/**
 * Warnings about Argo CD and Flux: which setting makes them leave what we change alone. Empty when it is already there.
 * @param title the object as messages name it: `HTTPRoute web`
 * @param field what a release changes, as a jq path: `.spec.rules[].backendRefs`
 */
export function ownerWarnings({ metadata }: KubeObject, title: string, field: string): readonly string[] {
  return [argoCd(metadata, title, field), flux(metadata, title, field)].filter((warning) => warning !== null);
}

/** https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#respect-ignore-difference-configs */
function argoCd(metadata: ObjectMeta | undefined, title: string, field: string): string | null {
  const evidence = argoCdEvidence(metadata);
  if (evidence === undefined) return null;
  return (
    `${title} is owned by Argo CD (${evidence}), which puts \`${field}\` back at its next sync, in the middle of a release too. ` +
    `Let its Application leave the field alone: \`ignoreDifferences\` with \`jqPathExpressions: ['${field}']\` ` +
    'for this object, and the sync option `RespectIgnoreDifferences=true`.'
  );
}

function argoCdEvidence(metadata: ObjectMeta | undefined): string | undefined {
  const { labels = {}, annotations = {} } = metadata ?? {};
  if ('argocd.argoproj.io/tracking-id' in annotations) return 'annotation `argocd.argoproj.io/tracking-id`';
  if ('argocd.argoproj.io/instance' in labels) return 'label `argocd.argoproj.io/instance`';
  // Many charts set `app.kubernetes.io/instance`: only together with Argo CD's own writes does it say anything.
  const manager = managersOf(metadata).find((name) => name === 'argocd-controller');
  return manager === undefined ? undefined : `field manager \`${manager}\` has written it`;
}

/** Each of Flux's two controllers, and where it is told to leave an object alone. */
const FLUX = [
  {
    prefix: 'kustomize.toolkit.fluxcd.io/',
    manager: 'kustomize-controller',
    // https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources
    settings: [
      ['kustomize.toolkit.fluxcd.io/ssa', ['ifnotpresent', 'ignore']],
      ['kustomize.toolkit.fluxcd.io/reconcile', ['disabled']],
    ],
    advice: '`kustomize.toolkit.fluxcd.io/ssa: IfNotPresent` or `kustomize.toolkit.fluxcd.io/reconcile: disabled`',
  },
  {
    prefix: 'helm.toolkit.fluxcd.io/',
    manager: 'helm-controller',
    // https://fluxcd.io/flux/components/helm/helmreleases/#drift-detection
    settings: [['helm.toolkit.fluxcd.io/driftDetection', ['disabled']]],
    advice: '`helm.toolkit.fluxcd.io/driftDetection: disabled` (or `spec.driftDetection.ignore` in its HelmRelease)',
  },
] as const;

function flux(metadata: ObjectMeta | undefined, title: string, field: string): string | null {
  const { labels = {}, annotations = {} } = metadata ?? {};
  for (const { prefix, manager, settings, advice } of FLUX) {
    const label = Object.keys(labels)
      .sort()
      .find((key) => key.startsWith(prefix));
    const written = managersOf(metadata).includes(manager);
    if (label === undefined && !written) continue;
    const isLeftAlone = settings.some(([key, values]) =>
      [annotations[key], labels[key]].some((value) => values.some((known) => known === value?.toLowerCase())),
    );
    if (isLeftAlone) continue;
    const evidence = label === undefined ? `field manager \`${manager}\` has written it` : `label \`${label}\``;
    return (
      `${title} is owned by Flux (${evidence}), which puts \`${field}\` back when it reconciles, in the middle of a release too. ` +
      `Let it leave the object alone: the annotation ${advice}.`
    );
  }
  return null;
}
