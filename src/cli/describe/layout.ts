import { alignRows, tableLines } from '../output/table.ts';

/** A part of a description: labelled values, a table, plain lines, and parts below it. Empty ones are left out. */
export interface Section {
  title?: string;
  rows?: readonly (readonly [label: string, value: string | undefined])[];
  table?: { header: readonly string[]; rows: readonly (readonly string[])[] };
  lines?: readonly string[];
  sections?: readonly Section[];
}

/** The text of a description; sections at the top are parted by nothing, titles end in a colon, what is below is indented. */
export function sectionText(sections: readonly Section[]): string {
  return joinRows(sections)
    .flatMap(sectionLines)
    .map((line) => `${line}\n`)
    .join('');
}

/** Rows that follow each other without a title between them are laid out as one block. */
function joinRows(sections: readonly Section[]): Section[] {
  const joined: Section[] = [];
  for (const section of sections) {
    const last = joined.at(-1);
    if (last !== undefined && isRowsOnly(last) && isRowsOnly(section)) last.rows = [...(last.rows ?? []), ...(section.rows ?? [])];
    else joined.push({ ...section });
  }
  return joined;
}

function isRowsOnly({ title, table, lines, sections }: Section): boolean {
  return title === undefined && table === undefined && lines === undefined && sections === undefined;
}

function sectionLines(section: Section): string[] {
  const body = [
    ...rowLines(section.rows ?? []),
    ...(section.table !== undefined && section.table.rows.length > 0 ? tableLines(section.table.header, section.table.rows) : []),
    ...(section.lines ?? []),
    ...(section.sections ?? []).flatMap(sectionLines),
  ];
  if (section.title === undefined || body.length === 0) return body;
  return [`${section.title}:`, ...body.map((line) => `  ${line}`)];
}

function rowLines(rows: NonNullable<Section['rows']>): string[] {
  const given = rows.flatMap(([label, value]) =>
    value === undefined || value === '' ? [] : [{ label: `${label}:`, lines: value.split('\n') }],
  );
  return alignRows(
    given.flatMap(({ label, lines }) => lines.map((line, index) => [index === 0 ? label : ' ', line])),
    2,
  );
}
