import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, jsonText } from '../../../functions/core/widget/html.ts';
import { codePoint } from '../../support/code-point.ts';

describe('a template of HTML', () => {
  it('shows whatever stands in it as text', () => {
    const id = `<img src=x onerror="alert('1')">&\``;
    expect(html`<b title="${id}">${id}</b>`.text).toBe(
      '<b title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;&#96;">' +
        '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;&#96;</b>',
    );
  });

  it('takes HTML of its own kind as it is, also in lists, and numbers', () => {
    const rows = ['a', '<b>'].map((text) => html`<li>${text}</li>`);
    expect(html`<ul>${rows}</ul>${0}`.text).toBe('<ul><li>a</li><li>&lt;b&gt;</li></ul>0');
  });

  it('shows nothing of what is not there', () => {
    expect(html`<p>${undefined}${false}${[]}</p>`.text).toBe('<p></p>');
  });

  it('escapes text that only looks like HTML of its own kind', () => {
    const forged = { text: '<script>', toString: () => '<script>' } as unknown as string;
    expect(html`${[forged]}`.text).not.toContain('<script>');
  });

  it('lets no markup through, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint }), (text) => {
        expect(html`${text}`.text).not.toMatch(/[<>"'`]/);
      }),
    );
  });
});

describe('JSON in an element', () => {
  it('has whatever HTML knows escaped, so that it means the same', () => {
    const value = { id: '<b>&\'`"' };
    const { text } = jsonText(value);
    expect(text).toBe('{"id":"\\u003cb\\u003e\\u0026\\u0027\\u0060\\""}');
    expect(JSON.parse(text)).toEqual(value);
  });

  it('has no character that HTML knows, and reads back as it was', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: codePoint }), fc.string({ unit: codePoint })), (value) => {
        const { text } = jsonText(value);
        expect(text).not.toMatch(/[<>&'`]/);
        expect(JSON.parse(text)).toEqual(value);
      }),
    );
  });
});
