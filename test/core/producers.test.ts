import { describe, expect, it } from 'vitest';
import { readProducers } from '../../functions/core/producers.ts';

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const crm = { name: 'crm', secret, appIds: ['shop'] };

describe("the producers' secret", () => {
  it('names them, with what they sign with and the apps they may speak for', () => {
    expect(readProducers(JSON.stringify([crm]))).toEqual({ producers: [crm], problems: [] });
    expect(readProducers('[]')).toEqual({ producers: [], problems: [] });
  });

  it.each([
    ['name', { ...crm, name: 'an ex ample' }],
    ['secret', { ...crm, secret: 'whsec_' }],
    ['secret', { ...crm, secret: secret.slice(6) }],
    ['secret', { ...crm, secret: `whsec_${Buffer.alloc(23).toString('base64')}` }],
    ['secret', { ...crm, secret: `${secret}!` }],
    ['secret', { ...crm, secret: `${secret}A` }],
    ['secret', { ...crm, secret: `${secret}!!!!` }],
    ['secret', { ...crm, secret: `AAAA${secret}` }],
    ['entry', 'crm'],
    ['entry', null],
    ['appIds', { ...crm, appIds: 'shop' }],
    ['appIds', { ...crm, appIds: ['../shop'] }],
  ])('is served without an entry whose %s is not valid, which is told and not shown', (field, entry) => {
    const read = readProducers(JSON.stringify([entry, crm]));
    expect(read).toEqual({ producers: [crm], problems: [`[0].${field}: is not valid`] });
  });

  it.each(['', '{}', 'null', '[', JSON.stringify(crm)])('names nobody where it is no list (%j)', (text) => {
    expect(readProducers(text)).toEqual({ problems: ['the secret must be a JSON array'] });
  });
});
