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

export interface SeenPage {
  /** All that can be read, a button as `[its label]`. */
  readonly words: string;
  readonly buttons: readonly SeenButton[];
  /** The kinds of notes that stand out, in their order. */
  readonly notices: readonly string[];
}

/** What somebody sees of a page of the widget, and what its buttons do. */
export function seenPage(page: string): SeenPage {
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
  const notices = [...page.matchAll(/"rc-notice rc-(\w*)"/g)].map(([, kind = '']) => kind);
  return { words: unescaped(words), buttons, notices };
}

function unescaped(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
