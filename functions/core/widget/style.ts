/*
 * Calm and dense: one column of sections, figures that line up, one strong colour for what acts. Every rule begins with
 * the widget's own class, since it is not known whether the console keeps the styles of two widgets apart. Contrasts
 * are at least 4.5 to 1 in both themes.
 */

const LIGHT = `
--text:#16191f;--quiet:#545b64;--line:#d5dbdb;--ground:#ffffff;--raised:#f4f6f6;--link:#0758a8;--strong:#0758a8;
--on-strong:#ffffff;--danger:#b0160f;--warning:#7a4d00;--warning-ground:#fff6e0;--error-ground:#fdecea;
--done:#1a6b2d;--done-ground:#eaf6ec`;

const DARK = `
--text:#e3e6ea;--quiet:#a8b1bd;--line:#3c4652;--ground:#161d26;--raised:#1f2833;--link:#7cbcf5;--strong:#7cbcf5;
--on-strong:#0b1520;--danger:#ff9a94;--warning:#ffc966;--warning-ground:#33290f;--error-ground:#3a1d1c;
--done:#8fd8a0;--done-ground:#17301d`;

export const STYLE = `
.rc{${LIGHT.replaceAll('\n', '')}}
.rc-dark{${DARK.replaceAll('\n', '')}}
.rc{box-sizing:border-box;min-height:100%;padding:8px 12px 12px;background:var(--ground);color:var(--text);
font:14px/1.45 "Amazon Ember","Helvetica Neue",Roboto,Arial,sans-serif;container-type:inline-size;text-align:left}
.rc *{box-sizing:border-box}
.rc h1,.rc h2,.rc p,.rc dl,.rc dd,.rc ol,.rc ul,.rc table,.rc form{margin:0;padding:0}
.rc h1{font-size:16px;font-weight:700;overflow-wrap:anywhere}
.rc h2{font-size:14px;font-weight:700}
.rc a{color:var(--link);text-decoration:underline;text-underline-offset:2px}
.rc-head,.rc-bar{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:baseline;justify-content:space-between}
.rc-head{padding-bottom:8px}
.rc section{border-top:1px solid var(--line);padding:10px 0 12px}
.rc-bar{padding-bottom:6px}
.rc .rc-hint{padding-top:6px}
.rc-asof,.rc-at,.rc-quiet-text,.rc-hint{color:var(--quiet);font-size:12px}
.rc-at{white-space:nowrap}
.rc-age{white-space:nowrap}
.rc-id{font-family:Monaco,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;font-size:12.5px;overflow-wrap:anywhere;unicode-bidi:isolate}
.rc table{width:100%;border-collapse:collapse}
.rc th{font-size:12px;font-weight:600;color:var(--quiet);text-align:left;padding:2px 12px 4px 0;border-bottom:1px solid var(--line)}
.rc td{vertical-align:top;text-align:left;padding:7px 12px 7px 0;border-bottom:1px solid var(--line)}
.rc tr:last-child td{border-bottom:0}
.rc th.rc-number,.rc td.rc-number{width:1%}
.rc .rc-number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.rc td.rc-number{font-weight:700}
.rc .rc-acts{padding-right:0;text-align:right}
.rc-buttons{display:flex;flex-wrap:wrap;gap:6px;justify-content:flex-end}
.rc-left{justify-content:flex-start;padding-top:10px}
.rc-btn{font:inherit;font-size:13px;font-weight:600;line-height:1.3;color:var(--link);background:transparent;
border:1px solid currentColor;border-radius:4px;padding:4px 10px;cursor:pointer;white-space:nowrap}
.rc-btn:hover{background:var(--raised)}
.rc-primary{color:var(--on-strong);background:var(--strong);border-color:var(--strong)}
.rc-primary:hover{background:var(--strong);filter:brightness(1.1)}
.rc-danger{color:var(--danger)}
.rc-btn:focus-visible,.rc input:focus-visible,.rc select:focus-visible,.rc a:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.rc cwdb-action{display:none}
.rc-form{display:grid;grid-template-columns:minmax(120px,1fr) minmax(140px,1.4fr) minmax(140px,1.4fr) auto;gap:6px 10px;align-items:end}
.rc label{display:block;font-size:12px;font-weight:600;color:var(--quiet)}
.rc input,.rc select{display:block;width:100%;min-width:0;margin-top:2px;font:inherit;font-size:13px;font-weight:400;color:var(--text);background:var(--ground);
border:1px solid var(--quiet);border-radius:4px;padding:4px 8px;height:30px}
.rc-notice{border-left:4px solid var(--quiet);background:var(--raised);padding:7px 10px;overflow-wrap:anywhere}
.rc .rc-notice{padding:7px 10px}
.rc-notice+.rc-notice{margin-top:6px}
.rc-error{border-color:var(--danger);background:var(--error-ground)}
.rc-warning{border-color:var(--warning);background:var(--warning-ground)}
.rc-done{border-color:var(--done);background:var(--done-ground)}
.rc-facts{display:grid;grid-template-columns:max-content 1fr;gap:5px 16px}
.rc-facts dt{font-weight:600;color:var(--quiet)}
.rc-facts dd{overflow-wrap:anywhere}
.rc-history{list-style:none}
.rc-history li{display:grid;grid-template-columns:190px 1fr;gap:2px 16px;padding:4px 0;border-bottom:1px solid var(--line)}
.rc-history li:last-child{border-bottom:0}
.rc-removals{display:grid;grid-template-columns:repeat(auto-fill,minmax(260px,1fr));gap:0 20px;list-style:none}
.rc-removals li{padding:4px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
@container (max-width:620px){
.rc-form{grid-template-columns:1fr}
.rc thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden;white-space:nowrap}
.rc table,.rc tbody,.rc tr,.rc td{display:block;width:100%}
.rc tr{padding:8px 0;border-bottom:1px solid var(--line)}
.rc tr:last-child{border-bottom:0}
.rc td{padding:1px 0;border:0}
.rc td.rc-number{width:100%;text-align:left;font-size:16px}
.rc td.rc-number::after{content:" " attr(data-unit);font-size:13px}
.rc .rc-acts{text-align:left;padding-top:6px}
.rc-buttons{justify-content:flex-start}
.rc-facts,.rc-history li{grid-template-columns:1fr;gap:0}
.rc-facts dd{padding-bottom:6px}
}`;
