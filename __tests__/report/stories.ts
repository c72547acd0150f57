import { addTick, beginStep, newJudgement, verdictsOf } from '../../src/analysis/judgement.ts';
import type { JudgementPlan } from '../../src/analysis/judgement-plan.ts';
import type { Measured, MeasuredStage, MeasuredTick } from '../../src/analysis/measured.ts';
import type { JudgedByMetric } from '../../src/analysis/verdicts.ts';
import { missingRoleFor } from '../../src/cluster/permissions.ts';
import type { PhaseSpan, Story, ToldWrite } from '../../src/report/story.ts';

/** Epoch milliseconds at which every story begins. */
export const START = Date.UTC(2026, 10, 21, 13, 1, 2);

const DEPLOYMENT = '/apis/apps/v1/namespaces/shop/deployments/web';
const SERVICE = '/api/v1/namespaces/shop/services/web';
const SERVICES = '/api/v1/namespaces/shop/services';
const KNATIVE_SERVICE = '/apis/serving.knative.dev/v1/namespaces/shop/services/web';

export const OLD = 'ghcr.io/acme/web:2.0.3';
export const NEW = 'ghcr.io/acme/web@sha256:9f2b6a1c04d7e85b3a90c1d2e3f4a5b6c7d8e9f00112233445566778899aabbc';
export const PROXY = 'docker.io/envoyproxy/envoy:v1.36.2';

export function span(phase: PhaseSpan['phase'], from: number, to: number, ...facts: string[]): PhaseSpan {
  return { phase, startedAt: START + from, endedAt: START + to, facts };
}

export function write(at: number, request: string, why: string): ToldWrite {
  return { at: START + at, request, why };
}

const PREFLIGHT = span(
  'Preflight',
  0,
  412,
  'Deployment shop/web, stable 7c9d8b6f5, live Service web',
  `container web: ${OLD} → ${NEW}`,
);

const OPENING: readonly ToldWrite[] = [
  write(640, `PATCH ${DEPLOYMENT}`, 'pause Deployment web'),
  write(671, `PATCH ${SERVICE}`, 'pin Service web to stable (7c9d8b6f5)'),
  write(702, `PATCH ${DEPLOYMENT}`, 'new template and hold: the candidate’s pods start beside stable’s'),
  write(798, `PATCH ${DEPLOYMENT}`, 'freeze: pause again, now with both tracks'),
  write(829, `POST ${SERVICES}`, 'create Service web-candidate: it reaches only the candidate'),
];

const OPENED: readonly PhaseSpan[] = [
  PREFLIGHT,
  span('Open', 412, 798, 'release r-20261121-130102-4f1c is on record (ConfigMap crossfade.web)'),
];

