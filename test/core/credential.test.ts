import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAllowedHost, readCredential } from '../../functions/core/credential.ts';

const HOST = 'https://api.smooch.io';

function read(secret: unknown, extraHosts: readonly string[] = []) {
  return readCredential(typeof secret === 'string' ? secret : JSON.stringify(secret), HOST, extraHosts);
}

describe('a secret holds', () => {
  test('a key pair, for Basic', () => {
    const auth = { keyId: 'app_1', secret: 's3cret' };
    expect(read(auth)).toEqual({ host: HOST, auth });
  });

  test.each(['app', 'account'])('a key pair with the scope %s, for a token signed with it', (scope) => {
    const auth = { keyId: 'app_1', secret: 's3cret', scope };
    expect(read(auth)).toEqual({ host: HOST, auth });
  });

  test('a token issued elsewhere', () => {
    expect(read({ token: 't0ken' })).toEqual({ host: HOST, auth: { token: 't0ken' } });
  });

  test('a token that goes before a key pair', () => {
    expect(read({ token: 't0ken', keyId: 'app_1', secret: 's3cret' })).toEqual({
      host: HOST,
      auth: { token: 't0ken' },
    });
  });
});

describe('where a credential is sent', () => {
  test.each([{ token: 't0ken' }, { keyId: 'app_1', secret: 's3cret' }])(
    '%j: where the app row says',
    (secret) => {
      expect(readCredential(JSON.stringify(secret), 'https://acme.zendesk.com/sc', [])).toMatchObject({
        host: 'https://acme.zendesk.com/sc',
      });
    },
  );

  test.each([{ token: 't0ken' }, { keyId: 'app_1', secret: 's3cret' }])(
    '%j: the secret’s own host goes first',
    (secret) => {
      const host = 'https://api.eu-1.smooch.io';
      expect(read({ ...secret, host })).toMatchObject({ host });
    },
  );

  test.each([{ token: 't0ken' }, { keyId: 'app_1', secret: 's3cret' }])(
    '%j: nowhere, if that is not the vendor',
    (secret) => {
      const problem = { problem: 'host: not a host of the vendor' };
      expect(read({ ...secret, host: 'https://evil.example' })).toEqual(problem);
      expect(readCredential(JSON.stringify(secret), 'https://evil.example', [])).toEqual(problem);
    },
  );

  test('a host of the secret’s own that is wrong is not made good by the app row’s', () => {
    expect(read({ token: 't0ken', host: '' })).toEqual({ problem: 'host: not a host of the vendor' });
  });
});

