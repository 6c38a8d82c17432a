import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cli } from '../cli.ts';
import { logHosts, prefixOf } from './read.ts';

const LOOK_EVERY_MS = 200;

/** Prints what the hosts have written and go on writing, until `finished` says so (what was written up to then is printed) or Ctrl-C. */
export async function followLogs(cli: Cli, directory: string, host: string | undefined, finished: () => Promise<boolean>): Promise<void> {
  const positions = new Map<string, Position>();
  for (;;) {
    // Asked before the last look: what was written before the end is not lost.
    const last = cli.signal.aborted || (await finished());
    const hosts = await logHosts(directory, host);
    for (const name of hosts) await printNew(cli, join(directory, `${name}.log`), prefixOf(name, hosts), positions);
    if (last) return;
    await cli.clock.sleep(LOOK_EVERY_MS, cli.signal);
  }
}

interface Position {
  inode: number;
  offset: number;
  /** Bytes of a line that has not ended yet. */
  rest: Buffer;
}

async function printNew(cli: Cli, path: string, prefix: string, positions: Map<string, Position>): Promise<void> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return;
  try {
    const { ino, size } = await file.stat();
    const before = positions.get(path);
    // A long log starts over in a new file.
    const position = before?.inode === ino ? before : { inode: ino, offset: 0, rest: Buffer.alloc(0) };
    positions.set(path, position);
    if (size <= position.offset) return;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - position.offset), 0, size - position.offset, position.offset);
    position.offset += bytesRead;
    const data = Buffer.concat([position.rest, buffer.subarray(0, bytesRead)]);
    const end = data.lastIndexOf(0x0a) + 1;
    position.rest = data.subarray(end);
    const lines = data.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
    cli.out.write(lines.map((line) => `${prefix}${line}\n`).join(''));
  } finally {
    await file.close();
  }
}
