/** An HTTP answer of the vendor, before it is sent. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the request changed at the vendor. */
  readonly changed?: 'joined' | 'left';
}

const jsonHeaders = { 'content-type': 'application/json; charset=utf-8' };

export function json(status: number, value: unknown, changed?: 'joined' | 'left'): Answer {
  return { status, body: JSON.stringify(value), headers: jsonHeaders, ...(changed && { changed }) };
}

/** An error as the API tells it: `{"errors":[{"code","title"}]}`, with several entries only where several titles are. */
export function failure(status: number, code: string, ...titles: readonly string[]): Answer {
  return json(status, { errors: titles.map((title) => ({ code, title })) });
}

export const badRequest = (...titles: readonly string[]): Answer => failure(400, 'bad_request', ...titles);
export const unauthorized = (): Answer => failure(401, 'unauthorized', 'Authorization is required');
export const forbidden = (): Answer => failure(403, 'forbidden', 'Forbidden');
export const appNotFound = (): Answer => failure(404, 'app_not_found', 'App not found');
export const conversationNotFound = (): Answer =>
  failure(404, 'conversation_not_found', 'Conversation not found');
export const userNotFound = (): Answer => failure(404, 'user_not_found', 'User not found');
export const integrationNotFound = (): Answer =>
  failure(404, 'integration_not_found', 'Integration not found');
export const notAMember = (): Answer => failure(404, 'not_found', 'User is not a member of the conversation');
export const noSuchPath = (): Answer => failure(404, 'not_found', 'Resource not found');
export const tooLarge = (): Answer => failure(413, 'payload_too_large', 'Request body is too large');
