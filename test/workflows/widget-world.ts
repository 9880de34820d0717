import type { AuditEntry, AuditOutcome } from '../../functions/core/audit.ts';
import type { RollcallEvent } from '../../functions/core/events.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import { actOnWidget } from '../../functions/workflows/act-on-widget.ts';
import { showWidget } from '../../functions/workflows/show-widget.ts';
import { appRow, HOUR, memberKey, NOW } from '../support/builders.ts';
import { MemoryParkedChanges } from '../support/memory-parked-changes.ts';
import { MemoryRoster } from '../support/memory-roster.ts';

const SURROUNDINGS = {
  theme: 'light',
  showArn: 'arn:show',
  actArn: 'arn:act',
  runbookUrl: 'https://wiki.example/runbook',
} as const;

/** The widget's two functions over memory. */
export function widgetWorld() {
  const roster = new MemoryRoster();
  const parked = new MemoryParkedChanges();
  const redriven: string[] = [];
  const faults: RollcallEvent[] = [];
  const records: (AuditEntry & { ended?: AuditOutcome })[] = [];
  roster.seedApp(appRow());
  const world = {
    roster,
    parked,
    redriven,
    faults,
    records,
    nowMs: NOW,
    /** What a redrive does besides; may throw. */
    onRedrive: (_item: ParkedItem): void => {},
    show: (event: object, surroundings: object = {}) =>
      showWidget(event, { ...SURROUNDINGS, ...surroundings }, { ...ports, held: roster }),
    act: (event: object) => actOnWidget(event, SURROUNDINGS, 'request-1', ports),
    park: (count: number, reason: ParkedItem['reason'] = 'rejected') => {
      for (let index = 0; index < count; index += 1) parked.put(itemOf(reason, index));
    },
  };
  const ports = {
    roster: Object.assign(roster, {
      approveHeld: async () => true,
    }),
    parked,
    apps: { appIds: async () => ['shop'] },
    events: { publish: async () => {} },
    queue: {
      redrive: async (item: ParkedItem) => {
        world.onRedrive(item);
        redriven.push(item.message.messageId);
      },
    },
    audit: {
      begin: async (entry: AuditEntry) => void records.push({ ...entry }),
      end: async ({ id }: AuditEntry, ended: AuditOutcome) =>
        void Object.assign(records.find((record) => record.id === id) ?? {}, { ended }),
    },
    newId: () => `record-${records.length}`,
    onUnrecorded: () => {},
    telemetry: { emit: (event: RollcallEvent) => void faults.push(event) },
    clock: { nowMs: () => world.nowMs },
    hashOf: async () => 'hash-of-member',
  };
  return world;
}

function itemOf(reason: ParkedItem['reason'], index: number): ParkedItem {
  const messageId = `${reason}-${String(index).padStart(5, '0')}`;
  return {
    message: { messageId, groupId: 'group-1', body: '{}', attributes: {} },
    reason,
    detail: 'body: is not JSON',
    parkedAtMs: NOW - HOUR + index,
    key: memberKey({ memberId: `member-${index}` }),
    changeId: `change-${index}`,
  };
}
