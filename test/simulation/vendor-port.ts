import type { Action } from '../../functions/core/change.ts';
import type { Credential } from '../../functions/core/credential.ts';
import type { ConversationKey, MemberKey } from '../../functions/core/member-key.ts';
import type { Vendor, VendorAnswer } from '../../functions/workflows/ports.ts';
import type { FunctionProcess } from './function-process.ts';
import type { PageAnswer } from './vendor-model.ts';
import type { World } from './world.ts';

/** Only the consumer may join and leave: everybody else's port says so. */
export function vendorPort(process: FunctionProcess, world: World): Vendor {
  const notSent: VendorAnswer = { result: { kind: 'unreachable', mayHaveBeenApplied: false } };
  const unanswered: VendorAnswer = { result: { kind: 'unreachable', mayHaveBeenApplied: true } };
  const call = <Answer extends VendorAnswer>(
    method: string,
    { appId }: ConversationKey,
    detail: string,
    timeoutMs: number,
    effect: () => Answer | VendorAnswer | undefined,
  ) => {
    if (!process.isDead) world.oracle.requests.departs(process, appId);
    return process.call<Answer | VendorAnswer>({
      port: 'vendor',
      method,
      detail,
      legMs: [5, 700],
      effect: () => {
        const answer = effect();
        return answer && { answer };
      },
      onFault: { fail: notSent, lose: unanswered },
      timeout: { ms: timeoutMs, answer: unanswered },
    });
  };
  const write = (to: Credential, member: MemberKey, action: Action, timeoutMs: number) => {
    const onChanged = world.oracle.corrections.writes(process, member, action);
    const onAnswer = world.oracle.requests.asks(process, member, action);
    if (world.isPoisonous(member)) process.die('poison');
    let arrivals = 0;
    const answered = call(action, member, member.memberId, timeoutMs, () => {
      arrivals += 1;
      const answer = world.vendor.apply(to, member, action, onChanged);
      return arrivals > 1 && answer ? afterRepeat(answer) : answer;
    });
    return answered.then((answer) => {
      onAnswer(answer.result);
      return answer;
    });
  };
  return {
    join: (to, member, _subscribe, timeoutMs) => write(to, member, 'join', timeoutMs),
    leave: (to, member, timeoutMs) => write(to, member, 'leave', timeoutMs),
    list: (to, key, after, timeoutMs) =>
      call<PageAnswer>('list', key, key.conversationId, timeoutMs, () => {
        world.oracle.passes.listed(process, key);
        return world.vendor.list(to, key, after, () => world.oracle.corrections.misled(process, key));
      }),
  };
}

/** What the client makes of an answer to a request that it had sent before. */
function afterRepeat(answer: VendorAnswer): VendorAnswer {
  const { kind } = answer.result;
  if (kind !== 'throttled' && kind !== 'unreachable') return answer;
  return { ...answer, result: { ...answer.result, mayHaveBeenApplied: true } };
}
