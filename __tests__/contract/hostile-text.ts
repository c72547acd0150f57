import { expect } from '@jest/globals';
import { Marked } from 'marked';
import { type DefaultTreeAdapterTypes as Tree, parseFragment, defaultTreeAdapter as tree } from 'parse5';
import { paths } from '../kubernetes/api.ts';
import { until } from '../kubernetes/processes.ts';
import type { RunResult } from '../runner/runner.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectOriginal } from './endings.ts';
import { describe } from './group.ts';
import { scenariosOn } from './scene.ts';

/** Everything by which a text might leave the place where it is shown, or order somebody about. */
const HOSTILE = [
  '::error::owned',
  '::set-output name=outcome::promoted',
  '::add-mask::web',
  '::stop-commands::owned',
  '::save-state name=unfinished::',
  '##[error]owned',
  ' ::warning::owned',
  '\u001b[2K\r::error::owned',
  '\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007',
  '\u202e::rorre::',
  '\0\u0008\u009b31m',
  '</code></pre></details></table><h1>owned</h1><script>alert(1)</script><img src=x onerror=alert(1)>',
  '```',
  '~~~~',
  '```mermaid\ngraph TD; a-->b\n```',
  '| a | b |\n| --- | --- |\n| [x](javascript:alert(1)) | ![x](https://evil.example/i.png) |',
  '# owned\n\n- [ ] owned @octocat #1 https://evil.example',
  '\u2028::error::owned\u2029',
  '\r::error::owned\r\n::error::owned',
] as const;
const LINES = HOSTILE.join('\n');

/** Text of others goes through the whole action: it is shown, and does nothing. */
export function hostileText(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('hostile text', () => {
    scenario('of a pod’s log, its events and the run itself', { env: { LAST_WORDS: LINES } }, async (scene) => {
      const { api, namespace } = scene;
      const event = {
        metadata: { name: 'owned', namespace },
        involvedObject: { kind: 'ReplicaSet', namespace, name: '' },
        type: 'Warning',
        reason: LINES.slice(0, 120),
        message: LINES,
      };
      const action = scene.start(
        { images: `web=${IMAGE.crash}` },
        { event: { actor: '::error::owned', ref: 'refs/heads/x::error::%0Aowned</code><h1>' } },
      );
      const sick = await until('the ReplicaSet is there', 30_000, () => scene.hash(IMAGE.crash));
      const involvedObject = { ...event.involvedObject, name: `web-${sick}` };
      await api.create(paths.core(namespace, 'events'), { ...event, involvedObject });
      const result = await action.done;
      expect(result.outputs.outcome).toBe('rolled-back');
      expectHarmless(result);
      expect(result.summary).toContain('&lt;h1&gt;owned');
      await expectOriginal(scene);
    });

    scenario('of ten megabytes in one line', { env: { LAST_WORDS: '10000000 times x' } }, async (scene) => {
      const result = await scene.run({ images: `web=${IMAGE.crash}` });
      expect(result.outputs.outcome).toBe('rolled-back');
      expectHarmless(result);
      expect(result.log.length).toBeLessThan(100_000);
      expect(result.peakMemoryMiB).toBeLessThan(400);
      await expectOriginal(scene);
    });

    scenario('of a command, ten megabytes of it among them', {}, async (scene) => {
      // A program may say anything: its lines are shown and obeyed by nobody.
      const command = `printf '%s\\n' "$TEXT"; printf '%s\\r\\n' "$TEXT" >&2; head -c 10000000 /dev/zero | tr '\\0' 'a'; exit 3`;
      const env = { TEXT: LINES.replaceAll('\0', '') };
      const result = await scene.run({ images: `web=${IMAGE.v2}`, 'smoke-command': command }, { env });
      expect(result.outputs.outcome).toBe('rolled-back');
      expectHarmless(result);
      expect(result.peakMemoryMiB).toBeLessThan(400);
      await expectOriginal(scene);
    });

    scenario('in inputs reaches no shell', {}, async (scene) => {
      const evil = '$(touch owned)`touch owned`;touch owned|touch owned&&touch owned';
      for (const [input, value] of [
        ['deployment', `web${evil}`],
        ['context', evil],
        ['kubeconfig', `./${evil}`],
        ['job', `./${evil}`],
        ['smoke-test', `GET /${evil.replaceAll(' ', '%20')}`],
      ] as const) {
        // In its workspace nothing is made.
        const more = { 'smoke-command': '[ ! -e owned ] || exit 9' };
        const result = await scene.run({ images: `web=${IMAGE.v2}`, ...more, [input]: value, 'dry-run': 'true' });
        expectHarmless(result);
        expect(['failed', 'unchanged']).toContain(result.outputs.outcome);
      }
      const image = await scene.run({
        images: `web=${IMAGE.v2}`,
        env: `web.A=${evil}`,
        'smoke-command': '[ ! -e owned ]',
      });
      expect(image.outputs.outcome).toBe('promoted');
    });
  });
}

/** No command of the text was obeyed, and the summary is made of our own markup alone. */
function expectHarmless(result: RunResult): void {
  const stages = [result, ...(result.post === undefined ? [] : [result.post])];
  for (const stage of stages) {
    expect(stage.annotations.filter(({ message }) => message === 'owned')).toEqual([]);
    expect(stage.masks).not.toContain('web');
    const page = parseFragment(new Marked({ gfm: true }).parse(stage.summary, { async: false }));
    const seen = elementsOf(page);
    expect([...new Set(seen.map(({ tagName }) => tagName))].filter((name) => !OWN.has(name))).toEqual([]);
    const links = seen.flatMap(({ attrs }) => attrs).map(({ name, value }) => `${name}=${value}`);
    expect(links.filter((link) => !/^align=|^href=https:\/\/github\.com\//.test(link))).toEqual([]);
  }
}

/** What the summary's own markup consists of. */
const OWN = new Set('h2 h3 p b a code pre table tbody tr th td ul li br details summary'.split(' '));

function elementsOf(node: Tree.ParentNode): Tree.Element[] {
  return node.childNodes.filter((child) => tree.isElementNode(child)).flatMap((child) => [child, ...elementsOf(child)]);
}
