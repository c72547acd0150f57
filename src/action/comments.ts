import { setTimeout as sleep } from 'node:timers/promises';
import { outside, OutsideError } from '../checks/outside.ts';
import type { PullRequest } from './pull-request.ts';

/** A comment on a pull request, as far as it matters to us. */
export interface Comment {
  readonly id: number;
  readonly body: string;
  /** Whoever wrote it may write to the repository, or is an app: nobody else's comment is ever changed. */
  readonly isTrusted: boolean;
}

/** Comments of one pull request. Each request is tried again by itself where that is safe. */
export interface Comments {
  /** All pages, oldest first. @throws {CommentsFailed} */
  list(): Promise<readonly Comment[]>;
  /** Once: whether it was carried out may be unknown. @throws {CommentsFailed} */
  create(body: string): Promise<void>;
  /** @throws {CommentsFailed} */
  update(id: number, body: string): Promise<void>;
}

/** GitHub did not do it. `status`: of its answer; null: there was none. */
export class CommentsFailed extends Error {
  readonly status: number | null;
  constructor(message: string, status: number | null) {
    super(message);
    this.status = status;
  }
}

/** Milliseconds for one answer. */
const DEADLINE = 10_000;
const TRIES = 3;
const PAGE = 100;
/** Bytes of an answer: a hundred comments of the longest kind, and what stands around them. */
const LONGEST_ANSWER = 32_000_000;

/** A request to GitHub's REST API, `path` below the repository's. */
interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body: string | null;
}

/** By GitHub's REST API. `pause`: milliseconds before the second try; doubled for the next. */
export function githubComments(
  { owner, repository, number, apiUrl }: PullRequest,
  token: string,
  env: NodeJS.ProcessEnv,
  pause = 500,
): Comments {
  const base = `${apiUrl}/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repository)}/issues`;
  const send = (request: RestRequest) => sendTo(base, token, env, request);
  const text = (body: string) => JSON.stringify({ body });
  return {
    async list() {
      const all: Comment[] = [];
      for (let at = 1; ; at += 1) {
        const path = `/${number}/comments?per_page=${PAGE}&page=${at}`;
        const page = commentsIn(await repeated(pause, () => send({ method: 'GET', path, body: null })));
        all.push(...page);
        if (page.length < PAGE) return all;
      }
    },
    async create(body) {
      await send({ method: 'POST', path: `/${number}/comments`, body: text(body) });
    },
    async update(id, body) {
      await repeated(pause, () => send({ method: 'PATCH', path: `/comments/${id}`, body: text(body) }));
    },
  };
}

const WRITERS: readonly unknown[] = ['OWNER', 'MEMBER', 'COLLABORATOR'];

/** @throws {CommentsFailed} */
async function sendTo(
  base: string,
  token: string,
  env: NodeJS.ProcessEnv,
  { method, path, body }: RestRequest,
): Promise<string> {
  const github = outside(env);
  try {
    const { status, body: answer } = await github.request({
      method,
      url: `${base}${path}`,
      headers: {
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        authorization: `Bearer ${token}`,
        ...(body === null ? {} : { 'content-type': 'application/json' }),
      },
      body,
      timeoutMs: DEADLINE,
      longestBytes: LONGEST_ANSWER,
      signal: new AbortController().signal,
    });
    if (status >= 200 && status < 300) return answer;
    throw new CommentsFailed(messageIn(answer) ?? `HTTP ${status}`, status);
  } catch (error) {
    if (error instanceof OutsideError) throw new CommentsFailed(error.message, null);
    throw error;
  } finally {
    await github.close();
  }
}

async function repeated<T>(pause: number, send: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await send();
    } catch (error) {
      const status = error instanceof CommentsFailed ? error.status : 0;
      const isFinal = status !== null && status < 500 && status !== 429;
      if (isFinal || tried >= TRIES) throw error;
      await sleep(pause * 2 ** (tried - 1));
    }
  }
}

function commentsIn(answer: string): Comment[] {
  const list = parsed(answer);
  if (!Array.isArray(list)) throw new CommentsFailed('the answer is no list of comments', null);
  return list.filter(isObject).map((comment) => ({
    id: Number(comment.id),
    body: typeof comment.body === 'string' ? comment.body : '',
    isTrusted: (isObject(comment.user) && comment.user.type === 'Bot') || WRITERS.includes(comment.author_association),
  }));
}

/** What GitHub says of a refusal; null: nothing. */
function messageIn(answer: string): string | null {
  const body = parsed(answer);
  return isObject(body) && typeof body.message === 'string' ? body.message : null;
}

function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
