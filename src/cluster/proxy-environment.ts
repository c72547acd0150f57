/** The proxy that the environment wants for this server, as curl and Go read it. */
export function proxyFor(server: string, env: NodeJS.ProcessEnv): string | null {
  const url = new URL(server);
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = env[name] ?? env[name.toUpperCase()] ?? '';
  if (proxy === '') return null;
  const exempt = (env.no_proxy ?? env.NO_PROXY ?? '').split(',').map((entry) => entry.trim());
  const isExempt = exempt.some((entry) => {
    const host = entry.replace(/^\*?\./, '').replace(/:\d+$/, '');
    return entry === '*' || (host !== '' && (url.hostname === host || url.hostname.endsWith(`.${host}`)));
  });
  const isLocal = url.hostname === 'localhost' || url.hostname === '127.0.0.1' || url.hostname === '[::1]';
  return isExempt || isLocal ? null : proxy;
}
