/** A plot of lines, as an SVG of its own: no library draws one without a browser's worth of code. */
export interface LinePlot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
}

export interface Axis {
  readonly label: string;
  /** Ticks of a logarithmic axis stand at powers of ten. */
  readonly scale: 'linear' | 'log';
}

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const [WIDTH, HEIGHT] = [720, 420];
const AREA = { left: 70, right: 500, top: 40, bottom: 360 };
/** Told apart by people who see colours otherwise, too (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

export function svgOf({ title, x, y, lines }: LinePlot): string {
  const points = lines.flatMap((line) => line.points);
  const across = scaleOf(
    x,
    points.map(([value]) => value),
    AREA.left,
    AREA.right,
  );
  const up = scaleOf(
    y,
    points.map(([, value]) => value),
    AREA.bottom,
    AREA.top,
  );
  const centre = (AREA.left + AREA.right) / 2;
  const middle = (AREA.top + AREA.bottom) / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    // What a reader of screens says.
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(centre, 20, title, 'font-size="14" text-anchor="middle"'),
    ...across.ticks.map((tick) => verticalTick(across.at(tick), tick)),
    ...up.ticks.map((tick) => horizontalTick(up.at(tick), tick)),
    text(centre, AREA.bottom + 40, x.label, 'text-anchor="middle"'),
    text(18, middle, y.label, `text-anchor="middle" transform="rotate(-90 18 ${middle})"`),
    ...lines.flatMap((line, index) => lineOf(line, index, across, up)),
    '</svg>\n',
  ].join('\n');
}

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

function scaleOf({ scale }: Axis, values: readonly number[], from: number, to: number): Scale {
  const ticks = scale === 'log' ? decades(values) : evenTicks(Math.max(...values));
  const measure = scale === 'log' ? Math.log10 : (value: number) => value;
  const [least, most] = [measure(ticks[0] ?? 0), measure(ticks.at(-1) ?? 1)];
  return { ticks, at: (value) => round(from + ((measure(value) - least) / (most - least)) * (to - from)) };
}

/** The powers of ten around all values. */
export function decades(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}

/** From 0 to the largest value or a little more, in four to eight steps of 1, 2 or 5 times a power of ten. */
export function evenTicks(most: number): number[] {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => rough <= factor * power) ?? 10);
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => index * step);
}

function lineOf({ name, points }: Line, index: number, across: Scale, up: Scale): string[] {
  const colour = COLOURS[index % COLOURS.length];
  const placed = points.map(([x, y]) => `${across.at(x)},${up.at(y)}`);
  const legendY = AREA.top + 10 + index * 20;
  return [
    `<polyline points="${placed.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.map(([x, y]) => `<circle cx="${across.at(x)}" cy="${up.at(y)}" r="3" fill="${colour}"/>`),
    `<rect x="${AREA.right + 12}" y="${legendY - 9}" width="10" height="10" fill="${colour}"/>`,
    text(AREA.right + 28, legendY, name, ''),
  ];
}

function verticalTick(x: number, value: number): string {
  const rule = `<line x1="${x}" y1="${AREA.top}" x2="${x}" y2="${AREA.bottom}" stroke="#ddd"/>`;
  return rule + text(x, AREA.bottom + 18, value.toLocaleString('en'), 'text-anchor="middle"');
}

function horizontalTick(y: number, value: number): string {
  const rule = `<line x1="${AREA.left}" y1="${y}" x2="${AREA.right}" y2="${y}" stroke="#ddd"/>`;
  return rule + text(AREA.left - 8, y + 4, value.toLocaleString('en'), 'text-anchor="end"');
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
