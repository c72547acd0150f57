import { type JsonObject, isObject } from './json.ts';
import { type User, allowedBy, rulesOf } from './rbac.ts';
import { invalid } from './status.ts';
import type { Store } from './store.ts';

/** Questions that are answered and not stored. Undefined: no such kind of question. */
export function review(store: Store, user: User, group: string, plural: string, input: unknown): unknown {
  const object = isObject(input) ? input : {};
  const spec = isObject(object.spec) ? object.spec : {};
  if (group === 'authorization.k8s.io' && plural === 'selfsubjectaccessreviews')
    return answer('SelfSubjectAccessReview', group, spec, access(store, user, spec));
  if (group === 'authorization.k8s.io' && plural === 'selfsubjectrulesreviews')
    return answer(
      'SelfSubjectRulesReview',
      group,
      {},
      {
        resourceRules: rulesOf(store, user, String(spec.namespace ?? '')),
        nonResourceRules: [],
        incomplete: false,
      },
    );
  if (group === 'authentication.k8s.io' && plural === 'selfsubjectreviews') {
    const groups = [...(user.unrestricted ? ['system:masters'] : []), 'system:authenticated'];
    return { ...answer('SelfSubjectReview', group, undefined, { userInfo: { username: user.name, groups } }) };
  }
  return undefined;
}

function answer(kind: string, group: string, spec: JsonObject | undefined, status: JsonObject) {
  return { kind, apiVersion: `${group}/v1`, metadata: {}, ...(spec === undefined ? {} : { spec }), status };
}

function access(store: Store, user: User, spec: JsonObject): JsonObject {
  const wanted = spec.resourceAttributes;
  if (!isObject(wanted)) {
    if (isObject(spec.nonResourceAttributes)) return { allowed: user.unrestricted };
    throw invalid({ group: 'authorization.k8s.io', kind: '' }, '', [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
        field: 'spec.resourceAttributes',
      },
    ]);
  }
  const text = (field: string) => String(wanted[field] ?? '');
  const subresource = text('subresource');
  const reason = allowedBy(store, user, {
    verb: text('verb'),
    group: text('group'),
    resource: subresource === '' ? text('resource') : `${text('resource')}/${subresource}`,
    namespace: text('namespace') === '' ? undefined : text('namespace'),
    name: text('name') === '' ? undefined : text('name'),
  });
  return { allowed: reason !== null, ...(reason === null || reason === '' ? {} : { reason }) };
}
