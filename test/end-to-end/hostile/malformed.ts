import type { Random } from './random.ts';

/** Bytes that are no HTTP, or hardly. */
export function malformedBytes(random: Random, path: string): Buffer {
  const start = `POST ${path} HTTP/1.1\r\nhost: localhost\r\n`;
  const body = `bodyword-${random.word()}`;
  const chosen = random.pick([
    `POST ${path}\r\n\r\n`,
    `${start}content-length: -5\r\n\r\n${body}`,
    `${start}content-length: 5\r\ncontent-length: 50\r\n\r\n${body}`,
    `${start}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${start}transfer-encoding: chunked\r\n\r\nZZ\r\n${body}\r\n0\r\n\r\n`,
    `${start}transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n${body}`,
    `${start}transfer-encoding: gzip, x\r\n\r\n${body}`,
    `${start}content-length: 1000\r\n\r\n${body}`,
    `${start}x-api-key: keyword\0${random.word()}\r\ncontent-length: 0\r\n\r\n`,
    `${start}x-api-key : keyword\r\n\r\n`,
    `${start}x-long: ${'keyword'.repeat(random.below(20_000))}\r\n\r\n`,
    `${start}${'x: y\r\n'.repeat(random.below(3_000))}\r\n`,
    `POST ${path} HTTP/9.9\r\n\r\n`,
    `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
    `CONNECT personword.example:443 HTTP/1.1\r\nhost: x\r\n\r\n`,
    `POST http://personword.example${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n`,
    `POST ${path} HTTP/1.1\r\ncontent-length: 0\r\n\r\n`,
    `${start}upgrade: websocket\r\nconnection: upgrade\r\ncontent-length: 0\r\n\r\n`,
    `${start}expect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`,
    `GET / HTTP/1.0\n\n`,
    random.text(200),
    '',
  ]);
  return Buffer.from(chosen, 'latin1');
}
