import { describe, expect, it } from 'vitest';
import { STYLE } from '../../../functions/core/widget/style.ts';

type Colours = ReadonlyMap<string, string>;

/** The colours of a theme: a rule that holds nothing else. */
function coloursOf(selector: string): Colours {
  const rule = STYLE.split('\n').find((line) => line.startsWith(`${selector}{--`)) ?? '';
  expect(rule).toMatch(/^\.[\w-]+\{(?:--[\w-]+:#[0-9a-f]{6};?)+\}$/);
  return new Map(
    [...rule.matchAll(/--([\w-]+):#([0-9a-f]{6})/g)].map(([, name = '', hex = '']) => [name, hex]),
  );
}

/** WCAG 2: how bright a colour is to the eye. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(colours: Colours, one: string, other: string): number {
  const [bright = 0, dark = 0] = [one, other]
    .map((name) => luminance(colours.get(name) ?? ''))
    .toSorted((a, b) => b - a);
  return (bright + 0.05) / (dark + 0.05);
}

describe.each(['.rc', '.rc-dark'])('the theme %s', (selector) => {
  it('has every colour that is used', () => {
    const used = new Set([...STYLE.matchAll(/var\(--([\w-]+)\)/g)].map(([, name]) => name));
    expect([...used].toSorted()).toEqual([...coloursOf(selector).keys()].toSorted());
  });

  it.each([
    ['text', 'ground'],
    ['text', 'raised'],
    ['text', 'warning-ground'],
    ['text', 'error-ground'],
    ['text', 'done-ground'],
    ['quiet', 'ground'],
    ['link', 'ground'],
    ['link', 'raised'],
    ['danger', 'ground'],
    ['on-strong', 'strong'],
  ])('can be read: %s on %s', (one, other) => {
    expect(contrast(coloursOf(selector), one, other)).toBeGreaterThanOrEqual(4.5);
  });
});
