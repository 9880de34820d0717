import type { Unlisted } from '../functions/workflows/list-participants.ts';

/** Why participants are not known, as people read it. */
export function unlistedText(read: Unlisted): string {
  switch (read.kind) {
    case 'doubtful':
      return `the pages of the listing contradict each other: ${read.why}`;
    case 'app_out':
      return `the vendor was not asked: ${read.reason}`;
    case 'failed': {
      const { result } = read;
      if (result.kind === 'gone') return `the vendor does not know the ${result.what}`;
      const status = 'status' in result && result.status !== undefined ? ` (status ${result.status})` : '';
      return `the listing failed: ${result.kind}${status}`;
    }
    default:
      return read satisfies never;
  }
}
