import { type Figure, isMet, rounded } from './figure.ts';
import { median, spread } from './statistics.ts';

/** What a case shows besides its figures. Cells are text already. */
export interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes?: readonly string[];
}

/** `1.02 (0.98-1.10)`: the median of several rounds, and the least and most of them. */
export function withSpread(values: readonly number[]): string {
  const [least, most] = spread(values).map(rounded);
  return values.length < 2
    ? String(rounded(median(values)))
    : `${rounded(median(values))} (${least}-${most})`;
}

/** The figures as one table, whatever is a ratio first. */
export function figuresTable(figures: readonly Figure[]): Table {
  const rows = figures.map((figure) => {
    const { meaning, value, target, better, bestPeer } = figure;
    return [
      meaning,
      String(rounded(value)),
      targetText(target, better),
      numberText(bestPeer),
      verdict(figure),
    ];
  });
  return { title: 'Figures', header: ['figure', 'Rollcall', 'target', 'best alternative', 'met'], rows };
}

function targetText(target: number | undefined, better: Figure['better']): string {
  if (target === undefined) return '';
  return `${{ less: '≤ ', more: '≥ ', equal: '' }[better]}${target}`;
}

function numberText(value: number | undefined): string {
  return value === undefined ? '-' : String(rounded(value));
}

function verdict(figure: Figure): string {
  const met = isMet(figure);
  if (met !== null) return met ? 'yes' : '**no**';
  return figure.undecided ?? (Number.isNaN(figure.value) ? 'not measured' : '');
}

export function markdown({ title, header, rows, notes = [] }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = line(header.map(() => '---'));
  const body = [line(header), rule, ...rows.map(line)].join('\n');
  return [`### ${title}`, body, ...(notes.length > 0 ? [notes.join(' ')] : [])].join('\n\n');
}