export const PROMOTED: Story = {
  action: 'deploy',
  outcome: 'promoted',
  reason: null,
  dryRun: false,
  release: 'r-20261121-130102-4f1c',
  namespace: 'shop',
  deployment: 'web',
  kind: 'Deployment',
  service: 'web',
  strategy: 'blue-green',
  stableHash: '7c9d8b6f5',
  candidateHash: '5f4d7c9b8',
  from: { web: OLD, proxy: PROXY },
  to: { web: NEW, proxy: PROXY },
  run: {
    url: 'https://github.com/acme/shop/actions/runs/19283746/attempts/2',
    id: '19283746',
    attempt: '2',
    actor: 'octocat',
    repository: 'acme/shop',
    sha: '4c1b9a7e02f35d8876cba9e1d2f30415263748ab',
    ref: 'refs/heads/main',
    job: 'release',
  },
  steps: [],
  ramp: [],
  foundAt: null,
  reachedAt: null,
  measured: null,
  pausedAt: null,
  looked: null,
  startedAt: START,
  finishedAt: START + 99_870,
  phases: [
    ...OPENED,
    span('Start candidate', 798, 6_310, '4 candidate pods Ready and listed'),
    span('Check candidate', 6_310, 8_020, '2 checks of the candidate'),
    span('Switch users', 8_020, 8_110, 'all 4 live endpoints are candidate pods'),
    span('Bake', 8_110, 68_120, 'the candidate stayed Ready and did not restart'),
    span('Drain', 68_120, 98_130, 'waited: open connections to stable’s pods to end'),
    span('Close', 98_130, 99_870),
  ],
  checks: [
    {
      name: 'GET /healthz 200',
      kind: 'smoke-test',
      verdict: 'healthy',
      tries: 2,
      took: 1_130,
      detail: 'answered 200',
    },
    {
      name: './scripts/smoke.sh --fast',
      kind: 'smoke-command',
      verdict: 'healthy',
      tries: 1,
      took: 1_690,
      detail: 'exit code 0\n12 passed',
    },
  ],
  writes: [
    ...OPENING,
    write(8_031, `PATCH ${SERVICE}`, 'switch Service web to the candidate (5f4d7c9b8)'),
    write(98_140, `PATCH ${DEPLOYMENT}`, 'close: the candidate counts as available, the controller retires stable'),
    write(99_700, `PATCH ${SERVICE}`, 'unpin Service web: its selector is again as you wrote it'),
    write(99_760, `PATCH ${DEPLOYMENT}`, 'put the Deployment’s own fields back'),
    write(99_810, `DELETE ${SERVICES}/web-candidate`, 'delete Service web-candidate'),
  ],
  warnings: [
    'No container has a preStop hook: unless the program goes on serving for some seconds after SIGTERM, requests in flight fail when the old pods end. A preStop of `sleep: { seconds: 5 }` is enough.',
  ],
  findings: [],
  diagnosis: null,
  held: false,
  denied: false,
  lost: null,
  keptWarm: false,
  programs: [],
  rollback: false,
  rollbackPossible: true,
  requests: 34,
};

/** Promoted with `keep-warm`: the run ends with the bake. */
export const KEPT_WARM: Story = {
  ...PROMOTED,
  keptWarm: true,
  finishedAt: START + 68_200,
  phases: PROMOTED.phases.slice(0, -2),
  writes: PROMOTED.writes.slice(0, -4),
};

/** The old version, released once more because a person wanted it. */
export const WANTED_BACK: Story = {
  ...PROMOTED,
  action: 'rollback',
  outcome: 'rolled-back',
  rollback: true,
  from: PROMOTED.to,
  to: PROMOTED.from,
};

/** One that was not well itself. */
export const NOT_BACK: Story = {
  ...WANTED_BACK,
  outcome: 'failed',
  reason: 'smoke-test “GET /healthz 200” failed: answered 503',
  checks: [],
  phases: [...OPENED, span('Start candidate', 798, 6_310), span('Go back', 6_310, 8_000)],
  writes: OPENING,
  rollbackPossible: false,
};

/** Users are where they were wanted; what is missing is a Revision of the old template. */
export const PINNED: Story = {
  ...WANTED_BACK,
  kind: 'Knative Service',
  service: 'web',
  outcome: 'failed',
  reason:
    'All users are on Revision web-00001, as was wanted, and stay pinned there by its name: Revision web-00003: ErrImagePull: not found (Knative made it of the old template), so that they cannot follow the latest Revision yet. Put that right and end release r-20261121-130102-4f1c by action: resume; action: abort takes users to web-00002 again.',
  stableHash: 'web-00002',
  candidateHash: 'web-00001',
  checks: [],
  warnings: [],
  phases: [
    span('Preflight', 0, 200, 'Revision web-00001 is Ready'),
    span(
      'Switch users',
      200,
      700,
      'Knative Service web gives Revision web-00001 100 % (programmed into the data plane)',
    ),
    span('Set the template back', 700, 120_700),
  ],
  writes: [
    write(210, `PATCH ${KNATIVE_SERVICE}`, '100 % of the users on Revision web-00001'),
    write(
      710,
      `PATCH ${KNATIVE_SERVICE}`,
      'the template of web-00001: Knative makes a Revision of it, for the users who follow the latest',
    ),
  ],
  rollbackPossible: false,
};

