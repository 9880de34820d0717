/**
 * Replaces what stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`; the markers stay.
 * @throws if the document has no such place
 */
export function withSection(document: string, name: string, content: string): string {
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [from, to] = [document.indexOf(open), document.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`the document has no place for ${name}`);
  return `${document.slice(0, from + open.length)}\n\n${content}\n\n${document.slice(to)}`;
}
