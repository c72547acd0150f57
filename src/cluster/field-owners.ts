import { isDeepStrictEqual } from 'node:util';
import {
  difference,
  type FieldPath,
  type FieldSet,
  intersection,
  isEmpty,
  NO_FIELDS,
  union,
  within,
} from './field-sets.ts';
import type { ObjectMeta } from './wire.ts';

/** The name under which our writes stand in `managedFields`. */
export const FIELD_MANAGER = 'crossfade';

/** One entry of `managedFields`, cut down to what is of interest. */
export interface FieldOwner {
  readonly manager: string;
  /** `Apply` (server-side apply) or `Update` (everything else). */
  readonly operation: string;
  readonly apiVersion: string;
  /** RFC 3339. */
  readonly time: string | null;
  readonly fields: FieldSet;
}

/** One entry of `metadata.managedFields`. */
export type ManagedFields = NonNullable<ObjectMeta['managedFields']>[number];

/** Who has the fields at these paths, but for ourselves. What is written through a subresource (status, scale) does not count. */
export function ownersAt(metadata: ObjectMeta | undefined, paths: readonly FieldPath[]): readonly FieldOwner[] {
  return (metadata?.managedFields ?? [])
    .filter((entry) => isOfTheObject(entry) && !isOurs(entry))
    .map(({ manager = '', operation = '', apiVersion = '', time = null, fieldsV1 }) => {
      const fields = within(setOf(fieldsV1), paths);
      return { manager, operation, apiVersion, time, fields };
    })
    .filter(({ fields }) => !isEmpty(fields));
}

/** The fields that stand under our name. */
export function oursIn(metadata: ObjectMeta | undefined): FieldSet {
  const [first, ...more] = (metadata?.managedFields ?? []).filter(isOurs);
  return more.map(({ fieldsV1 }) => setOf(fieldsV1)).reduce(union, setOf(first?.fieldsV1));
}

/** When we last wrote an object in which something at `path` is ours, epoch ms; null: nothing is, or it is not known. */
export function lastWriteOfOurs(metadata: ObjectMeta | undefined, path: FieldPath): number | null {
  const own = (metadata?.managedFields ?? []).filter(
    (entry) => isOurs(entry) && !isEmpty(within(setOf(entry.fieldsV1), [path])),
  );
  const times = own.map(({ time }) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time));
  return times.length === 0 ? null : Math.max(...times);
}

/** True when somebody manages the object by server-side apply. */
export function isApplied(metadata: ObjectMeta | undefined): boolean {
  return (metadata?.managedFields ?? []).some((entry) => isOfTheObject(entry) && entry.operation === 'Apply');
}

/**
 * The managed fields of an object in which everything at `paths` that stands under our name is again under the names of `owners`, who
 * had it before; what of ours is left at `freed` is nobody's. What others have taken meanwhile stays with them. Null: nothing of it is ours.
 */
export function givenBack(
  metadata: ObjectMeta | undefined,
  owners: readonly FieldOwner[],
  { paths, freed }: { readonly paths: readonly FieldPath[]; readonly freed: readonly FieldPath[] },
): readonly ManagedFields[] | null {
  const entries = metadata?.managedFields ?? [];
  const ours = oursIn(metadata);
  const shares = owners
    .map((owner) => ({ ...owner, fields: intersection(owner.fields, within(ours, paths)) }))
    .filter(({ fields }) => !isEmpty(fields));
  const leaving = shares.map(({ fields }) => fields).reduce(union, within(ours, freed));
  if (isEmpty(leaving)) return null;
  const kept = entries.flatMap((entry) => {
    if (!isOurs(entry)) return [grown(entry, shares)];
    const fields = difference(setOf(entry.fieldsV1), leaving);
    return isEmpty(fields) ? [] : [{ ...entry, fieldsV1: fields }];
  });
  const again = shares.filter((share) => !entries.some((entry) => isSame(entry, share)));
  const after = [...kept, ...again.map(entryOf)];
  // An empty list would be taken for none, and the old one would stay; this is how the API server is told that nobody has anything.
  return after.length === 0 ? [{}] : after;
}

function grown(entry: ManagedFields, shares: readonly FieldOwner[]): ManagedFields {
  const share = shares.find((one) => isSame(entry, one));
  return share === undefined ? entry : { ...entry, fieldsV1: union(setOf(entry.fieldsV1), share.fields) };
}

function entryOf({ fields, time, ...entry }: FieldOwner): ManagedFields {
  return { ...entry, ...(time === null ? {} : { time }), fieldsType: 'FieldsV1', fieldsV1: fields };
}

/** What makes an entry the one that it is. */
function isSame(entry: ManagedFields, { manager, operation, apiVersion }: FieldOwner): boolean {
  const wanted = { manager, operation, apiVersion };
  const found = { manager: entry.manager, operation: entry.operation, apiVersion: entry.apiVersion };
  return isOfTheObject(entry) && isDeepStrictEqual(found, wanted);
}

function isOurs(entry: ManagedFields): boolean {
  return isOfTheObject(entry) && entry.manager === FIELD_MANAGER && entry.operation === 'Update';
}

function isOfTheObject({ subresource }: ManagedFields): boolean {
  return subresource === undefined || subresource === '';
}

function setOf(fieldsV1: object | undefined): FieldSet {
  return (fieldsV1 ?? NO_FIELDS) as FieldSet; // the one format there is: fieldsType FieldsV1
}
