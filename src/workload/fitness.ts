import type {
  Deployment,
  EndpointSlice,
  HorizontalPodAutoscaler,
  Pod,
  ResourceQuota,
  Service,
} from '../cluster/wire.ts';
import type { Finding } from '../engine/refusal.ts';
import { readyPodsBehind } from '../traffic/endpoints.ts';
import { digestOf } from './template.ts';
import type { KnownTrack } from './tracks.ts';

/** Owners and labels by which controllers show that the Deployment is theirs to move. */
const DRIVERS: readonly { readonly name: string; readonly drives: (deployment: Deployment) => boolean }[] = [
  {
    name: 'Argo Rollouts',
    drives: (deployment) =>
      has(deployment, 'rollout.argoproj.io/', 'argo-rollouts.argoproj.io/') || ownedBy(deployment, 'Rollout'),
  },
  { name: 'Flagger', drives: (deployment) => has(deployment, 'flagger.app/') || ownedBy(deployment, 'Canary') },
  {
    name: 'OpenKruise',
    drives: (deployment) => has(deployment, 'rollouts.kruise.io/') || ownedBy(deployment, 'CloneSet'),
  },
];

function has(deployment: Deployment, ...prefixes: string[]): boolean {
  const keys = [
    ...Object.keys(deployment.metadata?.annotations ?? {}),
    ...Object.keys(deployment.metadata?.labels ?? {}),
  ];
  return keys.some((key) => prefixes.some((prefix) => key.startsWith(prefix)));
}

function ownedBy(deployment: Deployment, kind: string): boolean {
  return deployment.metadata?.ownerReferences?.some((owner) => owner.controller && owner.kind === kind) ?? false;
}

/**
 * What about the Deployment itself stands in the way of a held rollout (design §2).
 * @param extra the most pods that there are to be beyond `replicas` at any time of the release
 */
export function deploymentFindings(deployment: Deployment, tracks: readonly KnownTrack[], extra: number): Finding[] {
  const name = `Deployment ${deployment.metadata?.name}`;
  const { spec } = deployment;
  const findings: Finding[] = [];
  const refuse = (message: string): void => void findings.push({ message });
  if (deployment.metadata?.deletionTimestamp !== undefined) refuse(`${name} is being deleted.`);
  if (spec?.paused === true)
    refuse(
      `${name} is paused, and there is no record of an unfinished release: somebody holds it back. ` +
        `Resume it (kubectl rollout resume deployment/${deployment.metadata?.name}) when that is over.`,
    );
  if ((spec?.replicas ?? 1) === 0)
    refuse(`${name} is scaled to zero: there is no stable version to keep. Scale it up, or update it with kubectl.`);
  for (const driver of DRIVERS)
    if (driver.drives(deployment))
      refuse(`${name} is driven by ${driver.name}; two tools cannot release the same workload.`);
  if (extra > 0) findings.push(...volumeFindings(deployment));
  if (spec?.paused !== true && spec?.replicas !== 0) findings.push(...trackFindings(deployment, tracks));
  return findings;
}

/** Exactly one version runs, and it is the one that the Deployment wants. */
function trackFindings(deployment: Deployment, tracks: readonly KnownTrack[]): Finding[] {
  const digest = digestOf(deployment.spec?.template ?? {});
  const populated = tracks.filter((track) => track.size > 0 || track.pods.some((pod) => !pod.terminating));
  const name = `Deployment ${deployment.metadata?.name}`;
  if (populated.length === 1 && populated[0]?.digest === digest) return [];
  const list = populated.map((track) => `${track.hash} with ${track.size} pods`).join(', ');
  return [
    {
      message:
        `${name} is in the middle of another update: its ReplicaSets are ${list === '' ? 'not there yet' : list}. ` +
        `Wait for it (kubectl rollout status deployment/${deployment.metadata?.name}) or undo it (kubectl rollout undo), then run again.`,
    },
  ];
}

/** Things of which only one pod can have one: a second full set of pods could not start. */
function volumeFindings(deployment: Deployment): Finding[] {
  const name = `Deployment ${deployment.metadata?.name}`;
  const template = deployment.spec?.template.spec;
  const containers = [...(template?.initContainers ?? []), ...(template?.containers ?? [])];
  const hostPorts = containers.flatMap((container) => (container.ports ?? []).flatMap((port) => port.hostPort ?? []));
  if (hostPorts.length === 0 && template?.hostNetwork !== true) return [];
  const what =
    template?.hostNetwork === true ? 'uses the node’s network (hostNetwork)' : `has hostPorts ${hostPorts.join(', ')}`;
  return [{ message: `${name} ${what}: the candidate’s pods could not start beside stable’s on the same nodes.` }];
}

interface Surroundings {
  readonly deployment: Deployment;
  readonly service: Service;
  readonly services: readonly Service[];
  readonly autoscalers: readonly HorizontalPodAutoscaler[];
  readonly quotas: readonly ResourceQuota[];
  readonly tracks: readonly KnownTrack[];
  readonly pods: readonly Pod[];
  readonly slices: readonly EndpointSlice[];
  /** The most pods that there are to be beyond `replicas` at any time of the release. */
  readonly extra: number;
}

