import type { Command } from 'commander';
import { addParkedList } from './parked-list.ts';
import { addParkedSettle } from './parked-settle.ts';
import { addParkedShow } from './parked-show.ts';

/** `end` is given the exit code. */
export function addParked(program: Command, end: (exitCode: number) => void): void {
  const parked = program.command('parked').description('see what is parked, and redrive or discard it');
  addParkedList(parked);
  addParkedShow(parked);
  addParkedSettle(parked, 'redrive', end);
  addParkedSettle(parked, 'discard', end);
}
