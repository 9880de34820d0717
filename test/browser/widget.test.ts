import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memberGroupId } from '../../functions/core/member-key.ts';
import type { ParkReason } from '../../functions/core/reasons.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import { memberRow } from '../support/builders.ts';
import { eventually, WidgetWorld } from './widget-world.ts';

const HOUR = 3_600_000;
const HOSTILE = `<img src=x onerror="document.title='taken over'"><script>document.title='taken over'</script>\u202e&lt;b&gt;`;

let world: WidgetWorld;
let sent = 0;
beforeAll(async () => {
  world = await WidgetWorld.start();
  await world.declareApp('shop');
});
afterAll(() => world.stop());

function parkedItem(reason: ParkReason, memberId: string, fields: Partial<ParkedItem> = {}): ParkedItem {
  sent += 1;
  const key = { appId: 'shop', conversationId: 'orders', idKind: 'userId', memberId } as const;
  const id = `change-${sent}`;
  const body = JSON.stringify({
    id,
    action: 'join',
    ...key,
    idKind: undefined,
    userId: memberId,
    occurredAt: new Date().toISOString(),
  });
  return {
    message: { messageId: `message-${sent}`, groupId: memberGroupId(key), body, attributes: {} },
    reason,
    detail: 'the vendor answered 404 (user_not_found)',
    parkedAtMs: Date.now() - 2 * HOUR - sent * 1_000,
    key,
    changeId: id,
    ...fields,
  };
}

describe('the first page', () => {
  it('is calm where nothing waits', async () => {
    await world.open();
    expect(await world.text()).toMatch(/Nothing is parked[\s\S]*No plan is held[\s\S]*Look up a member/);
    expect(await world.note()).toBe('');
    await world.picture('empty');
  });
});

describe('parked changes', () => {
  it('are grouped by their reason, looked at, and redriven after a confirmation', async () => {
    await world.park([
      ...Array.from({ length: 30 }, (_, index) => parkedItem('user_not_found', `ann-${index}`)),
      parkedItem('rejected', 'bob'),
    ]);
    await world.open();
    expect(await world.text('section')).toMatch(
      /30[\s\S]*does not know the user[\s\S]*2 h ago[\s\S]*1[\s\S]*refuses/,
    );
    await world.press('Show');
    await eventually(
      () => world.text(),
      (text) => text.includes('page 1 of 2'),
    );
    await world.picture('parked');
    expect(await world.text()).toMatch(/ann-\d+\s+in orders, app shop/);
    expect(await world.text()).toMatch(/page 1 of 2/);
    await world.press('Back to the overview');
    await eventually(
      () => world.text(),
      (text) => text.includes('Held plans'),
    );
    await world.press('Redrive these');
    await world.picture('confirmation');
    await world.page.getByRole('button', { name: 'Cancel' }).click();
    expect(await world.text('section')).toContain('30');
    await world.press('Redrive these');
    await world.confirm();
    const done = await eventually(
      () => world.text(),
      (text) => text.includes('redriven'),
    );
    expect(done).toContain('30 changes redriven.');
    await world.picture('redriven');
    await world.press('Back to the overview');
    const left = await eventually(
      () => world.text('section'),
      (text) => text.includes('refuses'),
    );
    expect(left).not.toContain('30');
  });

  it('are discarded with nothing but the keyboard', async () => {
    await world.open();
    for (let tabs = 0; tabs < 40; tabs += 1) {
      await world.page.keyboard.press('Tab');
      const focused = await world.page.evaluate('document.activeElement.textContent');
      if (focused === 'Discard these') break;
    }
    await world.picture('focus');
    await world.page.keyboard.press('Enter');
    await world.page.keyboard.press('Tab');
    await world.page.keyboard.press('Enter');
    expect(
      await eventually(
        () => world.text(),
        (text) => text.includes('discarded'),
      ),
    ).toMatch(/\d+ changes? discarded/);
  });
});

describe('a held plan', () => {
  it('is shown with what it would do, and approved', async () => {
    const conversation = { appId: 'shop', conversationId: 'team' };
    const names = ['cid', 'dan', 'eve'];
    for (const memberId of names)
      await world.roster.adoptMember(
        memberRow({ key: { ...conversation, idKind: 'userId', memberId }, action: 'leave' }),
      );
    const removals = names.map((memberId) => ({ memberId, plannedAgainst: memberRow().version }));
    const held = { hash: '0123456789abcdef', heldAtMs: Date.now() - 3 * HOUR, removals };
    await world.roster.patchConversation(conversation, { held });
    await world.open();
    await world.press('Look at 3 removals');
    const plan = await eventually(
      () => world.text(),
      (text) => text.includes('Would remove'),
    );
    expect(plan).toMatch(/3 participants[\s\S]*cid[\s\S]*wished out by[\s\S]*eve/);
    await world.picture('plan');
    await world.press('Approve this plan');
    await world.confirm();
    expect(
      await eventually(
        () => world.text(),
        (text) => text.includes('approved'),
      ),
    ).toContain('3 removals approved');
    expect((await world.roster.conversation(conversation))?.held?.approvedUntilMs).toBeGreaterThan(
      Date.now(),
    );
  });
});