/** From a version that was kept warm. */
export const FLIPPED: Story = {
  ...PROMOTED,
  action: 'rollback',
  outcome: 'rolled-back',
  reason: 'A person asked for it (action: rollback, octocat).',
  checks: [],
  warnings: [],
  phases: [span('Preflight', 0, 200), span('Roll back', 200, 4_100, 'all 4 live endpoints are stable pods again')],
  writes: [write(310, `PATCH ${SERVICE}`, 'move users of Service web back to stable (7c9d8b6f5)')],
  rollbackPossible: false,
};

const CRASH =
  'container web of pod web-5f4d7c9b8-x2x4z: CrashLoopBackOff (exit code 3, 2 restarts): back-off 20s restarting failed container';

const BROKEN: Story = {
  ...PROMOTED,
  reason: CRASH,
  checks: [],
  warnings: [],
  diagnosis: {
    signs: [
      CRASH,
      'container web of pod web-5f4d7c9b8-q8k2m: CrashLoopBackOff (exit code 3, 2 restarts): back-off 20s restarting failed container',
    ],
    log: {
      pod: 'web-5f4d7c9b8-x2x4z',
      container: 'web',
      lines: [
        'web 2.1.0 starting',
        'reading configuration from /etc/web/config.yaml',
        'Error: DATABASE_URL is not set',
        '    at loadConfig (/app/config.js:41:11)',
        '    at main (/app/server.js:12:3)',
      ],
    },
    events: [
      'Warning BackOff web-5f4d7c9b8-x2x4z: Back-off restarting failed container web in pod web-5f4d7c9b8-x2x4z_shop',
      'Normal Pulled web-5f4d7c9b8-x2x4z: Container image "ghcr.io/acme/web:2.1.0" already present on machine',
      'Normal Scheduled web-5f4d7c9b8-x2x4z: Successfully assigned shop/web-5f4d7c9b8-x2x4z to node-2',
    ],
  },
  rollbackPossible: false,
};

const GOING_BACK: readonly ToldWrite[] = [
  write(24_700, `PATCH ${DEPLOYMENT}`, 'close on stable: its template is back, the controller retires the candidate'),
  write(25_300, `PATCH ${SERVICE}`, 'unpin Service web: its selector is again as you wrote it'),
  write(25_360, `PATCH ${DEPLOYMENT}`, 'put the Deployment’s own fields back'),
  write(25_410, `DELETE ${SERVICES}/web-candidate`, 'delete Service web-candidate'),
];

/** A container that crashes at its start: no user ever reached it. */
export const CRASHED: Story = {
  ...BROKEN,
  outcome: 'rolled-back',
  finishedAt: START + 25_470,
  phases: [
    ...OPENED,
    span('Start candidate', 798, 24_390, 'waited: 0/4 candidate pods Ready'),
    span('Go back', 24_390, 25_470, CRASH),
  ],
  writes: [...OPENING, ...GOING_BACK],
  requests: 31,
};

/** Well at first, sick under load: taken back in the bake. */
export const BAKED_BACK: Story = {
  ...PROMOTED,
  outcome: 'rolled-back',
  reason: 'pod web-5f4d7c9b8-x2x4z of the candidate restarted after it had been Ready.',
  finishedAt: START + 21_900,
  phases: [
    ...PROMOTED.phases.slice(0, 5),
    span('Bake', 8_110, 20_200),
    span(
      'Go back',
      20_200,
      21_900,
      'pod web-5f4d7c9b8-x2x4z of the candidate restarted after it had been Ready.',
      'all 4 live endpoints are stable pods again',
    ),
  ],
  writes: [
    ...PROMOTED.writes.slice(0, 6),
    write(20_231, `PATCH ${SERVICE}`, 'send users back: Service web reaches stable (7c9d8b6f5)'),
    ...GOING_BACK.map((told) => ({ ...told, at: told.at - 3_600 })),
  ],
  rollbackPossible: false,
};

