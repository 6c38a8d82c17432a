import { createHash, randomBytes } from 'node:crypto';
import type { Invoker } from './binlog/invoker.ts';

/** The account that a replay uses on the private server, and that is gone afterwards. */
export interface ReplayAccount {
  user: string;
  password: string;
}

export function newReplayAccount(): ReplayAccount {
  return { user: `stash_replay_${randomBytes(6).toString('hex')}`, password: randomBytes(24).toString('base64') };
}

/** One statement a line, as an init file wants it. By its hash: no plugin that judges passwords has a say in this one. */
export function createAccountSql({ user, password }: ReplayAccount): string {
  const sha1 = (value: string | Buffer) => createHash('sha1').update(value).digest();
  const hash = `*${sha1(sha1(password)).toString('hex').toUpperCase()}`;
  return [
    'SET SESSION sql_log_bin=0;',
    `CREATE OR REPLACE USER ${user}@localhost IDENTIFIED BY PASSWORD '${hash}';`,
    `GRANT ALL PRIVILEGES ON *.* TO ${user}@localhost WITH GRANT OPTION;`,
    '',
  ].join('\n');
}

export function dropAccountSql({ user }: ReplayAccount): string {
  return `SET SESSION sql_log_bin=0; DROP USER ${user}@localhost;`;
}

/**
 * To be run before a replay, and in its session after each statement that gave something to the account, or may have made a role: what the
 * statement gave is its invoker's, as on a replica, and who is to grant a role must be its administrator.
 */
export function settleAccountSql({ user }: ReplayAccount, invoker?: Invoker): string {
  const roles = "mysql.global_priv WHERE JSON_VALUE(Priv, '$.is_role')";
  const mine = `Host='localhost' AND User='${user}'`;
  return [
    'SET SESSION sql_log_bin=0;',
    ...(invoker === undefined
      ? []
      : [
          `INSERT IGNORE INTO mysql.roles_mapping (Host, User, Role, Admin_option) SELECT ${literal(invoker.host)}, ${literal(invoker.user)}, Role, 'Y' FROM mysql.roles_mapping WHERE ${mine} AND NOT FIND_IN_SET(HEX(Role), IFNULL(@stash_replay_roles, ''));`,
          `UPDATE mysql.event SET definer=${literal(`${invoker.user}@${invoker.host}`)} WHERE definer='${user}@localhost';`,
        ]),
    `REPLACE INTO mysql.roles_mapping (Host, User, Role, Admin_option) SELECT 'localhost', '${user}', User, 'Y' FROM ${roles};`,
    `SET STATEMENT group_concat_max_len=16777216 FOR SELECT GROUP_CONCAT(HEX(User)) INTO @stash_replay_roles FROM ${roles};`,
    'FLUSH LOCAL PRIVILEGES;',
    'SET SESSION sql_log_bin=1;',
    '',
  ].join('\n');
}

/** As hex: good in every SQL mode and character set. */
function literal(text: string): string {
  return `CONVERT(X'${Buffer.from(text).toString('hex')}' USING utf8mb4)`;
}
