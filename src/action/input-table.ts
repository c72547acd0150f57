/** An input as `action.yml` declares it. */
export interface Input {
  readonly name: string;
  /** Used when nothing is given, '' when there is none; the same as in `action.yml`. */
  readonly default: string;
  /** The runner does not enforce it, `readRequest` does. */
  readonly required: boolean;
  /** Its value must be masked first of all, and never shown. */
  readonly secret: boolean;
}

const NO_INPUT = { default: '', required: false, secret: false };

/** Every input, in the order of `action.yml`. A test holds the two together. */
export const INPUTS = [
  { ...NO_INPUT, name: 'action', default: 'deploy' },
  { ...NO_INPUT, name: 'to' },
  { ...NO_INPUT, name: 'strategy', default: 'blue-green' },
  { ...NO_INPUT, name: 'steps', default: '5% 2m, 20% 5m, 50% 5m' },
  { ...NO_INPUT, name: 'batches' },
  { ...NO_INPUT, name: 'batch-size' },
  { ...NO_INPUT, name: 'batch-time', default: '1m' },
  { ...NO_INPUT, name: 'pause-at' },
  { ...NO_INPUT, name: 'router', default: 'auto' },
  { ...NO_INPUT, name: 'router-command' },
  { ...NO_INPUT, name: 'router-verify' },
  { ...NO_INPUT, name: 'headers' },
  { ...NO_INPUT, name: 'cookie' },
  { ...NO_INPUT, name: 'mirror' },
  { ...NO_INPUT, name: 'candidate-replicas' },
  { ...NO_INPUT, name: 'deployment' },
  { ...NO_INPUT, name: 'knative-service' },
  { ...NO_INPUT, name: 'images' },
  { ...NO_INPUT, name: 'env' },
  { ...NO_INPUT, name: 'service' },
  { ...NO_INPUT, name: 'candidate-service' },
  { ...NO_INPUT, name: 'kubeconfig', secret: true },
  { ...NO_INPUT, name: 'context' },
  { ...NO_INPUT, name: 'namespace' },
  { ...NO_INPUT, name: 'allow-exec', default: 'auto' },
  { ...NO_INPUT, name: 'smoke-test' },
  { ...NO_INPUT, name: 'smoke-command' },
  { ...NO_INPUT, name: 'job' },
  { ...NO_INPUT, name: 'webhook' },
  { ...NO_INPUT, name: 'webhook-secret', secret: true },
  { ...NO_INPUT, name: 'webhook-timeout', default: '30s' },
  { ...NO_INPUT, name: 'check-at', default: 'start' },
  { ...NO_INPUT, name: 'prometheus' },
  { ...NO_INPUT, name: 'prometheus-token', secret: true },
  { ...NO_INPUT, name: 'prometheus-basic', secret: true },
  { ...NO_INPUT, name: 'prometheus-headers', secret: true },
  { ...NO_INPUT, name: 'prometheus-ca' },
  { ...NO_INPUT, name: 'metrics', default: 'auto' },
  { ...NO_INPUT, name: 'metrics-port' },
  { ...NO_INPUT, name: 'metrics-path' },
  { ...NO_INPUT, name: 'metrics-pods', default: '10' },
  { ...NO_INPUT, name: 'slow', default: 'auto' },
  { ...NO_INPUT, name: 'probe' },
  { ...NO_INPUT, name: 'thresholds' },
  { ...NO_INPUT, name: 'alerts' },
  { ...NO_INPUT, name: 'alerts-since', default: 'release' },
  { ...NO_INPUT, name: 'alertmanager' },
  { ...NO_INPUT, name: 'evidence', default: 'ticks' },
  { ...NO_INPUT, name: 'tick', default: '5s' },
  { ...NO_INPUT, name: 'tolerance', default: '1.5' },
  { ...NO_INPUT, name: 'at-most-worse', default: '3' },
  { ...NO_INPUT, name: 'false-alarms', default: '1%' },
  { ...NO_INPUT, name: 'objective' },
  { ...NO_INPUT, name: 'restarts', default: 'any' },
  { ...NO_INPUT, name: 'min-requests', default: '50' },
  { ...NO_INPUT, name: 'wait-for-evidence', default: '2m' },
  { ...NO_INPUT, name: 'on-inconclusive', default: 'pause' },
  { ...NO_INPUT, name: 'early', default: 'false' },
  { ...NO_INPUT, name: 'skip-analysis', default: 'false' },
  { ...NO_INPUT, name: 'bake-time', default: '1m' },
  { ...NO_INPUT, name: 'drain-time', default: '30s' },
  { ...NO_INPUT, name: 'settle-time', default: '3s' },
  { ...NO_INPUT, name: 'timeout', default: '15m' },
  { ...NO_INPUT, name: 'lock-timeout', default: '10m' },
  { ...NO_INPUT, name: 'on-failure', default: 'rollback' },
  { ...NO_INPUT, name: 'on-cancel', default: 'take-back' },
  { ...NO_INPUT, name: 'on-unfinished', default: 'take-back' },
  { ...NO_INPUT, name: 'switch', default: 'cut' },
  { ...NO_INPUT, name: 'keep-warm', default: 'false' },
  { ...NO_INPUT, name: 'dry-run', default: 'false' },
  { ...NO_INPUT, name: 'summary', default: 'true' },
  { ...NO_INPUT, name: 'pull-request-comment', default: 'false' },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression for the runner, which fills it in
  { ...NO_INPUT, name: 'github-token', default: '${{ github.token }}', secret: true },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression for the runner, which fills it in
  { ...NO_INPUT, name: 'job-status', default: '${{ job.status }}' },
] as const satisfies readonly Input[];

export type InputName = (typeof INPUTS)[number]['name'];

export function isInput(name: string): name is InputName {
  return INPUTS.some((input) => input.name === name);
}
