import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Every import of one of the project's own files by another, as paths from the project's root. */
const imports = globSync(['{bin,lib,functions,local,test}/**/*.ts']).flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  const targets = text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g);
  return [...targets].map(([, target = '']) => ({ from: file, to: normalize(join(dirname(file), target)) }));
});

/** Which rooms a room may look into. A function's own folder is the room of its handler. */
const MAY_LOOK_INTO: Record<string, readonly string[]> = {
  core: ['core'],
  workflows: ['workflows', 'core'],
  adapters: ['adapters', 'core'],
  handler: ['handler', 'workflows', 'adapters', 'core'],
  lib: ['lib', 'core'],
  local: ['local', 'lib', 'core', 'adapters', 'workflows'],
  bin: ['bin', 'lib', 'workflows', 'adapters', 'core'],
};

function roomOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  if (top !== 'functions') return top;
  return ['core', 'workflows', 'adapters'].includes(second) ? second : 'handler';
}

function breaks({ from, to }: { from: string; to: string }): boolean {
  const room = roomOf(from);
  if (room === 'test') return false;
  if (room === 'lib' && to.startsWith('functions/') && to.endsWith('/config.ts')) return false;
  return !MAY_LOOK_INTO[room]?.includes(roomOf(to));
}

function circleFrom(start: string, edges: Map<string, string[]>): string[] | undefined {
  const paths = [[start]];
  const seen = new Set<string>();
  for (let path = paths.pop(); path; path = paths.pop()) {
    for (const next of edges.get(path.at(-1) ?? '') ?? []) {
      if (next === start) return [...path, next];
      if (!seen.has(next)) paths.push([...path, next]);
      seen.add(next);
    }
  }
  return undefined;
}

describe('the rooms of the project', () => {
  it('are read at all', () => {
    expect(imports.length).toBeGreaterThan(50);
  });

  it('look only the way the design allows', () => {
    expect(imports.filter(breaks)).toEqual([]);
  });

  it('notice a workflow that looks into an adapter, and a function that looks into a test', () => {
    expect(breaks({ from: 'functions/workflows/a.ts', to: 'functions/adapters/b.ts' })).toBe(true);
    expect(breaks({ from: 'functions/apply-changes/handler.ts', to: 'test/support/b.ts' })).toBe(true);
    expect(breaks({ from: 'lib/a.ts', to: 'functions/apply-changes/config.ts' })).toBe(false);
  });

  it('have no circles', () => {
    const edges = new Map<string, string[]>();
    // Models of the simulation know their world by its type; what runs for users has no such excuse.
    for (const { from, to } of imports.filter(({ from }) => roomOf(from) !== 'test')) {
      edges.set(from, [...(edges.get(from) ?? []), to]);
    }
    const circles = [...edges.keys()]
      .map((file) => circleFrom(file, edges))
      .filter((circle) => circle !== undefined);
    expect(circles).toEqual([]);
  });
});
