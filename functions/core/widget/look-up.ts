import { button, type Frame } from './frame.ts';
import { type Html, html } from './html.ts';
import { notice, type Part, section, unread } from './pieces.ts';
import { FIELD } from './request.ts';

/** What was asked for last, and what was wrong with it. */
export interface LookUpFields {
  readonly appId?: string;
  readonly conversationId?: string;
  readonly memberId?: string;
  readonly problem?: string;
}

/**
 * The form that looks a member up. It has no submit button, so that no browser sends it anywhere: what is in its fields
 * goes to the function with the button's call.
 */
export function lookUpSection(
  { showArn }: Pick<Frame, 'showArn'>,
  appIds: Part<readonly string[]>,
  { appId, conversationId = '', memberId = '', problem }: LookUpFields,
): Html {
  if (appIds.kind === 'failed') return section('Look up a member', '', unread('Which apps are declared'));
  if (appIds.value.length === 0)
    return section('Look up a member', '', notice('quiet', 'No app is declared yet: see rollcall app set.'));
  const option = (id: string) => html`<option value="${id}"${id === appId && html` selected`}>${id}</option>`;
  return section(
    'Look up a member',
    '',
    problem !== undefined && notice('error', problem),
    html`<form class="rc-form" autocomplete="off"><label>App<select name="${FIELD.app}">${appIds.value.map(option)}</select></label>
<label>Conversation<input name="${FIELD.conversation}" value="${conversationId}" spellcheck="false"></label>
<label>Member, by the id kind of the app<input name="${FIELD.member}" value="${memberId}" spellcheck="false"></label>
<div>${button({ label: 'Look up', kind: 'primary', endpoint: showArn, params: { show: 'member' } })}</div></form>`,
  );
}
