import { IMAGE } from '../contract/cluster.ts';
import { describeKnativeWrites } from '../contract/knative-writes.ts';
import type { Family } from './family.ts';
import type { Inputs } from './inputs.ts';
import { gateway, ROUTED, routedTo } from './gateway.ts';
import { BEHIND_NGINX, ingressedTo } from './ingress.ts';
import { IN_A_MESH, meshedTo } from './istio.ts';
import { BY_KNATIVE, knative, leftOfKnative, unservedBy } from './knative.ts';
import { BALANCED, balancedTo, balancer, balancing } from './load-balancer.ts';
import { BEHIND_TRAEFIK, IN_A_LIST, listedBy } from './traefik.ts';

/* How a release moves its users: the kinds of it that die in here, or are tormented. */

const CANARY: Inputs = { strategy: 'canary', steps: '20% 1s, 60% 1s' };

export const BLUE_GREEN: Family = {
  app: { replicas: 2, image: IMAGE.v1 },
  inputs: { strategy: 'blue-green' },
};

export const BY_ROUTE: Family = {
  app: { replicas: 2, image: IMAGE.v1, ...ROUTED },
  inputs: CANARY,
  controller: gateway,
  destinations: routedTo,
};

export const BY_VIRTUAL_SERVICE: Family = {
  app: { replicas: 2, image: IMAGE.v1, ...IN_A_MESH },
  inputs: CANARY,
  destinations: meshedTo,
};

export const BY_INGRESS: Family = {
  app: { replicas: 2, image: IMAGE.v1, ...BEHIND_NGINX },
  inputs: CANARY,
  destinations: ingressedTo,
};

export const BY_INGRESS_ROUTE: Family = {
  app: { replicas: 2, image: IMAGE.v1, ...BEHIND_TRAEFIK },
  inputs: CANARY,
  destinations: listedBy,
};

export const BY_TRAEFIK_SERVICE: Family = {
  app: { replicas: 2, image: IMAGE.v1, ...IN_A_LIST },
  inputs: CANARY,
  destinations: listedBy,
};

export const BY_COMMAND: Family = {
  app: { replicas: 2, image: IMAGE.v1, ...BALANCED },
  inputs: { ...CANARY, router: 'command', 'router-command': 'tell', 'router-verify': 'ask' },
  controller: balancer,
  command: balancing,
  destinations: balancedTo,
};

export const KNATIVE: Family = {
  app: { replicas: 1, image: IMAGE.v1, ...BY_KNATIVE },
  inputs: { ...CANARY, deployment: '', 'knative-service': 'web', 'drain-time': '' },
  controller: knative,
  destinations: unservedBy,
  left: leftOfKnative,
  words: describeKnativeWrites,
};

export const BY_PODS: Family = {
  app: { replicas: 3, image: IMAGE.v1 },
  inputs: { strategy: 'canary', steps: '25% 1s, 75% 1s' },
  isResized: true,
};

export const IN_BATCHES: Family = {
  app: {
    replicas: 3,
    image: IMAGE.v1,
    spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } },
  },
  inputs: { strategy: 'rolling', batches: '1, 50%', 'batch-time': '1s' },
  isResized: true,
};

/** Kubernetes' own rolling update: nothing is held, and nothing is pinned. */
export const PLAIN_ROLLING: Family = {
  app: { replicas: 3, image: IMAGE.v1 },
  inputs: { strategy: 'rolling' },
  isPlain: true,
};
