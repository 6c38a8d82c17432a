import { stripVTControlCharacters } from 'node:util';

/**
 * Lines of a table like kubectl's: columns parted by three blanks, no trailing blanks, `<none>` for an empty cell.
 * Colours in cells do not count for the width.
 */
export function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return alignRows([header, ...rows]);
}

/** The same without a header, for `Name: value` blocks and progress. */
export function alignRows(rows: readonly (readonly string[])[], gap = 3): string[] {
  const filled = rows.map((row) => row.map((cell) => (cell === '' ? '<none>' : cell.replaceAll('\n', ' '))));
  const widths = widthsOf(filled);
  return filled.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : pad(cell, (widths[index] ?? 0) + gap)))
      .join('')
      .trimEnd(),
  );
}

export function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, visibleWidth(cell));
    });
  }
  return widths;
}

export function visibleWidth(text: string): number {
  return stripVTControlCharacters(text).length;
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - visibleWidth(cell)));
}
