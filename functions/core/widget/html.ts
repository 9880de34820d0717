/*
 * HTML is made here and nowhere else: whatever stands between the parts of a template becomes text, unless it is itself
 * HTML that was made so. An id or an error that looks like markup is shown as it is.
 */

/** HTML that may stand on a page as it is; only the templates below make it. */
class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type { Html };

/** What may stand in a template. Nothing is shown of `undefined` and `false`; of an array each element is. */
export type Piece = Html | string | number | undefined | false | readonly Piece[];

/** A template of HTML, whose attributes' values stand in quotation marks. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(String.raw({ raw: parts }, ...pieces.map(textOf)));
}

function textOf(piece: Piece): string {
  if (piece instanceof Html) return piece.text;
  if (piece === undefined || piece === false) return '';
  return Array.isArray(piece) ? piece.map(textOf).join('') : escaped(String(piece));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}

/**
 * JSON as the content of an element. No character of it means anything to HTML, so that it is the same whether
 * somebody reads it as text or as markup.
 */
export function jsonText(value: unknown): Html {
  const json = JSON.stringify(value);
  return new Html(json.replace(/[&<>'`]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`));
}