/** `on-failure: hold`. */
export const HELD: Story = {
  ...BROKEN,
  outcome: 'failed',
  reason: 'smoke-command “./scripts/smoke.sh --fast” failed: exit code 1',
  held: true,
  finishedAt: START + 9_120,
  phases: [
    ...OPENED,
    span('Start candidate', 798, 6_310, '4 candidate pods Ready and listed'),
    span('Check candidate', 6_310, 9_050, '2 checks of the candidate'),
    span('Go back', 9_050, 9_120, 'smoke-command “./scripts/smoke.sh --fast” failed: exit code 1'),
  ],
  checks: [
    {
      name: 'GET /healthz 200',
      kind: 'smoke-test',
      verdict: 'healthy',
      tries: 1,
      took: 90,
      detail: 'answered 200',
    },
    {
      name: './scripts/smoke.sh --fast',
      kind: 'smoke-command',
      verdict: 'unhealthy',
      tries: 1,
      took: 2_640,
      detail: 'exit code 1\nok 1 - the front page\nnot ok 2 - the basket\n  expected 200, got 500\n1 of 12 failed',
    },
  ],
  writes: OPENING,
  diagnosis: { signs: [], log: null, events: [] },
  requests: 29,
};

/** Refused for want of permissions, before anything was planned. */
export const REFUSED: Story = {
  ...PROMOTED,
  outcome: 'failed',
  reason: 'The release was refused: 2 findings.',
  release: null,
  service: null,
  stableHash: null,
  candidateHash: null,
  from: {},
  to: {},
  finishedAt: START + 380,
  phases: [span('Preflight', 0, 380)],
  checks: [],
  writes: [],
  warnings: [],
  findings: [
    {
      message:
        'This run may not do everything that a release needs in namespace shop: patch services, create configmaps. ' +
        'Let an administrator of the cluster apply this Role and bind it to the user of the kubeconfig.',
      attachment: missingRoleFor('shop', [
        { group: '', resource: 'services', verb: 'patch' },
        { group: '', resource: 'configmaps', verb: 'create' },
      ]),
    },
    {
      message:
        'ResourceQuota compute allows 10 pods and 8 are used: the candidate needs 4 more beside stable. Raise the quota or lower the replicas for the release.',
    },
  ],
  rollbackPossible: false,
  requests: 6,
};

export const UNCHANGED: Story = {
  ...PROMOTED,
  outcome: 'unchanged',
  candidateHash: null,
  to: PROMOTED.from,
  finishedAt: START + 410,
  phases: [
    span(
      'Preflight',
      0,
      410,
      'Deployment shop/web, stable 7c9d8b6f5, live Service web',
      'the Deployment runs exactly this already: nothing to do',
    ),
  ],
  checks: [],
  writes: [],
  warnings: [],
  rollbackPossible: false,
  requests: 9,
};

export const DRY_RUN: Story = {
  ...PROMOTED,
  outcome: 'unchanged',
  reason: 'dry run: nothing was changed',
  dryRun: true,
  candidateHash: null,
  finishedAt: START + 690,
  phases: [PREFLIGHT, span('Dry run', 412, 690)],
  checks: [],
  writes: PROMOTED.writes.map((told, at) => ({ ...told, at: START + 420 + 20 * at })),
  rollbackPossible: false,
  requests: 24,
};

const JUDGED: JudgementPlan = {
  metrics: [
    { name: 'errors', kind: 'requests', objective: null },
    { name: 'slow', kind: 'requests', objective: null },
  ],
  evidence: 'ticks',
  tolerance: 1.5,
  worseAtMost: 3,
  falseAlarms: 0.01,
  steps: 3,
  minRequests: 50,
  tickMs: 5_000,
  staleMs: 90_000,
};

