/** Where requests go. */
export interface Host {
  readonly secure: boolean;
  /** Of an address of IPv6 without the brackets: only in a URL it has them. */
  readonly hostname: string;
  /** Absent: the protocol's own. */
  readonly port?: number;
  /** What the `host` header says: the port too, where it is not the protocol's own. */
  readonly authority: string;
  /** Stands in front of every path; without a slash at its end. */
  readonly basePath: string;
}

/** Longer than any real one. */
const HOST_MAX_LENGTH = 2_048;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Reads a host such as `https://example.zendesk.com/sc`.
 *
 * @throws TypeError that names what is wrong, and never repeats the value: it may hold a password.
 */
export function parseHost(host: string): Host {
  const url = host.length <= HOST_MAX_LENGTH && URL.canParse(host) ? new URL(host) : undefined;
  if (url === undefined || !/^https?:\/\/[^/]/i.test(host)) {
    throw new TypeError('host: must be a URL such as https://api.smooch.io');
  }
  // On the text itself: URL drops an empty query or fragment, white space and backslashes without a word.
  if (/[@?#\\\s]/.test(host)) {
    throw new TypeError(
      'host: must not contain a user, a password, a query, a fragment, a backslash or white space',
    );
  }
  const secure = url.protocol === 'https:';
  if (!secure && !LOOPBACK.test(url.hostname)) {
    throw new TypeError('host: must begin with https:// (http:// is for loopback addresses only)');
  }
  return {
    secure,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    authority: url.host,
    basePath: url.pathname.replace(/\/+$/, ''),
    ...(url.port !== '' && { port: Number(url.port) }),
  };
}
