import { missingRoleFor } from '../../src/cluster/permissions.ts';
import { roleManifest } from '../../src/cluster/role-manifest.ts';
import type { Story } from '../../src/report/story.ts';
import { NEW, OLD, PROXY, START, UNCHANGED } from './stories.ts';

/*
 * Stories of operations that only look.
 */

const ROLE_RULES = [
  { namespace: 'shop', permissions: [{ group: 'apps', resource: 'deployments', verb: 'get' }] },
  { namespace: 'monitoring', permissions: [{ group: '', resource: 'services/proxy', verb: 'get' }] },
];

export const ROLE: Story = {
  ...UNCHANGED,
  action: 'role',
  finishedAt: START + 640,
  phases: [],
  looked: {
    of: 'role',
    role: {
      namespace: 'shop',
      rules: ROLE_RULES,
      yaml: roleManifest('web', 'shop', ROLE_RULES),
      basis: ['The route that leads to Service web was found in the cluster: httproute/web.'],
    },
  },
};

/** A canary that stands at 20 %, with two releases before it. */
export const STATUS: Story = {
  ...UNCHANGED,
  action: 'status',
  finishedAt: START + 410,
  phases: [],
  looked: {
    of: 'status',
    status: {
      is: 'paused',
      open: {
        release: 'r-20261121-130102-4f1c',
        strategy: 'canary',
        since: START - 3_720_000,
        run: 'https://github.com/acme/shop/actions/runs/19283000',
        pausedAt: 2_000,
        stableHash: '7c9d8b6f5',
        candidateHash: '5f4d7c9b8',
        from: { web: OLD, proxy: PROXY },
        to: { web: NEW, proxy: PROXY },
        verdicts: [{ verdict: 'inconclusive', text: 'errors: 12 of 50 requests that are needed' }],
      },
      share: 2_000,
      tracks: [
        {
          role: 'stable',
          hash: '7c9d8b6f5',
          revision: '41',
          images: { web: OLD, proxy: PROXY },
          wanted: 4,
          ready: 4,
          share: 8_000,
        },
        {
          role: 'candidate',
          hash: '5f4d7c9b8',
          revision: '42',
          images: { web: NEW, proxy: PROXY },
          wanted: 1,
          ready: 1,
          share: 2_000,
        },
      ],
      ways: [
        'Service web: pinned to stable; ready endpoints: 4 of stable.',
        'httproute/web: 20 % to Service web-candidate.',
      ],
      lock: {
        holder: 'https://github.com/acme/shop/actions/runs/19283000 (4f1c00)',
        renewedAgo: 420_000,
        isStale: true,
      },
      past: [
        {
          release: 'r-20261120-091500-77aa',
          outcome: 'rolled-back',
          reason: 'Container web in pod web-6d5-x2x4z exits with code 3.',
          finishedAt: '2026-11-20T09:15:31.000Z',
          run: 'https://github.com/acme/shop/actions/runs/19200000',
          from: { web: OLD },
          to: { web: 'ghcr.io/acme/web:2.0.4' },
          hash: '6d58f7c99',
          version: 'gone',
          hasMoved: false,
        },
        {
          release: 'r-20261118-160000-00ff',
          outcome: 'promoted',
          reason: null,
          finishedAt: '2026-11-18T16:04:10.000Z',
          run: null,
          from: { web: 'ghcr.io/acme/web:2.0.2' },
          to: { web: OLD },
          hash: '7c9d8b6f5',
          version: 'now',
          hasMoved: true,
        },
      ],
      lostNamespace: null,
      possible: [
        { action: 'promote', text: 'It goes on from 20 %.' },
        { action: 'abort', text: 'It takes release r-20261121-130102-4f1c back: users to stable, then the pods.' },
      ],
      rollbackPossible: true,
      notes: ['kubectl-set at 12:58:03 UTC changed the pod template of web: container web: env MODE.'],
      at: START,
    },
  },
};

/** A canary with a pause, planned by somebody who may not patch Deployments. */
export const PLAN: Story = {
  ...UNCHANGED,
  action: 'plan',
  finishedAt: START + 900,
  phases: [],
  warnings: ['The template has no preStop hook: requests may fail when pods leave.'],
  looked: {
    of: 'plan',
    plan: {
      would: 'release',
      open: [],
      strategy: 'canary',
      from: { web: OLD, proxy: PROXY },
      to: { web: NEW, proxy: PROXY },
      facts: ['Deployment shop/web, stable 7c9d8b6f5, live Service web'],
      steps: [
        { share: 0, stay: 0, candidatePods: 1, stablePods: 4, isPause: false },
        { share: 2_000, stay: 120_000, candidatePods: 1, stablePods: 4, isPause: true },
        { share: 10_000, stay: 60_000, candidatePods: 4, stablePods: 4, isPause: false },
      ],
      writes: [
        {
          request: 'POST /apis/coordination.k8s.io/v1/namespaces/shop/leases',
          why: 'take the lock (Lease crossfade.web)',
          changes: [],
          tried: 'accepted',
          refusal: null,
        },
        {
          request: 'PATCH /apis/apps/v1/namespaces/shop/deployments/web',
          why: 'new template and hold: the candidate’s pods start beside stable’s',
          changes: [
            { field: 'spec.template.spec.containers[web].image', before: `"${OLD}"`, after: `"${NEW}"` },
            {
              field: 'spec.template.spec.containers[web].env[MODE].value',
              before: '(not shown)',
              after: '(not shown)',
            },
            { field: 'spec.minReadySeconds', before: null, after: '2147483646' },
          ],
          tried: 'not-allowed',
          refusal: null,
        },
        {
          request: 'PATCH /api/v1/namespaces/shop/services/web',
          why: 'unpin Service web: its selector is again as you wrote it',
          changes: [{ field: 'spec.selector.pod-template-hash', before: '"candidate"', after: null }],
          tried: 'accepted',
          refusal: null,
        },
      ],
      missing: [{ namespace: 'shop', permission: { group: 'apps', resource: 'deployments', verb: 'patch' } }],
      role: missingRoleFor('shop', [{ group: 'apps', resource: 'deployments', verb: 'patch' }]),
      findings: [],
    },
  },
};
