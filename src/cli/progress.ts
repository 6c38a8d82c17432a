import { stripVTControlCharacters } from 'node:util';
import type { Output } from './cli.ts';

/** Lines on a terminal that are painted over as the work goes on; nothing at all where no person looks. */
interface LiveLines {
  show: (lines: readonly string[]) => void;
  /** Takes the lines away; what is written next begins where they were. */
  clear: () => void;
}

export function liveLines(output: Output): LiveLines {
  if (!output.terminal) return { show: () => {}, clear: () => {} };
  let painted = 0;
  // Up to the first of our lines, and everything below it away.
  const rewind = () => (painted === 0 ? '' : `\u001b[${painted}F\u001b[J`);
  return {
    show: (lines) => {
      // A line that wraps would be two, and the next rewind one short.
      const cut = lines.map((line) => cutLine(line, output.width - 1));
      output.write(`${rewind()}${cut.map((line) => `${line}\n`).join('')}`);
      painted = cut.length;
    },
    clear: () => {
      output.write(rewind());
      painted = 0;
    },
  };
}

function cutLine(line: string, width: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= width ? line : `${plain.slice(0, Math.max(0, width - 1))}…`;
}
