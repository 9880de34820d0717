import type { IncomingMessage } from 'node:http';

export type RequestBody =
  | { readonly kind: 'read'; readonly text: string }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'aborted' };

/** The vendor's limit for JSON requests. */
const vendorLimitBytes = 100 * 1024;

/**
 * Reads a request's body to its end, so that the connection can be used again, but keeps at most `limitBytes` of it.
 * `aborted`: the caller went away first.
 */
export function readBody(request: IncomingMessage, limitBytes = vendorLimitBytes): Promise<RequestBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
    });
    request.once('end', () => {
      const text = chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString();
      resolve(bytes > limitBytes ? { kind: 'tooLarge' } : { kind: 'read', text });
    });
    request.once('error', () => resolve({ kind: 'aborted' }));
  });
}
