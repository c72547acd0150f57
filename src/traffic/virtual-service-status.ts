import type { RouteVerdict } from './router.ts';
import type { VirtualService } from './virtual-service-rules.ts';

/*
 * What Istio says of a VirtualService. By default it writes no status; where it does, the status tells how many proxies have the route.
 */

export function judgeStatus(title: string, { status, metadata }: VirtualService): RouteVerdict {
  const generation = metadata?.generation ?? 0;
  const isStale = (seen: number | string | undefined): boolean => seen !== undefined && Number(seen) < generation;
  const errors = (status?.validationMessages ?? []).filter(({ level }) => level === 3 || /^error$/i.test(`${level}`));
  if (errors.length > 0 && !isStale(status?.observedGeneration))
    return {
      is: 'no',
      level: 'held',
      reasons: errors.map(
        ({ code, type, message }) =>
          `Istio finds an error in ${title}: ${[type?.code ?? code, type?.name, message].filter(Boolean).join(' ')}.`,
      ),
    };
  const condition = status?.conditions?.find(({ type }) => type === 'Reconciled');
  if (condition === undefined)
    return {
      is: 'yes',
      level: 'held',
      reasons: [`${title} is stored as wanted; Istio writes no status that tells more.`],
    };
  const said = `Reconciled is ${condition.status}${[condition.reason, condition.message]
    .filter(Boolean)
    .map((text) => `, ${text}`)
    .join('')}`;
  const seen = condition.observedGeneration ?? status?.observedGeneration;
  if (seen === undefined)
    return { is: 'unknown', level: 'held', reasons: [`${title}: ${said}, without the generation that it means.`] };
  if (isStale(seen))
    return {
      is: 'unknown',
      level: 'held',
      reasons: [`${title}: ${said}, of generation ${seen}; the object is at ${generation}.`],
    };
  return condition.status === 'True'
    ? { is: 'yes', level: 'programmed', reasons: [] }
    : { is: 'unknown', level: 'held', reasons: [`${title} has not reached all proxies yet: ${said}.`] };
}
