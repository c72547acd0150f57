import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** The folder with `action.yml` and the committed bundle. Another one shows another build. */
export const ACTION = process.env.CROSSFADE_ACTION ?? ROOT;

/** Writes a page; its path from the project's folder, for people. */
export function writePage(name: string, html: string): string {
  const folder = join(ROOT, 'out');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), html);
  return `out/${name}`;
}
