import { asProperties, CHART_STYLE, DARK, LIGHT } from "../../report/svg/index.ts";

const TONES = ["ok", "near", "bad", "idle", "fault"];

/** Nothing on the page moves by itself: four pictures a second need no transitions, which would lay the page out sixty times. */
/** The page's style sheet, with the colours it shares with the runbook. Put in by script, so the policy needs no exception for styles. */
export const STYLE = `
:root { color-scheme: light dark; ${asProperties(LIGHT)} --panel: #f6f7f9; --hatch: rgba(43, 47, 54, 0.3); }
@media (prefers-color-scheme: dark) { :root { ${asProperties(DARK)} --panel: #161b22; --hatch: rgba(255, 255, 255, 0.3); } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
h1, h2, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 17px; font-weight: 600; } h1 .brand { font-weight: 400; color: var(--quiet); }
h2 { font-size: 13px; text-transform: uppercase; letter-spacing: 0.06em; }
code { font: 13px ui-monospace, monospace; background: var(--panel); padding: 2px 5px; border-radius: 4px; overflow-wrap: anywhere; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.quiet, .note { color: var(--quiet); font-size: 13px; font-weight: 400; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
${TONES.map((tone) => `.tone-${tone} { --tone: var(--${tone}); }`).join("\n")}
.tone-idle { --tone: var(--quiet); }
:focus-visible { outline: 3px solid var(--ok); outline-offset: 2px; }
button, input, select { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--idle); border-radius: 6px; padding: 5px 12px; min-height: 34px; }
button { cursor: pointer; } button:hover { background: var(--panel); }
button:disabled { color: var(--quiet); border-style: dashed; cursor: default; }
button.plain { border: 0; background: none; padding: 2px 4px; min-height: 24px; text-decoration: underline; text-underline-offset: 3px; }
button.small { padding: 1px 9px; min-height: 26px; font-size: 13px; }
button.danger { background: var(--bad); border-color: var(--bad); color: var(--page); font-weight: 700; }
.hatched { background-image: repeating-linear-gradient(-45deg, var(--hatch) 0 1.5px, transparent 1.5px 7px); }

.top { position: sticky; top: 0; z-index: 3; background: var(--page); border-bottom: 1px solid var(--rule); padding: 8px 20px; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 18px; }
.bar h1 { flex: 1 1 auto; } .chip { padding: 1px 9px; min-height: 28px; font-size: 13px; }
.age { font-variant-numeric: tabular-nums; min-width: 5em; } .age.bad { color: var(--bad); font-weight: 600; }
.who { font-size: 13px; color: var(--quiet); }
.banner { margin-top: 6px; padding: 3px 10px; border: 1px solid var(--fault); font-weight: 600; }
.hypothesis { color: var(--quiet); font-size: 13px; margin-top: 2px; }
.veil { position: sticky; top: 52px; z-index: 2; margin: 0; padding: 8px 20px; background: var(--panel); border-bottom: 2px solid var(--bad); font-weight: 600; }
.page { max-width: 1680px; margin: 0 auto; padding: 14px 20px 60px; } .page.stale { filter: grayscale(0.8); opacity: 0.72; }
.toast { position: fixed; bottom: 14px; left: 50%; transform: translateX(-50%); z-index: 5; max-width: 90vw; background: var(--text); color: var(--page); padding: 7px 16px; border-radius: 8px; } .toast:empty { display: none; }

.summary { display: grid; grid-template-columns: minmax(0, 1.7fr) repeat(3, minmax(0, 1fr)); gap: 12px 28px; align-items: start; padding: 8px 0 16px; }
.summary p { display: flex; flex-direction: column; } .summary p > span { color: var(--quiet); font-size: 13px; } .summary strong { font-size: 24px; line-height: 1.2; }
.headline { border-left: 6px solid var(--tone); padding-left: 14px; min-height: 44px; justify-content: center; } .headline strong { color: var(--tone); text-wrap: balance; }
.empty, .ended { border: 2px dashed var(--idle); border-radius: 8px; padding: 16px 20px; margin-bottom: 14px; display: grid; gap: 8px; } .ended { border-style: solid; }
.empty p:first-child { font-size: 19px; } .verdict { display: flex; gap: 16px; align-items: baseline; flex-wrap: wrap; } .verdict strong { font-size: 30px; color: var(--tone); }
.runbook { border-top: 1px solid var(--rule); margin-top: 8px; }

.regions { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); gap: 14px; grid-template-areas: "b b" "c c" "d e" "f e" "g g" "h h"; grid-template-rows: auto auto auto 1fr; }
.region { border: 1px solid var(--rule); border-radius: 8px; padding: 10px 14px 12px; min-width: 0; scroll-margin-top: 90px; }
#expectations { grid-area: b; } #scenario { grid-area: c; } #limits { grid-area: d; } #health { grid-area: e; } #faults { grid-area: f; } #calls { grid-area: g; } #log { grid-area: h; }
.heading { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; margin-bottom: 8px; } .heading h2 { flex: none; }
.controls { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 10px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 6px 18px; }

.expectations { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); gap: 4px 24px; }
.expectations .mark { display: inline-block; width: 1.4em; color: var(--tone); font-weight: 700; } .expectations .state-broken strong { color: var(--tone); }
.timeline { display: flex; gap: 3px; padding-bottom: 20px; }
.phase { position: relative; flex: 1 1 0; min-width: min(5.8em, 8%); height: 32px; border: 1px solid var(--idle); border-radius: 4px; padding: 3px 6px; }
.timeline { user-select: none; touch-action: pan-y; } .phase .picked { position: absolute; inset: -4px auto -4px; background: color-mix(in srgb, var(--ok) 22%, transparent); border: 1px solid var(--ok); pointer-events: none; } .phase .plate[aria-pressed="true"] { outline: 2px solid var(--ok); } .phase button.plate { border: 0; min-height: 24px; line-height: 24px; text-align: left; } .phase button.plate:disabled { color: inherit; }
.phase .plate { display: block; background: var(--page); width: fit-content; max-width: 100%; padding: 0 5px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; border-radius: 3px; }
.phase.is-done { border-style: dotted; } .phase.is-done strong, .phase.is-next strong { font-weight: 400; } .phase.is-now { border: 2px solid var(--text); } .phase .does { color: var(--quiet); font-size: 13px; }
.phase .time { position: absolute; top: 100%; left: 0; } .phase .now { position: absolute; top: -6px; bottom: -6px; width: 3px; background: var(--ok); border-radius: 2px; }

.limits { display: grid; gap: 10px; }
.limit { display: grid; grid-template-columns: 8.6em minmax(60px, 1fr) 5em; gap: 0 12px; align-items: center; }
.limit .amount { grid-column: 2 / -1; grid-row: 2; } .limit .details { grid-column: 2 / -1; grid-row: 3; } .limit .verdict { font-size: 15px; color: var(--tone); gap: 5px; } .limit .name { font-weight: 600; }
.track { display: flex; height: 18px; border: 1px solid var(--idle); border-radius: 3px; overflow: hidden; } .track.none { border-style: dashed; align-items: center; padding: 0 8px; height: 22px; }
.used { background: var(--tone); } .held { background: repeating-linear-gradient(90deg, var(--tone) 0 2px, transparent 2px 5px); }

${CHART_STYLE}
.plot { min-width: 0; border-radius: 4px; } .chart { cursor: crosshair; user-select: none; } .chart .picked { fill: var(--ok); fill-opacity: 0.2; stroke: var(--ok); } .chart .marked { stroke: var(--text); stroke-width: 5; }
.rangebar { display: flex; flex-wrap: wrap; gap: 2px 14px; align-items: center; margin-top: 6px; padding: 3px 10px; border: 2px solid var(--ok); border-radius: 6px; font-size: 14px; } .rangebar button { margin-left: auto; } .chart { touch-action: pan-y; } .pointed { min-height: 1.3em; text-align: right; line-height: 1.1; }
figcaption { font-size: 14px; } .figures { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; } .figures th, .figures td { text-align: left; padding: 2px 18px 2px 0; font-weight: 400; } .figures thead th { color: var(--quiet); }
.mixbar { display: flex; height: 12px; gap: 2px; margin: 4px 0; } .mixpart { background: var(--tone); border-radius: 2px; } .mix ul, .endings { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 14px; } .mix li > span:first-child, .endings li > span:first-child { color: var(--tone); font-weight: 700; }
.faults { display: grid; gap: 6px; margin-bottom: 8px; } .faults li { display: flex; flex-wrap: wrap; gap: 2px 12px; align-items: center; } .faults strong { font-weight: 600; flex: 1 1 calc(100% - 38px); } .faults .tone-near { color: var(--near); font-weight: 600; }
.swatch { width: 26px; height: 16px; border: 1px solid var(--fault); flex: none; }

.tools { display: flex; flex-wrap: wrap; gap: 8px 18px; align-items: center; margin-bottom: 8px; } .tools label { flex: 0 1 300px; display: flex; gap: 8px; align-items: center; } .tools input { width: 100%; } .tools .endings { flex: 1 1 auto; }
.line { display: grid; grid-template-columns: 4.2em 8em minmax(0, 1fr) 4.4em 13em 7.2em; gap: 0 10px; align-items: center; width: 100%; text-align: left; border: 0; border-radius: 4px; padding: 2px 6px; min-height: 30px; }
.line > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .line .lasted { text-align: right; } .line .saw { font-size: 13px; color: var(--quiet); } .line .by { color: var(--fault); }
.line strong.ending { color: var(--tone); white-space: nowrap; } .call.ending-lost .line, .call.ending-degraded .line { box-shadow: inset 3px 0 0 var(--tone); }
.lane { display: flex; height: 22px; min-width: max-content; } .seg, .gap { flex: 0 1 auto; font-size: 12px; line-height: 20px; height: 22px; padding: 0 5px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.seg { border: 1px solid var(--idle); border-radius: 3px; background: var(--page); min-width: max-content; flex-shrink: 0; } .seg.kind-answered { border-color: var(--ok); border-width: 2px; line-height: 18px; } .seg.kind-refused { border: 2px dashed var(--near); line-height: 18px; color: var(--near); font-weight: 600; }
.seg.kind-cut, .seg.kind-error { border: 2px solid var(--bad); line-height: 18px; color: var(--bad); font-weight: 600; } .seg.kind-hung { border: 2px dotted var(--bad); line-height: 18px; color: var(--bad); font-weight: 600; } .seg.kind-open { border-right-style: dotted; } .seg.kind-left, .seg.more { color: var(--quiet); border-style: dotted; }
.gap { color: var(--quiet); text-align: center; min-width: 6px; } .gap:empty { background: linear-gradient(var(--idle), var(--idle)) center / 100% 1px no-repeat; } .gap.early { color: var(--bad); font-weight: 600; }
.call .details { margin: 2px 0 10px 5em; }
.log { display: grid; gap: 2px; font-size: 14px; } .log .kind { display: inline-block; min-width: 5.5em; font-weight: 600; } .log li { overflow-wrap: anywhere; }

dialog { border: 1px solid var(--idle); border-radius: 10px; background: var(--page); color: var(--text); padding: 18px 22px; width: min(620px, 94vw); max-height: 88vh; } dialog::backdrop { background: rgba(0, 0, 0, 0.5); } dialog .heading { justify-content: space-between; }
.keys { display: grid; gap: 5px; margin-bottom: 14px; } .keys div { display: grid; grid-template-columns: 15em 1fr; } kbd { font: 13px ui-monospace, monospace; border: 1px solid var(--idle); border-radius: 4px; padding: 1px 6px; }
.inject, .login form { display: grid; gap: 10px; } .inject label, .login label { display: grid; gap: 2px; font-weight: 600; } .inject fieldset { border: 1px solid var(--rule); border-radius: 6px; } .inject .flag { display: inline-flex; gap: 5px; font-weight: 400; margin-right: 14px; align-items: center; } .inject .flag input { min-height: 0; } .inject .pair { grid-template-columns: repeat(3, 1fr); }
.login { max-width: 420px; margin: 12vh auto 0; padding: 0 20px; display: grid; gap: 16px; }
.slide { display: grid; gap: 2px; font-weight: 700; color: var(--bad); } .slide input { width: 100%; height: 44px; accent-color: var(--bad); padding: 0; }
.phone-only { display: none; }

@media (max-width: 1100px) {
  .bar .chip { display: none; }
  .summary { grid-template-columns: repeat(3, minmax(0, 1fr)); } .headline { grid-column: 1 / -1; }
  .regions { grid-template-columns: minmax(0, 1fr); grid-template-areas: "b" "c" "d" "e" "f" "g" "h"; grid-template-rows: none; }
  .line { grid-template-columns: 3.6em minmax(0, 1fr) 4em 9em 6.8em; } .line .model { display: none; }
}
@media (max-width: 639px) {
  .region { scroll-margin-top: 150px; }
  .top, .page { padding-left: 12px; padding-right: 12px; } .bar { gap: 0 12px; } .bar h1 { flex: 1 1 100%; } .bar .chip, .bar .who, .hypothesis { display: none; } .stop { flex: 1 1 100%; }
  .wide-only { display: none; } .phone-only { display: grid; } button.phone-only { display: inline-block; } button { min-height: 44px; }
  .summary { grid-template-columns: 1fr 1fr; gap: 10px 16px; } .summary strong { font-size: 20px; } .summary p:nth-child(4) { display: none; }
  .regions { grid-template-areas: "b" "d" "f" "e" "g" "c" "h"; } .pair, .inject .pair { grid-template-columns: minmax(0, 1fr); }
  .limit { grid-template-columns: minmax(0, 1fr) auto; } .limit .track { grid-column: 1 / -1; grid-row: 2; } .limit .amount { grid-row: 3; grid-column: 1 / -1; } .limit .details { grid-row: 4; grid-column: 1 / -1; } .limits:not(.all) .limit:nth-child(n + 3) { display: none; }
  .timeline { flex-direction: column; padding: 0; gap: 6px; } .phase { flex: none !important; height: auto; } .phase .time { position: static; } .phase .now { top: auto; bottom: -3px; width: 12px; height: 5px; }
  .line { grid-template-columns: auto 1fr auto; gap: 2px 10px; border: 1px solid var(--rule); padding: 8px 10px; margin-bottom: 6px; } .line .trackbox { grid-column: 1 / -1; grid-row: 2; } .line .saw { grid-column: 1 / -1; grid-row: 3; } .line .lasted { text-align: left; }
  .lane { width: 100% !important; min-width: 0; height: auto; flex-wrap: wrap; gap: 3px; } .seg, .gap { flex: 0 0 auto; max-width: 100%; } .gap:empty { display: none; } .call .details { margin-left: 0; display: block; overflow-x: auto; }
  .keys div { grid-template-columns: 1fr; }
}
`;