describe('the hosts of the vendor are', () => {
  const vendors = [
    'https://api.smooch.io',
    'https://api.smooch.io/',
    'https://api.eu-1.smooch.io',
    'https://acme.zendesk.com/sc',
    'https://acme.zendesk.com/sc/',
    'https://a.zendesk.com/sc',
    'https://a-1.zendesk.com/sc',
    `https://${'a'.repeat(63)}.zendesk.com/sc`,
  ];
  test.each(vendors)('%s', (host) => {
    expect(isAllowedHost(host, [])).toBe(true);
  });

  const hostile = [
    '',
    'api.smooch.io',
    '//api.smooch.io',
    'http://api.smooch.io',
    'ftp://api.smooch.io',
    'https:/api.smooch.io',
    'https:api.smooch.io',
    'https://api.smooch.io.evil.com',
    'https://api.smooch.io.',
    'https://api.smooch.io:443',
    'https://api.smooch.io:8443',
    'https://api.smooch.io/sc',
    'https://api.smooch.io//',
    'https://api.smooch.io?',
    'https://api.smooch.io#',
    'https://api.smooch.io\\@evil.com',
    'https://api.smooch.io@evil.com',
    'https://evil.com@api.smooch.io',
    'https://user:password@api.smooch.io',
    'https://API.SMOOCH.IO',
    'HTTPS://api.smooch.io',
    ' https://api.smooch.io',
    'https://api.smooch.io ',
    'https://api.smooch.io\n',
    'https://api.smooch.io\u0000',
    'https://аpi.smooch.io',
    'https://apiXsmooch.io',
    'https://api.eu-2.smooch.io',
    'https://evil.com',
    'https://evil.com/#.zendesk.com/sc',
    'https://evil.com?.zendesk.com/sc',
    'https://evil.com/.zendesk.com/sc',
    'https://evil.com\\.zendesk.com/sc',
    'https://evil@acme.zendesk.com/sc',
    'https://evil.com#@acme.zendesk.com/sc',
    'https://acme.zendesk.com',
    'https://acme.zendesk.com/',
    'https://acme.zendesk.com/scx',
    'https://acme.zendesk.com/sc/x',
    'https://acme.zendesk.com/sc//',
    'https://acme.zendesk.com/SC',
    'https://acme.zendesk.com/x/sc',
    'https://acme.zendesk.com/../sc',
    'https://acme.zendesk.com:443/sc',
    'https://acme.zendesk.com./sc',
    'https://acme.zendesk.com.evil.com/sc',
    'https://acme.zendeskXcom/sc',
    'https://acme.evil.zendesk.com/sc',
    'https://.zendesk.com/sc',
    'https://zendesk.com/sc',
    'https://evilzendesk.com/sc',
    'https://-acme.zendesk.com/sc',
    'https://acme-.zendesk.com/sc',
    'https://Acme.zendesk.com/sc',
    'https://ac me.zendesk.com/sc',
    'http://acme.zendesk.com/sc',
    `https://${'a'.repeat(64)}.zendesk.com/sc`,
    'xhttps://acme.zendesk.com/sc',
    'https://acme.zendesk.com/sc\n',
    '169.254.169.254',
    'http://169.254.169.254/latest',
    'https://localhost',
  ];
  test.each(hostile)('not %j', (host) => {
    expect(isAllowedHost(host, [])).toBe(false);
  });

  test('and those that a deployment names, letter for letter', () => {
    const extra = ['http://127.0.0.1:8080'];
    expect(isAllowedHost('http://127.0.0.1:8080', extra)).toBe(true);
    expect(isAllowedHost('http://127.0.0.1:8080/', extra)).toBe(true);
    expect(isAllowedHost('http://127.0.0.1:80801', extra)).toBe(false);
    expect(isAllowedHost('https://127.0.0.1:8080', extra)).toBe(false);
    expect(isAllowedHost('http://127.0.0.1:8080', [])).toBe(false);
  });

  test('and no text around any of them makes another', () => {
    const glue = fc.string({ minLength: 1 }).filter((text) => text !== '/' && !/^[a-z0-9-]+$/.test(text));
    fc.assert(
      fc.property(fc.constantFrom(...vendors), glue, (host, text) => {
        expect(isAllowedHost(text + host, [])).toBe(false);
        if (!host.endsWith('/')) expect(isAllowedHost(host + text, [])).toBe(false);
      }),
    );
  });

  test('and whatever is let through, a URL parser sends to the vendor too', () => {
    const parts = fc.constantFrom(
      'https://',
      'http://',
      '/',
      '//',
      '@',
      ':',
      '#',
      '?',
      '\\',
      '.',
      'a',
      'evil.com',
      'zendesk.com',
      '.zendesk.com',
      '/sc',
      'api.smooch.io',
      '443',
      '%2e',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 8 }), (texts) => {
        const host = texts.join('');
        if (!isAllowedHost(host, [])) return;
        const { protocol, hostname, port, username } = new URL(host);
        expect({ protocol, port, username }).toEqual({ protocol: 'https:', port: '', username: '' });
        expect(hostname).toMatch(/^(api\.smooch\.io|[a-z0-9-]+\.zendesk\.com)$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a secret that cannot be used says why', () => {
  const shape = 'the secret must be {"keyId","secret","scope"?,"host"?} or {"token","host"?}';
  const cases: [string, string][] = [
    ['', 'the secret is not JSON'],
    ['s3cret', 'the secret is not JSON'],
    ['{"token":"t0ken"', 'the secret is not JSON'],
    ['null', shape],
    ['"t0ken"', shape],
    ['["t0ken"]', shape],
    ['{}', shape],
    ['{"token":""}', shape],
    ['{"token":7}', shape],
    ['{"token":"t0ken","host":7}', shape],
    ['{"keyId":"app_1"}', shape],
    ['{"secret":"s3cret"}', shape],
    ['{"keyId":"","secret":"s3cret"}', shape],
    ['{"keyId":"app_1","secret":""}', shape],
    ['{"keyId":"app_1","secret":"s3cret","scope":"everything"}', shape],
    ['{"keyId":"app_1","secret":"s3cret","host":null}', shape],
  ];
  test.each(cases)('%s', (text, problem) => {
    expect(readCredential(text, HOST, [])).toEqual({ problem });
  });
});

test('nothing of a secret that cannot be used is ever repeated', () => {
  const mark = 'S3CRET';
  const value = fc.constantFrom<unknown>(
    mark,
    `${mark}:x`,
    [mark],
    { [mark]: mark },
    `https://${mark}.example`,
  );
  const secret = fc.oneof(
    fc
      .record({ token: value, keyId: value, secret: value, scope: value, host: value }, { requiredKeys: [] })
      .map((text) => JSON.stringify(text)),
    fc.string().map((text) => mark + text),
    fc.string().map((text) => `{"token":"${mark}${text}`),
  );
  fc.assert(
    fc.property(secret, (text) => {
      const credential = readCredential(text, HOST, []);
      if ('problem' in credential) expect(credential.problem).not.toContain(mark);
    }),
  );
});

test('no text whatever brings the reader down', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), fc.string(), (text, host) => {
      const credential = readCredential(text, host, []);
      expect('problem' in credential || isAllowedHost(credential.host, [])).toBe(true);
    }),
  );
});
