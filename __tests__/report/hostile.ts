import type { Story } from '../../src/report/story.ts';
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
