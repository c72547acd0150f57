import { readFileSync } from 'node:fs';

/** Events whose jobs may have checked out what somebody without rights in the repository wrote. */
const OF_PULL_REQUESTS = /^(?:pull_request|workflow_run|issue_comment)/;

/**
 * Whether the workflow was started by a pull request of a fork (or by what such a run set off): files in the workspace may be those of
 * somebody who has no rights in the repository. In doubt: true.
 */
export function isOfFork(env: NodeJS.ProcessEnv): boolean {
  if (!OF_PULL_REQUESTS.test(env.GITHUB_EVENT_NAME ?? '')) return false;
  const payload = payloadOf(env);
  // A comment does not say where its pull request comes from; one on an issue has none.
  if (at(payload, 'issue') !== undefined) return at(payload, 'issue', 'pull_request') !== undefined;
  const head =
    at(payload, 'pull_request', 'head', 'repo', 'full_name') ??
    at(payload, 'workflow_run', 'head_repository', 'full_name');
  return typeof head !== 'string' || head.toLowerCase() !== (env.GITHUB_REPOSITORY ?? '').toLowerCase();
}

function payloadOf(env: NodeJS.ProcessEnv): unknown {
  try {
    return JSON.parse(readFileSync(env.GITHUB_EVENT_PATH ?? '', 'utf8'));
  } catch {
    return undefined;
  }
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null) return undefined;
    // An object; what it has under a key is looked at before it is used.
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found;
}
