/** The page around the widget: what of a dashboard's frame matters. */
export function pageText(endpoint: string, theme: 'light' | 'dark'): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rollcall's widget</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>
body{margin:0;padding:12px;font:14px/1.4 sans-serif;background:#f2f3f3;color:#16191f}
body[data-theme=dark]{background:#0b1119;color:#e3e6ea}
nav{display:flex;flex-wrap:wrap;gap:8px;align-items:center;padding-bottom:8px}
nav button,dialog button{font:inherit;color:inherit;background:transparent;border:1px solid currentColor;border-radius:4px;padding:3px 10px}
#widget{border:1px solid #8d99a5;border-radius:4px;overflow:auto}
#widget[aria-busy]{opacity:.6}
#note{margin:0;color:#b0160f}
dialog{max-width:440px;border:1px solid #545b64;border-radius:6px;background:#fff;color:#16191f}
</style></head>
<body data-endpoint="${endpoint}" data-theme="${theme}">
<nav><b>CloudWatch, played locally</b><button id="refresh">Refresh the dashboard</button>
<button id="theme">Light or dark</button><p id="note" role="alert"></p></nav>
<main id="widget"></main>
<dialog><form method="dialog"><p></p><button value="cancel">Cancel</button> <button value="ok">Confirm</button></form></dialog>
<script type="module" src="/console.js"></script></body></html>`;
}
