import { escaped } from './escaped.ts';
import { KEPT_CONNECTIONS_NOTE, resultOf, totalsOf, verdictOf } from './findings.ts';
import { svgChart } from './svg-chart.ts';
import { failuresOf, type Played, type Traffic } from './traffic.ts';

/** The page that shows what users saw, and leads to the summaries. One file, no script, light or dark as the reader prefers. */
export function indexPage(traffic: Traffic, releases: readonly Played[], setting: string): string {
  const failures = failuresOf(traffic);
  const totals = totalsOf(traffic, releases);
  const legend = totals.map(({ version }, rank) => `<span><i class="v${rank}"></i>${escaped(version)}</span>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Crossfade: what users saw</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>What users saw: <em class="${failures.length === 0 ? 'good' : 'bad'}">${escaped(verdictOf(traffic))}</em></h1>
<p>${escaped(setting)}</p>
<figure>
<figcaption>Requests a second, by the version that answered <span class="legend">${legend.join('')}<span><i class="failed"></i>failed</span></span></figcaption>
${svgChart(traffic, releases)}
</figure>
<p class="small">${escaped(KEPT_CONNECTIONS_NOTE)}</p>
<h2>Releases</h2>
<table>
<tr><th></th><th>Release</th><th>Result</th><th>Why</th><th></th></tr>
${releases.map(releaseRow).join('\n')}
</table>
<h2>Versions</h2>
<table>
<tr><th>Version</th><th class="number">Requests</th><th>When users met it</th></tr>
${totals.map(({ version, count, met }) => `<tr><td>${escaped(version)}</td><td class="number">${count}</td><td>${escaped(met)}</td></tr>`).join('\n')}
<tr><td>failed</td><td class="number">${failures.length}</td><td>${failures.length === 0 ? 'no request failed' : escaped(errorsOf(traffic).join('; '))}</td></tr>
</table>
<p class="small">“The switch” is the moment at which the API server, by its own log of requests, took the PATCH that moved users. A failed request is one
that was refused, reset, not answered in 5 s, or answered with anything but 200; nothing is tried a second time.</p>
</main>
</body>
</html>
`;
}

function releaseRow(release: Played, index: number): string {
  const { title, from, to, reason, page, faults } = release;
  const why = [...(reason === '' ? [] : [reason]), ...faults.map((fault) => `NOT AS EXPECTED: ${fault}`)];
  return `<tr><td>${index + 1}</td><td>${escaped(title)}<br><small>${escaped(from)} → ${escaped(to)}</small></td><td>${escaped(resultOf(release))}</td><td>${why.map(escaped).join('<br>')}</td><td><a href="${escaped(page)}">job&nbsp;summary</a></td></tr>`;
}

/** Each kind of failure once, with how often it came. */
export function errorsOf(traffic: Traffic): string[] {
  const counts = new Map<string, number>();
  for (const { connection, error } of failuresOf(traffic)) {
    const kind = `${error} (${connection} connection)`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${count} × ${kind}`);
}

const STYLE = `
:root {
  --text: #1f2328; --muted: #59636e; --canvas: #ffffff; --inset: #f6f8fa; --border: #d1d9e0; --link: #0969da;
  --v0: #54aeff; --v1: #4ac26b; --v2: #8c959f; --v3: #c297ff; --v4: #fd8c73; --failed: #cf222e; --good: #1a7f37;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #f0f6fc; --muted: #9198a1; --canvas: #0d1117; --inset: #151b23; --border: #3d444d; --link: #4493f8;
    --v0: #1f6feb; --v1: #2ea043; --v2: #656c76; --v3: #8957e5; --v4: #bd561d; --failed: #f85149; --good: #3fb950;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 32px 16px; background: var(--canvas); color: var(--text);
  font: 16px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", "Liberation Sans", Helvetica, Arial, sans-serif;
}
main { max-width: 1012px; margin: 0 auto; }
h1 { margin: 0 0 8px; font-size: 26px; font-weight: 600; }
h1 em { font-style: normal; }
h2 { margin: 24px 0 8px; font-size: 18px; font-weight: 600; }
.good { color: var(--good); }
.bad { color: var(--failed); }
figure { margin: 16px 0; padding: 16px; border: 1px solid var(--border); border-radius: 6px; }
figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 24px; margin-bottom: 8px; font-size: 14px; font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; color: var(--muted); font-weight: 400; }
.legend i { display: inline-block; width: 10px; height: 10px; margin-right: 6px; border-radius: 2px; }
.v0 { background: var(--v0); fill: var(--v0); }
.v1 { background: var(--v1); fill: var(--v1); }
.v2 { background: var(--v2); fill: var(--v2); }
.v3 { background: var(--v3); fill: var(--v3); }
.v4 { background: var(--v4); fill: var(--v4); }
.failed { background: var(--failed); fill: var(--failed); }
svg { display: block; width: 100%; height: auto; font-size: 12px; }
.grid { stroke: var(--border); }
.tick { fill: var(--muted); font-size: 11px; }
.band { fill: var(--inset); stroke: var(--border); }
.name, .moved { fill: var(--text); }
.mark { stroke: var(--text); stroke-dasharray: 3 3; }
table { width: 100%; border-collapse: collapse; font-size: 14px; font-variant: tabular-nums; }
th, td { padding: 6px 12px; border: 1px solid var(--border); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; background: var(--inset); }
.number { text-align: right; }
td:has(> a), td:nth-child(3) { white-space: nowrap; }
a { color: var(--link); }
small, .small { color: var(--muted); font-size: 13px; }
`;
