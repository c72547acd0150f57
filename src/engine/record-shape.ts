import { CHECK_KINDS } from '../checks/result.ts';
import type { Shape } from './shapes.ts';
import { any, check, either, flag, listOf, mapOf, nothing, number, object, optional, text, words } from './shapes.ts';

/*
 * What of a record is looked at before it is believed: everything that decides which objects are written, and what a wrong type of would
 * end the run with an error that says nothing. Fields of later versions are left alone.
 */

const textOrNull = either(text, nothing);
const numberOrNull = either(number, nothing);
const times = object({ startedAt: number, deadline: number, bake: number, drain: number, settle: number });
const share = check(number, (value) => Number(value) >= 0 && Number(value) <= 10_000, 'is no share');
/** Whoever may write a ConfigMap must not lead this run's rights to objects elsewhere, nor to others than Kubernetes' own paths name. */
const named = check(text, (value) => /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(String(value)), 'is no name');
const step = object({ share, stay: number, pods: optional(number) });
const images = mapOf(text);
const run = object({
  url: textOrNull,
  id: textOrNull,
  attempt: textOrNull,
  actor: textOrNull,
  repository: textOrNull,
  sha: textOrNull,
  ref: textOrNull,
  job: textOrNull,
});

const pathIn = (namespace: string): Shape =>
  check(
    text,
    (value) => {
      const [, where, name = ''] =
        /^\/(?:api|apis\/[a-z0-9.-]+)\/[a-z0-9]+\/namespaces\/([^/]+)\/[a-z]+\/([^/]+)$/.exec(String(value)) ?? [];
      return where === namespace && /^[a-z0-9][-a-z0-9.]*$/.test(name);
    },
    `is no path of an object in namespace ${namespace}`,
  );

const versions = {
  stable: object({ hash: text, digest: text, images, revision: textOrNull }),
  candidate: object({ digest: text, images }),
};

const common = (namespace: string) => ({
  release: check(text, (value) => /^[a-z0-9-]{1,63}$/.test(String(value)), 'is no id of a release'),
  strategy: words('blue-green', 'canary', 'rolling'),
  steps: check(listOf(step), (value) => Array.isArray(value) && value.length > 0, 'has no step'),
  pauseAt: either(share, nothing),
  onFailure: words('rollback', 'hold'),
  keepWarm: optional(flag),
  rollback: optional(flag),
  ...versions,
  times,
  editors: listOf(text),
  owned: listOf(object({ of: words('route', 'deployment', 'service'), path: pathIn(namespace), owners: listOf(any) })),
  checks: number,
  checkedBy: optional(either(listOf(words(...CHECK_KINDS)), nothing)),
  checkAt: words('start', 'every-step'),
  judging: object({
    onInconclusive: words('pause', 'promote', 'rollback'),
    early: flag,
    patience: number,
    restarts: words('any', 'compare', 'ignore'),
  }),
});

const deploymentPlan = (namespace: string): Shape =>
  object({
    ...common(namespace),
    routes: listOf(
      object({
        router: text,
        app: object({
          namespace: check(text, (value) => value === namespace, `is not namespace ${namespace}`),
          live: named,
          candidate: named,
        }),
        paths: listOf(pathIn(namespace)),
      }),
    ),
    testers: object({
      headers: listOf(object({ name: text, value: text, kind: words('exact', 'regex') })),
      cookies: listOf(object({ name: text, value: text })),
    }),
    mirror: share,
    candidateReplicas: numberOrNull,
    leastPods: number,
    switch: words('cut', 'overlap'),
    deployment: object({ name: named, uid: text }),
    service: object({ name: named, uid: text, selector: mapOf(text) }),
    candidateService: either(
      object({ kind: words('ours'), name: named }),
      object({ kind: words('users'), name: named, uid: text, selector: mapOf(text) }),
    ),
    original: object({
      paused: flag,
      minReadySeconds: number,
      progressDeadlineSeconds: numberOrNull,
      strategy: object({}),
    }),
  });

const knativePlan = (namespace: string): Shape =>
  object({
    ...common(namespace),
    knative: object({
      name: named,
      uid: text,
      traffic: either(listOf(object({})), nothing),
      templateMetadata: either(object({}), nothing),
      candidateName: textOrNull,
      candidateSpec: text,
      tag: text,
      generation: number,
      goal: optional(object({ revision: named, metadata: either(object({}), nothing) })),
    }),
  });

const paused = object({
  step: number,
  marks: mapOf(number),
  restarts: mapOf(number),
  judgement: either(object({}), nothing),
});
const turned = object({ at: number, cause: text, reason: text });

const openRelease = (namespace: string, isKnative: boolean): Shape =>
  object({
    plan: isKnative ? knativePlan(namespace) : deploymentPlan(namespace),
    toldTemplate: textOrNull,
    toldRoutes: mapOf(numberOrNull),
    run,
    paused: either(paused, nothing),
    turned: optional(either(turned, nothing)),
    stood: optional(numberOrNull),
    warm: optional(either(object({ step: number, marks: mapOf(number) }), nothing)),
    measured: either(object({ prepared: object({}), judgement: object({}) }), nothing),
    told: either(object({ is: words('certain', 'in-doubt'), share }), nothing),
  });

const pastRelease = object({
  release: text,
  outcome: text,
  rollback: optional(flag),
  reason: textOrNull,
  startedAt: text,
  finishedAt: text,
  stableHash: text,
  candidateHash: textOrNull,
  revision: textOrNull,
  from: images,
  to: images,
  run,
});

/** What in an open release is not as it must be, with the place (`open.plan.steps[0].share is no number`); null: nothing. */
export function misfitOfOpen(open: unknown, namespace: string): string | null {
  // Of a plan that is no object, the shape says so.
  const plan = typeof open === 'object' && open !== null && 'plan' in open ? open.plan : null;
  const isKnative = typeof plan === 'object' && plan !== null && 'knative' in plan;
  return openRelease(namespace, isKnative)(open, 'open');
}

/** The same of the last releases. */
export function misfitOfPast(past: unknown): string | null {
  return listOf(pastRelease)(past, 'past');
}
