import type { Comments } from './comments.ts';
import { CommentsFailed } from './comments.ts';

/** Characters that GitHub takes for a comment. Counted as bytes, which are never fewer. */
export const COMMENT_LIMIT = 65_536;

/** What a comment is about: a plan of another workload, namespace or context has a comment of its own. */
export interface CommentSubject {
  readonly namespace: string;
  /** `Deployment web`. */
  readonly workload: string;
  /** Input `context`; null: not given. */
  readonly context: string | null;
}

/** The first line of the comment, which nobody sees; by it the comment is found again. */
export function markerOf({ namespace, workload, context }: CommentSubject): string {
  const parts = [namespace, workload, ...(context === null ? [] : [context])];
  // Without `-->`, whatever they are.
  return `<!-- crossfade plan: ${parts.map((part) => encodeURIComponent(part).replaceAll('--', '-%2D')).join(' ')} -->`;
}

/**
 * Keeps one comment up to date: the oldest that begins with the marker, by somebody who may write to the repository. Where it is not
 * known whether a new one was made, that is looked up before another try, so that there are never two.
 * @returns null, or why it could not be done, for a person
 */
export async function keepComment(comments: Comments, marker: string, text: string): Promise<string | null> {
  const body = `${marker}\n${text}`;
  try {
    for (let tried = 1; ; tried += 1) {
      const known = (await comments.list()).find((comment) => comment.isTrusted && comment.body.startsWith(marker));
      // GitHub stores line breaks and trims as it likes.
      if (known !== undefined && plain(known.body) === plain(body)) return null;
      if (known !== undefined) {
        await comments.update(known.id, body);
        return null;
      }
      try {
        await comments.create(body);
        return null;
      } catch (error) {
        const isUnknown = error instanceof CommentsFailed && (error.status === null || error.status >= 500);
        if (!isUnknown || tried >= 3) throw error;
      }
    }
  } catch (error) {
    if (!(error instanceof CommentsFailed)) throw error;
    return explained(error);
  }
}

function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}

function explained({ status, message }: CommentsFailed): string {
  const why: Readonly<Record<number, string>> = {
    401: 'input github-token is not accepted',
    403: 'the token lacks the permission `pull-requests: write` (a pull request from a fork never has it), or GitHub allows no more requests for now',
    404: 'the token lacks the permission `pull-requests: write`, or may not see this repository',
    410: 'comments are switched off',
    422: 'GitHub refuses the text',
  };
  const found = why[status ?? 0] ?? (status === null ? 'GitHub did not answer' : 'GitHub could not do it');
  return `The plan is not on the pull request: ${found}. GitHub said: ${message}`;
}
