import type { AppRow } from '../core/app.ts';
import { type Declaration, type DeclarationPlan, planDeclaration } from '../core/declaration.ts';
import { type EnqueuePorts, type EnqueueSummary, enqueueChanges } from './enqueue-changes.ts';
import { allMemberRows } from './member-rows.ts';
import type { Clock, ConversationRows } from './ports.ts';

/** What a declaration would change, as the roster stands now. */
export async function examineDeclaration(
  declaration: Declaration,
  app: AppRow,
  {
    roster,
    clock,
  }: { readonly roster: Pick<ConversationRows, 'memberRows'>; readonly clock: Pick<Clock, 'nowMs'> },
): Promise<DeclarationPlan> {
  const rows = await allMemberRows(declaration, roster);
  return planDeclaration(declaration, app, rows, clock.nowMs());
}

/** Sends a declaration's changes like those of any producer; `line` counts the plan's changes from 1. */
export function sendDeclared(
  { changes }: DeclarationPlan,
  ports: EnqueuePorts,
  signal: AbortSignal,
): Promise<EnqueueSummary> {
  return enqueueChanges(linesOf(changes), ports, { moveByMs: 0, signal });
}

async function* linesOf(changes: readonly string[]) {
  for (const [index, text] of changes.entries()) yield { number: index + 1, text };
}
