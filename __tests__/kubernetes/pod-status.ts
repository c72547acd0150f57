import { REPOSITORY } from '../contract/cluster.ts';

/**
 * Templates (Go's, with the functions of sprig) of what kwok writes into the status of a fake pod; `stages.ts` says when.
 */

/** Tags that are not plain. */
export const BEHAVIOURS = ['slow', 'never-ready', 'crash', 'missing', 'late-crash', 'unready-later'] as const;
export type Behaviour = 'plain' | (typeof BEHAVIOURS)[number];

/** What containers with a special image get; others just run. Variables: $c the container, $n its restarts, $before its last status. */
interface ContainerState {
  readonly state: string;
  readonly ready?: boolean;
  readonly last?: string;
  /** Restarts are counted up. */
  readonly restarted?: boolean;
}

export const NOW = '{{ $now | Quote }}';
export const SAME = '{{ toJson $before.state }}';
export const RUNNING = `{running: {startedAt: ${NOW}}}`;
export const exited = (code: number): string =>
  `{terminated: {exitCode: ${code}, reason: ${code === 0 ? 'Completed' : 'Error'}, ` +
  `startedAt: {{ dig "running" "startedAt" $now $before.state | Quote }}, finishedAt: ${NOW}}}`;
export const KEEP_LAST =
  '{{ with $before.state }}{{ if .terminated }}{{ toJson . }}{{ else }}{{ toJson $before.lastState }}{{ end }}{{ end }}';

const REGISTRY_HOST = REPOSITORY.slice(0, REPOSITORY.indexOf('/'));
export const PULL_ERROR =
  'failed to pull and unpack image \\"{{ $c.image }}\\": failed to resolve reference \\"{{ $c.image }}\\": failed to do request: ' +
  `Head \\"https://${REGISTRY_HOST}/v2/${REPOSITORY.slice(REGISTRY_HOST.length + 1)}/manifests/missing\\": ` +
  `dial tcp: lookup ${REGISTRY_HOST}: no such host`;
export const BACKOFF_MESSAGE =
  'back-off {{ index (list "10s" "20s" "40s" "1m20s" "2m40s" "5m0s") (min 5 (sub (max $n 1) 1)) }} restarting failed ' +
  'container={{ $c.name }} pod={{ $root.metadata.name }}_{{ $root.metadata.namespace }}({{ $root.metadata.uid }})';

/** 192.0.2.1 is a documentation address: nothing may ever connect to a fake pod's node. */
const START = `
startTime: ${NOW}
hostIP: 192.0.2.1
hostIPs: [{ip: 192.0.2.1}]
{{ with PodIPsWith .spec.nodeName false .metadata.uid .metadata.name .metadata.namespace }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
{{ if .spec.initContainers }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  restartCount: 0
  {{ if eq (default "" .restartPolicy) "Always" }}
  started: true
  state: ${RUNNING}
  {{ else }}
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: ${NOW}, finishedAt: ${NOW}}}
  {{ end }}
{{ end }}
{{ end }}
`;

/**
 * A pod status. In a pod of several containers those with a special image are in the given state; the others run, and keep
 * running. `first` gives the pod its addresses and its init containers' end.
 */
export function podStatus(phase: string, special: ContainerState, first?: 'first'): string {
  const ready = special.ready === true;
  const behaviours = BEHAVIOURS.join('|');
  const finished = phase === 'Succeeded' || phase === 'Failed';
  return `
{{ $now := Now }}
{{ $root := . }}
{{ $special := 0 }}
{{ range .spec.containers }}{{ if regexMatch "^${REPOSITORY}:(${behaviours})$" .image }}{{ $special = 1 }}{{ end }}{{ end }}
{{ $unready := $now }}
{{ range .status.conditions }}{{ if and (eq .type "Ready") (eq .status "False") }}{{ $unready = .lastTransitionTime }}{{ end }}{{ end }}
phase: ${phase}
conditions:
- {type: Initialized, status: "True", lastTransitionTime: ${NOW}}
- {type: PodReadyToStartContainers, status: "True", lastTransitionTime: ${NOW}}
- ${condition('ContainersReady', ready, finished)}
- ${condition('Ready', ready, finished)}
containerStatuses:
{{ range $i, $c := .spec.containers }}
{{ $before := dict "restartCount" 0 "state" dict "lastState" dict }}
{{ if $root.status.containerStatuses }}{{ $before = merge (deepCopy (index $root.status.containerStatuses $i)) $before }}{{ end }}
{{ $n := int $before.restartCount }}
{{ if or (eq $special 0) (regexMatch "^${REPOSITORY}:(${behaviours})$" $c.image) }}
{{ $n = add $n ${special.restarted === true ? 1 : 0} }}
- name: {{ $c.name | Quote }}
  image: {{ $c.image | Quote }}
  imageID: ""
  ready: ${ready}
  started: ${special.state === RUNNING || special.state === SAME}
  restartCount: {{ $n }}
  state: ${special.state}
  lastState: ${special.last ?? '{{ toJson $before.lastState }}'}
{{ else }}
- name: {{ $c.name | Quote }}
  image: {{ $c.image | Quote }}
  imageID: ""
  ready: true
  started: true
  restartCount: 0
  state: {running: {startedAt: {{ $root.metadata.creationTimestamp | Quote }}}}
  lastState: {}
{{ end }}
{{ end }}
${first === undefined ? '' : START}`;
}

function condition(type: string, ready: boolean, finished: boolean): string {
  if (ready) return `{type: ${type}, status: "True", reason: "", message: "", lastTransitionTime: ${NOW}}`;
  if (finished)
    return `{type: ${type}, status: "False", reason: PodCompleted, message: "", lastTransitionTime: {{ $unready | Quote }}}`;
  const names = '{{ range $i, $c := .spec.containers }}{{ if $i }} {{ end }}{{ $c.name }}{{ end }}';
  const message = `"containers with unready status: [${names}]"`;
  return `{type: ${type}, status: "False", reason: ContainersNotReady, message: ${message}, lastTransitionTime: {{ $unready | Quote }}}`;
}
