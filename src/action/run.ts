import type { Run } from './request.ts';

/** Where this run stands at GitHub, from the variables that the runner sets. Outside a runner every field is null. */
export function readRun(env: NodeJS.ProcessEnv): Run {
  const repository = given(env.GITHUB_REPOSITORY);
  const id = given(env.GITHUB_RUN_ID);
  const attempt = given(env.GITHUB_RUN_ATTEMPT);
  return {
    url: repository === null || id === null ? null : runUrl(given(env.GITHUB_SERVER_URL), repository, id, attempt),
    id,
    attempt,
    // Of a re-run, the one who asked for it.
    actor: given(env.GITHUB_TRIGGERING_ACTOR) ?? given(env.GITHUB_ACTOR),
    repository,
    sha: given(env.GITHUB_SHA),
    ref: given(env.GITHUB_REF),
    job: given(env.GITHUB_JOB),
  };
}

function runUrl(server: string | null, repository: string, id: string, attempt: string | null): string {
  const run = `${(server ?? 'https://github.com').replace(/\/+$/, '')}/${repository}/actions/runs/${id}`;
  // Without its attempt the address shows the newest one, which need not be this.
  return attempt === null ? run : `${run}/attempts/${attempt}`;
}

function given(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}
