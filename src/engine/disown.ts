import {
  FIELD_MANAGER,
  type FieldOwner,
  givenBack,
  isApplied,
  type ManagedFields,
  oursIn,
  ownersAt,
} from '../cluster/field-owners.ts';
import { type FieldPath, intersection, isEmpty, union, within } from '../cluster/field-sets.ts';
import type { Deployment, KubeObject, Service } from '../cluster/wire.ts';
import { deploymentPath, servicePath, type WriteRequest } from '../cluster/write-request.ts';
import type { OwnedObject, Plan } from '../release/plan.ts';
import type { Binding } from '../release/route.ts';
import type { RouteObjects } from '../traffic/router.ts';
import { digestOf } from '../workload/template.ts';
import type { Foreseen } from './foreseen-routes.ts';
import type { Snapshot } from './snapshot.ts';

/*
 * The fields that a release has put back stand under its name in `managedFields`: their owner, who applies server-side, would be in
 * conflict with us about each of them. So, last of all, they are given back. In a PATCH of its own: the API server attributes what
 * else is changed in the same one to us, afterwards.
 */

const HOLD: readonly FieldPath[] = ['minReadySeconds', 'progressDeadlineSeconds', 'strategy', 'paused'].map((field) => [
  'f:spec',
  `f:${field}`,
]);
const TEMPLATE: FieldPath = ['f:spec', 'f:template'];
const SELECTOR: FieldPath = ['f:spec', 'f:selector'];
/** All that routers write. */
const ROUTE: readonly FieldPath[] = [['f:spec'], ['f:metadata', 'f:annotations']];
const EVERYTHING: readonly FieldPath[] = [[]];

/** Characters of JSON. Beyond it owners are not kept: the fields are nobody's afterwards, which is no conflict either. */
const LONGEST = 16_384;

/** What is read before the first write. */
export interface Unwritten {
  readonly deployment: Deployment;
  /** The Deployment as a dry run of `open` answers it: what of its template will be ours. */
  readonly opened: Deployment;
  readonly service: Service;
  readonly routes: readonly Binding[];
  readonly objects: RouteObjects;
}

/**
 * Who has what a release is about to write. Of Deployment and Service only where somebody manages them by server-side apply: nobody
 * else is ever in conflict.
 */
export function ownedObjects({ deployment, opened, service, routes, objects }: Unwritten): readonly OwnedObject[] {
  const written = within(oursIn(opened.metadata), [TEMPLATE]);
  const ofDeployment = ownersAt(deployment.metadata, [...HOLD, TEMPLATE])
    .map((owner) => ({ ...owner, fields: union(within(owner.fields, HOLD), intersection(owner.fields, written)) }))
    .filter(({ fields }) => !isEmpty(fields));
  return [
    ...ownedRoutes(routes, objects),
    ...(isApplied(service.metadata)
      ? [
          {
            of: 'service',
            path: pathOf(service, servicePath),
            owners: short(ownersAt(service.metadata, [SELECTOR])),
          } as const,
        ]
      : []),
    // Its controller is about to write the status after the last change: it comes last, so that it need not be asked twice.
    ...(isApplied(deployment.metadata)
      ? [{ of: 'deployment', path: pathOf(deployment, deploymentPath), owners: short(ofDeployment) } as const]
      : []),
  ];
}

/** Objects that are not there will be made by the release, and go with it. */
export function ownedRoutes(routes: readonly Binding[], objects: RouteObjects): readonly OwnedObject[] {
  const paths = [...new Set(routes.flatMap((binding) => binding.paths))];
  return paths.flatMap((path): OwnedObject[] => {
    const object = objects.get(path);
    return object ? [{ of: 'route', path, owners: short(ownersAt(object.metadata, ROUTE)) }] : [];
  });
}

export function short(owners: readonly FieldOwner[]): readonly FieldOwner[] {
  return JSON.stringify(owners).length > LONGEST ? [] : owners;
}

