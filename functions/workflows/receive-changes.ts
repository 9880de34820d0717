import { type DoorAnswer, type DoorRequest, type RefusalReason, refusalOf } from '../core/door.ts';
import { type IncomingItem, type ItemAnswer, readIncoming, statusOf } from '../core/incoming-changes.ts';
import { lanesOf } from '../core/lanes.ts';
import { memberText } from '../core/member-key.ts';
import type { OutgoingChange } from '../core/outgoing-change.ts';
import { type Producer, type ProducersRead, readProducers } from '../core/producers.ts';
import { CheckedSecrets } from './checked-secret.ts';
import type { Clock, IncomingChangeSender, ProducerSecret, Signatures, Telemetry } from './ports.ts';
import { sendLanes } from './send-lanes.ts';

export interface ReceiveChangesPorts {
  readonly producers: ProducerSecret;
  readonly signatures: Signatures;
  readonly sender: IncomingChangeSender;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** All producers are in one secret. */
const PRODUCERS = 'producers';

type ProducerList = Required<ProducersRead>;

/**
 * The producers' door: checks the signature, validates each change, puts the good ones on the change queue and says what
 * became of each. The same request may be sent again: the queue drops what it has seen, and later on a change meets
 * itself in the roster.
 */
export class ReceiveChanges {
  readonly #ports: ReceiveChangesPorts;
  readonly #secrets: CheckedSecrets<ProducerList>;

  constructor(ports: ReceiveChangesPorts, keepMs: number) {
    this.#ports = ports;
    const read = (_: string, signal: AbortSignal) => this.#readProducers(signal);
    this.#secrets = new CheckedSecrets(read, keepMs, ports.clock);
  }

  /** @param signal ends what is under way when it is time to answer */
  async receive(request: DoorRequest, signal: AbortSignal): Promise<DoorAnswer> {
    const { body } = request;
    if (body === undefined) return this.#refuse('unreadable');
    const signers = await this.#signersOf(request, body, signal);
    if (typeof signers === 'string') return this.#refuse(signers);
    const appIds = new Set(signers.flatMap((signer) => signer.appIds));
    const read = readIncoming(body, appIds, this.#ports.clock.nowMs());
    if (read.kind === 'refused') return this.#refuse(read.why);
    const answers = await this.#enqueue(read.items, signal);
    this.#tell(signers, answers);
    return { status: statusOf(answers), body: { results: answers } };
  }

  /** Whoever the request is signed by, or why it is turned away. */
  async #signersOf(
    { headers }: DoorRequest,
    body: string,
    signal: AbortSignal,
  ): Promise<readonly Producer[] | RefusalReason> {
    const { signatures, telemetry, clock } = this.#ports;
    const signature = signatures.read(headers, clock.nowMs());
    if (typeof signature === 'string') return signature;
    const match = ({ producers }: ProducerList) => {
      const signers = producers.filter(({ secret }) => signatures.isSignedWith(secret, signature, body));
      return signers.length > 0 ? signers : undefined;
    };
    try {
      const checked = await this.#secrets.check(PRODUCERS, match, signal);
      if (checked.kind === 'right') return checked.match;
      if (checked.kind === 'tooOften') return 'too_often';
      // An entry that is left out may be the signer's: a refusal for good would be for our own mistake.
      const isIncomplete = checked.kind === 'wrong' && checked.value.problems.length > 0;
      return isIncomplete ? 'secrets' : 'wrong_signature';
    } catch (error) {
      telemetry.emit({ name: 'fault', where: 'producers-secret', error });
      return 'secrets';
    }
  }

  async #readProducers(signal: AbortSignal): Promise<ProducerList | undefined> {
    const text = await this.#ports.producers.read(signal);
    if (text === undefined) return undefined;
    const { producers, problems } = readProducers(text);
    for (const problem of problems) this.#ports.telemetry.emit({ name: 'producers_problem', problem });
    if (!producers) throw new Error('the secret of the producers cannot be read');
    return { producers, problems };
  }

  async #enqueue(items: readonly IncomingItem[], signal: AbortSignal): Promise<ItemAnswer[]> {
    const { sender, telemetry } = this.#ports;
    const changes = items.flatMap((item) => (item.kind === 'change' ? [item.outgoing] : []));
    const taken = await sendLanes(
      lanesOf(changes, ({ change }) => memberText(change.member)),
      async (some) => (await sender.sendChanges(some, signal)).map(({ sent }) => sent),
      (error) => telemetry.emit({ name: 'fault', where: 'change-queue', error }),
    );
    return items.map((item) => (item.kind === 'change' ? answerFor(item.outgoing, taken) : item.answer));
  }

  #tell(signers: readonly Producer[], answers: readonly ItemAnswer[]): void {
    const counted = (status: ItemAnswer['status']) =>
      answers.filter((answer) => answer.status === status).length;
    this.#ports.telemetry.emit({
      name: 'changes_received',
      producers: signers.map(({ name }) => name),
      queued: counted(202),
      invalid: counted(422),
      forbidden: counted(403),
      unavailable: counted(503),
    });
  }

  #refuse(reason: RefusalReason): DoorAnswer {
    this.#ports.telemetry.emit({ name: 'request_refused', door: 'changes', reason });
    return refusalOf(reason);
  }
}

function answerFor(outgoing: OutgoingChange, taken: ReadonlySet<OutgoingChange>): ItemAnswer {
  if (taken.has(outgoing)) return { status: 202, id: outgoing.change.id };
  return { status: 503, error: 'could not be queued right now; send it again' };
}
