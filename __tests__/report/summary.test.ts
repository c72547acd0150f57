import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Marked } from 'marked';
import { type DefaultTreeAdapterTypes as Tree, parseFragment, defaultTreeAdapter as tree } from 'parse5';
import type { Story } from '../../src/report/story.ts';
import { renderSummary, renderWithin } from '../../src/report/summary.ts';
import { PLAN, ROLE, STATUS } from './looked-stories.ts';
import { HOSTILE, planOf, statusOf, storyOf } from './hostile.ts';
import {
  BAKED_BACK,
  CONDEMNED,
  CRASHED,
  DRY_RUN,
  FLIPPED,
  HELD,
  KEPT_WARM,
  NOT_BACK,
  PINNED,
  PROMOTED,
  REFUSED,
  span,
  UNCHANGED,
  WANTED_BACK,
  write,
} from './stories.ts';

const EXPECTED: Readonly<Record<string, Story>> = {
  promoted: PROMOTED,
  'rolled-back-crash': CRASHED,
  'rolled-back-in-bake': BAKED_BACK,
  held: HELD,
  refused: REFUSED,
  unchanged: UNCHANGED,
  'dry-run': DRY_RUN,
  condemned: CONDEMNED,
  role: ROLE,
  status: STATUS,
  plan: PLAN,
  'kept-warm': KEPT_WARM,
  'wanted-back': WANTED_BACK,
  'not-back': NOT_BACK,
  flipped: FLIPPED,
  pinned: PINNED,
};

// REWRITE=1 writes what is rendered now.
test.each(Object.keys(EXPECTED))('summary: %s', (name) => {
  const file = new URL(`testdata/${name}.md`, import.meta.url);
  const summary = renderSummary(EXPECTED[name] ?? PROMOTED);
  if (process.env.REWRITE === '1') writeFileSync(file, summary);
  expect(summary).toBe(readFileSync(file, 'utf8'));
});

/** What the summary's own markup consists of. */
const OWN = new Set('h2 h3 p b a code pre table tbody tr th td ul li br details summary'.split(' '));

test.each(HOSTILE)('hostile text stays text: %j', (text) => {
  for (const story of [storyOf(text), { ...storyOf(text), findings: [{ message: text, attachment: text }] }]) {
    const page = parseFragment(renderedAsOnGitHub(renderSummary(story)));
    const seen = elementsOf(page);
    expect(seen.filter(({ tagName }) => !OWN.has(tagName)).map(({ tagName }) => tagName)).toEqual([]);
    expect(seen.flatMap(({ attrs }) => attrs).filter(({ name }) => !['align', 'href'].includes(name))).toEqual([]);
    expect(seen.filter(({ tagName }) => tagName === 'h2')).toHaveLength(1);
    expect(seen.filter(({ tagName }) => tagName === 'a')).toEqual([]);
    // Every block is where it is in a harmless story: nothing was closed or opened by a text.
    const harmless = parseFragment(
      renderedAsOnGitHub(renderSummary({ ...storyOf('harmless'), findings: story.findings })),
    );
    expect(outlineOf(page)).toEqual(outlineOf(harmless));
  }
});

test.each(HOSTILE)('hostile text stays text in a status and a plan: %j', (text) => {
  for (const storyWith of [statusOf, planOf]) {
    const page = parseFragment(renderedAsOnGitHub(renderSummary(storyWith(text))));
    const seen = elementsOf(page);
    expect(seen.filter(({ tagName }) => !OWN.has(tagName)).map(({ tagName }) => tagName)).toEqual([]);
    expect(seen.filter(({ tagName }) => tagName === 'a')).toEqual([]);
    expect(outlineOf(page)).toEqual(outlineOf(parseFragment(renderedAsOnGitHub(renderSummary(storyWith('harmless'))))));
  }
});

test('what is shown of a hostile text is the text', () => {
  const text = '<b>`a` | **b** & [c](d)</b>';
  const page = parseFragment(renderedAsOnGitHub(renderSummary({ ...PROMOTED, warnings: ['x'], deployment: text })));
  expect(textOf(page)).toContain(text);
});

const HUGE = `${'<&"\'😀'.repeat(20_000)}`;

test.each([
  ['texts', storyOf(HUGE)],
  ['lists', { ...storyOf('"\'&<>'.repeat(500)), ...longLists('"\'&<>'.repeat(500)) }],
  ['writes', { ...PROMOTED, writes: Array.from({ length: 5_000 }, () => PROMOTED.writes[0] ?? write(0, '', '')) }],
  ['log', { ...CRASHED, diagnosis: { signs: [], events: [], log: { pod: 'p', container: 'c', lines: [HUGE] } } }],
] satisfies [string, Story][])('the summary stays within its size: %s', (_, story) => {
  const summary = renderSummary(story);
  expect(Buffer.byteLength(summary)).toBeLessThan(1_048_576);
  expect(summary).toContain('<h2>');
  expect(summary.length).toBeGreaterThan(10_000);
});

