import type { JsonPatch, JsonPatchOperation, KubeObject } from '../cluster/wire.ts';
import {
  type Action,
  forwardTo,
  isNeedless,
  isSticky,
  keyOfAction,
  newAction,
  type Port,
  readAction,
  textAfter,
} from './alb-actions.ts';
import { ALB_PREFIX, isAlb } from './ingress-classes.ts';
import { patchOf } from './patch.ts';
import { keyOf, nameIn, nameOf, objectIn } from './route-objects.ts';
import {
  deleted,
  discoverEach,
  type Found,
  assertPossible,
  assertThere,
  reviewShares,
  type RouteKind,
  whyOf,
} from './weighted-route.ts';
import { editsOf, keepAll, type KeptWeights, names, nearestOf, shareIn } from './weighted-rules.ts';
import { type Binding, GONE, ORIGINAL, type RoutedApp, type RouteObjects, type Router, type Share } from './router.ts';

/*
 * AWS Load Balancer Controller: weights are in the JSON of an annotation `actions.<name>` of an Ingress, which its backends use by that
 * name and the port `use-annotation`. A backend that names the live Service itself gets such an action for the time of the release: one
 * PATCH adds the annotation of the Service's own name and turns the port, so that conditions by that name go on to hold.
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#actions
 * Testers would need rules of their own before each source rule; this router has none.
 */

const KIND = 'Ingress';
const ALB: RouteKind = {
  kind: 'alb',
  resource: { group: 'networking.k8s.io', versions: ['v1'], resource: 'ingresses', kind: KIND },
  field: '.metadata.annotations, .spec.rules[].http.paths[].backend',
  // A weight is at most 999: of 1000, tenths of a percent are exact, and at the ends 999 is all as well.
  scale: { absent: 1, alone: 1000, max: 999, even: false },
};
const SERVICES = { group: '', versions: ['v1'], resource: 'services', kind: 'Service' };
const USE_ANNOTATION = 'use-annotation';
const MOST_GROUPS = 5;

interface Ingress extends KubeObject {
  spec?: {
    ingressClassName?: string;
    defaultBackend?: Backend;
    rules?: readonly { readonly http?: { readonly paths?: readonly { readonly backend?: Backend }[] } }[];
  };
}

interface Backend {
  readonly service?: { readonly name: string; readonly port?: Port };
}

interface Journal {
  readonly rules: readonly KeptWeights[];
  /** The user's JSON by the name of the action. */
  readonly texts: Readonly<Record<string, string>>;
  /** The port of backends that name the live Service themselves; null: there are none. */
  readonly port: Port | null;
  /** Whether there were annotations at all. */
  readonly annotations: boolean;
}

export const albIngress: Router = {
  kind: ALB.kind,
  resources: [ALB.resource, SERVICES],

  discover(app, objects) {
    const services = objects.filter(isService).filter(({ metadata }) => metadata?.namespace === app.namespace);
    const ingresses = objects.filter((object) => !isService(object) && isAlb(object));
    return discoverEach(ALB, app, ingresses, (object) => bind(app, object, services));
  },

  read(binding, objects) {
    const ingress = ingressOf(binding, objects);
    if (ingress === null) return GONE;
    const share = shareIn(actionsOf(ingress, binding.app, journalOf(binding).port), binding.app, ALB.scale);
    const isPassed = share !== 0 && directBackends(ingress, binding.app).length > 0;
    return {
      share: isPassed ? null : share,
      overrides: false,
      mirror: 0,
      original: changesOf(binding, ingress, ORIGINAL).length === 0,
    };
  },

  plan(binding, objects, wanted) {
    const ingress = ingressOf(binding, objects);
    if (wanted !== ORIGINAL) {
      assertPossible(KIND, binding, albIngress.capabilities(binding), wanted);
      assertThere(KIND, binding, ingress && actionsOf(ingress, binding.app, journalOf(binding).port));
    }
    if (ingress === null) return [];
    const changes = changesOf(binding, ingress, wanted === ORIGINAL ? wanted : wanted.share);
    return patchOf(binding, ingress, { tests: testsOf(ingress, changes), changes }, whyOf(KIND, binding, wanted));
  },

  review(binding, objects) {
    const ingress = ingressOf(binding, objects);
    return reviewShares(ALB, binding, ingress && actionsOf(ingress, binding.app, journalOf(binding).port));
  },

  verdict(binding, objects) {
    const ingress = ingressOf(binding, objects);
    if (ingress === null) return deleted(KIND, binding);
    return {
      is: 'unknown',
      level: 'stored',
      reasons: [
        `the AWS Load Balancer Controller writes nothing about weights into ${KIND} ${nameIn(binding)}: probe the load balancer, or look at the events of the ${KIND}`,
      ],
    };
  },

  capabilities(binding) {
    return {
      nearest: (share) => nearestOf(share, journalOf(binding).rules, ALB.scale),
      headers: [],
      cookies: false,
      mirror: false,
      level: 'held',
    };
  },
};

