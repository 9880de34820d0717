import * as z from 'zod/mini';
import type { ConversationKey } from '../member-key.ts';
import { PARK_REASONS, type ParkReason } from '../reasons.ts';

/** What somebody who looks at the dashboard asks for. */
export type ShowRequest =
  /** The console wants the widget's documentation. */
  | { readonly kind: 'describe' }
  | { readonly kind: 'home' }
  | { readonly kind: 'parked'; readonly reason: ParkReason; readonly page: number }
  | { readonly kind: 'plan'; readonly conversation: ConversationKey }
  | { readonly kind: 'member'; readonly conversation: ConversationKey; readonly memberId: string };

/** What somebody who may act asks for. */
export type ActRequest =
  | { readonly kind: 'describe' }
  | {
      readonly kind: 'redrive' | 'discard';
      readonly reason: ParkReason;
      /** What was parked later had not been seen. */
      readonly parkedUntilMs: number;
    }
  | { readonly kind: 'approve'; readonly conversation: ConversationKey; readonly hash: string };

export type Theme = 'light' | 'dark';

const text = z._default(z.catch(z.string(), ''), '');
const reason = z.enum(Object.keys(PARK_REASONS) as ParkReason[]);
const conversation = { appId: z.string(), conversationId: z.string() };

/** Fields of the forms on the page. Their names are such that no element of a page has a property of the same name. */
export const FIELD = {
  app: 'rollcall-app',
  conversation: 'rollcall-conversation',
  member: 'rollcall-member',
} as const;

const contextSchema = z.object({
  widgetContext: z.object({
    theme: z._default(z.catch(z.enum(['light', 'dark']), 'light'), 'light'),
    forms: z._default(
      z.catch(z.object({ all: z._default(z.record(z.string(), z.unknown()), {}) }), { all: {} }),
      {
        all: {},
      },
    ),
  }),
});

const showSchema = z.discriminatedUnion('show', [
  z.object({ show: z.literal('parked'), reason, page: z._default(z.int().check(z.nonnegative()), 0) }),
  z.object({ show: z.literal('plan'), ...conversation }),
  z.object({ show: z.literal('member') }),
]);

const actSchema = z.discriminatedUnion('act', [
  z.object({ act: z.enum(['redrive', 'discard']), reason, parkedUntilMs: z.int().check(z.nonnegative()) }),
  z.object({ act: z.literal('approve'), ...conversation, hash: z.string() }),
]);

const describeSchema = z.object({ describe: z.literal(true) });

/** Which colours the dashboard has. */
export function themeOf(event: unknown): Theme {
  return contextSchema.safeParse(event).data?.widgetContext.theme ?? 'light';
}

/** Reads what the console sends. Whatever is none of the widget's own requests shows its first page. */
export function readShowRequest(event: unknown): ShowRequest {
  if (describeSchema.safeParse(event).success) return { kind: 'describe' };
  const read = showSchema.safeParse(event).data;
  switch (read?.show) {
    case undefined:
      return { kind: 'home' };
    case 'parked':
      return { kind: 'parked', reason: read.reason, page: read.page };
    case 'plan':
      return { kind: 'plan', conversation: { appId: read.appId, conversationId: read.conversationId } };
    case 'member':
      return lookUp(event);
    default:
      return read satisfies never;
  }
}

function lookUp(event: unknown): ShowRequest {
  const fields = contextSchema.safeParse(event).data?.widgetContext.forms.all ?? {};
  const field = (name: string) => text.parse(fields[name]);
  const key = { appId: field(FIELD.app).trim(), conversationId: field(FIELD.conversation).trim() };
  return { kind: 'member', conversation: key, memberId: field(FIELD.member) };
}

/** Reads what the console sends to the acting function; undefined: it is none of the widget's own requests. */
export function readActRequest(event: unknown): ActRequest | undefined {
  if (describeSchema.safeParse(event).success) return { kind: 'describe' };
  const read = actSchema.safeParse(event).data;
  switch (read?.act) {
    case undefined:
      return undefined;
    case 'approve': {
      const { appId, conversationId, hash } = read;
      return { kind: 'approve', conversation: { appId, conversationId }, hash };
    }
    case 'redrive':
    case 'discard':
      return { kind: read.act, reason: read.reason, parkedUntilMs: read.parkedUntilMs };
    default:
      return read satisfies never;
  }
}
