/** Runs a statement on a server; rows of columns. */
export type Ask = (statement: string) => Promise<string[][]>;

const NAMES =
  "SELECT CONCAT('`', table_schema, '`.`', table_name, '`') FROM information_schema.tables WHERE table_schema LIKE 'h%' AND table_type = 'BASE TABLE' ORDER BY 1";

/** The tables of a history on a server, each with the checksum of what it holds: one text, to be compared with another. */
export async function tablesOn(ask: Ask): Promise<string> {
  const names = (await ask(NAMES)).flat();
  if (names.length === 0) return '';
  return (await ask(`CHECKSUM TABLE ${names.join(', ')} EXTENDED`)).map((row) => row.join(' ')).join('\n');
}
