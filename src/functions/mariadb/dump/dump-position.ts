/** Where the binlog was when the dump's snapshot was taken. */
interface BinlogPlace {
  file: string;
  position: number;
}

/** Reads it from the first lines of a dump that was made with --master-data=2; undefined as long as they are not complete. */
export function binlogPlace(header: string): BinlogPlace | undefined {
  const [, file, position] = /^-- CHANGE MASTER TO .*?MASTER_LOG_FILE='([^']+)', MASTER_LOG_POS=(\d+);$/m.exec(header) ?? [];
  return file === undefined ? undefined : { file, position: Number(position) };
}

/** The first thing after the lines in which a position can be. */
export const HEADER_ENDS = '\n-- Current Database: `';
