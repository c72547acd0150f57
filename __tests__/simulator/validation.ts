import { type JsonObject, equal, isObject, objectsAt } from './json.ts';
import { type ResourceKey, keyOf, type ResourceType } from './resources.ts';
import { fromObject, matchesLabels } from './selectors.ts';
import { type Cause, invalid } from './status.ts';

/** Bytes that a ConfigMap or Secret may hold. */
const MAX_DATA = 1_048_576;

/** Checks a defaulted object, against the one it replaces if there is one. Throws 422 with every cause found. */
export function validate(type: ResourceType, object: JsonObject, old: JsonObject | null): void {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const name = String(metadata.name ?? '');
  const causes = [...metadataCauses(type, metadata, old), ...(RULES[keyOf(type)]?.(object, old) ?? [])];
  if (causes.length > 0) throw invalid(type, name, causes);
}

const RULES: Readonly<Record<ResourceKey, (object: JsonObject, old: JsonObject | null) => Cause[]>> = {
  'deployments.apps': (object, old) => deploymentCauses(specOf(object), old === null ? null : specOf(old)),
  'replicasets.apps': (object, old) => {
    const spec = specOf(object);
    return [...workloadCauses(spec), ...immutable('spec.selector', spec.selector, old, (it) => specOf(it).selector)];
  },
  'statefulsets.apps': (object) => workloadCauses(specOf(object)),
  'daemonsets.apps': (object) => workloadCauses(specOf(object)),
  'jobs.batch': (object) => atLeast('spec.backoffLimit', specOf(object).backoffLimit, 0),
  pods: (object) => containerCauses(specOf(object), 'spec'),
  services: (object, old) => serviceCauses(specOf(object), old === null ? null : specOf(old)),
  configmaps: (object) => sizeCauses(object, ['data', 'binaryData'], '[]'),
  secrets: (object) => sizeCauses(object, ['data'], 'data'),
  'leases.coordination.k8s.io': (object) => {
    const spec = specOf(object);
    return [
      ...atLeast('spec.leaseDurationSeconds', spec.leaseDurationSeconds, 1, 'must be greater than 0'),
      ...atLeast('spec.leaseTransitions', spec.leaseTransitions, 0),
    ];
  },
  events: (object) => {
    const involved = isObject(object.involvedObject) ? object.involvedObject : {};
    const namespace = isObject(object.metadata) ? object.metadata.namespace : undefined;
    return involved.namespace === namespace
      ? []
      : [wrong('involvedObject.namespace', involved.namespace ?? '', 'does not match event.namespace')];
  },
};

function specOf(object: JsonObject): JsonObject {
  return isObject(object.spec) ? object.spec : {};
}

