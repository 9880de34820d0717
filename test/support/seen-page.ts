/** What a button of a page does. */
export interface SeenButton {
  readonly label: string;
  /** ` rc-primary`, ` rc-danger`, or nothing. */
  readonly kind: string;
  readonly endpoint: string;
  readonly params: unknown;
  readonly confirmation?: string;
}

const BUTTON =
  /<button type="button" class="rc-btn([^"]*)">([^<]*)<\/button><cwdb-action\s+action="call" display="widget" endpoint="([^"]*)"(?: confirmation="([^"]*)")?>([^<]*)<\/cwdb-action>/g;

/** What somebody sees of a page of the widget: its words, a button as `[its label]`, and what the buttons do. */
export function seenPage(page: string): { readonly words: string; readonly buttons: readonly SeenButton[] } {
  const buttons = [...page.matchAll(BUTTON)].map(
    ([, kind = '', label = '', endpoint = '', asked, params]) => ({
      label: unescaped(label),
      kind,
      endpoint,
      params: JSON.parse(params ?? ''),
      ...(asked !== undefined && { confirmation: unescaped(asked) }),
    }),
  );
  const words = page
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(BUTTON, ' [$2] ')
    .replace(/<\/?(?:a|b|bdi|span|time)\b[^>]*>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return { words: unescaped(words), buttons };
}

function unescaped(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
