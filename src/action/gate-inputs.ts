import { ALERT_FORM, parseAlertLine } from './alert-lines.ts';
import type { InputProblem } from './input-errors.ts';
import type { Reader } from './input-reader.ts';
import type { InputName } from './input-table.ts';
import type { ReadInputs } from './inputs-together.ts';
import { JOB_FORM, parseJobSource } from './job-source.ts';
import type { Request } from './request.ts';
import { parseServerAddress, SERVER_FORM } from './server-address.ts';
import { parseThresholdLine, THRESHOLD_FORM } from './threshold-lines.ts';
import { parseWebhookLine, shownWebhook, WEBHOOK_FORM } from './webhook-lines.ts';

type Gates = Pick<Request, 'job' | 'webhook' | 'checkAt' | 'thresholds' | 'alerts' | 'alertsSince' | 'alertmanager'>;

/** The inputs of the gates that a user adds: a Job, webhooks, thresholds and alerts. */
export function readGates(inputs: Reader): Gates {
  const urls = inputs.lines('webhook', WEBHOOK_FORM, parseWebhookLine, null, shownWebhook);
  const timeout = inputs.duration('webhook-timeout', 'An answer needs time: it must be longer than 0s.');
  return {
    job: inputs.optional('job', JOB_FORM, parseJobSource),
    webhook: urls.length === 0 ? null : { urls, secret: inputs.text('webhook-secret'), timeout },
    checkAt: inputs.word('check-at', ['start', 'every-step']),
    thresholds: inputs.lines('thresholds', THRESHOLD_FORM, parseThresholdLine, ({ name }) => name),
    alerts: inputs.lines('alerts', ALERT_FORM, parseAlertLine, ({ line }) => line),
    alertsSince: inputs.word('alerts-since', ['release', 'any']),
    alertmanager: inputs.optional('alertmanager', SERVER_FORM, parseServerAddress, withoutUser),
  };
}

/** An address as it may be shown, also when it is none. */
function withoutUser(given: string): string {
  return given.replace(/\/\/[^/]*@/, '//…@');
}

/** What is wrong with these inputs together. */
export function gateProblems(request: Request, inputs: ReadInputs): InputProblem[] {
  const without = (input: InputName, problem: string, accepted: string): InputProblem => ({
    input,
    line: null,
    given: null,
    problem,
    accepted,
  });
  const { thresholds, alerts, alertmanager, webhook } = request;
  const isUnasked = thresholds.length + alerts.length > 0 && !isPrometheusGiven(inputs);
  const needed = 'leave it out, or say with prometheus where your Prometheus is';
  return [
    ...(thresholds.length > 0 && isUnasked ? [without('thresholds', 'There is no Prometheus to ask.', needed)] : []),
    ...(alerts.length > 0 && alertmanager === null && isUnasked && inputs.understood('alertmanager')
      ? [
          without(
            'alerts',
            'There is neither a Prometheus nor an Alertmanager to ask.',
            `${needed}, or with alertmanager`,
          ),
        ]
      : []),
    ...(alerts.length === 0 && alertmanager !== null && inputs.understood('alerts')
      ? [without('alertmanager', 'It has no meaning without alerts.', 'leave it out, or name alerts')]
      : []),
    ...(alerts.length === 0 && inputs.isSaid('alerts-since') && inputs.understood('alerts', 'alerts-since')
      ? [without('alerts-since', 'It has no meaning without alerts.', 'leave it out, or name alerts')]
      : []),
    ...(['webhook-secret', 'webhook-timeout'] as const)
      .filter((input) => webhook === null && inputs.isSaid(input) && inputs.understood('webhook', input))
      .map((input) => without(input, 'It has no meaning without webhook.', 'leave it out, or give webhook')),
  ];
}

function isPrometheusGiven(inputs: ReadInputs): boolean {
  // An input of its own, read elsewhere.
  return inputs.isSaid('prometheus' as InputName);
}
