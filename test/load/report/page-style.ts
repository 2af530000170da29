/** The style of the report page; follows the light or dark preference of the reader. */
export const pageStyle = `
:root { color-scheme: light dark; --ground: #fbfaf8; --paper: #fff; --ink: #1d2430; --soft: #667085; --line: #e6e3dd;
  --blue: #2f6fde; --green: #1c9a6c; --red: #d6455d; --amber: #d48a1c; --violet: #7d5bd6; --good: #e8f6ef; --bad: #fdecee; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171c; --paper: #1c2027; --ink: #e8eaee; --soft: #98a2b3; --line: #2d333d;
  --blue: #6ea3ff; --green: #4fcf9d; --red: #ff7d92; --amber: #f0b35a; --violet: #ac92ff; --good: #16302a; --bad: #3a1d24; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 40px 24px 64px; max-width: 860px; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; font-variant-numeric: tabular-nums; }
h1 { margin: 0; font-size: 30px; letter-spacing: -0.02em; }
h2 { margin: 0 0 10px; font-size: 16px; }
header p, .hint, .card p { color: var(--soft); margin: 4px 0 0; }
section, figure { margin: 24px 0 0; }
.verdicts { display: grid; grid-template-columns: 1.6fr 1fr; gap: 14px; margin: 24px 0 0; }
.verdicts .banner { margin: 0; }
.subject { font-size: 13px; color: var(--soft); }
.notice { margin: 18px 0 0; padding: 10px 16px; border-left: 3px solid var(--amber); background: var(--paper); border-radius: 0 10px 10px 0; }
.banner { padding: 18px 22px; border-radius: 14px; border: 1px solid var(--line); background: var(--paper); }
.banner h2 { margin: 0; font-size: 19px; }
.banner p { margin: 6px 0 0; }
.banner .subject { margin: 0 0 2px; }
.banner ul { margin: 10px 0 0; padding-left: 20px; font-size: 13px; }
.banner.good { background: var(--good); border-color: transparent; }
.banner.good h2 { color: var(--green); }
.banner.bad { background: var(--bad); border-color: transparent; }
.banner.bad h2 { color: var(--red); }
.cards { display: grid; grid-template-columns: repeat(3, 1fr); gap: 14px; }
.card { padding: 16px 18px; border-radius: 14px; background: var(--paper); border: 1px solid var(--line); }
.card h3 { margin: 0; font-size: 13px; font-weight: 500; color: var(--soft); }
.card strong { display: block; margin-top: 2px; font-size: 27px; letter-spacing: -0.02em; }
.card p { font-size: 13px; }
figure { padding: 16px 18px 8px; border-radius: 14px; background: var(--paper); border: 1px solid var(--line); }
figcaption { display: flex; flex-wrap: wrap; gap: 6px 18px; justify-content: space-between; font-weight: 600; margin-bottom: 8px; }
.keys { display: flex; flex-wrap: wrap; gap: 4px 14px; font-weight: 400; font-size: 13px; color: var(--soft); }
.key i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
svg { display: block; width: 100%; height: auto; touch-action: pan-y; }
.grid { stroke: var(--line); }
.mark { fill: var(--soft); font-size: 11px; }
.band { fill: var(--ink); opacity: 0.035; }
.spot { fill: transparent; }
.cross { stroke: var(--soft); stroke-dasharray: 3 3; pointer-events: none; }
circle { stroke: var(--paper); stroke-width: 1.5; pointer-events: none; }
svg:focus-visible { outline: 2px solid var(--blue); outline-offset: 4px; border-radius: 6px; }
.tip { position: absolute; pointer-events: none; padding: 8px 12px; border-radius: 10px; background: var(--paper); color: var(--ink);
  border: 1px solid var(--line); box-shadow: 0 4px 18px rgb(0 0 0 / 0.16); font-size: 13px; white-space: nowrap; }
.tip div:first-child { font-weight: 600; }
.tip i { display: inline-block; width: 9px; height: 9px; border-radius: 3px; margin-right: 6px; }
.live { font-size: 13px; font-weight: 600; letter-spacing: 0; color: var(--red); vertical-align: middle; border: 1px solid; border-radius: 8px; padding: 2px 8px; }
.kept { color: var(--green); font-weight: 600; }
.missed { color: var(--red); font-weight: 600; }
.flow { margin: 0; padding-left: 22px; }
code { font: 0.92em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.narrow { display: none; }
.half .narrow { display: block; }
.scrolled { overflow-x: auto; }
pre { margin: 0; padding: 14px 18px; border-radius: 14px; background: var(--paper); border: 1px solid var(--line);
  font: 13px/1.6 ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th, td { padding: 7px 8px; text-align: right; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
.pairs td { vertical-align: top; }
.pairs td:first-child { color: var(--soft); }
.pairs td:last-child { overflow-wrap: anywhere; padding-right: 0; }
.unbroken { white-space: nowrap; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 14px; }
.columns { display: grid; grid-template-columns: 1.3fr 1.1fr 0.8fr; gap: 32px; }
.columns h2:not(:first-child) { margin-top: 22px; }
@media (max-width: 700px) {
  body { padding: 24px 14px 48px; }
  .cards { grid-template-columns: 1fr 1fr; gap: 10px; }
  .card { padding: 12px 14px; }
  .card strong { font-size: 22px; }
  .columns, .pair, .verdicts { grid-template-columns: 1fr; }
  .columns, .pair { gap: 24px; }
  figure { padding: 14px 12px 6px; }
  .wide { display: none; }
  .narrow { display: block; }
  .scrolled th, .scrolled td { white-space: nowrap; padding: 7px 5px; font-size: 13px; }
  .scrolled th:first-child, .scrolled td:first-child { padding-left: 0; }
}
@media print { body { max-width: none; padding: 0; } .banner, .card, figure { break-inside: avoid; } }
`
