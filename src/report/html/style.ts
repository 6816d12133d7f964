import { asProperties, CHART_STYLE, DARK, LIGHT } from "../svg/index.ts";

/** Everything the page looks like: light and dark, a phone's width, and one sheet of A4. */
export const STYLE = `
:root { color-scheme: light dark; ${asProperties(LIGHT)} }
@media (prefers-color-scheme: dark) { :root { ${asProperties(DARK)} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 20px 16px 32px; overflow-wrap: anywhere; }
h1 { font-size: 20px; line-height: 1.25; margin: 0; }
h2 { font-size: 12px; letter-spacing: 0.06em; text-transform: uppercase; color: var(--quiet); margin: 22px 0 6px; padding-top: 8px; border-top: 1px solid var(--rule); }
p { margin: 0 0 6px; }
ul, ol, dl, table { margin: 0; }
ul, ol { padding-left: 20px; }
.facts { margin-top: 10px; display: flex; flex-wrap: wrap; gap: 0 16px; padding: 0; list-style: none; color: var(--quiet); font-size: 13px; }
.facts b { font-weight: 600; color: var(--text); }
.verdict { margin-top: 14px; padding: 12px 14px; border: 2px solid var(--tone); border-left-width: 10px; border-radius: 4px; }
.verdict strong { display: block; font-size: 28px; line-height: 1.15; color: var(--tone); }
.verdict small { display: inline-block; font-size: 14px; font-weight: 600; color: var(--text); }
.verdict p { margin: 4px 0 0; font-size: 16px; }
.verdict .hypothesis { font-size: 14px; color: var(--quiet); }
.ok { --tone: var(--ok); } .near { --tone: var(--near); } .bad { --tone: var(--bad); }
.mark { color: var(--tone); font-weight: 700; white-space: nowrap; }
.quiet { color: var(--quiet); font-size: 13px; }
.lead { font-size: 16px; font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 3px 10px 3px 0; border-bottom: 1px solid var(--rule); }
tr:last-child > * { border-bottom: 0; }
th { font-weight: 600; }
thead th { font-size: 12px; color: var(--quiet); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; } td.number { white-space: nowrap; }
.limits .chart { width: 168px; }
.limits thead th { vertical-align: bottom; }
.limits :is(th, td) { overflow-wrap: normal; } .limits td:last-child { overflow-wrap: anywhere; }
a.ref { color: inherit; text-decoration: underline; text-decoration-color: var(--idle); text-underline-offset: 2px; }
:target { outline: 2px solid var(--ok); outline-offset: 2px; }
.verdict .broken { list-style: none; padding: 0; margin: 6px 0 0; font-size: 15px; }
h1 small { font-weight: 400; font-size: 14px; color: var(--quiet); }
.picture ol { margin-bottom: 8px; }
.proof { display: block; font-size: 13px; color: var(--quiet); }
dl { display: grid; grid-template-columns: minmax(7em, auto) 1fr; gap: 2px 12px; font-size: 14px; }
dt { font-weight: 600; } dd { margin: 0; }
.rules th:first-child { width: 32%; } .rules :is(th, td):nth-child(2) { width: 7em; }
.legend { display: flex; flex-wrap: wrap; gap: 0 16px; list-style: none; padding: 0; font-size: 13px; margin-bottom: 4px; }

.narrow, .paper { display: none; }
summary { cursor: pointer; font-size: 13px; color: var(--quiet); }
footer { margin-top: 14px; padding-top: 8px; border-top: 1px solid var(--rule); font-size: 12px; color: var(--quiet); }
${CHART_STYLE}
.legend .chart { display: inline-block; width: 16px; height: 11px; vertical-align: -1px; margin-right: 5px; }
@media screen and (max-width: 640px) {
  .rules :is(th, td):nth-child(n) { width: auto; }
  .wide { display: none; } .narrow { display: block; }
  .stack thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .stack tr { display: block; padding: 5px 0; border-bottom: 1px solid var(--rule); }
  .stack th, .stack td, .stack td.number { display: block; border: 0; padding: 0; text-align: left; }
  .stack [data-label]::before { content: attr(data-label) ": "; color: var(--quiet); font-size: 13px; }
  dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; }
}
@page { size: A4; margin: 8mm 11mm; }
@media print {
  :root { color-scheme: light; ${asProperties(LIGHT)} }
  main { max-width: none; padding: 0; font-size: calc(8.2pt * var(--paper)); line-height: 1.24; }
  h1 { font-size: 1.55em; }
  h2 { font-size: 0.85em; margin: 0.5em 0 0.1em; padding-top: 0.35em; break-after: avoid; }
  p { margin-bottom: 0.2em; }
  .facts, .quiet, .proof, .legend, footer, table, dl, ul, ol { font-size: 0.95em; }
  table .quiet, table .proof { font-size: 0.93em; }
  thead th { font-size: 0.92em; }
  .lead { font-size: 1.06em; }
  .verdict { margin-top: 0.4em; padding: 0.4em 1em; }
  .verdict strong { font-size: 2em; } .verdict p { font-size: 1.14em; margin-top: 0.1em; }
  .verdict small, .verdict .hypothesis { font-size: 1.05em; }
  th, td { padding: 0.1em 1em 0.1em 0; }
  .limits .chart { width: 120px; }
  .traits, .todo { columns: 2; column-gap: 2.4em; } .traits li, .todo li { break-inside: avoid; }
  .verdict .broken { font-size: 1em; margin-top: 0.15em; }
  a.ref { text-decoration: none; } .broken a.ref, .todo a.ref { display: none; }
  h1 small { font-size: 0.7em; } .facts { margin-top: 0.3em; }
  dl { gap: 0.05em 1em; }
  footer { margin-top: 0.4em; padding-top: 0.2em; }
  .screen, .wide, .brief .proof { display: none; } .paper { display: block; }
  .picture { display: grid; grid-template-columns: 1.75fr 1fr; gap: 0 1.6em; }
  .picture dl { grid-template-columns: 1fr; gap: 0; } .picture ol { padding-left: 1.5em; }
  .verdict, tr, figure { break-inside: avoid; }
}
figure { margin: 0; }
`;
