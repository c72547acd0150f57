import { expect, test } from '@jest/globals';
import {
  capped,
  code,
  firstLine,
  html,
  link,
  oneLine,
  plain,
  pre,
  prose,
  shortDigests,
} from '../../src/report/escape.ts';

const ESC = '\u001b';

test('plain text has no colours, no cursor movements and no turned writing', () => {
  expect(plain(`${ESC}[31mred${ESC}[0m ${ESC}]0;title\u0007a\u0000b\u0008c\u009b2Jd \u202egnp.exe\u2069`)).toBe(
    'red abcd gnp.exe',
  );
  expect(plain('a\tb\r\nc\nd')).toBe('a\tb\nc\nd');
  expect(plain('half \ud83d of a pair')).toBe('half \ufffd of a pair');
  expect(plain('👩‍🚀 ok')).toBe('👩‍🚀 ok');
});

test('one line is one line, however the text breaks', () => {
  expect(oneLine('  a\r\nb\rc\u2028d\u0085e\tf  ')).toBe('a b c de f');
  expect(oneLine('x'.repeat(100_000))).toHaveLength(2_000);
  expect(oneLine('x'.repeat(30), 10)).toBe('xxxxxxxxx…');
  expect(firstLine('\nexit code 1\nlog line')).toBe('exit code 1');
});

test('half of a pair is never left at the end', () => {
  expect(capped('123😀5', 5)).toBe('123…');
  expect(capped('123😀', 5)).toBe('123😀');
});

test('texts in markup become one escaped line, markup stays', () => {
  const text = '<img src=x onerror="a(\'b\')"> & \n\n# heading';
  expect(html`<td>${text}</td>`.markup).toBe(
    '<td>&lt;img src=x onerror=&quot;a(&apos;b&apos;)&quot;&gt; &amp; # heading</td>',
  );
  expect(html`<p>${code('a`b')}, ${3} and ${[html`<b>x</b>`, html`y`]}</p>`.markup).toBe(
    '<p><code>a`b</code>, 3 and <b>x</b>y</p>',
  );
});

test('a secret stays in a form that the runner masks', () => {
  const secret = 'ghp_a*b|c`d[e]-f~g#h';
  expect(html`${secret}`.markup).toBe(secret);
  expect(pre(`token=${secret}`).markup).toContain(secret);
});

test('a block keeps its lines and cannot be left', () => {
  expect(pre('a\n\n  b\n</code></pre><script>').markup).toBe(
    '<pre><code>a\n\n  b\n&lt;/code&gt;&lt;/pre&gt;&lt;script&gt;</code></pre>',
  );
});

test('backticks in a sentence of ours mark code', () => {
  expect(prose('run `a <b>` or `c`, not `d').markup).toBe('run <code>a &lt;b&gt;</code> or <code>c</code>, not `d');
});

test('links go to the web or nowhere', () => {
  expect(link('https://example.com/a"b?c=<d>&e', html`x`).markup).toBe(
    '<a href="https://example.com/a%22b?c=%3Cd%3E&amp;e">x</a>',
  );
  for (const address of ['javascript:alert(1)', 'data:text/html,x', 'nowhere', '', null])
    expect(link(address, html`x`).markup).toBe('x');
});

test('digests are cut, other words are not', () => {
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
  expect(shortDigests(`a@${digest} and sha256:abc`)).toBe('a@sha256:0123456789ab… and sha256:abc');
});

test('hostile text of any length is handled at once', () => {
  const began = performance.now();
  for (const unit of [`${ESC}[`, `${ESC}]`, `${ESC}[31m`, `${ESC}];a`, ' ', '\n', '`', '&', `${ESC}[1;`, 'pod '])
    for (const handle of [oneLine, (text: string) => pre(text).markup, (text: string) => prose(text).markup])
      handle(unit.repeat(100_000));
  expect(performance.now() - began).toBeLessThan(5_000);
});
