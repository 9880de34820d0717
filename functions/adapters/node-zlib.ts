/*
 * Stands in for `node:zlib` in the functions' bundles. The AWS SDK looks there for a faster checksum, of a kind that no
 * service used here asks for; to load the whole of it takes some milliseconds of every cold start.
 */
export const crc32 = undefined;
