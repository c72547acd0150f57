import { timestamp } from './clock.ts';
import { admit } from './admission.ts';
import { decodingError } from './decoding.ts';
import { setDefaults } from './defaults.ts';
import { serve, unserve } from './definitions.ts';
import { type JsonObject, copyBeside, equal, isObject, objectAt } from './json.ts';
import { managedAfter } from './managed-fields.ts';
import type { ApiObject, Metadata, Stored } from './objects.ts';
import { type PodSpec, checkQuota } from './quota.ts';
import { type ResourceKey, type ResourceType, apiVersionOf, keyOf } from './resources.ts';
import type { Saved } from './saved.ts';
import {
  ApiError,
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  notFound,
  preconditionFailed,
  terminating,
} from './status.ts';
import type { Store } from './store.ts';
import { validate } from './validation.ts';

/** Who writes, and whether in earnest. */
export interface Writer {
  /** Name for managedFields. */
  readonly manager: string;
  /** Everything is checked and answered, nothing is stored. */
  readonly dryRun: boolean;
  /** What is applied server-side; absent: any other write. */
  readonly applied?: JsonObject;
}

/** `''`: the object itself. */
export type Subresource = '' | 'status' | 'scale';

export interface DeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** Seconds; undefined: the pod's own. */
  readonly gracePeriodSeconds?: number;
  /** `Orphan` leaves the dependents; anything else lets the garbage collector take them. */
  readonly propagationPolicy?: string;
}

/**
 * Writes as the API server does them: defaulting, validation, preconditions, generation, managed fields, graceful deletion.
 * Every method throws ApiError with the real server's code, reason and message.
 */
export class Writes {
  readonly #store: Store;
  #addresses = 10;

  constructor(store: Store) {
    this.#store = store;
  }

  save(): Saved {
    const addresses = this.#addresses;
    return {
      text: String(addresses),
      restore: () => {
        this.#addresses = addresses;
      },
    };
  }

