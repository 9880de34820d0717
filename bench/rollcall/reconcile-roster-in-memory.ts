import type { AppRow } from '../../functions/core/app.ts';
import type { ConversationRow } from '../../functions/core/conversation.ts';
import type { ConversationKey } from '../../functions/core/member-key.ts';
import type { MemberRow } from '../../functions/core/roster.ts';
import { versionOf } from '../../functions/core/version.ts';
import { MemoryRoster } from '../../test/support/memory-roster.ts';
import { declaredApp } from './roster-in-memory.ts';

/*
 * Stands in for functions/adapters/reconcile-roster.ts. In every conversation the members `u0`, `u1`, …, as many as
 * BENCH_MEMBERS says, are wished and confirmed, so that a pass finds nothing to correct. They are the same rows each
 * time: neither the time nor the memory that it takes to read them is in what is measured.
 */

const members = Number(process.env['BENCH_MEMBERS'] ?? 0);
const version = versionOf(1, { sentAtMs: 1, sequenceNumber: '1' });

const rows = Array.from({ length: members }, (_, index) => rowOf(`u${index}`));

export class DynamoDBReconcileRoster extends MemoryRoster {
  override async app(appId: string): Promise<AppRow> {
    return declaredApp(appId);
  }

  override async conversation({ appId, conversationId }: ConversationKey): Promise<ConversationRow> {
    return { key: { appId, conversationId }, dueAtMs: 0 };
  }

  override async memberRows(): Promise<{ rows: MemberRow[] }> {
    return { rows };
  }
}

function rowOf(memberId: string): MemberRow {
  return {
    key: { appId: 'any', conversationId: 'any', idKind: 'userId', memberId },
    version,
    action: 'join',
    changeId: 'bench',
    subscribeSDKClient: false,
    state: 'applied',
    wishedAtMs: 1,
    starts: 0,
    startsAlone: 0,
    confirmed: { action: 'join', version, atMs: 1 },
  };
}
