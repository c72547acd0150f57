import { readFile } from 'node:fs/promises';
import { describeCause } from '../cluster/errors.ts';

/** The pull request that a run is about. */
export interface PullRequest {
  readonly owner: string;
  readonly repository: string;
  readonly number: number;
  /** Of GitHub's REST API, GitHub Enterprise's as well; without a slash at its end. */
  readonly apiUrl: string;
}

/** From the event that started the run (pull_request, pull_request_target, or a comment on one); otherwise why there is none. */
export async function readPullRequest(env: NodeJS.ProcessEnv): Promise<PullRequest | { readonly without: string }> {
  const [owner = '', repository = ''] = (env.GITHUB_REPOSITORY ?? '').split('/');
  const apiUrl = (env.GITHUB_API_URL || 'https://api.github.com').replace(/\/+$/, '');
  const event = env.GITHUB_EVENT_NAME ?? '';
  if (owner === '' || repository === '')
    return { without: 'this is no run of a workflow (GITHUB_REPOSITORY is empty)' };
  let payload: Payload;
  try {
    // Written by the runner; looked at no further than the fields below.
    payload = JSON.parse(await readFile(env.GITHUB_EVENT_PATH ?? '', 'utf8')) as Payload;
  } catch (error) {
    return { without: `its event cannot be read (${describeCause(error)})` };
  }
  const number =
    payload.pull_request?.number ?? (payload.issue?.pull_request === undefined ? undefined : payload.issue.number);
  if (typeof number !== 'number') return { without: `the event ${event} is about none` };
  return { owner, repository, number, apiUrl };
}

interface Payload {
  readonly pull_request?: { readonly number?: number };
  readonly issue?: { readonly number?: number; readonly pull_request?: object };
}
