import { describe, expect, it } from 'vitest';
import { callSites } from './call-sites.ts';
import { crashEverywhere } from './crash-points.ts';
import { SHORT_SCENARIOS } from './short-scenarios.ts';

describe('dying before and after each call, and waking later as a zombie', () => {
  const hit = new Set<string>();

  for (const [name, scenario] of Object.entries(SHORT_SCENARIOS)) {
    it(`keeps every promise: ${name}`, async () => {
      const { sites, failures } = await crashEverywhere(scenario);
      for (const site of sites) hit.add(site);
      expect(failures).toEqual([]);
    });
  }

  it('comes by every place where a workflow calls a port', () => {
    expect(callSites().filter((site) => !hit.has(site))).toEqual([]);
  });
});
