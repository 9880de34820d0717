import { readFileSync } from 'node:fs';
import { SourceMap, type SourceOrigin } from 'node:module';

/** A place in a file, at the end of a stack frame. */
const PLACE = /(file:\/\/\/[^\s()]+):(\d+):(\d+)\)?$/;

const maps = new Map<string, SourceMap | undefined>();

/**
 * A frame of a bundle as one of the source that it was made of; any other as it is. Node does the same by itself where
 * it is told to, but reads the map as each process starts, for a tenth of a cold start: few ever have an error to tell.
 */
export function originalFrame(frame: string): string {
  const [, file, line, column] = PLACE.exec(frame) ?? [];
  if (file === undefined) return frame;
  const origin: Partial<SourceOrigin> = mapOf(file)?.findOrigin(Number(line), Number(column)) ?? {};
  if (origin.fileName === undefined) return frame;
  const source = origin.fileName.replace(/^(\.\.\/)+/, '');
  return `at ${source}:${origin.lineNumber}:${origin.columnNumber}`;
}

function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) maps.set(file, readMap(file));
  return maps.get(file);
}

/** Undefined: the file has none that can be read, and its frames say what there is to say. */
function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(new URL(`${file}.map`), 'utf8')));
  } catch {
    return undefined;
  }
}
