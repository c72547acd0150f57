import type { RoleNeeds } from '../engine/role.ts';
import { type Html, html, pre, prose } from './escape.ts';

/** The Role of `action: role`, for a summary. It is shown whole: half a Role is none. */
export function roleBlocks({ yaml, basis }: RoleNeeds): Html[] {
  return [html`<p>${prose(sentencesOf(basis))}</p>`, html`<p>${prose(HOW)}</p>`, pre(yaml)];
}

export function tellRole(
  teller: { fact(text: string): void; foreign(title: string, lines: readonly string[]): void },
  { yaml, basis }: RoleNeeds,
): void {
  for (const sentence of basis) teller.fact(sentence.replaceAll('`', ''));
  teller.foreign('to apply as it stands', yaml.trimEnd().split('\n'));
}

const HOW =
  'Apply it with `kubectl apply -f`, as a cluster admin, and give the action a kubeconfig of that ServiceAccount; or bind the Role to another user.';

function sentencesOf(basis: readonly string[]): string {
  return basis.join(' ');
}
