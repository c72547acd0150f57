import { isDeepStrictEqual } from 'node:util';
import type { Level, RouteVerdict } from './router.ts';

/*
 * What the controllers of a Gateway API route say of it: `status.parents`, one entry per parent and controller.
 * It is the control plane's word; traffic moves later (reference/routers.md).
 */

export interface ParentRef {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly sectionName?: string;
  readonly port?: number;
}

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

export interface RouteStatus {
  readonly parents?: readonly ParentStatus[];
}

interface ParentStatus {
  readonly parentRef?: ParentRef;
  readonly controllerName?: string;
  readonly conditions?: readonly Condition[];
}

/** What is judged: the parts of a route that its status speaks of. */
interface Judged {
  /** `HTTPRoute web` */
  readonly title: string;
  readonly namespace: string;
  readonly generation: number;
  readonly parentRefs: readonly ParentRef[];
  readonly status: RouteStatus | undefined;
}

export function judgeParents({ title, namespace, generation, parentRefs, status }: Judged): RouteVerdict {
  if (parentRefs.length === 0)
    return unknown(`${title} has no parentRefs: no Gateway and no mesh carries its traffic. Attach it to one.`);
  const verdicts = parentRefs.flatMap((parentRef) => {
    const parent = parentTitle(parentRef, namespace);
    const entries = (status?.parents ?? []).filter((entry) =>
      isDeepStrictEqual(spelt(entry.parentRef ?? {}, namespace), spelt(parentRef, namespace)),
    );
    if (entries.length === 0)
      return [
        unknown(
          `${title}: no controller has said anything for ${parent}. Is that parent there, and is its controller running?`,
        ),
      ];
    return entries.map((entry) => judgeParent(entry, `${title} at ${parent}`, generation));
  });
  const worst =
    (['no', 'unknown', 'yes'] as const).find((is) => verdicts.some((verdict) => verdict.is === is)) ?? 'unknown';
  const reasons = verdicts.filter(({ is }) => is === worst).flatMap((verdict) => verdict.reasons);
  const isProgrammed = worst === 'yes' && verdicts.every(({ level }) => level === 'programmed');
  const level: Level = worst !== 'yes' ? 'stored' : isProgrammed ? 'programmed' : 'accepted';
  return { is: worst, level, reasons };
}

function judgeParent(
  { conditions = [], controllerName }: ParentStatus,
  where: string,
  generation: number,
): RouteVerdict {
  const controller = controllerName ?? 'a controller without a name';
  const find = (type: string): Condition | undefined => conditions.find((condition) => condition.type === type);
  const age = ({ observedGeneration }: Condition): 'current' | 'stale' | 'unversioned' =>
    observedGeneration === undefined ? 'unversioned' : observedGeneration >= generation ? 'current' : 'stale';

  const accepted = find('Accepted');
  if (accepted === undefined) return unknown(`${where}: ${controller} has not yet said whether it accepts it.`);
  if (age(accepted) === 'stale')
    return unknown(
      `${where}: ${controller} has not yet seen generation ${generation} (it has seen ${accepted.observedGeneration}).`,
    );
  if (accepted.status === 'False') return no(`${where}: ${controller} does not accept it: ${told(accepted)}.`);
  if (accepted.status !== 'True') return unknown(`${where}: ${controller} has not decided yet: ${told(accepted)}.`);

  // Said of an earlier generation, it may well be about what has been put right since.
  for (const [type, bad] of [
    ['ResolvedRefs', 'False'],
    ['PartiallyInvalid', 'True'],
  ] as const) {
    const condition = find(type);
    if (condition?.status !== bad) continue;
    const says = `${where}: ${controller} says ${type}=${bad}: ${told(condition)}`;
    if (age(condition) === 'current') return no(`${says}.`);
    return unknown(`${says}; it does not say so of generation ${generation}.`);
  }

  if (age(accepted) === 'unversioned')
    return {
      is: 'yes',
      level: 'accepted',
      reasons: [
        `${where}: accepted, unversioned: ${controller} writes no observedGeneration, so this may be its word on an earlier state.`,
      ],
    };
  const programmed = find('Programmed');
  if (programmed === undefined) return { is: 'yes', level: 'accepted', reasons: [] };
  if (age(programmed) === 'current' && programmed.status === 'True')
    return { is: 'yes', level: 'programmed', reasons: [] };
  return unknown(
    `${where}: ${controller} has accepted generation ${generation} and not yet programmed it: ${told(programmed)}.`,
  );
}

/** Whether controllers of this route tell of its programming at all. */
export function tellsProgrammed(status: RouteStatus | undefined): boolean {
  const parents = status?.parents ?? [];
  return parents.length > 0 && parents.every(({ conditions }) => conditions?.some(({ type }) => type === 'Programmed'));
}

function told({ status, reason, message }: Condition): string {
  const what = [reason, message].filter((part) => part !== undefined && part !== '').join(': ');
  return what === '' ? `status ${status}, without a reason` : what.replace(/\.$/, '');
}

function spelt({ group, kind, namespace, name, sectionName, port }: ParentRef, own: string): ParentRef {
  return {
    group: group ?? 'gateway.networking.k8s.io',
    kind: kind ?? 'Gateway',
    namespace: namespace ?? own,
    name: name ?? '',
    // Absent and empty mean the whole parent.
    sectionName: sectionName ?? '',
    port: port ?? 0,
  };
}

function parentTitle({ kind, name, namespace, sectionName, port }: ParentRef, own: string): string {
  const where = namespace === undefined || namespace === own ? '' : ` in ${namespace}`;
  const section = sectionName === undefined ? '' : `, section ${sectionName}`;
  return `${kind ?? 'Gateway'} ${name}${where}${section}${port === undefined ? '' : `, port ${port}`}`;
}

function unknown(reason: string): RouteVerdict {
  return { is: 'unknown', level: 'stored', reasons: [reason] };
}

function no(reason: string): RouteVerdict {
  return { is: 'no', level: 'stored', reasons: [reason] };
}
