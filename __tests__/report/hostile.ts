import type { Story } from '../../src/report/story.ts';
import { PLAN, STATUS } from './looked-stories.ts';
import { BAKED_BACK, HELD } from './stories.ts';

/** Texts that try to leave the place where they are shown. */
export const HOSTILE: readonly string[] = [
  '<img src=x onerror=alert(1)><script>alert(2)</script><a href="javascript:alert(3)">x</a>',
  '</code></pre></td></tr></table></details><h1>owned</h1>',
  'a | b | c\n| - | - |\n| d | e |',
  '\n\n# heading\n\n- item\n\n```\nfence\n```\n',
  '`code` ``more`` **bold** _it_ ~~gone~~ [text](https://evil.example) ![i](https://evil.example/i.png)',
  '&lt;b&gt; &amp; &#60;',
  '--> <!-- <![CDATA[ ]]> <?php ?>',
  '\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u202egnp.exe',
  '::error::one\r::set-output name=a::b\n::stop-commands::x\n##[error]two ##[add-mask]three',
];

/** A story all of whose free texts are `text`. */
export function storyOf(text: string): Story {
  const { phases, writes, checks } = HELD;
  return {
    ...BAKED_BACK,
    outcome: 'failed',
    held: true,
    reason: text,
    release: text,
    namespace: text,
    deployment: text,
    service: text,
    strategy: text,
    stableHash: text,
    candidateHash: text,
    from: { [text]: `old ${text}` },
    to: { [text]: `new ${text}` },
    run: { url: text, id: text, attempt: text, actor: text, repository: text, sha: text, ref: text, job: text },
    phases: phases.map((span) => ({ ...span, facts: [text, `${text} again`] })),
    writes: writes.map((write) => ({ ...write, request: text, why: text })),
    checks: checks.map((check) => ({ ...check, name: text, detail: `${text}\n${text}` })),
    warnings: [text, `${text} again`],
    findings: [],
    diagnosis: {
      signs: [text, `${text} again`],
      log: { pod: text, container: text, lines: [text, text] },
      events: [text, text],
    },
  };
}

/** A status all of whose free texts are `text`. */
export function statusOf(text: string): Story {
  const { looked } = STATUS;
  if (looked?.of !== 'status' || looked.status.open === null)
    throw new Error('the status of an open release is wanted');
  const { status } = looked;
  const images = { [text]: text };
  return {
    ...storyOf(text),
    looked: {
      of: 'status',
      status: {
        ...status,
        open: {
          ...looked.status.open,
          release: text,
          run: text,
          from: images,
          to: images,
          verdicts: [{ verdict: text, text }],
        },
        tracks: status.tracks.map((track) => ({ ...track, hash: text, revision: text, images })),
        ways: [text],
        lock: { holder: text, renewedAgo: 1, isStale: true },
        past: status.past.map((past) => ({
          ...past,
          release: text,
          outcome: text,
          reason: text,
          run: text,
          to: images,
          hash: text,
        })),
        notes: [text],
      },
    },
  };
}

/** A plan all of whose free texts are `text`. */
export function planOf(text: string): Story {
  const { looked } = PLAN;
  if (looked?.of !== 'plan') throw new Error('a plan is wanted');
  const { plan } = looked;
  const write = {
    request: text,
    why: text,
    changes: [{ field: text, before: text, after: text }],
    tried: 'refused' as const,
    refusal: text,
  };
  return {
    ...storyOf(text),
    looked: {
      of: 'plan',
      plan: {
        ...plan,
        open: [text],
        from: { [text]: `old ${text}` },
        to: { [text]: `new ${text}` },
        facts: [text],
        writes: Array.from({ length: 40 }, () => write),
        missing: [{ namespace: text, permission: { group: text, resource: text, verb: text } }],
        role: text,
        findings: [{ message: text, attachment: text }],
      },
    },
  };
}
