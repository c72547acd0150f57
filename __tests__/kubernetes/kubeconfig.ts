import { writeFileSync } from 'node:fs';
import type { Certificate } from './certificates.ts';

/** Writes a kubeconfig that needs no other file. JSON, which every reader of YAML takes. Mode 0600, as it holds a key. */
export function writeKubeconfig(
  path: string,
  server: string,
  authority: string,
  user: { readonly name: string } & Certificate,
): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [
      {
        name: user.name,
        user: { 'client-certificate-data': base64(user.certificate), 'client-key-data': base64(user.key) },
      },
    ],
    contexts: [{ name: 'test', context: { cluster: 'test', user: user.name, namespace: 'default' } }],
    'current-context': 'test',
  };
  writeFileSync(path, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
  return path;
}
