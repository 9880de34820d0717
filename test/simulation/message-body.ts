import type { AppSpec, ChangeSpec } from './scenario.ts';

/** The text that a producer sends for a change, with whatever is wrong with it. */
export function messageBody(change: ChangeSpec, { idKind }: AppSpec, startMs: number): string {
  const { id, action, appId, conversationId, memberId, flaw, occurredAtMs } = change;
  if (flaw === 'not_json') return `${id} is not JSON`;
  const otherKind = idKind === 'userId' ? 'userExternalId' : 'userId';
  const body = {
    id,
    action: flaw === 'missing_field' ? undefined : action,
    appId,
    conversationId,
    [flaw === 'id_kind' ? otherKind : idKind]: memberId,
    occurredAt: new Date(startMs + occurredAtMs).toISOString(),
  };
  return JSON.stringify(body);
}
