import { describe, expect, test } from '@jest/globals';
import { summaryHtml, summaryPage } from './page.ts';

describe('summaryPage', () => {
  test('is one document without anything to run or to load from elsewhere', () => {
    const page = summaryPage('# Released', 'release summary');
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain('<h1>Released</h1>');
    expect(page).toContain('prefers-color-scheme: dark');
    expect(page).not.toMatch(/<script|<link|@import|url\(/);
  });

  test('escapes the title', () => {
    const page = summaryPage('', '</title><script>alert("1")</script> & more');
    expect(page).toContain('<title>&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more</title>');
    expect(page).not.toContain('<script');
  });
});

describe('what GitHub shows', () => {
  test('a table with alignment, escaped bars and inline code', () => {
    const html = summaryHtml('| a | b |\n| --- | ---: |\n| `x \\| y` | **1** |\n');
    expect(html).toContain('<th align="right">b</th>');
    expect(html).toContain('<td><code>x | y</code></td>');
    expect(html).toContain('<td align="right"><strong>1</strong></td>');
  });

  test('details, with Markdown inside', () => {
    expect(summaryHtml('<details open>\n<summary>More <b>here</b></summary>\n\n- one\n\n</details>')).toBe(
      '<details open="">\n<summary>More <b>here</b></summary><ul>\n<li>one</li>\n</ul>\n</details>',
    );
  });

  test('fenced code as it is, with its language', () => {
    expect(summaryHtml('```yaml title\na: <b> & "c"\n```')).toBe(
      '<pre lang="yaml"><code>a: &lt;b&gt; &amp; "c"\n</code></pre>\n',
    );
  });

  test('a mermaid diagram as its text', () => {
    expect(summaryHtml('```mermaid\npie\n```')).toBe('<pre lang="mermaid"><code>pie\n</code></pre>\n');
  });

  test('task lists whose boxes cannot be ticked', () => {
    const html = summaryHtml('- [x] done\n- [ ] open');
    expect(html.match(/<input[^>]*>/g)).toHaveLength(2);
    expect(html.match(/<input[^>]*disabled=""[^>]*>/g)).toHaveLength(2);
    expect(html.match(/checked=""/g)).toHaveLength(1);
  });

  test('strike-through, bare links and line breaks', () => {
    expect(summaryHtml('~~old~~ https://example.com/a<br>')).toBe(
      '<p><del>old</del> <a href="https://example.com/a" rel="nofollow noopener">https://example.com/a</a><br></p>\n',
    );
  });

  test('alerts', () => {
    expect(summaryHtml('> [!WARNING]\n> Taken *back*')).toBe(
      '<div class="alert warning"><p class="alert-title">Warning</p>\n<p>Taken <em>back</em></p>\n</div>\n',
    );
    expect(summaryHtml('> [!OTHER]\n> x')).toContain('<blockquote>');
  });

  test('identifiers and the links to them, apart from those of the page', () => {
    expect(summaryHtml('<h2 id="a">A</h2>\n\n[to a](#a)')).toContain('<h2 id="user-content-a">');
    expect(summaryHtml('[to a](#a)')).toContain('href="#user-content-a"');
  });
});

describe('what GitHub removes', () => {
  test.each([
    ['<script>alert(1)</script>', ''],
    ['<SCRIPT src=//x></SCRIPT>', ''],
    ['<style>body{}</style>', ''],
    ['<iframe src="https://example.com">x</iframe>', ''],
    ['<svg onload=alert(1)><text>x</text></svg>', ''],
    ['<math><mi>x</mi></math>', ''],
    ['<object data=x><b>x</b></object>', ''],
    ['<template><b>x</b></template>', ''],
    ['<!-- comment -->', ''],
    ['<b onclick="alert(1)" style="color:red" class="x" data-x="1">x</b>', '<b>x</b>'],
    ['<form action="/x"><b>x</b><button>y</button></form>', '<b>x</b>y'],
    ['<custom-element>x</custom-element>', 'x'],
    ['<input type="text" value="x">', ''],
    ['<img src=x onerror=alert(1)>', '<img src="x">'],
    ['<img src="data:image/svg+xml,x">', '<img>'],
    ['<a href="javascript:alert(1)">x</a>', '<a rel="nofollow noopener">x</a>'],
    ['<a href="java\nscript:alert(1)">x</a>', '<a rel="nofollow noopener">x</a>'],
    ['<a href="&#1;JavaScript&colon;alert(1)">x</a>', '<a rel="nofollow noopener">x</a>'],
    ['<a href="vbscript:x" target="_blank">x</a>', '<a rel="nofollow noopener">x</a>'],
    ['<a href="/a:b?c:d">x</a>', '<a href="/a:b?c:d" rel="nofollow noopener">x</a>'],
  ])('%s', (html, expected) => {
    expect(summaryHtml(`before\n\n<div>${html}</div>\n\nafter`)).toContain(`<div>${expected}</div>`);
  });

  test.each([
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(1)&gt;">',
    '<table><td><svg><style><a title="</style><img src=x onerror=alert(1)>">',
    '<div><script>',
  ])('what hides behind another element: %s', (html) => {
    const shown = summaryHtml(`${html}\n\nafter`);
    expect(shown).not.toMatch(/<[^>]*\bonerror|<script|<style/i);
    // Parsed once more, as a browser does, it says the same.
    expect(summaryHtml(shown)).not.toMatch(/<[^>]*\bonerror|<script|<style/i);
  });

  test('a link of Markdown to a script', () => {
    expect(summaryHtml('[x](javascript:alert(1)) ![y](data:text/html,x)')).toBe(
      '<p><a rel="nofollow noopener">x</a> <img alt="y"></p>\n',
    );
  });

  test('a language that would leave its attribute', () => {
    expect(summaryHtml('```x"onclick="alert(1)\ny\n```')).toContain('<pre lang="x&quot;onclick=&quot;alert(1)">');
  });
});