/* Discovery */

function bind(app: RoutedApp, ingress: Ingress, services: readonly KubeObject[]): Found | null {
  const title = `${KIND} ${nameOf(ingress)}`;
  const direct = directBackends(ingress, app);
  const [first] = direct;
  const port = first?.port ?? null;
  const actions = actionsOf(ingress, app, port).filter((action) => names(action, app.live));
  if (actions.length === 0) return null;
  const problem = problemOf(ingress, app, actions, direct) ?? problemOfServices(ingress, app, actions, services);
  if (problem !== null) return { refusal: `${title} cannot be used: ${problem}` };
  const { kept, refusal } = keepAll(actions, app, ALB.scale, title);
  if (refusal !== undefined) return { refusal };
  const texts = actions.flatMap(({ key, text }) => (text === null ? [] : [[key, text] as const]));
  const journal: Journal = {
    rules: kept,
    texts: Object.fromEntries(texts),
    port,
    annotations: ingress.metadata?.annotations !== undefined,
  };
  return { journal, rules: actions, warnings: warningsOf(ingress, app, actions, services) };
}

function problemOf(
  ingress: Ingress,
  app: RoutedApp,
  actions: readonly Action[],
  direct: readonly PlacedBackend[],
): string | null {
  const ports = [...new Map(direct.map(({ port }) => [keyOf(port), port])).values()];
  const backend = (name: string): string => `\`service: {name: ${name}, port: {name: ${USE_ANNOTATION}}}\``;
  if (direct.length > 0 && textOf(ingress, app.live) !== undefined)
    return `it has an annotation \`${keyOfAction(app.live)}\` and backends that name Service ${app.live} with a port, past it; let those backends say ${backend(app.live)}.`;
  if (ports.length > 1) {
    const lines = ports.map((port) => {
      const number = port.name ?? port.number ?? '';
      const name = `${app.live}-${number}`;
      return `\`${keyOfAction(name)}: '${JSON.stringify(forwardTo(app.live, port))}'\` with the backend ${backend(name)}`;
    });
    return `its backends name several ports of Service ${app.live}, and an action has one; give each an action of its own: ${lines.join(', ')}.`;
  }
  for (const { key, groups, destinations } of actions) {
    const action = `its action ${key}`;
    if (groups.length > 1 && destinations.some(({ weight }) => weight === null))
      return `${action} has several target groups and one without a weight, which the controller refuses; give each a \`weight\`.`;
    if (groups.length >= MOST_GROUPS && !destinations.some(({ service }) => service === app.candidate))
      return `${action} has ${groups.length} target groups, the most there can be; take one out, so that Service ${app.candidate} has a place.`;
  }
  return null;
}

