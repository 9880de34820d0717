import { expect, it } from 'vitest';
import { COMMON_FIELDS, EVENT_FIELDS, LOG_LINES } from '../../functions/core/log-fields.ts';

const meanings = Object.entries({ ...LOG_LINES, ...EVENT_FIELDS, ...COMMON_FIELDS });

it.each(meanings)('whoever reads %s in a log line can look up what it means', (_, meaning) => {
  expect(meaning).toMatch(/\w{3}/);
});
