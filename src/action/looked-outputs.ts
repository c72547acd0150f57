import type { Looked } from '../engine/looked.ts';
import { imagesOfUsers, type Status } from '../engine/status.ts';
import type { OutputName } from './outputs.ts';
import { imageLines } from './outputs.ts';

/** Outputs that only an operation has that only looks; empty of every other. */
export const NOT_LOOKED = { status: '', share: '', possible: '', plan: '', role: '' } as const;

type Some = Partial<Record<OutputName, string>>;

/** What later steps are told of what was looked at, where that is not what is told of a release. */
export function lookedOutputs(looked: Looked): Some {
  switch (looked.of) {
    case 'status':
      return statusOutputs(looked.status);
    case 'plan':
      return {
        plan: looked.plan.would,
        images: imageLines(looked.plan.from),
        'previous-images': imageLines(looked.plan.from),
      };
    case 'role':
      return { role: looked.role.yaml };
  }
}

function statusOutputs(status: Status): Some {
  const { is, open, share, possible, past, tracks, rollbackPossible } = status;
  const stable = tracks.find(({ role }) => role === 'stable');
  // The release by which users came to where they are.
  const last = past.find(({ hasMoved, version }) => hasMoved && version === 'now');
  return {
    status: is,
    share: share === null ? '' : String(Number((share / 100).toFixed(2))),
    possible: possible.map(({ action }) => action).join(' '),
    release: open?.release ?? last?.release ?? '',
    images: imageLines(imagesOfUsers(status)),
    'previous-images': imageLines(open === null ? (last?.from ?? {}) : open.from),
    'stable-hash': open?.stableHash ?? stable?.hash ?? '',
    'candidate-hash': open?.candidateHash ?? '',
    'rollback-possible': String(rollbackPossible),
  };
}
