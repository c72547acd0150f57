import { REPOSITORY } from '../contract/cluster.ts';
import {
  BACKOFF_MESSAGE,
  BEHAVIOURS,
  type Behaviour,
  exited,
  KEEP_LAST,
  NOW,
  PULL_ERROR,
  podStatus,
  RUNNING,
  SAME,
} from './pod-status.ts';

/**
 * What kwok does with fake pods, as a table of scenes. A scene says what a pod is like at the moment: `<behaviour>/<state>`, where
 * the behaviour comes from the tag of the test image (anything else is `plain`) and the state from the pod's own status. Each
 * stage leads from some scenes to the next after a while, so a pod's whole life can be read below from top to bottom.
 *
 * Times are those of a real node on fast forward: back-offs stay at two seconds instead of growing to minutes, though their
 * messages keep the real words.
 */

/** Pod annotation: how long after the start of its containers the pod becomes Ready, e.g. `2s`. For the behaviours that do. */
export const READY_AFTER = 'crossfade.test/ready-after';

/** How long the images that fail later are Ready first: a release brings its users to them in that time, on a busy machine too. */
const GOOD_FOR_MS = 8000;

/**
 * | state | the pod |
 * | --- | --- |
 * | fresh | is bound to the node, nothing else |
 * | starting | has running containers, was never Ready |
 * | ready, ready-again | is Ready (again: after a restart) |
 * | spent | was Ready and is not any more |
 * | exited, exited-again | has a terminated container (again: after a restart) |
 * | backoff | waits in CrashLoopBackOff |
 * | unpulled | waits in ErrImagePull |
 * | done | nothing happens to it any more |
 */
type State =
  | 'fresh'
  | 'starting'
  | 'ready'
  | 'ready-again'
  | 'spent'
  | 'exited'
  | 'exited-again'
  | 'backoff'
  | 'unpulled';
type Scene = `${Behaviour}/${State}` | `job-${string}/${State}`;

/** jq: the scene. One expression for all stages, so that no two of them can ever match the same pod. */
const SCENE = `
  ([.spec.containers[].image | select(startswith("${REPOSITORY}:")) | split(":")[1]
    | select(IN(${BEHAVIOURS.map((tag) => JSON.stringify(tag)).join(', ')}))] | first // "plain") as $behaviour
  | (if any(.metadata.ownerReferences[]?; .kind == "Job") then "job-" else "" end) as $owner
  | [.status.containerStatuses[]?] as $containers
  | ([$containers[].restartCount] | add // 0) as $restarts
  | (.status.conditions[]? | select(.type == "Ready")) // {} | . as $ready
  | ([$containers[].state.running.startedAt // empty] | max // "") as $started
  | (if ($containers | length) == 0 then "fresh"
     elif any($containers[]; .state.terminated) then (if $restarts > 0 then "exited-again" else "exited" end)
     elif any($containers[]; .state.waiting.reason == "CrashLoopBackOff") then "backoff"
     elif any($containers[]; .state.waiting.reason == "ErrImagePull") then "unpulled"
     elif any($containers[]; .state.waiting) then "done"
     elif $ready.status == "True" then (if $restarts > 0 then "ready-again" else "ready" end)
     elif ($ready.lastTransitionTime // "") > $started then "spent"
     else "starting" end) as $state
  | $owner + $behaviour + "/" + $state`;

interface Stage {
  readonly name: string;
  readonly from: readonly Scene[];
  readonly afterMs: number;
  /** jq that may give another delay. */
  readonly afterFrom?: string;
  readonly events?: readonly PodEvent[];
  /** YAML template of a status patch (strategic merge: conditions merge by type, container lists are replaced). */
  readonly status: string;
}

interface PodEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