/** What the controller takes from Services. */
function problemOfServices(
  ingress: Ingress,
  app: RoutedApp,
  actions: readonly Action[],
  services: readonly KubeObject[],
): string | null {
  const live = services.find((service) => nameOf(service) === app.live);
  const auth = ownAnnotations(live).filter((key) => key.startsWith(`${ALB_PREFIX}auth-`));
  // With two target groups the controller no longer reads them from the Service: everybody would get in.
  if (auth.length > 0 && actions.some(({ groups }) => groups.length === 1))
    return `Service ${app.live} has the annotation \`${auth[0]}\`, which the controller follows only while an action has one target group: users would get in without it; move \`${ALB_PREFIX}auth-*\` to the ${KIND}.`;
  if (targetTypeOf(ingress, live) === 'instance' && !hasNodePort(app, services))
    return `its targets are instances, which need a Service with node ports, and Service ${app.candidate} has none; set \`${ALB_PREFIX}target-type: ip\`, or make Service ${app.candidate} of type NodePort.`;
  return null;
}

function warningsOf(
  ingress: Ingress,
  app: RoutedApp,
  actions: readonly Action[],
  services: readonly KubeObject[],
): string[] {
  const title = `${KIND} ${nameOf(ingress)}`;
  const live = services.find((service) => nameOf(service) === app.live);
  const candidate = services.find((service) => nameOf(service) === app.candidate);
  const warnings: string[] = [];
  if (targetTypeOf(ingress, live) === undefined && !hasNodePort(app, services))
    warnings.push(
      `${title} has no \`${ALB_PREFIX}target-type\`: unless its class or its controller says \`ip\`, targets are instances, and Service ${app.candidate} has no node ports; say \`ip\`.`,
    );
  const unlike = ownAnnotations(live).filter(
    (key) => candidate?.metadata?.annotations?.[key] !== live?.metadata?.annotations?.[key],
  );
  if (unlike.length > 0)
    warnings.push(
      `Service ${app.live} has ${unlike.map((key) => `\`${key}\``).join(', ')}, and Service ${app.candidate} does not: the candidate's target group would be another; move them to ${title}.`,
    );
  for (const action of actions)
    if (isSticky(action))
      warnings.push(
        `${title} keeps users of its action ${action.key} on their target group (\`targetGroupStickinessConfig\`), so that a share holds for new users only.`,
      );
  return warnings;
}

function targetTypeOf(ingress: Ingress, live: KubeObject | undefined): string | undefined {
  const key = `${ALB_PREFIX}target-type`;
  return live?.metadata?.annotations?.[key] ?? ingress.metadata?.annotations?.[key];
}

function hasNodePort(app: RoutedApp, services: readonly KubeObject[]): boolean {
  const candidate = services.find((service) => nameOf(service) === app.candidate);
  const { type } = (candidate as { spec?: { type?: string } } | undefined)?.spec ?? {}; // it is a Service
  return type === 'NodePort' || type === 'LoadBalancer';
}

function ownAnnotations(object: KubeObject | undefined): string[] {
  return Object.keys(object?.metadata?.annotations ?? {})
    .filter((key) => key.startsWith(ALB_PREFIX))
    .sort();
}

/* The Ingress as it stands */

interface PlacedBackend {
  /** Of its port. */
  readonly path: string;
  readonly name: string;
  readonly port: Port;
}

function backendsOf({ spec }: Ingress): PlacedBackend[] {
  const placed = (path: string, backend: Backend | undefined): PlacedBackend[] =>
    backend?.service === undefined
      ? []
      : [{ path: `${path}/service/port`, name: backend.service.name, port: backend.service.port ?? {} }];
  return [
    ...placed('/spec/defaultBackend', spec?.defaultBackend),
    ...(spec?.rules ?? []).flatMap(({ http }, rule) =>
      (http?.paths ?? []).flatMap(({ backend }, path) =>
        placed(`/spec/rules/${rule}/http/paths/${path}/backend`, backend),
      ),
    ),
  ];
}

function textOf({ metadata }: Ingress, name: string): string | undefined {
  return metadata?.annotations?.[keyOfAction(name)];
}

