import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseTranscript, play } from './transcript.ts';

const folder = join(import.meta.dirname, 'testdata');

/** Each file of testdata is a release as a story; `REWRITE=1 npm test -- transcripts` writes what happens now into it. */
test.each(readdirSync(folder).filter((file) => file.endsWith('.txt')))('%s', async (file) => {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  const played = await play(parseTranscript(text));
  if (process.env.REWRITE === '1') writeFileSync(path, played);
  else expect(played).toBe(text);
});
