import { timestamp } from './clock.ts';
import { type JsonObject, isObject, objectAt, objectsAt } from './json.ts';
import { type ResourceKey, keyOf, type ResourceType } from './resources.ts';

/** What defaulting needs from the cluster. */
export interface DefaultingContext {
  /** Epoch milliseconds. */
  readonly now: number;
  /** A ClusterIP that no Service has. */
  clusterIP(): string;
}

/** Fills in what the user left out, in place, as the API server does before it stores an object. */
export function setDefaults(type: ResourceType, object: JsonObject, context: DefaultingContext): void {
  if (type.custom) return;
  tidy(object);
  DEFAULTS[keyOf(type)]?.(object, context);
}

const DEFAULTS: Readonly<Record<ResourceKey, (object: JsonObject, context: DefaultingContext) => void>> = {
  'deployments.apps': (object) => {
    const spec = objectAt(object, 'spec');
    absent(spec, 'replicas', 1);
    absent(spec, 'revisionHistoryLimit', 10);
    absent(spec, 'progressDeadlineSeconds', 600);
    if (spec.minReadySeconds === 0) delete spec.minReadySeconds;
    if (spec.paused === false) delete spec.paused;
    const strategy = objectAt(spec, 'strategy');
    absent(strategy, 'type', 'RollingUpdate');
    if (strategy.type === 'RollingUpdate') {
      const rolling = objectAt(strategy, 'rollingUpdate');
      absent(rolling, 'maxSurge', '25%');
      absent(rolling, 'maxUnavailable', '25%');
    }
    podTemplateDefaults(spec);
  },
  'replicasets.apps': (object) => {
    const spec = objectAt(object, 'spec');
    absent(spec, 'replicas', 1);
    if (spec.minReadySeconds === 0) delete spec.minReadySeconds;
    podTemplateDefaults(spec);
  },
  'statefulsets.apps': (object) => {
    const spec = objectAt(object, 'spec');
    absent(spec, 'replicas', 1);
    absent(spec, 'revisionHistoryLimit', 10);
    absent(spec, 'podManagementPolicy', 'OrderedReady');
    const strategy = objectAt(spec, 'updateStrategy');
    absent(strategy, 'type', 'RollingUpdate');
    if (strategy.type === 'RollingUpdate') absent(objectAt(strategy, 'rollingUpdate'), 'partition', 0);
    podTemplateDefaults(spec);
  },
  'daemonsets.apps': (object) => {
    const spec = objectAt(object, 'spec');
    absent(spec, 'revisionHistoryLimit', 10);
    const strategy = objectAt(spec, 'updateStrategy');
    absent(strategy, 'type', 'RollingUpdate');
    if (strategy.type === 'RollingUpdate') {
      const rolling = objectAt(strategy, 'rollingUpdate');
      absent(rolling, 'maxUnavailable', 1);
      absent(rolling, 'maxSurge', 0);
    }
    podTemplateDefaults(spec);
  },
  pods: (object) => {
    const spec = objectAt(object, 'spec');
    podDefaults(spec);
    absent(spec, 'enableServiceLinks', true);
    absent(objectAt(object, 'status'), 'phase', 'Pending');
    absent(objectAt(object, 'status'), 'qosClass', 'BestEffort');
  },
  services: (object, context) => {
    const spec = objectAt(object, 'spec');
    absent(spec, 'type', 'ClusterIP');
    absent(spec, 'sessionAffinity', 'None');
    for (const port of objectsAt(spec, 'ports')) {
      absent(port, 'protocol', 'TCP');
      if (port.targetPort === undefined || port.targetPort === '' || port.targetPort === 0) port.targetPort = port.port;
    }
    if (spec.type !== 'ExternalName') {
      if (spec.clusterIP === undefined || spec.clusterIP === '') spec.clusterIP = context.clusterIP();
      absent(spec, 'clusterIPs', [spec.clusterIP]);
      absent(spec, 'internalTrafficPolicy', 'Cluster');
      absent(spec, 'ipFamilies', ['IPv4']);
      absent(spec, 'ipFamilyPolicy', 'SingleStack');
    }
    absent(object, 'status', { loadBalancer: {} });
  },
  namespaces: (object) => {
    const name = isObject(object.metadata) ? object.metadata.name : undefined;
    absent(objectAt(objectAt(object, 'metadata'), 'labels'), 'kubernetes.io/metadata.name', name);
    absent(objectAt(object, 'spec'), 'finalizers', ['kubernetes']);
    absent(objectAt(object, 'status'), 'phase', 'Active');
  },
  secrets: (object) => {
    absent(object, 'type', 'Opaque');
    if (!isObject(object.stringData)) return;
    const data = objectAt(object, 'data');
    for (const [key, value] of Object.entries(object.stringData))
      data[key] = Buffer.from(String(value)).toString('base64');
    delete object.stringData;
  },
  events: (object) => {
    for (const field of ['firstTimestamp', 'lastTimestamp', 'eventTime']) absent(object, field, null);
    for (const field of ['reportingComponent', 'reportingInstance']) absent(object, field, '');
    absent(object, 'source', {});
  },
  'endpointslices.discovery.k8s.io': (object) => {
    for (const field of ['endpoints', 'ports']) absent(object, field, null);
  },
  'horizontalpodautoscalers.autoscaling': (object) => {
    absent(objectAt(object, 'spec'), 'minReplicas', 1);
    absent(object, 'status', { currentMetrics: null, desiredReplicas: 0 });
  },
  'customresourcedefinitions.apiextensions.k8s.io': (object, context) => {
    const at = timestamp(context.now);
    const condition = (name: string, reason: string, message: string) => ({
      lastTransitionTime: at,
      message,
      reason,
      status: 'True',
      type: name,
    });
    object.status = {
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
    };
  },
};

