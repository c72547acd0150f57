import type { WriteRequest } from '../cluster/write-request.ts';
import { type CommandRun, shareVariable } from '../traffic/command-route.ts';

/** `PATCH /api/v1/…`; a run of the user's command by its share alone: its text may hold secrets. */
export function requestLine(write: WriteRequest | CommandRun): string {
  if (write.verb === 'run') return `RUN router-command CROSSFADE_SHARE=${shareVariable(write.share)}`;
  return `${METHODS[write.verb]} ${write.path}`;
}

const METHODS: Readonly<Record<WriteRequest['verb'], string>> = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
};
