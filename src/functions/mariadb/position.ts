/** Where a physical backup begins and ends, from the files that mariadb-backup leaves (their names are xtrabackup's in 10.x). */
interface PhysicalPosition {
  fromLsn: string;
  toLsn: string;
  lastLsn: string;
  binlogFile?: string;
  binlogPosition?: number;
  gtid?: string;
}

/** `checkpoints`: xtrabackup_checkpoints, `key = value` lines; `binlogInfo`: xtrabackup_binlog_info, `file TAB position TAB gtid`, absent without a binlog. */
export function parsePosition(checkpoints: string, binlogInfo: string | undefined): PhysicalPosition {
  const value = (key: string) => new RegExp(`^${key} = (\\d+)$`, 'm').exec(checkpoints)?.[1] ?? '0';
  const [file, position, gtid] = (binlogInfo ?? '').trim().split('\t');
  return {
    fromLsn: value('from_lsn'),
    toLsn: value('to_lsn'),
    lastLsn: value('last_lsn'),
    ...(file ? { binlogFile: file } : {}),
    ...(position ? { binlogPosition: Number(position) } : {}),
    ...(gtid ? { gtid } : {}),
  };
}