function absent(target: JsonObject, field: string, value: unknown): void {
  if (target[field] === undefined) target[field] = value;
}

function podTemplateDefaults(spec: JsonObject): void {
  const template = objectAt(spec, 'template');
  objectAt(template, 'metadata');
  podDefaults(objectAt(template, 'spec'));
}

function podDefaults(spec: JsonObject): void {
  absent(spec, 'restartPolicy', 'Always');
  absent(spec, 'terminationGracePeriodSeconds', 30);
  absent(spec, 'dnsPolicy', 'ClusterFirst');
  absent(spec, 'securityContext', {});
  absent(spec, 'schedulerName', 'default-scheduler');
  for (const container of [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')])
    containerDefaults(container);
  for (const volume of objectsAt(spec, 'volumes'))
    for (const source of ['secret', 'configMap', 'projected', 'downwardAPI'])
      if (isObject(volume[source])) absent(volume[source], 'defaultMode', 0o644);
}

function containerDefaults(container: JsonObject): void {
  absent(container, 'terminationMessagePath', '/dev/termination-log');
  absent(container, 'terminationMessagePolicy', 'File');
  absent(container, 'resources', {});
  absent(container, 'imagePullPolicy', pullPolicy(String(container.image ?? '')));
  for (const port of objectsAt(container, 'ports')) absent(port, 'protocol', 'TCP');
  for (const variable of objectsAt(container, 'env'))
    if (isObject(variable.valueFrom) && isObject(variable.valueFrom.fieldRef))
      absent(variable.valueFrom.fieldRef, 'apiVersion', 'v1');
  for (const name of ['readinessProbe', 'livenessProbe', 'startupProbe']) {
    const probe = container[name];
    if (!isObject(probe)) continue;
    if (isObject(probe.httpGet)) {
      absent(probe.httpGet, 'scheme', 'HTTP');
      absent(probe.httpGet, 'path', '/');
    }
    absent(probe, 'timeoutSeconds', 1);
    absent(probe, 'periodSeconds', 10);
    absent(probe, 'successThreshold', 1);
    absent(probe, 'failureThreshold', 3);
  }
}

function pullPolicy(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  if (name.includes('@')) return 'IfNotPresent';
  return !name.includes(':') || name.endsWith(':latest') ? 'Always' : 'IfNotPresent';
}

/** Fields that may be null or an empty list and stay so. */
const KEPT = new Set(['eventTime', 'firstTimestamp', 'lastTimestamp', 'lastProbeTime', 'currentMetrics']);
/** Maps of strings that are not stored when empty; a null in them becomes an empty text. */
const MAPS = new Set([
  'labels',
  'annotations',
  'nodeSelector',
  'matchLabels',
  'data',
  'binaryData',
  'limits',
  'requests',
]);

/** Drops what Go's encoding does not store: nulls, empty lists and empty maps of optional fields. */
function tidy(object: JsonObject): void {
  for (const [field, value] of entries(object)) {
    // What is frozen was stored: it is tidy.
    if (typeof value !== 'object' || (value !== null && isFrozen(value))) continue;
    if (value === null || (isArray(value) && value.length === 0)) {
      // An EndpointSlice, alone, is stored with null endpoints and ports.
      if (!KEPT.has(field) && object.addressType === undefined) delete object[field];
    } else if (isArray(value)) for (const item of value.filter(isObject)) tidy(item);
    else if (isObject(value) && isMap(field, value)) {
      for (const [key, text] of entries(value)) if (text === null) value[key] = '';
      if (keys(value).length === 0) delete object[field];
    } else if (isObject(value)) tidy(value);
  }
}

// Looked up once, as in `json.ts`.
const { isArray } = Array;
const { entries, isFrozen, keys } = Object;

/** A Service's selector is a map of labels; a Deployment's has matchLabels or matchExpressions. */
function isMap(field: string, value: JsonObject): boolean {
  return (
    MAPS.has(field) ||
    (field === 'selector' && !('matchLabels' in value || 'matchExpressions' in value) && Object.keys(value).length > 0)
  );
}
