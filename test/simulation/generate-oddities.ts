import { CORRECTION_CAUSES } from '../../functions/core/correction.ts';
import { membersOf, strangersOf } from './generate-apps.ts';
import type { Random } from './random.ts';
import type { AppSpec, Fault } from './scenario.ts';

/** What is rare, and looks like something else: answers that are not the vendor's, forged corrections, an event bus that is out. */
export function generateOddities(
  random: Random,
  apps: readonly AppSpec[],
  spanMs: number,
  intervalMs: number,
): Fault[] {
  const declared = apps.filter((app) => app.declared);
  const gateways = Array.from({ length: random.int(0, 2) }, (): Fault => {
    const how = random.pick(['gateway_404', 'gateway_400'] as const);
    return { kind: 'vendor', nth: random.int(1, 30), how, forMs: 0 };
  });
  // One at most: two in a row are what a conversation's end looks like.
  const notFound: Fault[] = random.chance(0.3)
    ? [{ kind: 'page', nth: random.int(1, 16), how: 'not_found' }]
    : [];
  const untold = Array.from({ length: random.int(0, 2) }, (): Fault => {
    const functionName = random.pick([
      'apply-changes',
      'apply-changes',
      'operator',
      'reconcile-conversation',
    ] as const);
    const how = random.pick(['fail', 'lose', 'repeat'] as const);
    return { kind: 'call', function: functionName, port: 'events', nth: random.int(1, 6), how, forMs: 0 };
  });
  const forged = Array.from({ length: random.int(0, 3) }, () =>
    forgeryOf(random, random.pick(declared), random.int(spanMs / 2, spanMs + intervalMs)),
  );
  const late = Array.from({ length: random.int(0, 2) }, (): Fault => {
    const forMs = random.pick([2_000, 8_000]);
    return { kind: 'vendor', nth: random.int(1, 30), how: 'error_late', forMs };
  });
  return [...late, ...gateways, ...notFound, ...untold, ...forged];
}

/** Whoever may send changes could send this, and knows of the row what there is to know. */
function forgeryOf(random: Random, app: AppSpec, fromMs: number): Fault {
  const { conversationId } = random.pick(app.conversations);
  const people = [...membersOf(app), ...strangersOf(app)];
  const memberId = random.pick(
    random.chance(0.5) ? [...app.protectedMembers, ...people.slice(0, 1)] : people,
  );
  const cause = random.pick(CORRECTION_CAUSES);
  return { kind: 'forged_correction', fromMs, appId: app.appId, conversationId, memberId, cause };
}