function pathOf({ metadata }: KubeObject, path: (namespace: string, name: string) => string): string {
  return path(metadata?.namespace ?? '', metadata?.name ?? '');
}

type Released = Pick<Plan, 'owned' | 'deployment' | 'service' | 'stable'>;
type Seen = Pick<Snapshot, 'deployment' | 'liveService' | 'routes'>;

/** Indices of `plan.owned`: objects in which something stands under our name that was somebody else's, or is to be nobody's. */
export function claimsIn(plan: Released, snapshot: Seen): readonly number[] {
  return plan.owned.flatMap((owned, index) => (fieldsAfter(plan, owned, snapshot) === null ? [] : [index]));
}

/** Gives the fields of one object back. Undefined: there is nothing to give. */
export function disownRequest(plan: Released, index: number, snapshot: Seen): WriteRequest | undefined {
  const owned = plan.owned[index];
  const fields = owned === undefined ? null : fieldsAfter(plan, owned, snapshot);
  if (owned === undefined || fields === null) return undefined;
  return disownOf(owned, objectOf(plan, owned, snapshot), fields);
}

/** The same before anything was written: what each of them will be for. There is nothing to try it on. */
export function foreseenDisowns(plan: Released, snapshot: Seen): readonly Foreseen[] {
  return plan.owned.map((owned) => {
    const object = objectOf(plan, owned, snapshot);
    return { write: disownOf(owned, object, object?.metadata?.managedFields ?? []), trial: null };
  });
}

export function disownOf(
  owned: OwnedObject,
  object: KubeObject | null,
  fields: readonly ManagedFields[],
): WriteRequest {
  const { kind, metadata } = object ?? {};
  return {
    verb: 'patch',
    path: owned.path,
    tests: [
      { op: 'test', path: '/metadata/uid', value: metadata?.uid },
      // Managed fields are written whole: nobody else's entry may have changed since.
      { op: 'test', path: '/metadata/resourceVersion', value: metadata?.resourceVersion },
    ],
    changes: [{ op: 'replace', path: '/metadata/managedFields', value: fields }],
    why: `give the fields of ${kind ?? owned.of} ${metadata?.name} back to who had them${namesOf(owned.owners)}`,
  };
}

function namesOf(owners: readonly FieldOwner[]): string {
  const names = [...new Set(owners.map(({ manager }) => manager))];
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
}

function fieldsAfter(plan: Released, owned: OwnedObject, snapshot: Seen): readonly ManagedFields[] | null {
  const object = objectOf(plan, owned, snapshot);
  if (object === null) return null;
  switch (owned.of) {
    case 'route':
      return givenBack(object.metadata, owned.owners, { paths: EVERYTHING, freed: EVERYTHING });
    case 'service':
      return givenBack(object.metadata, owned.owners, { paths: [SELECTOR], freed: [SELECTOR] });
    case 'deployment': {
      // What a promoted release has changed in the template is ours: whoever applies an older image is told of it.
      const isBack = digestOf(snapshot.deployment?.spec?.template ?? {}) === plan.stable.digest;
      return givenBack(object.metadata, owned.owners, { paths: isBack ? [...HOLD, TEMPLATE] : HOLD, freed: HOLD });
    }
  }
}

/** Null: it is gone, or another one has its name. */
function objectOf(plan: Released, owned: OwnedObject, snapshot: Seen): KubeObject | null {
  switch (owned.of) {
    case 'route':
      return snapshot.routes.get(owned.path) ?? null;
    case 'service':
      return snapshot.liveService?.metadata?.uid === plan.service.uid ? snapshot.liveService : null;
    case 'deployment':
      return snapshot.deployment?.metadata?.uid === plan.deployment.uid ? snapshot.deployment : null;
  }
}

/** @param why the API server's own words */
export function notGivenBack(why: string): string {
  return (
    `Fields that are as they were before the release stay under the name ${FIELD_MANAGER} in managedFields, because they could not be given back (${why}). ` +
    'Whoever applies them server-side and is told of a conflict may take them over with --force-conflicts.'
  );
}
