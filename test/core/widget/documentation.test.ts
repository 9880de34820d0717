import { expect, it } from 'vitest';
import { ACT_DOCUMENTATION, SHOW_DOCUMENTATION } from '../../../functions/core/widget/documentation.ts';

it('whoever sets the widget up reads what it is, and that it takes no parameters', () => {
  expect(SHOW_DOCUMENTATION).toMatch(/^## Rollcall\n/);
  // The console takes a block of YAML for the parameters to begin with.
  expect(SHOW_DOCUMENTATION).toContain('``` yaml\n```');
  expect(SHOW_DOCUMENTATION).toContain('rollcall:widgetActions');
});

it('whoever chooses the acting function instead reads which one to choose', () => {
  expect(ACT_DOCUMENTATION).toContain('show-widget');
});
