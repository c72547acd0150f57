import { type InputProblem, shown } from './input-errors.ts';
import type { Reader } from './input-reader.ts';
import type { Request } from './request.ts';

/** Inputs `pull-request-comment` and `github-token`. */
export function readComment(inputs: Reader): Pick<Request, 'comment'> {
  const isWanted = inputs.boolean('pull-request-comment');
  const token = inputs.text('github-token');
  // Outside of a runner nobody fills the expression in.
  const isFilledIn = token !== null && !token.startsWith('${{');
  return { comment: isWanted ? { token: isFilledIn ? token : null } : null };
}

/** There is nothing else to show. */
export function commentProblems({ action, comment }: Pick<Request, 'action' | 'comment'>): InputProblem[] {
  if (comment === null || action === 'plan') return [];
  return [
    {
      input: 'pull-request-comment',
      line: null,
      given: shown('true'),
      problem: `It has no meaning with action: ${action}.`,
      accepted: 'leave it out, or use action: plan',
    },
  ];
}