function wrong(field: string, value: unknown, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

function required(field: string, why = ''): Cause {
  return { reason: 'FieldValueRequired', message: `Required value${why === '' ? '' : `: ${why}`}`, field };
}

function unsupported(field: string, value: unknown, supported: readonly string[]): Cause {
  const list = supported.map((one) => JSON.stringify(one)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
    field,
  };
}

function atLeast(field: string, value: unknown, least: number, why = 'must be greater than or equal to 0'): Cause[] {
  return typeof value === 'number' && value < least ? [wrong(field, value, why)] : [];
}

function immutable(field: string, value: unknown, old: JsonObject | null, read: (it: JsonObject) => unknown): Cause[] {
  return old === null || equal(value, read(old)) ? [] : [wrong(field, value, 'field is immutable')];
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_NAME_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function metadataCauses(type: ResourceType, metadata: JsonObject, old: JsonObject | null): Cause[] {
  const causes: Cause[] = [];
  const name = String(metadata.name ?? '');
  const label = ['services', 'namespaces'].includes(keyOf(type));
  if (name === '') causes.push(required('metadata.name', 'name or generateName is required'));
  else if (type.group !== 'rbac.authorization.k8s.io') {
    const longest = label ? 63 : 253;
    if (!(label ? LABEL : SUBDOMAIN).test(name))
      causes.push(wrong('metadata.name', name, label ? LABEL_TEXT : SUBDOMAIN_TEXT));
    if (name.length > longest) causes.push(wrong('metadata.name', name, `must be no more than ${longest} characters`));
  }
  const oldMetadata = old !== null && isObject(old.metadata) ? old.metadata : undefined;
  if (oldMetadata !== undefined && metadata.uid !== oldMetadata.uid)
    causes.push(wrong('metadata.uid', metadata.uid, 'field is immutable'));
  for (const field of ['labels', 'annotations']) {
    const map = metadata[field];
    for (const key of Object.keys(isObject(map) ? map : {}))
      if (!QUALIFIED_NAME.test(key.slice(key.lastIndexOf('/') + 1)))
        causes.push(wrong(`metadata.${field}`, key, QUALIFIED_NAME_TEXT));
  }
  causes.push(...labelValueCauses('metadata.labels', metadata.labels));
  return causes;
}

function labelValueCauses(field: string, labels: unknown): Cause[] {
  return Object.values(isObject(labels) ? labels : {})
    .map(String)
    .flatMap((value) => {
      if (!LABEL_VALUE.test(value)) return [wrong(field, value, LABEL_VALUE_TEXT)];
      return value.length > 63 ? [wrong(field, value, 'must be no more than 63 characters')] : [];
    });
}

function sizeCauses(object: JsonObject, fields: readonly string[], field: string): Cause[] {
  let bytes = 0;
  for (const map of fields.map((name) => object[name]))
    for (const value of Object.values(isObject(map) ? map : {})) bytes += Buffer.byteLength(String(value));
  if (bytes <= MAX_DATA) return [];
  return [{ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${MAX_DATA} bytes`, field }];
}

function workloadCauses(spec: JsonObject): Cause[] {
  const template = isObject(spec.template) ? spec.template : {};
  const labels = isObject(template.metadata) ? template.metadata.labels : undefined;
  const texts = Object.fromEntries(
    Object.entries(isObject(labels) ? labels : {}).map(([key, value]) => [key, String(value)]),
  );
  const causes: Cause[] = [];
  if (spec.selector === undefined) causes.push(required('spec.selector'));
  if (spec.selector === undefined || !matchesLabels(fromObject(spec.selector), texts))
    causes.push(wrong('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'));
  const podSpec = isObject(template.spec) ? template.spec : {};
  causes.push(...containerCauses(podSpec, 'spec.template.spec'));
  if (podSpec.restartPolicy !== 'Always')
    causes.push(unsupported('spec.template.spec.restartPolicy', podSpec.restartPolicy, ['Always']));
  causes.push(
    ...atLeast('spec.replicas', spec.replicas, 0),
    ...atLeast('spec.minReadySeconds', spec.minReadySeconds, 0),
  );
  return causes;
}

function containerCauses(podSpec: JsonObject, path: string): Cause[] {
  if (objectsAt(podSpec, 'containers').length === 0) return [required(`${path}.containers`)];
  const names = new Set<unknown>();
  return ['containers', 'initContainers'].flatMap((list) =>
    objectsAt(podSpec, list).flatMap((container, index) => {
      const field = `${path}.${list}[${index}]`;
      const causes: Cause[] = [];
      if (container.name === undefined) causes.push(required(`${field}.name`));
      else if (names.has(container.name))
        causes.push({
          reason: 'FieldValueDuplicate',
          message: `Duplicate value: ${JSON.stringify(container.name)}`,
          field: `${field}.name`,
        });
      names.add(container.name);
      if (container.image === undefined || container.image === '') causes.push(required(`${field}.image`));
      return causes;
    }),
  );
}

function deploymentCauses(spec: JsonObject, old: JsonObject | null): Cause[] {
  const minReady = typeof spec.minReadySeconds === 'number' ? spec.minReadySeconds : 0;
  const deadline = spec.progressDeadlineSeconds;
  return [
    ...workloadCauses(spec),
    ...strategyCauses(isObject(spec.strategy) ? spec.strategy : {}),
    ...atLeast('spec.revisionHistoryLimit', spec.revisionHistoryLimit, 0),
    ...atLeast('spec.progressDeadlineSeconds', deadline, 0),
    ...(typeof deadline === 'number' && deadline <= minReady
      ? [wrong('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
      : []),
    ...immutable('spec.selector', spec.selector, old, (it) => it.selector),
  ];
}

function strategyCauses(strategy: JsonObject): Cause[] {
  const rolling = strategy.rollingUpdate;
  if (strategy.type === 'Recreate')
    return rolling === undefined
      ? []
      : [
          {
            reason: 'FieldValueForbidden',
            message: "Forbidden: may not be specified when strategy `type` is 'Recreate'",
            field: 'spec.strategy.rollingUpdate',
          },
        ];
  if (strategy.type !== 'RollingUpdate' || !isObject(rolling))
    return [unsupported('spec.strategy', strategy, ['Recreate', 'RollingUpdate'])];
  const path = 'spec.strategy.rollingUpdate';
  const causes = [
    ...intOrPercentCauses(`${path}.maxUnavailable`, rolling.maxUnavailable, true),
    ...intOrPercentCauses(`${path}.maxSurge`, rolling.maxSurge, false),
  ];
  if (
    causes.length === 0 &&
    Number.parseInt(String(rolling.maxSurge), 10) === 0 &&
    Number.parseInt(String(rolling.maxUnavailable), 10) === 0
  )
    causes.push(wrong(`${path}.maxUnavailable`, rolling.maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  return causes.sort((a, b) => (a.field < b.field ? -1 : 1));
}

function intOrPercentCauses(field: string, value: unknown, atMostAll: boolean): Cause[] {
  if (typeof value === 'number') return atLeast(field, value, 0);
  if (!/^[0-9]+%$/.test(String(value)))
    return [
      wrong(
        field,
        value,
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      ),
    ];
  return atMostAll && Number.parseInt(String(value), 10) > 100
    ? [wrong(field, value, 'must not be greater than 100%')]
    : [];
}

function serviceCauses(spec: JsonObject, old: JsonObject | null): Cause[] {
  const ports = objectsAt(spec, 'ports');
  const causes: Cause[] = [];
  if (ports.length === 0 && spec.type !== 'ExternalName' && spec.clusterIP !== 'None')
    causes.push(required('spec.ports'));
  ports.forEach((port, index) => {
    const field = `spec.ports[${index}]`;
    if (ports.length > 1 && port.name === undefined) causes.push(required(`${field}.name`));
    if (typeof port.port !== 'number' || port.port < 1 || port.port > 65_535)
      causes.push(wrong(`${field}.port`, port.port ?? 0, 'must be between 1 and 65535, inclusive'));
  });
  causes.push(...labelValueCauses('spec.selector', spec.selector));
  if (old !== null && spec.clusterIP !== old.clusterIP && spec.type !== 'ExternalName')
    causes.push(wrong('spec.clusterIPs[0]', [spec.clusterIP], 'may not change once set'));
  return causes;
}