test('a plan has room in a comment, however much there is to tell', () => {
  const long = '"\'&<>'.repeat(500);
  for (const story of [PLAN, planOf(long), planOf(HUGE)]) {
    const text = renderWithin(story, 65_536);
    expect(Buffer.byteLength(text)).toBeLessThan(65_536);
    expect(text).toContain('<h2>');
  }
  expect(renderWithin(PLAN, 65_536)).toBe(renderSummary(PLAN));
});

test('what was left out is said', () => {
  const told = write(1, 'PATCH /api', 'x'.repeat(1_500));
  const summary = renderSummary({ ...PROMOTED, writes: Array.from({ length: 2_000 }, () => told) });
  expect(summary).toContain('… and 1950 more, left out here');
});

test('a story with nothing in it', () => {
  const nothing = {
    url: null,
    id: null,
    attempt: null,
    actor: null,
    repository: null,
    sha: null,
    ref: null,
    job: null,
  };
  const story: Story = {
    ...REFUSED,
    namespace: null,
    reason: 'cannot reach the cluster',
    findings: [],
    phases: [],
    run: nothing,
  };
  expect(renderSummary(story)).toBe(`<h2>❌ Failed: web</h2>

<p><b>This run changed nothing in the cluster: users are where they were.</b></p>
<p><b>Why:</b> cannot reach the cluster</p>

<p>Blue/green release · took <b>0.4s</b></p>

### What to do

<p>Put the reason right and run the job again.</p>
`);
});

test.each([
  ['promote', '❌ Not promoted'],
  ['resume', '❌ Not resumed'],
  ['abort', '❌ Not taken back'],
] as const)('a refused %s is none of a release, whose strategy nobody has read', (action, title) => {
  const summary = renderSummary({ ...REFUSED, action });
  expect(summary).toContain(`<h2>${title}: shop/web</h2>`);
  expect(summary).not.toContain('Blue/green');
});

test('what was taken back because a person asked for it was not cancelled', () => {
  const summary = renderSummary({ ...CRASHED, action: 'abort', outcome: 'aborted' });
  expect(summary).toContain('There is nothing to clean up: the release was taken back. Release again when it suits.');
});

test.each([
  [null, 'Users are on the version they had before this release.'],
  [0, 'Users are on the version they had before this release.'],
  [30, '; 1 % of them were on the new one when this run began.'],
  [3_333, '; 33 % of them were on the new one when this run began.'],
  [10_000, '; all of them were on the new one when this run began.'],
])('a release that another run takes back, found at %s', (foundAt, sentence) => {
  const phases = [span('Take back an unfinished release', 0, 10)];
  expect(renderSummary({ ...CRASHED, action: 'abort', outcome: 'aborted', phases, foundAt })).toContain(sentence);
});

test('a release of environment values alone', () => {
  const summary = renderSummary({ ...PROMOTED, to: PROMOTED.from, rollbackPossible: false });
  expect(summary).toContain('The images stay as they are; environment values change.');
  expect(summary).toContain('Release again with the values of <code>env</code> that were there before.');
});

test('a run that ends in doubt says where to look', () => {
  const summary = renderSummary({ ...PROMOTED, outcome: 'failed', reason: 'the API server cannot be reached' });
  expect(summary).toContain('It is not certain which version users are on.');
  expect(summary).toContain('kubectl get endpointslices -n shop -l kubernetes.io/service-name=web -o wide');
});

test('names that YAML would misread are quoted', () => {
  expect(renderSummary({ ...PROMOTED, deployment: '1e3', namespace: 'on' })).toContain(
    'deployment: &apos;1e3&apos;\n  namespace: &apos;on&apos;\n',
  );
});

function longLists(text: string): Partial<Story> {
  const many = Array.from({ length: 210 }, (_, at) => `${at} ${text}`);
  const images = (version: string): Record<string, string> =>
    Object.fromEntries(many.map((container) => [container, `${version} ${text}`]));
  return {
    from: images('old'),
    to: images('new'),
    warnings: many,
    findings: many.map((message) => ({ message, attachment: text.repeat(2) })),
    phases: many.map((fact) => span('Bake', 0, 1, fact, fact, fact, fact)),
    checks: many.map((name) => ({
      name,
      kind: 'smoke-test',
      verdict: 'unhealthy',
      tries: 1,
      took: 1,
      detail: `${text}\n${text.repeat(2)}`,
    })),
    writes: many.map((why) => write(0, why, why)),
    diagnosis: { signs: many, events: many, log: { pod: text, container: text, lines: many } },
  };
}

/** As the demo's page does it: GitHub's Markdown, but not yet its sanitizer, which would hide an escape that failed. */
function renderedAsOnGitHub(markdown: string): string {
  return new Marked({ gfm: true }).parse(markdown, { async: false });
}

function elementsOf(parent: Tree.ParentNode): Tree.Element[] {
  return parent.childNodes.filter((node) => tree.isElementNode(node)).flatMap((node) => [node, ...elementsOf(node)]);
}

function outlineOf(page: Tree.ParentNode): string[] {
  return page.childNodes.filter((node) => tree.isElementNode(node)).map(({ tagName }) => tagName);
}

function textOf(node: Tree.ChildNode | Tree.ParentNode): string {
  if (tree.isTextNode(node)) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}
