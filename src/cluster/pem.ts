import { readFileSync } from 'node:fs';
import { type Entry, KubeconfigProblem, textOf } from './kubeconfig-file.ts';

/**
 * PEM, from a field with its base64 or with the path of a file; null: it has neither.
 * @throws {KubeconfigProblem}
 */
export function pemOf(entry: Entry, key: string): string | null {
  const data = textOf(entry, `${key}-data`);
  const file = textOf(entry, key);
  if (data === null && file === null) return null;
  const pem = data === null ? textOfFile(file ?? '', key) : Buffer.from(data, 'base64').toString('utf8');
  if (!pem.includes('-----BEGIN ')) {
    const where = data === null ? `the file of its ${key}` : `its ${key}-data`;
    throw new KubeconfigProblem(`${where} is no PEM${data === null ? '' : ' in base64'}`);
  }
  return pem;
}

/** @throws {KubeconfigProblem} */
export function textOfFile(file: string, key: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // Node documents it so for system errors
    throw new KubeconfigProblem(`its ${key} names the file ${file}, which cannot be read (${code})`);
  }
}
