/**
 * A set of fields as `metadata.managedFields` writes it (FieldsV1). Steps are `f:name` for a field, `k:{"name":"web"}` for an item of a
 * list, `v:…` for a value and `i:…` for an index. A node without steps is a member of the set; one with steps is a member if `.` is
 * among them. The root is no member.
 */
export interface FieldSet {
  readonly [step: string]: FieldSet;
}

export const NO_FIELDS: FieldSet = {};

/** From the root: `['f:spec', 'f:selector']`. */
export type FieldPath = readonly string[];

export function isEmpty(fields: FieldSet): boolean {
  return Object.keys(fields).length === 0;
}

/** Fields of either. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  return combined(a, b, (inA, inB) => inA || inB);
}

/** Fields of both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combined(a, b, (inA, inB) => inA && inB);
}

/** Fields of `a` that `b` does not have. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return combined(a, b, (inA, inB) => inA && !inB);
}

/** Fields at and below any of the paths. The empty path is everything. */
export function within(fields: FieldSet, paths: readonly FieldPath[]): FieldSet {
  return paths.map((path) => below(fields, path)).reduce(union, NO_FIELDS);
}

function below(fields: FieldSet, [step, ...rest]: FieldPath): FieldSet {
  if (step === undefined) return fields;
  const inner = fields[step];
  if (inner === undefined) return NO_FIELDS;
  if (rest.length === 0) return { [step]: inner };
  const found = below(inner, rest);
  return isEmpty(found) ? NO_FIELDS : { [step]: found };
}

type Rule = (inA: boolean, inB: boolean) => boolean;

function combined(a: FieldSet, b: FieldSet, rule: Rule): FieldSet {
  const steps = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((step) => step !== MEMBER).sort();
  return Object.fromEntries(
    steps.flatMap((step) => {
      const node = combinedNode(a[step], b[step], rule);
      return node === null ? [] : [[step, node]];
    }),
  );
}

/** Null: neither the node nor anything below it is in the set. */
function combinedNode(a: FieldSet | undefined, b: FieldSet | undefined, rule: Rule): FieldSet | null {
  // What only one of them has is not looked through for nothing.
  if ((a === undefined || b === undefined) && !rule(a !== undefined, b !== undefined)) return null;
  const inner = combined(a ?? NO_FIELDS, b ?? NO_FIELDS, rule);
  const isIn = rule(isMember(a), isMember(b));
  if (isEmpty(inner)) return isIn ? NO_FIELDS : null;
  return isIn ? { [MEMBER]: NO_FIELDS, ...inner } : inner;
}

function isMember(node: FieldSet | undefined): boolean {
  return node !== undefined && (isEmpty(node) || MEMBER in node);
}

const MEMBER = '.';
