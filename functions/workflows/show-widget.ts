import { PATH_ID } from '../core/app.ts';
import type { ConversationKey } from '../core/member-key.ts';
import type { ParkReason } from '../core/reasons.ts';
import { SHOW_DOCUMENTATION } from '../core/widget/documentation.ts';
import { failurePage } from '../core/widget/failure-page.ts';
import type { Frame } from '../core/widget/frame.ts';
import { homePage } from '../core/widget/home-page.ts';
import type { LookUpFields } from '../core/widget/look-up.ts';
import { memberPage } from '../core/widget/member-page.ts';
import { parkedPage } from '../core/widget/parked-page.ts';
import type { Part } from '../core/widget/pieces.ts';
import { planPage } from '../core/widget/plan-page.ts';
import { readShowRequest } from '../core/widget/request.ts';
import { countGroups, readHeld, readParked, readRemovals, type ShowWidgetPorts } from './read-widget.ts';

/** Which functions the page's buttons call, and how it looks. */
export type Surroundings = Omit<Frame, 'nowMs'>;

/** On one page of parked changes. */
const PAGE_SIZE = 25;

/** Answers the console: a page of the widget, whatever happens. Nothing is changed. */
export async function showWidget(
  event: unknown,
  surroundings: Surroundings,
  ports: ShowWidgetPorts,
): Promise<string> {
  const frame = { ...surroundings, nowMs: ports.clock.nowMs() };
  const request = readShowRequest(event);
  try {
    switch (request.kind) {
      case 'describe':
        return SHOW_DOCUMENTATION;
      case 'home':
        return await home(frame, ports);
      case 'parked':
        return await parked(frame, request.reason, request.page, ports);
      case 'plan':
        return await plan(frame, request.conversation, ports);
      case 'member':
        return await member(frame, request.conversation, request.memberId, ports);
      default:
        return request satisfies never;
    }
  } catch (error) {
    ports.telemetry.emit({ name: 'fault', where: `show-widget ${request.kind}`, error });
    return failurePage(frame, 'The table could not be read.');
  }
}

/** Each part of the first page is read for itself: one that fails takes no other with it. */
async function home(frame: Frame, ports: ShowWidgetPorts, fields?: LookUpFields): Promise<string> {
  const [groups, held, appIds] = await Promise.all([
    part('parked', ports, async () => countGroups(await readParked(ports.parked, frame.nowMs))),
    part('held', ports, () => readHeld(ports)),
    part('apps', ports, () => ports.apps.appIds()),
  ]);
  return homePage(frame, { parked: groups, held, appIds }, fields);
}

async function part<Value>(
  what: string,
  { telemetry }: ShowWidgetPorts,
  read: () => Promise<Value>,
): Promise<Part<Value>> {
  try {
    return { kind: 'read', value: await read() };
  } catch (error) {
    telemetry.emit({ name: 'fault', where: `show-widget ${what}`, error });
    return { kind: 'failed' };
  }
}

async function parked(
  frame: Frame,
  reason: ParkReason,
  page: number,
  ports: ShowWidgetPorts,
): Promise<string> {
  const { changes, isComplete } = await readParked(ports.parked, frame.nowMs);
  const ofReason = changes.filter((change) => change.reason === reason);
  const last = Math.max(0, Math.ceil(ofReason.length / PAGE_SIZE) - 1);
  const at = Math.min(page, last);
  const entries = ofReason
    .toSorted((a, b) => a.parkedAtMs - b.parkedAtMs || (a.messageId < b.messageId ? -1 : 1))
    .slice(at * PAGE_SIZE, (at + 1) * PAGE_SIZE);
  return parkedPage(frame, {
    reason,
    changes: ofReason.length,
    isComplete,
    page: at,
    pageSize: PAGE_SIZE,
    entries,
  });
}

async function plan(frame: Frame, conversation: ConversationKey, ports: ShowWidgetPorts): Promise<string> {
  const [row, app] = await Promise.all([
    ports.roster.conversation(conversation),
    ports.roster.app(conversation.appId),
  ]);
  const { held, lastPass } = row ?? {};
  const policy = row?.policy ?? app?.policy;
  return planPage(frame, {
    conversation,
    removals: held && app ? await readRemovals(held, { ...conversation, idKind: app.idKind }, ports) : [],
    reconcile: app?.reconcile ?? false,
    ...(held && { plan: held }),
    ...(policy && { policy }),
    ...(lastPass && { lastPass }),
  });
}

async function member(
  frame: Frame,
  conversation: ConversationKey,
  memberId: string,
  ports: ShowWidgetPorts,
): Promise<string> {
  const asked = { ...conversation, memberId };
  const problem = problemOf(asked);
  if (problem !== undefined) return home(frame, ports, { ...asked, problem });
  const app = await ports.roster.app(conversation.appId);
  if (!app) return home(frame, ports, { ...asked, problem: 'This app is not declared.' });
  const key = { ...asked, idKind: app.idKind };
  const [row, ofConversation, appIds, logHash] = await Promise.all([
    ports.roster.member(key),
    ports.roster.conversation(conversation),
    part('apps', ports, () => ports.apps.appIds()),
    ports.hashOf(key),
  ]);
  const parkedId = row?.state === 'parked' ? row.message?.messageId : undefined;
  const item = parkedId === undefined ? undefined : await ports.roster.parkedItem(parkedId);
  const view = {
    key,
    logHash,
    ...(row && { row }),
    ...(item && { parked: item }),
    ...(ofConversation?.lastPass && { lastPass: ofConversation.lastPass }),
  };
  return memberPage(frame, view, appIds);
}

function problemOf({ appId, conversationId, memberId }: Required<Omit<LookUpFields, 'problem'>>) {
  if (!PATH_ID.test(appId)) return 'Choose the app.';
  if (conversationId === '') return 'Enter the id of the conversation.';
  if (!PATH_ID.test(conversationId))
    return 'The id of a conversation is 1 to 128 letters, digits, "-" or "_".';
  return memberId === '' ? 'Enter the id of the member.' : undefined;
}
