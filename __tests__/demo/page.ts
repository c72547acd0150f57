import { Marked } from 'marked';
import { type DefaultTreeAdapterTypes as Tree, parseFragment, serialize, defaultTreeAdapter as tree } from 'parse5';
import { sanitize, setAttribute } from './sanitize.ts';

/**
 * A page that shows a job summary much as GitHub does: one file, no script, light or dark as the reader prefers.
 *
 * `markdown` is not trusted: everything GitHub's sanitizer removes is removed here. Mermaid diagrams appear as their source.
 */
export function summaryPage(markdown: string, title: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src https:">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<section class="job">
<h1>${escaped(title)}</h1>
<article>
${summaryHtml(markdown)}
</article>
<p class="origin">Job summary generated at run-time</p>
</section>
</body>
</html>
`;
}

/** The summary itself as safe HTML, for a page of one's own; it brings no style. */
export function summaryHtml(markdown: string): string {
  const fragment = parseFragment(MARKDOWN.parse(markdown, { async: false }));
  sanitize(fragment);
  markAlerts(fragment);
  return serialize(fragment);
}

const MARKDOWN = new Marked({
  gfm: true,
  renderer: {
    // GitHub keeps the language on `pre`; the renderer's own class would not survive the sanitizer.
    code: ({ text, lang }) => {
      const language = lang?.split(/\s/)[0] ?? '';
      const attribute = language === '' ? '' : ` lang="${escaped(language)}"`;
      return `<pre${attribute}><code>${escaped(text)}\n</code></pre>\n`;
    },
  },
});

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const ALERT = /^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*(?:\n|$)/;

/** Turns block quotes that begin with `[!NOTE]` and its like into GitHub's alerts. */
function markAlerts(parent: Tree.ParentNode): void {
  for (const node of parent.childNodes) {
    if (!tree.isElementNode(node)) continue;
    const text = node.tagName === 'blockquote' ? leadingText(node) : undefined;
    const kind = text === undefined ? undefined : ALERT.exec(text.value)?.[1]?.toLowerCase();
    if (text === undefined || kind === undefined) {
      markAlerts(node);
      continue;
    }
    text.value = text.value.replace(ALERT, '');
    const heading = tree.createElement('p', node.namespaceURI, [{ name: 'class', value: 'alert-title' }]);
    tree.insertText(
      heading,
      kind.replace(/^./, (letter) => letter.toUpperCase()),
    );
    heading.parentNode = node;
    node.childNodes.unshift(heading);
    node.tagName = node.nodeName = 'div';
    setAttribute(node, 'class', `alert ${kind}`);
  }
}

/** The text that the first paragraph of an element begins with. */
function leadingText(element: Tree.Element): Tree.TextNode | undefined {
  const paragraph = element.childNodes.find((child) => tree.isElementNode(child));
  const text = paragraph?.tagName === 'p' ? paragraph.childNodes[0] : undefined;
  return text !== undefined && tree.isTextNode(text) ? text : undefined;
}

const STYLE = `
:root {
  --text: #1f2328; --muted: #59636e; --canvas: #ffffff; --inset: #f6f8fa; --border: #d1d9e0; --faint: #d1d9e0b3;
  --code: #818b981f; --link: #0969da; --mark: #fff8c5;
  --note: #0969da; --tip: #1a7f37; --important: #8250df; --warning: #9a6700; --caution: #cf222e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #f0f6fc; --muted: #9198a1; --canvas: #0d1117; --inset: #151b23; --border: #3d444d; --faint: #3d444db3;
    --code: #656c7633; --link: #4493f8; --mark: #bb800926;
    --note: #4493f8; --tip: #3fb950; --important: #ab7df8; --warning: #d29922; --caution: #f85149;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 32px 16px; background: var(--canvas); color: var(--text);
  font: 16px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", "Liberation Sans", Helvetica, Arial, sans-serif,
    "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji";
}
.job { max-width: 1012px; margin: 0 auto; border: 1px solid var(--border); border-radius: 6px; }
.job > h1 { margin: 0; padding: 16px; border-bottom: 1px solid var(--border); font-size: 14px; line-height: 20px; font-weight: 600; }
.job > .origin { margin: 0; padding: 8px 16px; border-top: 1px solid var(--border); color: var(--muted); font-size: 12px; }
article { padding: 16px; overflow-wrap: break-word; }
article > :first-child { margin-top: 0; }
article > :last-child { margin-bottom: 0; }
p, blockquote, ul, ol, dl, table, pre, details, .alert { margin: 0 0 16px; }
h1, h2, h3, h4, h5, h6 { margin: 24px 0 16px; font-weight: 600; line-height: 1.25; }
article h1 { padding-bottom: .3em; border-bottom: 1px solid var(--faint); font-size: 2em; }
h2 { padding-bottom: .3em; border-bottom: 1px solid var(--faint); font-size: 1.5em; }
h3 { font-size: 1.25em; }
h4 { font-size: 1em; }
h5 { font-size: .875em; }
h6 { font-size: .85em; color: var(--muted); }
a { color: var(--link); text-underline-offset: .2rem; }
hr { height: .25em; margin: 24px 0; border: 0; background: var(--border); }
ul, ol { padding-left: 2em; }
li + li { margin-top: .25em; }
li > p { margin-top: 16px; }
ul ul, ul ol, ol ul, ol ol { margin-bottom: 0; }
li:has(> input[type=checkbox]), li:has(> p > input[type=checkbox]:first-child) { list-style: none; }
li input[type=checkbox] { margin: 0 .2em .25em -1.4em; vertical-align: middle; }
dt { margin-top: 16px; font-style: italic; font-weight: 600; }
dd { margin: 0 0 16px; padding: 0 16px; }
table {
  display: block; width: max-content; max-width: 100%; overflow: auto; border-spacing: 0; border-collapse: collapse;
  font-variant: tabular-nums;
}
th { font-weight: 600; }
th, td { padding: 6px 13px; border: 1px solid var(--border); }
tr { background: var(--canvas); border-top: 1px solid var(--faint); }
tr:nth-child(2n) { background: var(--inset); }
td > :last-child { margin-bottom: 0; }
img { max-width: 100%; }
code, kbd, pre, samp, tt { font-family: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
code, tt { padding: .2em .4em; border-radius: 6px; background: var(--code); font-size: 85%; white-space: break-spaces; }
h1 code, h2 code, h3 code, h4 code { padding: 0 .2em; font-size: inherit; }
pre { padding: 16px; overflow: auto; border-radius: 6px; background: var(--inset); font-size: 85%; line-height: 1.45; }
pre code { padding: 0; background: none; font-size: 100%; white-space: pre; }
pre[lang=mermaid]::before {
  content: "Diagram: GitHub draws it from this text"; display: block; margin-bottom: 8px; color: var(--muted); font: 12px/1.5 sans-serif;
}
kbd {
  padding: 4px 5px; border: 1px solid var(--faint); border-bottom-color: var(--border); border-radius: 6px;
  background: var(--inset); font-size: 11px; line-height: 10px;
}
summary { cursor: pointer; }
details[open] > summary { margin-bottom: 8px; }
blockquote { padding: 0 1em; border-left: .25em solid var(--border); color: var(--muted); }
blockquote > :last-child, .alert > :last-child { margin-bottom: 0; }
mark { background: var(--mark); color: var(--text); }
.alert { padding: 8px 16px; border-left: .25em solid var(--hue); }
.alert-title { margin-bottom: 4px; color: var(--hue); font-weight: 500; }
.note { --hue: var(--note); }
.tip { --hue: var(--tip); }
.important { --hue: var(--important); }
.warning { --hue: var(--warning); }
.caution { --hue: var(--caution); }
`;
