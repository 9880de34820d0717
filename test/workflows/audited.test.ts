import { describe, expect, it } from 'vitest';
import { audited } from '../../functions/workflows/audited.ts';
import type { AuditLog } from '../../functions/workflows/ports.ts';
import { NOW } from '../support/builders.ts';

const ACT = { action: 'adopt', target: { appId: 'shop' }, who: 'local', via: 'command' } as const;
const ENTRY = { ...ACT, id: 'id-1', atMs: NOW };

function recording(overrides: Partial<AuditLog> = {}) {
  const steps: unknown[] = [];
  const audit: AuditLog = {
    begin: async (entry) => void steps.push(['begin', entry]),
    end: async (_entry, outcome) => void steps.push(['end', outcome]),
    ...overrides,
  };
  const onUnrecorded = (error: unknown) => void steps.push(['unrecorded', String(error)]);
  return { steps, ports: { audit, clock: { nowMs: () => NOW }, newId: () => 'id-1', onUnrecorded } };
}

describe('an audited act', () => {
  it('is written down before it is done, and completed afterwards', async () => {
    const { steps, ports } = recording();
    const act = async () => {
      steps.push('act');
      return 7;
    };
    const result = await audited(ACT, ports, act, (found) => `${found} found`);
    expect(result).toBe(7);
    expect(steps).toEqual([
      ['begin', ENTRY],
      'act',
      ['end', { outcome: 'done', atMs: NOW, note: '7 found' }],
    ]);
  });

  it('is not done where it cannot be written down', async () => {
    const { steps, ports } = recording({ begin: () => Promise.reject(new Error('out')) });
    await expect(audited(ACT, ports, async () => steps.push('act'))).rejects.toThrow('out');
    expect(steps).toEqual([]);
  });

  it('that fails says so, and not with words that may name a person', async () => {
    const { steps, ports } = recording();
    const fails = () => Promise.reject(new TypeError('ann is not there'));
    await expect(audited(ACT, ports, fails)).rejects.toThrow('ann is not there');
    expect(steps[1]).toEqual(['end', { outcome: 'failed', atMs: NOW, note: 'TypeError' }]);
  });

  it('stands where only its outcome could not be written', async () => {
    const { steps, ports } = recording({ end: () => Promise.reject(new Error('out')) });
    expect(await audited(ACT, ports, async () => 7)).toBe(7);
    expect(steps).toEqual([
      ['begin', ENTRY],
      ['unrecorded', 'Error: out'],
    ]);
  });
});
