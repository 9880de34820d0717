import type { SQSClient } from '@aws-sdk/client-sqs';
import { type Correction, correctionBody } from '../core/correction.ts';
import { memberGroupId, sha256Hex } from '../core/member-key.ts';
import type { OutgoingChange } from '../core/outgoing-change.ts';
import { type OutgoingMessage, type Sent, sendBatch } from './send-batch.ts';

/**
 * Sends to the change queue, ten messages at most in one request. Each member's messages make a group of their own.
 * What SQS drops as a duplicate within five minutes is the same change, or the same correction of the same pass.
 */
export class SQSChangeSender {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  /** Sends at most ten corrections; gives those that were not taken. */
  async send(corrections: readonly Correction[]): Promise<Correction[]> {
    const sent = await sendBatch(this.#client, this.#queueUrl, corrections.map(correctionMessage));
    return corrections.filter((_, index) => !sent[index]?.sent);
  }

  /** Sends at most ten changes; says of each whether it was taken. */
  async sendChanges(changes: readonly OutgoingChange[], signal?: AbortSignal): Promise<Sent[]> {
    return sendBatch(this.#client, this.#queueUrl, changes.map(changeMessage), signal);
  }
}

function changeMessage({ change, body }: OutgoingChange): OutgoingMessage {
  const { appId, conversationId, memberId } = change.member;
  return {
    body,
    groupId: memberGroupId(change.member),
    deduplicationId: sha256Hex(JSON.stringify([change.id, appId, conversationId, memberId])),
  };
}

function correctionMessage(correction: Correction): OutgoingMessage {
  const { member, plannedAgainst = 'none', cause, passId } = correction;
  const { appId, conversationId, memberId } = member;
  return {
    body: correctionBody(correction),
    groupId: memberGroupId(member),
    deduplicationId: sha256Hex(
      JSON.stringify([appId, conversationId, memberId, plannedAgainst, cause, passId]),
    ),
  };
}