function directBackends(ingress: Ingress, app: RoutedApp): PlacedBackend[] {
  return backendsOf(ingress).filter(({ name, port }) => name === app.live && port.name !== USE_ANNOTATION);
}

/** All actions that backends use, and the one that those would need that name the live Service themselves. */
function actionsOf(ingress: Ingress, app: RoutedApp, port: Port | null): Action[] {
  const used = backendsOf(ingress).filter((backend) => backend.port.name === USE_ANNOTATION);
  const own = [...new Set(used.map(({ name }) => name))].sort();
  const actions = own.flatMap((name) => readAction(name, textOf(ingress, name)) ?? []);
  const isNamed = backendsOf(ingress).some(({ name }) => name === app.live);
  if (port === null || !isNamed || actions.some(({ key }) => key === app.live)) return actions;
  return [...actions, newAction(app.live, port)];
}

/* Changes */

function changesOf(binding: Binding, ingress: Ingress, wanted: Share | typeof ORIGINAL): JsonPatch {
  const { app } = binding;
  const journal = journalOf(binding);
  const actions = actionsOf(ingress, app, journal.port);
  const changes: JsonPatchOperation[] = [];
  for (const action of actions) {
    const edits = editsOf(action, journal.rules, app, ALB.scale, wanted);
    const original = journal.texts[action.key];
    const isLeft = wanted === ORIGINAL && isNeedless(action, action.groups, app, original);
    if (edits.length > 0 || isLeft)
      changes.push(...annotate(ingress, journal, action.key, isLeft ? null : textAfter(action, edits, app, original)));
  }
  if (journal.port === null) return changes;
  const isWithout = changes.some(({ op }) => op === 'remove') || textOf(ingress, app.live) === undefined;
  if (wanted === ORIGINAL && !isWithout) return changes;
  const [from, to] = [journal.port, { name: USE_ANNOTATION }];
  const [old, next] = wanted === ORIGINAL ? [to, from] : [from, to];
  const turned = backendsOf(ingress).filter(({ name, port }) => name === app.live && keyOf(port) === keyOf(old));
  return [...changes, ...turned.map(({ path }): JsonPatchOperation => ({ op: 'replace', path, value: next }))];
}

function annotate(ingress: Ingress, journal: Journal, action: string, text: string | null): JsonPatch {
  const annotations = ingress.metadata?.annotations;
  const key = keyOfAction(action);
  const path = '/metadata/annotations';
  const pointer = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (text !== null && annotations === undefined) return [{ op: 'add', path, value: { [key]: text } }];
  if (text !== null) return [{ op: 'add', path: pointer, value: text }];
  const isLast = Object.keys(annotations ?? {}).length === 1 && !journal.annotations;
  return [{ op: 'remove', path: isLast ? path : pointer }];
}

/** The old value of every annotation that is changed, and all rules: by them backends use the actions. */
function testsOf(ingress: Ingress, changes: JsonPatch): JsonPatch {
  const annotations = ingress.metadata?.annotations;
  const old = (path: string): unknown => {
    const key = path.split('/')[3]?.replaceAll('~1', '/').replaceAll('~0', '~');
    return (key === undefined ? annotations : annotations?.[key]) ?? null;
  };
  return [
    ...changes
      .filter(({ path }) => path.startsWith('/metadata/'))
      .map(({ path }): JsonPatchOperation => ({ op: 'test', path, value: old(path) })),
    { op: 'test', path: '/spec/rules', value: ingress.spec?.rules ?? null },
    { op: 'test', path: '/spec/defaultBackend', value: ingress.spec?.defaultBackend ?? null },
  ];
}

/** Items of a list often have no kind of their own. */
function isService(object: KubeObject & { spec?: object }): boolean {
  return object.kind === SERVICES.kind || (object.kind === undefined && 'ports' in (object.spec ?? {}));
}

function ingressOf(binding: Binding, objects: RouteObjects): Ingress | null {
  return objectIn(binding, objects);
}

function journalOf(binding: Binding): Journal {
  return binding.journal as Journal; // made by `bind`
}
