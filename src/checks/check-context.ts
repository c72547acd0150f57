import type { Images, Strategy } from '../release/plan.ts';
import type { Share } from '../release/route.ts';
import type { Phase } from '../report/story.ts';
import type { ReleaseNames } from './user-command.ts';

/** The versions of a Deployment's release, by name. */
export interface DeploymentVersions extends ReleaseNames {
  readonly stableHash: string;
  readonly candidateHash: string;
  /** Of the candidate, by container. */
  readonly images: Images;
}

/** Of a Knative Service's. */
export interface KnativeVersions {
  readonly namespace: string;
  readonly release: string;
  readonly knativeService: string;
  readonly stableRevision: string;
  readonly candidateRevision: string;
  /** The candidate's own, by its tag; null: Knative has not said it. */
  readonly candidateUrl: string | null;
  readonly images: Images;
}

export type Versions = DeploymentVersions | KnativeVersions;

/** What checks are told of a release by what is released. */
export type SubjectContext = Versions & {
  readonly strategy: Strategy;
  readonly stableImages: Images;
  readonly moment: Moment;
};

/** `runUrl`: of this run at GitHub; null: it has none. */
export type RunContext = SubjectContext & { readonly runUrl: string | null };

/** What checks know of the release. `kubeconfig`: path of the one that the release uses; null: a command finds the cluster as we do. */
export type CheckContext = RunContext & { readonly kubeconfig: string | null };

/** Where the release stands when the checks begin. */
export interface Moment {
  readonly phase: Phase;
  /** From 0, the step at which no user is on the candidate yet; `of`: how many there are, without 100 %. */
  readonly step: number;
  readonly of: number;
  /** The candidate's share of the users, basis points. */
  readonly share: Share;
}

/** Where smoke tests reach the candidate. */
export interface SmokeTarget {
  readonly service: string;
  /** What requests need to be led to it. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A Revision's own Service leads to its pods, or, while it has none, to the activator, which starts one and learns from these headers of
 * whom: the API server's proxy sends no host name that would say it.
 */
export function smokeTargetOf(context: Versions): SmokeTarget {
  if (!('knativeService' in context)) return { service: context.candidateService, headers: {} };
  const { candidateRevision, namespace } = context;
  const headers = { 'Knative-Serving-Revision': candidateRevision, 'Knative-Serving-Namespace': namespace };
  return { service: candidateRevision, headers };
}
