import type { AppRow } from '../../functions/core/app.ts';
import type { ConversationRow } from '../../functions/core/conversation.ts';
import type { ConversationKey } from '../../functions/core/member-key.ts';
import type { MemberRow } from '../../functions/core/roster.ts';
import { versionOf } from '../../functions/core/version.ts';
import { MemoryRoster } from '../../test/support/memory-roster.ts';
import { declaredApp } from './roster-in-memory.ts';

/*
 * Stands in for functions/adapters/reconcile-roster.ts. In every conversation the members `u0`, `u1`, …, as many as
 * BENCH_MEMBERS says, are wished and confirmed, so that a pass finds nothing to correct.
 */

const members = Number(process.env['BENCH_MEMBERS'] ?? 0);
const version = versionOf(1, { sentAtMs: 1, sequenceNumber: '1' });

export class DynamoDBReconcileRoster extends MemoryRoster {
  override async app(appId: string): Promise<AppRow> {
    return declaredApp(appId);
  }

  override async conversation({ appId, conversationId }: ConversationKey): Promise<ConversationRow> {
    return { key: { appId, conversationId }, dueAtMs: 0 };
  }

  override async memberRows(conversation: ConversationKey): Promise<{ rows: MemberRow[] }> {
    return { rows: Array.from({ length: members }, (_, index) => rowOf(conversation, `u${index}`)) };
  }
}

function rowOf({ appId, conversationId }: ConversationKey, memberId: string): MemberRow {
  return {
    key: { appId, conversationId, idKind: 'userId', memberId },
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
