import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rollcall, startRollcall } from './run-rollcall.ts';

describe('rollcall', () => {
  it.each([
    [['--help']],
    [['help']],
    [['enqueue', '--help']],
    [['app', 'set', '--help']],
    [['conversation', 'set', '--help']],
    [['adopt', '--help']],
    [['declare', '--help']],
    [['status', '--help']],
    [['plan', '--help']],
    [['approve', '--help']],
  ])('explains itself: %s', async (args) => {
    const { code, stdout, stderr } = await rollcall(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: rollcall /);
  });

  it('runs by its own name, and says its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const { ended } = startRollcall(['--version']);
    expect(await ended).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    [['bogus'], /^rollcall: unknown command 'bogus'$/m],
    [['enqueue'], /^rollcall: missing required argument 'file'$/m],
    [['enqueue', 'f', '--bogus'], /^rollcall: unknown option '--bogus'$/m],
    [['enqueue', 'f', 'g'], /^rollcall: too many arguments/m],
    [['app', 'list', '--table'], /^rollcall: option '--table <name>' argument missing$/m],
    [['app', 'list'], /^rollcall: which table\? /m],
    [['enqueue', '-'], /^rollcall: which queue\? /m],
    [[], /^Usage: rollcall /m],
    [['app'], /^Usage: rollcall app /m],
  ])('takes %j for wrong usage, and says what is wrong', async (args, message) => {
    const { code, stdout, stderr } = await rollcall(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('prints no colours where there is no terminal', async () => {
    const { code, stderr } = await startRollcall(['bogus']).ended;
    expect({ code, stderr }).toEqual({ code: 2, stderr: "rollcall: unknown command 'bogus'\n" });
  });

  it('does not mind that nobody reads its output to the end', async () => {
    const { child, ended } = startRollcall(['--help']);
    child.stdout.destroy();
    const [[code]] = await Promise.all([once(child, 'exit'), ended.catch(() => {})]);
    expect(code).toBe(0);
  });
});
