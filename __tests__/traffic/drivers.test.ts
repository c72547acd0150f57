import { describe, expect, test } from '@jest/globals';
import type { KubeObject, ObjectMeta } from '../../src/cluster/wire.ts';
import { driverRefusal, ownerWarnings } from '../../src/traffic/drivers.ts';

const TITLE = 'HTTPRoute web';
const FIELD = '.spec.rules[].backendRefs';

function route(metadata: ObjectMeta): KubeObject {
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'web', ...metadata } };
}

function owner(apiVersion: string, kind: string): ObjectMeta {
  return { ownerReferences: [{ apiVersion, kind, name: 'shop', uid: 'o' }] };
}

function written(manager: string, subresource?: string): ObjectMeta {
  return { managedFields: [{ manager, operation: 'Update', ...(subresource === undefined ? {} : { subresource }) }] };
}

describe('foreign drivers', () => {
  test.each<[string, ObjectMeta, string]>([
    ['Argo Rollouts', owner('argoproj.io/v1alpha1', 'Rollout'), 'its owner is Rollout shop'],
    ['Argo Rollouts', { labels: { 'rollouts.argoproj.io/gatewayapi-canary': 'in-progress' } }, 'label `rollouts.argo'],
    ['Argo Rollouts', { annotations: { 'rollout.argoproj.io/revision': '3' } }, 'annotation `rollout.argoproj.io/rev'],
    ['Argo Rollouts', written('rollouts-controller'), 'field manager `rollouts-controller`'],
    ['Flagger', owner('flagger.app/v1beta1', 'Canary'), 'its owner is Canary shop'],
    ['Flagger', written('flagger'), 'field manager `flagger`'],
    ['OpenKruise', { annotations: { 'rollouts.kruise.io/in-progressing': 'x' } }, 'annotation `rollouts.kruise.io/in'],
    ['OpenKruise', written('kruise-rollout'), 'field manager `kruise-rollout`'],
  ])('%s is refused: %j', (name, metadata, evidence) => {
    const refusal = driverRefusal(route(metadata), TITLE);
    expect(refusal).toContain(`HTTPRoute web is driven by ${name} (`);
    expect(refusal).toContain(evidence);
    expect(refusal).toContain(`Release this app with ${name}`);
  });

  test.each<[string, ObjectMeta]>([
    ['nothing', {}],
    ['an owner of another group', owner('argoproj.io/v1alpha1', 'Application')],
    ['another Canary', owner('example.com/v1', 'Canary')],
    ['a status that a controller wrote', written('rollouts-controller', 'status')],
    ['kubectl', written('kubectl-client-side-apply')],
    ['a label that only looks like it', { labels: { 'my-rollouts.argoproj.io/x': 'y' } }],
  ])('%s is no driver', (_name, metadata) => {
    expect(driverRefusal(route(metadata), TITLE)).toBeNull();
  });
});

describe('GitOps owners', () => {
  test.each<[string, ObjectMeta, string]>([
    ['Argo CD', { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:…' } }, 'RespectIgnoreDifferences=true'],
    ['Argo CD', { labels: { 'argocd.argoproj.io/instance': 'shop' } }, 'ignoreDifferences'],
    ['Argo CD', { labels: { 'app.kubernetes.io/instance': 'shop' }, ...written('argocd-controller') }, FIELD],
    [
      'Flux',
      { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } },
      'kustomize.toolkit.fluxcd.io/ssa: IfNotPresent',
    ],
    ['Flux', written('kustomize-controller'), 'kustomize.toolkit.fluxcd.io/reconcile: disabled'],
    ['Flux', { labels: { 'helm.toolkit.fluxcd.io/name': 'web' } }, 'helm.toolkit.fluxcd.io/driftDetection: disabled'],
  ])('%s: a warning that names the setting: %j', (name, metadata, setting) => {
    const [warning, ...rest] = ownerWarnings(route(metadata), TITLE, FIELD);
    expect(rest).toEqual([]);
    expect(warning).toContain(`HTTPRoute web is owned by ${name} (`);
    expect(warning).toContain(setting);
  });

  const flux = { 'kustomize.toolkit.fluxcd.io/name': 'apps' };
  test.each<[string, ObjectMeta]>([
    ['nothing', {}],
    ['a chart’s instance label alone', { labels: { 'app.kubernetes.io/instance': 'shop' } }],
    ['a status that Argo CD wrote', written('argocd-controller', 'status')],
    ['Flux told to create only', { labels: flux, annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' } }],
    ['Flux told to stay away', { labels: flux, annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } }],
    [
      'Flux’s Helm told to ignore drift',
      {
        labels: { 'helm.toolkit.fluxcd.io/name': 'web' },
        annotations: { 'helm.toolkit.fluxcd.io/driftDetection': 'disabled' },
      },
    ],
  ])('%s: no warning', (_name, metadata) => {
    expect(ownerWarnings(route(metadata), TITLE, FIELD)).toEqual([]);
  });

  test('owned by both: both are named', () => {
    const both = route({ labels: flux, annotations: { 'argocd.argoproj.io/tracking-id': 'x' } });
    expect(ownerWarnings(both, TITLE, FIELD)).toHaveLength(2);
  });
});
