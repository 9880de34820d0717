import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What the system knows of a process. */
export interface ProcessFigures {
  readonly rssMiB: number;
  readonly cpuMs: number;
  readonly files: number;
  readonly sockets: number;
}

/** The kernel counts a process's time in these, whatever its own clock does. */
const TICK_MS = 10;

/** Reads it from /proc; undefined: the process is gone, or this is not Linux. */
export function figuresOf(pid: number): ProcessFigures | undefined {
  try {
    const folder = `/proc/${pid}/fd`;
    const targets = readdirSync(folder).map((fd) => targetOf(`${folder}/${fd}`));
    const rssKiB = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0;
    // Behind the name, which may hold anything: state is the third field, user and system time 14th and 15th.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return {
      rssMiB: Number(rssKiB) / 1_024,
      cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
      files: targets.length,
      sockets: targets.filter((target) => target.startsWith('socket:')).length,
    };
  } catch {
    return undefined;
  }
}

/** A file may be closed while they are counted. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

/** The processes that this one has started and whose command line says so. */
export function childrenNamed(name: string): number[] {
  try {
    const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
    return children
      .split(' ')
      .filter((pid) => pid !== '' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(name))
      .map(Number);
  } catch {
    return [];
  }
}
