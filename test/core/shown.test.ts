import { expect, it } from 'vitest';
import { shown, shownText } from '../../functions/core/shown.ts';

it.each([
  ['ann', 'ann'],
  ['zoë😀', 'zoë😀'],
  ['ann lee', '"ann lee"'],
  ['\u202eann', '"\\u202eann"'],
  ['an\u00adn', '"an\\u00adn"'],
])('the id %j is shown as %s', (id, text) => {
  expect(shown(id)).toBe(text);
});

it('a text is shown with its spaces, and with whatever cannot be seen made visible', () => {
  expect(shownText('not found\u202e <b>\u0007\ud800')).toBe('not found\\u{202e} <b>\\u{7}\\u{d800}');
});