/** A metric as it is judged when nothing arrived, but for what is given. */
export function judgedMetric(some: Partial<JudgedByMetric>): JudgedByMetric {
  const [metric] = verdictsOf(JUDGED, newJudgement(JUDGED)).metrics;
  if (metric === undefined) throw new Error('nothing is judged');
  return { ...metric, ...some };
}

/** A ramp whose candidate is well at 5 % and fails more often than stable at 20 %, judged as a release judges it. */
function measuredRamp(): Measured {
  let judgement = newJudgement(JUDGED);
  const stages: MeasuredStage[] = [];
  const ticks: MeasuredTick[] = [];
  const steps = [
    { name: '5 %', from: 10_000, ticks: 12, n: 25, errors: [0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0] },
    { name: '20 %', from: 72_000, ticks: 9, n: 100, errors: [4, 6, 3, 5, 8, 4, 5, 6, 5] },
  ];
  steps.forEach((step, index) => {
    judgement = beginStep(JUDGED, judgement, index + 1);
    for (let tick = 0; tick < step.ticks; tick += 1) {
      const at = START + step.from + (tick + 1) * 5_000;
      const stable = { n: 500 - step.n, x: tick % 4 === 1 ? 2 : 0 };
      const errors = { candidate: { n: step.n, x: step.errors[tick] ?? 0 }, stable };
      const slow = { candidate: { n: step.n, x: 1 }, stable: { n: stable.n, x: tick % 2 === 0 ? 8 : 6 } };
      judgement = addTick(JUDGED, judgement, { at, arms: { errors, slow } });
      ticks.push({ at, metric: 'errors', ...errors }, { at, metric: 'slow', ...slow });
    }
    const { metrics } = verdictsOf(JUDGED, judgement);
    const startedAt = START + step.from;
    const gates = [
      { name: 'HighErrorRate', kind: 'alert', verdict: 'healthy', detail: 'not firing' } as const,
      {
        name: 'error-rate',
        kind: 'threshold',
        verdict: index === 0 ? 'inconclusive' : 'healthy',
        detail: index === 0 ? 'no data: sum(rate(checkout_failed_total[1m]))' : '0.004 < 0.01',
      } as const,
    ];
    stages.push({ name: step.name, startedAt, endedAt: startedAt + step.ticks * 5_000 + 400, metrics, gates });
  });
  return {
    source: 'Prometheus at http://prometheus.monitoring:9090 (preset istio)',
    queries: ['sum by (pod, response_code) (istio_requests_total{reporter="destination",namespace="shop"})'],
    notes: ['10 of 40 pods of stable are read, always the same'],
    stages,
    ticks,
  };
}

/** A canary that is condemned by what was counted. */
export const CONDEMNED: Story = {
  ...PROMOTED,
  outcome: 'rolled-back',
  strategy: 'canary',
  reason: measuredRamp().stages.at(-1)?.metrics[0]?.sentence ?? null,
  finishedAt: START + 121_300,
  steps: [
    { share: 0, stay: 0 },
    { share: 500, stay: 60_000 },
    { share: 2_000, stay: 300_000 },
    { share: 10_000, stay: 0 },
  ],
  ramp: [
    {
      wanted: 500,
      real: 500,
      candidatePods: 1,
      stablePods: 4,
      routes: ['httproute/web: accepted by its controller'],
      at: START + 10_200,
    },
    {
      wanted: 2_000,
      real: 2_000,
      candidatePods: 1,
      stablePods: 4,
      routes: ['httproute/web: accepted by its controller'],
      at: START + 72_300,
    },
  ],
  measured: measuredRamp(),
  phases: [
    ...OPENED,
    span('Start candidate', 798, 6_310, '1 candidate pod Ready and listed'),
    span('Ramp', 6_310, 117_500, 'httproute/web gives the candidate 20 % (accepted by its controller)'),
    span('Go back', 117_500, 121_300, 'all 4 live endpoints are stable pods again'),
  ],
  writes: [...OPENING, ...GOING_BACK.map((told) => ({ ...told, at: told.at + 93_000 }))],
  rollbackPossible: false,
};