/** What around the Deployment stands in the way, and what the user should know. */
export function surroundings(around: Surroundings): { findings: Finding[]; warnings: string[] } {
  return {
    findings: [...quotaFindings(around), ...portFindings(around)],
    warnings: [
      ...drainWarning(around.deployment),
      ...volumeWarning(around.deployment),
      ...otherServicesWarning(around),
      ...autoscalerWarning(around),
      ...healthWarning(around),
      ...(around.extra > 0 ? spreadWarning(around.deployment) : []),
    ],
  };
}

/** Room for the pods that come on top. Only the plain pod count is told apart here; the rest shows as a refusal within seconds. */
function quotaFindings({ extra, quotas }: Surroundings): Finding[] {
  return quotas.flatMap((quota) => {
    const resource = ['pods', 'count/pods'].find((key) => quota.status?.hard?.[key] !== undefined);
    if (resource === undefined || quota.spec?.scopes !== undefined || quota.spec?.scopeSelector !== undefined)
      return [];
    const hard = Number(quota.status?.hard?.[resource]);
    const used = Number(quota.status?.used?.[resource] ?? 0);
    if (!(used + extra > hard)) return [];
    return [
      {
        message:
          `ResourceQuota ${quota.metadata?.name} allows ${hard} pods and ${used} are used: the release needs ${extra} more beside stable. ` +
          'Raise the quota, lower the replicas for the release, or use strategy: rolling on a Deployment whose maxUnavailable is not 0.',
      },
    ];
  });
}

/** A named target port that no container declares gives endpoints without that port, and no error anywhere. */
function portFindings({ deployment, service }: Surroundings): Finding[] {
  const template = deployment.spec?.template.spec;
  const containers = [...(template?.initContainers ?? []), ...(template?.containers ?? [])];
  const declared = new Set(
    containers.flatMap((container) => (container.ports ?? []).flatMap((port) => port.name ?? [])),
  );
  return (service.spec?.ports ?? []).flatMap((port) => {
    const target: unknown = port.targetPort;
    if (typeof target !== 'string' || declared.has(target)) return [];
    return [
      {
        message: `Service ${service.metadata?.name} sends port ${port.port} to a container port named ${target}; the pods declare ${[...declared].join(', ') || 'no named port'}.`,
      },
    ];
  });
}

function drainWarning(deployment: Deployment): string[] {
  const containers = deployment.spec?.template.spec?.containers ?? [];
  const grace = deployment.spec?.template.spec?.terminationGracePeriodSeconds ?? 30;
  if (containers.some((container) => container.lifecycle?.preStop !== undefined) && grace > 0) return [];
  return [
    'No container has a preStop hook: unless the program goes on serving for some seconds after SIGTERM, requests in flight fail when the old pods end. ' +
      'A preStop of `sleep: { seconds: 5 }` is enough.',
  ];
}

function volumeWarning(deployment: Deployment): string[] {
  const claims = (deployment.spec?.template.spec?.volumes ?? []).flatMap(
    (volume) => volume.persistentVolumeClaim?.claimName ?? [],
  );
  if (claims.length === 0) return [];
  return [
    `The pods mount the volume claims ${claims.join(', ')}: with access mode ReadWriteOnce the candidate’s pods start only on stable’s node, with ReadWriteOncePod not at all; and both versions write to the same data.`,
  ];
}

function otherServicesWarning({ deployment, service, services }: Surroundings): string[] {
  const labels = deployment.spec?.template.metadata?.labels ?? {};
  const others = services.filter((other) => {
    const selector = Object.entries(other.spec?.selector ?? {});
    const matches = selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
    return matches && other.metadata?.name !== service.metadata?.name;
  });
  if (others.length === 0) return [];
  const names = others.map((other) => other.metadata?.name).join(', ');
  return [
    `Services ${names} select the same pods and are not switched: their users reach both versions while both run.`,
  ];
}

function autoscalerWarning({ deployment, autoscalers }: Surroundings): string[] {
  const own = autoscalers.find(
    (autoscaler) =>
      autoscaler.spec?.scaleTargetRef.kind === 'Deployment' &&
      autoscaler.spec.scaleTargetRef.name === deployment.metadata?.name,
  );
  if (own === undefined) return [];
  return [
    `HorizontalPodAutoscaler ${own.metadata?.name} averages over both tracks while the candidate is idle; both keep its wanted size (at most ${own.spec?.maxReplicas} each).`,
  ];
}

/** A release may be the cure for a sick version, so this is said and not refused. */
function healthWarning({ deployment, service, slices }: Surroundings): string[] {
  const replicas = deployment.spec?.replicas ?? 1;
  const ready = readyPodsBehind(service, slices).size;
  if (ready >= replicas) return [];
  return [
    `Only ${ready} of ${replicas} pods of the running version are ready behind Service ${service.metadata?.name}.`,
  ];
}

function spreadWarning(deployment: Deployment): string[] {
  const spec = deployment.spec?.template.spec;
  const antiAffinity = (spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).filter(
    (term) => !(term.matchLabelKeys ?? []).includes('pod-template-hash'),
  );
  const spread = (spec?.topologySpreadConstraints ?? []).filter(
    (constraint) =>
      constraint.whenUnsatisfiable === 'DoNotSchedule' &&
      !(constraint.matchLabelKeys ?? []).includes('pod-template-hash'),
  );
  if (antiAffinity.length + spread.length === 0) return [];
  return [
    'Required anti-affinity or hard spread constraints count both tracks as one app, so a second full set of pods may not fit. `matchLabelKeys: [pod-template-hash]` tells them apart.',
  ];
}
