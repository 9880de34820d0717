/** An id as it can safely be shown: what a terminal might obey, or nobody could see, is escaped. */
export function shown(id: string): string {
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S}]+$/u.test(id)) return id;
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(id).replace(/[^ -~]/g, escaped);
}

/** A text as it can safely be shown: what would be obeyed, or turn the text around it, is escaped. */
export function shownText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
