import { mkdirSync } from 'node:fs';
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Browser, chromium, type Page } from 'playwright-core';
import { DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import { DynamoDBOperatorRoster } from '../../functions/adapters/operator-roster.ts';
import { toItem } from '../../functions/adapters/roster/items.ts';
import { itemOfParked } from '../../functions/adapters/roster.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import { type LocalStack, startLocalStack } from '../../local/local-stack.ts';
import { startWidgetPage, type WidgetPage } from '../../local/widget-page/server.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Where pictures of the pages are put, for people to look at; nowhere unless somebody says. */
const PICTURES = process.env['PICTURES'];

/** The embedded run with its widget in a browser. */
export class WidgetWorld {
  readonly stack: LocalStack;
  readonly roster: DynamoDBOperatorRoster;
  readonly page: Page;
  readonly url: string;
  readonly #dynamodb: DynamoDBClient;
  readonly #widget: WidgetPage;
  readonly #browser: Browser;

  static async start(): Promise<WidgetWorld> {
    const stack = await startLocalStack({ settings: { 'rollcall:scheduleMinutes': 60 } });
    const widget = await startWidgetPage(stack.embedded);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    return new WidgetWorld(stack, widget, browser, await browser.newPage());
  }

  private constructor(stack: LocalStack, widget: WidgetPage, browser: Browser, page: Page) {
    this.stack = stack;
    this.page = page;
    this.url = widget.url;
    this.#widget = widget;
    this.#browser = browser;
    this.#dynamodb = new DynamoDBClient(stack.embedded.clientConfigs.dynamodb);
    this.roster = new DynamoDBOperatorRoster(this.#dynamodb, stack.tableName);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.#widget.close();
    this.#dynamodb.destroy();
    await this.stack.stop();
  }

  async declareApp(appId: string): Promise<void> {
    const rows = new DynamoDBAppRows(this.#dynamodb, this.stack.tableName);
    await rows.put({ appId, idKind: 'userId', host: this.stack.vendor.url });
  }

  /** Puts parked changes into the table, as many as there are, quickly. */
  async park(items: readonly ParkedItem[]): Promise<void> {
    const write = async (some: readonly ParkedItem[]) => {
      const requests = some.map((item) => ({ PutRequest: { Item: toItem(itemOfParked(item)) } }));
      await this.#dynamodb.send(
        new BatchWriteItemCommand({ RequestItems: { [this.stack.tableName]: requests } }),
      );
    };
    for (let from = 0; from < items.length; from += 25) await write(items.slice(from, from + 25));
  }

  /** Opens the widget anew and waits until it shows. */
  async open({
    width = 1280,
    theme = 'light',
  }: {
    width?: number;
    theme?: 'light' | 'dark';
  } = {}): Promise<void> {
    await this.page.setViewportSize({ width, height: 900 });
    await this.page.goto(`${this.url}/?${theme}`);
    await this.shown();
  }

  /** Waits for the answer that is under way. */
  async shown(): Promise<void> {
    await this.page.locator('#widget:not([aria-busy]) .rc').waitFor();
  }

  async press(name: string | RegExp): Promise<void> {
    await this.page.locator('#widget').getByRole('button', { name }).first().click();
  }

  async confirm(): Promise<void> {
    await this.page.getByRole('button', { name: 'Confirm' }).click();
  }

  /** What stands in a part of the widget. */
  async text(part = '#widget'): Promise<string> {
    await this.shown();
    // biome-ignore lint/performance/useDomNodeTextContent: as people see it, without what is hidden
    return this.page.locator(part).first().innerText();
  }

  /** What the console would have taken out, or what went wrong. */
  async note(): Promise<string> {
    return (await this.page.locator('#note').textContent()) ?? '';
  }

  async picture(name: string): Promise<void> {
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    await this.page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
  }
}

/** Waits until it is so, and says what it was in the end. */
export async function eventually<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const untilMs = performance.now() + 20_000;
  for (;;) {
    const seen = await look();
    if (isSo(seen) || performance.now() > untilMs) return seen;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
