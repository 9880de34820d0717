import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface Locked {
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const manifest: Record<string, Record<string, string>> = read('package.json');
const locked = Object.entries(read('package-lock.json').packages as Record<string, Locked>).slice(1);

describe('the packages of others', () => {
  test('are named by exact versions', () => {
    const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'];
    const versions = kinds.flatMap((kind) => Object.entries(manifest[kind] ?? {}));
    expect(versions.length).toBeGreaterThan(20);
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  test('are locked by their content, but for tools’ binaries of other platforms', () => {
    const open = locked.filter(
      ([, { integrity = '', inBundle }]) => !inBundle && !integrity.startsWith('sha512-'),
    );
    const needed = open.filter(([, { dev, optional, os }]) => !(dev && optional && os));
    expect(needed.map(([path]) => path)).toEqual([]);
  });

  test('run nothing while they are installed: each that would has been looked at and refused', () => {
    const scripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
    const names = scripts.map((path) => path.replace(/^.*node_modules\//, ''));
    expect(manifest['allowScripts']).toEqual(
      Object.fromEntries(names.toSorted().map((name) => [name, false])),
    );
  });
});