const STAGES: readonly Stage[] = [
  {
    name: 'run',
    from: [
      'plain/fresh',
      'slow/fresh',
      'never-ready/fresh',
      'late-crash/fresh',
      'unready-later/fresh',
      'job-plain/fresh',
      // Runs until somebody removes it.
      'job-slow/fresh',
    ],
    afterMs: 0,
    status: podStatus('Running', { state: RUNNING }, 'first'),
  },
  {
    name: 'ready',
    from: ['plain/starting', 'late-crash/starting', 'unready-later/starting'],
    afterMs: 1000,
    afterFrom: `.metadata.annotations["${READY_AFTER}"]`,
    status: podStatus('Running', { state: SAME, ready: true }),
  },
  {
    name: 'ready-slowly',
    from: ['slow/starting'],
    afterMs: 5000,
    afterFrom: `.metadata.annotations["${READY_AFTER}"]`,
    status: podStatus('Running', { state: SAME, ready: true }),
  },
  {
    name: 'unready',
    from: ['unready-later/ready'],
    afterMs: GOOD_FOR_MS,
    events: [
      {
        type: 'Warning',
        reason: 'Unhealthy',
        message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
      },
    ],
    status: podStatus('Running', { state: SAME }),
  },
  {
    name: 'crash-late',
    from: ['late-crash/ready'],
    afterMs: GOOD_FOR_MS,
    status: podStatus('Running', { state: exited(1) }),
  },
  {
    name: 'recover',
    from: ['late-crash/exited'],
    afterMs: 1000,
    status: podStatus('Running', { state: RUNNING, ready: true, last: KEEP_LAST, restarted: true }),
  },
  {
    name: 'crash',
    from: ['crash/fresh'],
    afterMs: 500,
    status: podStatus('Running', { state: exited(3) }, 'first'),
  },
  {
    name: 'crash-again',
    from: ['crash/exited'],
    afterMs: 500,
    status: podStatus('Running', { state: exited(3), last: KEEP_LAST, restarted: true }),
  },
  {
    name: 'back-off',
    from: ['crash/exited-again'],
    afterMs: 500,
    events: [{ type: 'Warning', reason: 'BackOff', message: 'Back-off restarting failed container' }],
    status: podStatus('Running', {
      state: `{waiting: {reason: CrashLoopBackOff, message: "${BACKOFF_MESSAGE}"}}`,
      last: KEEP_LAST,
    }),
  },
  {
    name: 'crash-after-back-off',
    from: ['crash/backoff'],
    afterMs: 2000,
    status: podStatus('Running', { state: exited(3), last: KEEP_LAST, restarted: true }),
  },
  {
    name: 'fail-to-pull',
    from: ['missing/fresh', 'job-missing/fresh'],
    afterMs: 300,
    events: [
      { type: 'Warning', reason: 'Failed', message: `Failed to pull image "${REPOSITORY}:missing": no such host` },
      { type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' },
    ],
    status: podStatus('Pending', { state: `{waiting: {reason: ErrImagePull, message: "${PULL_ERROR}"}}` }, 'first'),
  },
  {
    name: 'back-off-pulling',
    from: ['missing/unpulled', 'job-missing/unpulled'],
    afterMs: 1000,
    events: [
      { type: 'Normal', reason: 'BackOff', message: `Back-off pulling image "${REPOSITORY}:missing"` },
      { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' },
    ],
    status: podStatus('Pending', {
      state: `{waiting: {reason: ImagePullBackOff, message: "Back-off pulling image \\"{{ $c.image }}\\": ErrImagePull: ${PULL_ERROR}"}}`,
    }),
  },
  {
    name: 'job-succeeds',
    from: ['job-plain/starting'],
    afterMs: 1000,
    status: podStatus('Succeeded', { state: exited(0) }),
  },
  {
    name: 'job-fails',
    from: ['job-crash/fresh'],
    afterMs: 500,
    status: podStatus('Failed', { state: exited(3) }, 'first'),
  },
];

/** The configuration of kwok: one JSON document for each stage, which a reader of YAML takes. */
export function stages(): string {
  return [...STAGES.map(podStage), deletion(), heartbeat()]
    .map((stage) => `---\n${JSON.stringify(stage, undefined, 1)}\n`)
    .join('');
}

function podStage(stage: Stage): unknown {
  return kwokStage(
    'Pod',
    stage.name,
    [
      { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' },
      { key: SCENE, operator: 'In', values: stage.from },
    ],
    {
      durationMilliseconds: stage.afterMs,
      ...(stage.afterFrom === undefined ? {} : { durationFrom: { jq: { expression: stage.afterFrom } } }),
    },
    [
      ...(stage.events ?? []).map((event) => ({ event })),
      { patch: { subresource: 'status', root: 'status', template: stage.status } },
    ],
  );
}

/** Deleted pods end after a second, or at once where nobody granted them that long. */
function deletion(): unknown {
  return kwokStage(
    'Pod',
    'delete',
    [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }],
    {
      durationMilliseconds: 1000,
      durationFrom: { jq: { expression: 'if .metadata.deletionGracePeriodSeconds == 0 then "0s" else "1s" end' } },
    },
    [{ delete: true }],
  );
}

/** The node's own sign of life. kwok looks after the pods of a node only if it has a stage for nodes, too. */
function heartbeat(): unknown {
  const template = `
{{ $now := Now }}
conditions:
- {type: Ready, status: "True", reason: KubeletReady, lastHeartbeatTime: ${NOW}}
`;
  return kwokStage(
    'Node',
    'heartbeat',
    [{ key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' }],
    { durationMilliseconds: 20_000 },
    [{ patch: { subresource: 'status', root: 'status', template } }],
  );
}

function kwokStage(
  kind: 'Pod' | 'Node',
  name: string,
  conditions: readonly Requirement[],
  delay: unknown,
  steps: unknown,
): unknown {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name: `${kind.toLowerCase()}-${name}` },
    spec: {
      resourceRef: { apiGroup: 'v1', kind },
      selector: { matchExpressions: conditions.map((jq) => ({ jq })) },
      delay,
      steps,
    },
  };
}

interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}
