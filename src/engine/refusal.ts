import type { NamespaceEnd } from '../cluster/namespace-end.ts';
import { describeLostNamespace } from '../release/lost-namespace.ts';
import type { ReleasePlan } from '../release/plan.ts';
import type { MisfitChange } from '../workload/template.ts';

/** Something in the cluster does not fit the request. Nothing was written. */
export interface Finding {
  /** What was wanted, what was found, what to do: one or more whole sentences. */
  readonly message: string;
  /** Longer material for the log and the summary, e.g. a ready Role. */
  readonly attachment?: string;
}

/** All findings of a preflight at once; the release has not begun. */
export class Refused extends Error {
  readonly findings: readonly Finding[];
  constructor(findings: readonly Finding[]) {
    super(findings.map((finding) => finding.message).join('\n'));
    this.findings = findings;
  }
}

/** It is over for its users: going back and the end have names of their own. */
export function keptWarm({ release }: ReleasePlan): Finding {
  return {
    message: `Release ${release} was promoted already, and its old version is kept warm. Take users back to that with action: rollback, or let it go with action: finish.`,
  };
}

/** A change that cannot be made. @param title `Deployment web` */
export function misfitFinding(title: string, { input, message }: MisfitChange): Finding {
  return { message: `Input ${input} does not fit ${title}: ${message}.` };
}

/** What is not there any more, or never was. @param title `Deployment web` */
export function inLostNamespace(title: string, namespace: string, is: NamespaceEnd): Finding {
  return {
    message:
      is === 'leaving'
        ? `Wanted ${title}. ${describeLostNamespace({ name: namespace, is })}`
        : `Wanted ${title} in namespace ${namespace}; there is no such namespace. Check inputs namespace and context.`,
  };
}

/** A release that was interrupted before its template was written, in a run that cannot make that template. */
export function unknownTemplate({ release }: ReleasePlan): Finding {
  return {
    message:
      `Release ${release} was interrupted before its pods were started, and what it was to start is not on record (it may be secret). ` +
      'Give the same images and env as its deploy had, with action: resume or action: deploy; or take back what little was written with action: abort.',
  };
}
