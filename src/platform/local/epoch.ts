import { readFileSync } from 'node:fs';
import { writeDurable } from '../../process/durable.ts';

/** How often an operator has started on this data directory, this time included: agents refuse orders of an earlier one. */
export async function nextEpoch(file: string): Promise<number> {
  let last = 0;
  try {
    last = Number(readFileSync(file, 'utf8').trim()) || 0;
  } catch {
    // the first start
  }
  await writeDurable(file, `${last + 1}\n`);
  return last + 1;
}
