/** Where a release is when somebody else writes; as the table of docs/guarantees.md has it. */
export type Phase =
  | 'before'
  | 'paused'
  | 'opening'
  | 'frozen'
  | 'ramp'
  | 'resizing'
  | 'switched'
  | 'closing'
  | 'closed'
  | 'over'
  | 'back'
  | 'closed back'
  | 'over again';

/** The phase in which each write is on its way. */
export function phasesBefore(writes: readonly string[]): readonly (Phase | undefined)[] {
  const phases = phasesOf(writes);
  return writes.map((word, at) => reached(word, phases[at]));
}

/** By the time at which the pin goes, the pods that were to leave have left. */
export function reached(word: string, phase: Phase | undefined): Phase | undefined {
  const hasLeft = word === 'unpin' || word === 'restore';
  if (hasLeft && phase === 'closing') return 'closed';
  return hasLeft && phase === 'back' ? 'closed back' : phase;
}

/** The phase in which each write finds the cluster, and after the last the one that it leaves. */
export function phasesOf(writes: readonly string[]): readonly Phase[] {
  const phases: Phase[] = ['before'];
  for (const [at, word] of writes.entries()) {
    const before = phases[at] ?? 'before';
    phases.push(next(before, word, writes.slice(0, at)));
  }
  return phases;
}

function next(phase: Phase, word: string, done: readonly string[]): Phase {
  const isOpen = done.includes('open');
  switch (word) {
    case 'pause':
      if (!isOpen) return 'paused';
      if (phase === 'back') return 'back';
      return phase === 'resizing' ? 'ramp' : 'frozen';
    case 'open':
      return 'opening';
    case 'resize':
      return 'resizing';
    case 'patch httproutes web':
      return phase === 'frozen' ? 'ramp' : phase;
    case 'unpin':
      if (phase === 'frozen') return 'ramp';
      if (phase === 'back') return 'closed back';
      return phase === 'closing' ? 'closed' : phase;
    case 'select candidate':
      return 'switched';
    case 'back to stable':
    case 'regrow':
    case 'note the turn':
      return 'back';
    case 'close':
      // In place stable's pods have gone before.
      return done.includes('select candidate') ? 'closing' : 'closed';
    case 'restore':
      return phase === 'back' || phase === 'closed back' ? 'over again' : 'over';
    default:
      return phase;
  }
}
