import { ALB_PREFIX } from './ingress-classes.ts';
import { keyOf } from './route-objects.ts';
import type { RoutedApp } from './router.ts';
import type { WeightEdit, WeightedRule } from './weighted-rules.ts';

/*
 * Actions of the AWS Load Balancer Controller: JSON in annotations `actions.<name>`, read as the controller reads it (Go takes keys in
 * any case) and written so that what we do not name stays as it is.
 */

type Json = Readonly<Record<string, unknown>>;

/** Of a Service, as a backend names it. */
export interface Port {
  readonly name?: string;
  readonly number?: number;
}

/** An action that leads to the pair. */
export interface Action extends WeightedRule {
  /** Null: there is none yet, backends name the Service themselves. */
  readonly text: string | null;
  readonly json: Json;
  readonly groups: readonly Json[];
}

export function keyOfAction(name: string): string {
  return `${ALB_PREFIX}actions.${name}`;
}

/** Null: there is none that the controller could read. */
export function readAction(name: string, text: string | undefined): Action | null {
  if (text === undefined) return null;
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? withGroups(name, text, json) : null;
  } catch {
    return null; // The controller cannot read it either, and says so in an event.
  }
}

/** The action that backends would need that name the Service themselves. */
export function newAction(service: string, port: Port): Action {
  return withGroups(service, null, forwardTo(service, port));
}

export function forwardTo(service: string, port: Port): Json {
  const targetGroups = [{ serviceName: service, servicePort: port.name ?? port.number }];
  return { type: 'forward', forwardConfig: { targetGroups } };
}

function withGroups(key: string, text: string | null, json: Json): Action {
  const list = valueAt(objectAt(json, 'forwardConfig'), 'targetGroups');
  const groups = Array.isArray(list) ? list.filter(isObject) : [];
  const destinations = groups.map((group) => {
    const [service, weight] = [valueAt(group, 'serviceName'), valueAt(group, 'weight')];
    return {
      service: typeof service === 'string' ? service : null,
      weight: typeof weight === 'number' ? weight : null,
    };
  });
  return { key, title: `its action ${key}`, text, json, groups, destinations };
}

/** Users stay on their target group. */
export function isSticky({ json }: Action): boolean {
  const stickiness = objectAt(objectAt(json, 'forwardConfig'), 'targetGroupStickinessConfig');
  return valueAt(stickiness, 'enabled') === true;
}

/** An action of ours that does nothing any more. `original`: the user's JSON of it. */
export function isNeedless(action: Action, groups: readonly Json[], app: RoutedApp, original?: string): boolean {
  const isOurs = action.text !== null && action.key === app.live && original === undefined;
  const [group] = groups;
  return isOurs && groups.length === 1 && group !== undefined && valueAt(group, 'serviceName') === app.live;
}

/** The action's JSON after the edits; null: it is not needed any more. `original`: the user's. */
export function textAfter(
  action: Action,
  edits: readonly WeightEdit[],
  app: RoutedApp,
  original?: string,
): string | null {
  let groups = [...action.groups];
  for (const edit of edits) {
    const group = groups[edit.at] ?? {};
    if (edit.edit === 'weight') groups[edit.at] = set(group, 'weight', edit.weight ?? undefined);
    else if (edit.edit === 'add')
      groups.push(set(set(action.groups[edit.at] ?? {}, 'serviceName', app.candidate), 'weight', edit.weight));
    else if (edit.edit === 'rename') groups[edit.at] = set(group, 'serviceName', app.live);
    else groups = groups.toSpliced(edit.at, 1);
  }
  const forward = set(objectAt(action.json, 'forwardConfig'), 'targetGroups', groups);
  const json = set(action.json, 'forwardConfig', forward);
  // The user's spaces and order, unless something else in it was changed meanwhile.
  if (original !== undefined) return keyOf(JSON.parse(original)) === keyOf(json) ? original : JSON.stringify(json);
  return isNeedless(action, groups, app) ? null : JSON.stringify(json);
}

function keyIn(object: Json, name: string): string {
  return Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
}

function valueAt(object: Json, name: string): unknown {
  return object[keyIn(object, name)];
}

function objectAt(object: Json, name: string): Json {
  const value = valueAt(object, name);
  return isObject(value) ? value : {};
}

/** Undefined takes the member out. */
function set(object: Json, name: string, value: unknown): Json {
  const key = keyIn(object, name);
  const { [key]: _old, ...rest } = object;
  return value === undefined ? rest : { ...object, [key]: value };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
