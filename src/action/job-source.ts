import { misunderstood, understood, type Parsed } from './parsed.ts';
import type { JobSource } from './request.ts';

export const JOB_FORM = 'the manifest of a Job (YAML), or the path of a file with one, such as ./deploy/smoke-job.yaml';

/** Tells a manifest from the path of one. Whether the file exists, and what a manifest says, is looked at when the release begins. */
export function parseJobSource(given: string): Parsed<JobSource> {
  const isContent = given.includes('\n') || given.startsWith('{') || /^[\w-]+:(?:\s|$)/.test(given);
  if (!isContent) return understood({ kind: 'path', value: given });
  if (!/\bkind["']?\s*:\s*["']?Job\b/.test(given)) return misunderstood('It is not a manifest of kind: Job.');
  return understood({ kind: 'content', value: given });
}