  /** Creates an object. 404 without its namespace, 409 when the name is taken, 422 when it is not valid. */
  create<K extends ResourceKey>(resource: K, namespace: string | undefined, input: unknown, writer: Writer): Stored<K> {
    const type = this.#store.typeOf(resource);
    const object = decode(type, input);
    const metadata = objectAt(object, 'metadata');
    this.#checkNamespace(type, namespace, metadata);
    if (type.namespaced) this.#checkMayBeMadeIn(type, namespace ?? '', metadata);
    if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '')
      throw new ApiError(500, undefined, 'resourceVersion should not be set on objects to be created');
    if (metadata.name === undefined && typeof metadata.generateName === 'string')
      metadata.name = metadata.generateName + this.#store.newSuffix();
    this.#stampNew(type, object, metadata, namespace);
    if (type.status) delete object.status;
    setDefaults(type, object, { now: this.#store.clock.now(), clusterIP: () => this.#clusterIP() });
    admit(this.#store, type, namespace, object);
    validate(type, object, null);
    const name = String(metadata.name);
    if (this.#store.get(keyOf(type), namespace, name) !== undefined) throw alreadyExists(type, name);
    const created = this.#own(type, null, object, writer, '');
    // Validated: a pod's spec is there, with its containers.
    if (resource === 'pods') checkQuota(this.#store, namespace ?? '', name, created.spec as PodSpec);
    if (type.plural === 'customresourcedefinitions' && !writer.dryRun) serve(this.#store, created);
    return this.#commit(resource, created, writer);
  }

  /**
   * Changes an object: `change` gets what is stored and gives what is wanted. A result without a difference is not stored.
   * 404 without the object; 409 when the wanted object carries another resourceVersion or uid.
   */
  update<K extends ResourceKey>(
    resource: K,
    namespace: string | undefined,
    name: string,
    change: (current: Stored<K>) => unknown,
    writer: Writer,
    subresource: Subresource = '',
  ): Stored<K> {
    const type = this.#store.typeOf(resource);
    const typed = this.#store.get(resource, namespace, name);
    if (typed === undefined) throw notFound(type, name);
    const current: ApiObject = this.#untyped(resource, namespace, name, type);
    const wanted = decode(type, change(typed), current);
    this.#checkIdentity(type, current, wanted);
    const object = keepUnwritable(type, current, wanted, subresource);
    setDefaults(type, object, { now: this.#store.clock.now(), clusterIP: () => this.#clusterIP() });
    admit(this.#store, type, namespace, object);
    validate(type, object, current);
    if (type.generation && bumpsGeneration(type, current, object, subresource))
      objectAt(object, 'metadata').generation = (current.metadata.generation ?? 0) + 1;
    const { managedFields: sent } = objectAt(object, 'metadata');
    const isSame = sent === undefined || equal(sent, []) || equal(sent, current.metadata.managedFields);
    const isNothing = isSame && equal(withoutBookkeeping(current), withoutBookkeeping(object));
    if (isNothing && writer.applied === undefined) return typed;
    const owned = this.#own(type, current, object, writer, subresource);
    if (isNothing && equal(current.metadata.managedFields, owned.metadata.managedFields)) return typed;
    const released =
      current.metadata.deletionTimestamp !== undefined &&
      (owned.metadata.finalizers ?? []).length === 0 &&
      (current.metadata.finalizers ?? []).length > 0;
    if (released && !writer.dryRun) this.#store.drop(resource, current);
    return released ? typed : this.#commit(resource, owned, writer);
  }

  /**
   * Deletes an object, or asks for its end: a running pod and an object with finalizers only get a deletionTimestamp.
   * Returns what is to be answered. 404 without the object, 409 when a precondition does not hold.
   */
  remove(
    resource: ResourceKey,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions,
    writer: Writer,
  ): unknown {
    const type = this.#store.typeOf(resource);
    const current = this.#untyped(resource, namespace, name, type);
    const { uid, resourceVersion } = current.metadata;
    if (options.uid !== undefined && options.uid !== uid)
      throw preconditionFailed(
        type,
        name,
        `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
      );
    if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion)
      throw preconditionFailed(
        type,
        name,
        `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
      );
    if (resource === 'namespaces') return this.#endNamespace(current, writer);
    const seconds = graceSeconds(resource, current, options);
    if (seconds > 0 || (current.metadata.finalizers ?? []).length > 0)
      return this.#terminate(resource, type, current, seconds, writer);
    if (!writer.dryRun) {
      if (options.propagationPolicy === 'Orphan') this.#orphan(uid, writer);
      if (type.plural === 'customresourcedefinitions') unserve(this.#store, current);
      this.#store.drop(resource, current);
    }
    if (type.returnsDeleted) return current;
    const group = type.group === '' ? {} : { group: type.group };
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name, ...group, kind: type.plural, uid },
    };
  }

  #untyped(resource: ResourceKey, namespace: string | undefined, name: string, type: ResourceType): ApiObject {
    const found = this.#store.get<string>(resource, namespace, name);
    if (found === undefined) throw notFound(type, name);
    return found;
  }

  #commit<K extends ResourceKey>(resource: K, object: ApiObject, writer: Writer): Stored<K> {
    const stored = writer.dryRun ? object : this.#store.put(resource, object);
    return stored as Stored<K>; // see Store.get
  }

  #checkNamespace(type: ResourceType, namespace: string | undefined, metadata: JsonObject): void {
    if (!type.namespaced) return;
    if (metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== namespace)
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    if (this.#store.get('namespaces', undefined, namespace ?? '') === undefined)
      throw notFound(this.#store.typeOf('namespaces'), namespace ?? '');
  }

  #checkMayBeMadeIn(type: ResourceType, namespace: string, metadata: JsonObject): void {
    const { deletionTimestamp } = this.#store.get('namespaces', undefined, namespace)?.metadata ?? {};
    if (deletionTimestamp !== undefined)
      throw terminating(type, String(metadata.name ?? metadata.generateName ?? ''), namespace);
  }

  #stampNew(type: ResourceType, object: JsonObject, metadata: JsonObject, namespace: string | undefined): void {
    object.kind = type.kind;
    object.apiVersion = apiVersionOf(type);
    if (type.namespaced) metadata.namespace = namespace;
    metadata.uid = this.#store.newUid();
    metadata.creationTimestamp = timestamp(this.#store.clock.now());
    if (type.generation) metadata.generation = 1;
    else delete metadata.generation;
    for (const field of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'managedFields', 'selfLink'])
      delete metadata[field];
  }

  #checkIdentity(type: ResourceType, current: ApiObject, wanted: JsonObject): void {
    const metadata = objectAt(wanted, 'metadata');
    const name = current.metadata.name;
    if (metadata.name !== undefined && metadata.name !== name)
      throw badRequest(
        `the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`,
      );
    if (metadata.namespace !== undefined && metadata.namespace !== current.metadata.namespace)
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    const version = metadata.resourceVersion;
    if (version === undefined || version === '') {
      if (type.plural === 'leases' || type.custom)
        throw invalid({ group: type.group, kind: type.plural }, name, [
          {
            reason: 'FieldValueInvalid',
            message: 'Invalid value: 0: must be specified for an update',
            field: 'metadata.resourceVersion',
          },
        ]);
    } else if (version !== current.metadata.resourceVersion) throw conflict(type, name);
  }

  #own(
    type: ResourceType,
    before: ApiObject | null,
    object: JsonObject,
    writer: Writer,
    subresource: Subresource,
  ): ApiObject {
    const metadata = objectAt(object, 'metadata');
    const managed = managedAfter(before, object, {
      name: writer.manager,
      apiVersion: apiVersionOf(type),
      subresource,
      time: timestamp(this.#store.clock.now()),
      applied: writer.applied,
    });
    if (managed === undefined) delete metadata.managedFields;
    else metadata.managedFields = managed;
    // Stamped by #stampNew or copied from the stored object: name, uid and creationTimestamp are there.
    return { ...object, apiVersion: apiVersionOf(type), kind: type.kind, metadata: metadata as Metadata };
  }

  #terminate(
    resource: ResourceKey,
    type: ResourceType,
    current: ApiObject,
    seconds: number,
    writer: Writer,
  ): ApiObject {
    const now = this.#store.clock.now();
    const wasSeconds = current.metadata.deletionGracePeriodSeconds;
    if (current.metadata.deletionTimestamp !== undefined && (wasSeconds === undefined || wasSeconds <= seconds))
      return current;
    const generation = type.generation ? { generation: (current.metadata.generation ?? 0) + 1 } : {};
    const metadata: Metadata = {
      ...current.metadata,
      ...generation,
      deletionTimestamp: timestamp(now + seconds * 1000),
      deletionGracePeriodSeconds: seconds,
    };
    return this.#commit<string>(resource, { ...current, metadata }, writer);
  }

  #orphan(owner: string, writer: Writer): void {
    for (const resource of this.#store.resources())
      for (const object of this.#store.list<string>(resource)) {
        const { ownerReferences = [], ...metadata } = object.metadata;
        const others = ownerReferences.filter((reference) => reference.uid !== owner);
        if (others.length === ownerReferences.length) continue;
        const kept: Metadata = { ...metadata, ...(others.length === 0 ? {} : { ownerReferences: others }) };
        this.#commit(resource, { ...object, metadata: kept }, writer);
      }
  }

  /** Its controller does the rest. */
  #endNamespace(current: ApiObject, writer: Writer): ApiObject {
    if (current.metadata.deletionTimestamp !== undefined) return current;
    const deletionTimestamp = timestamp(this.#store.clock.now());
    const ending = {
      ...current,
      metadata: { ...current.metadata, deletionTimestamp },
      status: { phase: 'Terminating' },
    };
    return this.#commit<string>('namespaces', ending, writer);
  }

  #clusterIP(): string {
    this.#addresses++;
    return `10.96.${this.#addresses >> 8}.${this.#addresses & 255}`;
  }
}

/**
 * A copy of what a client sent, once it is sure to be of this type. What of it is `current`'s own (as in the writes of controllers) is
 * shared with it: most writes change one part of an object. Throws 400.
 */
function decode(type: ResourceType, input: unknown, current: Partial<ApiObject> = {}): JsonObject {
  if (!isObject(input)) throw badRequest(`the object provided is unrecognized (must be of type ${type.kind})`);
  const object = copyBeside(input, current);
  // It is changed in place, other parts are replaced.
  if (isObject(input.metadata)) object.metadata = copyBeside(input.metadata, { ...current.metadata });
  const { kind, apiVersion } = object;
  if ((kind !== undefined && kind !== type.kind) || (apiVersion !== undefined && apiVersion !== apiVersionOf(type)))
    throw badRequest(
      `${String(kind)} in version "${String(apiVersion)}" cannot be handled as a ${type.kind}: no kind "${String(kind)}" is registered for this resource`,
    );
  const problem = type.custom ? null : decodingError(type, object);
  if (problem !== null)
    throw badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${problem}`);
  return object;
}

/** The wanted object with everything that this kind of write may not change put back. */
function keepUnwritable(
  type: ResourceType,
  current: ApiObject,
  wanted: JsonObject,
  subresource: Subresource,
): JsonObject {
  const metadata = objectAt(wanted, 'metadata');
  const kept: JsonObject = {
    ...metadata,
    uid: metadata.uid ?? current.metadata.uid,
    name: current.metadata.name,
    namespace: current.metadata.namespace,
    creationTimestamp: current.metadata.creationTimestamp,
    generation: current.metadata.generation,
    resourceVersion: current.metadata.resourceVersion,
    deletionTimestamp: current.metadata.deletionTimestamp,
    deletionGracePeriodSeconds: current.metadata.deletionGracePeriodSeconds,
    generateName: current.metadata.generateName,
  };
  for (const [field, value] of Object.entries(kept)) if (value === undefined) delete kept[field];
  if (subresource !== 'status') {
    const object: JsonObject = { ...wanted, metadata: kept };
    if (type.status) object.status = current.status;
    if (object.status === undefined) delete object.status;
    return object;
  }
  // A status write may change annotations (the Deployment controller's revision goes that way), not labels or the spec.
  const annotations = type.custom ? current.metadata.annotations : kept.annotations;
  const metadataNow: JsonObject = { ...current.metadata, annotations };
  if (annotations === undefined) delete metadataNow.annotations;
  return { ...current, metadata: metadataNow, status: wanted.status };
}

function bumpsGeneration(
  type: ResourceType,
  current: ApiObject,
  object: JsonObject,
  subresource: Subresource,
): boolean {
  // A pod's only other change of spec is its binding to a node, which does not count.
  if (subresource === 'status' || type.plural === 'pods') return false;
  const body = (it: JsonObject) => ({ ...it, metadata: undefined, status: undefined });
  if (!equal(body({ ...current }), body(object))) return true;
  // The real server counts an annotation of a Deployment as a change of what is wanted.
  const annotations = isObject(object.metadata) ? object.metadata.annotations : undefined;
  return type.plural === 'deployments' && !equal(current.metadata.annotations ?? {}, annotations ?? {});
}

function withoutBookkeeping(object: JsonObject | ApiObject): JsonObject {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  return { ...object, metadata: { ...metadata, managedFields: undefined, resourceVersion: undefined } };
}

function graceSeconds(resource: ResourceKey, object: ApiObject, options: DeleteOptions): number {
  if (resource !== 'pods' || !isObject(object.spec) || !isObject(object.status)) return 0;
  const { nodeName, terminationGracePeriodSeconds } = object.spec;
  // No kubelet has it, or nothing in it runs any more: nobody would confirm the end.
  if (nodeName === undefined || object.status.phase === 'Succeeded' || object.status.phase === 'Failed') return 0;
  if (options.gracePeriodSeconds !== undefined) return options.gracePeriodSeconds;
  return typeof terminationGracePeriodSeconds === 'number' ? terminationGracePeriodSeconds : 30;
}
