import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { type ApiPort, firstBytes, USER_AGENT } from '../cluster/api.ts';
import { describeCause } from '../cluster/errors.ts';
import { proxyFor } from '../cluster/proxy-environment.ts';
import { LONGEST_ANSWER, Prometheus, type PrometheusOptions, type Send } from './prometheus.ts';
import type { PrometheusHeader, PrometheusService, PrometheusTarget, PrometheusUrl } from './prometheus-target.ts';
import { MetricsError } from './source.ts';

export interface PrometheusPorts {
  readonly api: Pick<ApiPort, 'text'>;
  /** For the proxy that it wants. */
  readonly env: NodeJS.ProcessEnv;
  readonly warn: (message: string) => void;
  /** Milliseconds for one answer, all tries included. Default 10 s. */
  readonly deadline?: number;
}

export interface ConnectedPrometheus {
  readonly prometheus: Prometheus;
  close(): Promise<void>;
}

/** @throws {MetricsError} when the certificates to trust cannot be read */
export function connectPrometheus(target: PrometheusTarget, ports: PrometheusPorts): ConnectedPrometheus {
  return target.kind === 'url' ? byUrl(target, ports) : byService(target, ports);
}

const NAMED = /-----BEGIN [A-Z ]*CERTIFICATE-----/;

function byUrl(target: PrometheusUrl, { env, warn, deadline }: PrometheusPorts): ConnectedPrometheus {
  const dispatcher = poolFor(target, env);
  const headers = { ...plain(target.headers), ...authorizationOf(target.auth) };
  const send: Send = async (path, query, signal) => {
    const response = await request(`${target.url}${path}?${query}`, {
      method: 'GET',
      headers: { accept: 'application/json', 'user-agent': USER_AGENT, ...headers },
      dispatcher,
      signal,
    });
    const retryAfter = Number([response.headers['retry-after'] ?? []].flat()[0]);
    const answer = await firstBytes(response.body, LONGEST_ANSWER);
    return { status: response.statusCode, ...answer, retryAfter: retryAfter > 0 ? retryAfter * 1000 : null };
  };
  const options: PrometheusOptions = {
    name: `Prometheus at ${target.url}`,
    access: 'Check inputs prometheus-token, prometheus-basic and prometheus-headers.',
    secrets: secretsOf(target),
    warn,
    ...(deadline === undefined ? {} : { deadline }),
  };
  return { prometheus: new Prometheus(send, options), close: () => dispatcher.destroy() };
}

function poolFor(target: PrometheusUrl, env: NodeJS.ProcessEnv): Dispatcher {
  const tls = target.ca === null ? {} : { ca: [...getCACertificates('default'), certificatesOf(target.ca)] };
  const proxy = proxyFor(target.url, env);
  const common = { connections: 2, allowH2: false, keepAliveTimeout: 30_000 } as const;
  return proxy === null
    ? new Agent({ ...common, connect: { ...tls, timeout: 10_000 } })
    : new ProxyAgent({ ...common, uri: proxy, requestTls: tls });
}

function certificatesOf(ca: NonNullable<PrometheusUrl['ca']>): string {
  let text = ca.value;
  try {
    if (ca.kind === 'path') text = readFileSync(ca.value, 'utf8');
  } catch (error) {
    throw new MetricsError(
      `Wanted certificates from ${ca.value} (input prometheus-ca); it cannot be read: ${describeCause(error)}. Give the path of a PEM file, or its content.`,
    );
  }
  if (NAMED.test(text)) return text;
  throw new MetricsError(
    `Wanted certificates from ${ca.kind === 'path' ? ca.value : 'the content of input prometheus-ca'}; found none in PEM. It must have a line -----BEGIN CERTIFICATE-----.`,
  );
}

function byService(target: PrometheusService, { api, warn, deadline }: PrometheusPorts): ConnectedPrometheus {
  const { namespace, service, port, scheme, path } = target;
  const named = `${scheme === 'https' ? 'https:' : ''}${service}:${port}`;
  const base = `/api/v1/namespaces/${namespace}/services/${named}/proxy${path}`;
  const send: Send = (asked, query, signal) =>
    api.text(`${base}${asked}`, Object.fromEntries(query), {
      signal,
      over: 'metrics',
      most: LONGEST_ANSWER,
      headers: plain(target.headers),
      ...(deadline === undefined ? {} : { deadline }),
    });
  const options: PrometheusOptions = {
    name: `Prometheus at ${namespace}/${named}${path} (through the API server)`,
    access: `Check that the Service has ready pods, and that your user may get services/proxy in namespace ${namespace}.`,
    secrets: target.headers.map(({ value }) => value),
    warn,
    ...(deadline === undefined ? {} : { deadline }),
  };
  return { prometheus: new Prometheus(send, options), close: () => Promise.resolve() };
}

function authorizationOf(auth: PrometheusUrl['auth']): Record<string, string> {
  if (auth === null) return {};
  const value = auth.kind === 'bearer' ? `Bearer ${auth.token}` : `Basic ${basicOf(auth)}`;
  return { authorization: value };
}

function basicOf({ user, password }: { user: string; password: string }): string {
  return Buffer.from(`${user}:${password}`).toString('base64');
}

function secretsOf({ auth, headers }: PrometheusUrl): string[] {
  const own = auth === null ? [] : auth.kind === 'bearer' ? [auth.token] : [auth.password, basicOf(auth)];
  return [...own, ...headers.map(({ value }) => value)];
}

function plain(headers: readonly PrometheusHeader[]): Record<string, string> {
  return Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), value]));
}