describe('a member', () => {
  it('is looked up: what is wished, what was applied, and its history', async () => {
    await world.open();
    await world.page.getByLabel('Conversation').fill('team');
    await world.page.getByLabel(/^Member/).fill('dan');
    await world.press('Look up');
    const shown = await eventually(
      () => world.text(),
      (text) => text.includes('History'),
    );
    expect(shown).toMatch(/Wished\s+out[\s\S]*Applied\s+out[\s\S]*Present\s+not known[\s\S]*change-1/);
    await world.picture('member');
  });

  it('that nobody knows is said to be unknown, and a wrong id is said to be wrong', async () => {
    await world.open();
    await world.page.getByLabel('Conversation').fill('no such <b>');
    await world.page.getByLabel(/^Member/).fill('dan');
    await world.press('Look up');
    expect(
      await eventually(
        () => world.text(),
        (text) => text.includes('letters'),
      ),
    ).toContain('The id of a conversation is');
    await world.page.getByLabel('Conversation').fill('team');
    await world.page.getByLabel(/^Member/).fill('nobody');
    await world.press('Look up');
    expect(
      await eventually(
        () => world.text(),
        (text) => text.includes('not know'),
      ),
    ).toContain('does not know this member');
  });
});

describe('hostile ids and errors', () => {
  it('stand there as text: the console finds nothing to take out, and nothing of them runs', async () => {
    await world.park([parkedItem('rejected', HOSTILE, { detail: HOSTILE, changeId: HOSTILE })]);
    await world.open();
    await world.press('Show');
    const shown = await eventually(
      () => world.text(),
      (text) => text.includes('onerror'),
    );
    expect(shown).toContain('<script>');
    expect(shown).toContain('\\u202e');
    expect(shown).toContain('\\u{202e}');
    expect(await world.note()).toBe('');
    expect(await world.page.locator('#widget img, #widget script').count()).toBe(0);
    expect(await world.page.title()).toBe("Rollcall's widget");
    await world.picture('hostile');
  });
});

describe.each(['light', 'dark'] as const)('in %s', (theme) => {
  beforeEach(() => world.open({ theme }));

  it('text stands out from its ground', async () => {
    const ratios = await world.page.evaluate<number[]>(CONTRASTS);
    expect(ratios.length).toBeGreaterThan(10);
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(4.5);
    await world.picture(`overview-${theme}`);
  });
});

describe('in a narrow window', () => {
  it('nothing is cut off, and nothing has to be moved sideways', async () => {
    await world.open({ width: 360 });
    const fits =
      'document.querySelector("#widget").scrollWidth <= document.querySelector("#widget").clientWidth';
    expect(await world.page.evaluate(fits)).toBe(true);
    await world.picture('narrow');
    await world.press('Show');
    await eventually(
      () => world.text(),
      (text) => text.includes('onerror'),
    );
    expect(await world.page.evaluate(fits)).toBe(true);
  });
});

describe('ten thousand parked changes', () => {
  it('are counted at once and shown by pages', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => parkedItem('conversation_full', `m-${index}`));
    await world.park(many);
    const startedAtMs = performance.now();
    await world.open();
    const tookMs = performance.now() - startedAtMs;
    expect(await world.text('section')).toContain('10,000');
    console.log(`10,000 parked changes: ${Math.round(tookMs)} ms until they are shown`);
    expect(tookMs).toBeLessThan(6_000);
    await world.picture('many');
    await world.press('Redrive these');
    await world.confirm();
    const first = await eventually(
      () => world.text(),
      (text) => text.includes('redriven'),
    );
    console.log(first.split('\n').slice(2, 4).join(' '));
    expect(first).toContain('That is not all');
    await world.picture('step');
    await world.press('Go on with the rest');
    const second = await eventually(
      () => world.text(),
      (text) => text.includes('redriven') && text !== first,
    );
    expect(second).toMatch(/[\d,]+ changes redriven/);
  });
});

/** The contrast of each piece of text with the nearest ground below it, as WCAG counts it. */
const CONTRASTS = `(() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('#widget *')]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .filter((element) => element.checkVisibility())
    .map((element) => {
      const [one, other] = [light(parse(getComputedStyle(element).color)), light(groundOf(element))].sort((a, b) => b - a);
      return (one + 0.05) / (other + 0.05);
    });
})()`;
