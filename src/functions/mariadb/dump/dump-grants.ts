import { StashError } from '../../../errors/error.ts';
import { DUMP_GRANTS } from '../../../rules/mariadb-grants.ts';
import type { Server } from '../server.ts';

/**
 * Asks what the account may do: without TRIGGER mariadb-dump leaves all triggers out and says nothing, and databases that an account may
 * not see are missing from "all". Throws DatabaseGrantMissing with what is missing where.
 */
export async function assertDumpGrants(server: Server, databases: readonly string[]): Promise<void> {
  const lines = (await server.query('SHOW GRANTS FOR CURRENT_USER')).map((columns) => columns.join('\t'));
  const missing = missingDumpGrants(lines, databases);
  if (missing === undefined) return;
  const { grants, on } = missing;
  throw new StashError(
    'DatabaseGrantMissing',
    `the database user lacks ${grants.join(', ')} on ${on}, without which a dump is not complete`,
    {
      remedy: `GRANT ${grants.join(', ')} ON ${on === '*.*' ? on : `\`${on}\`.*`} to this user; "stash grants mariadb --for dump" prints all of them.`,
    },
  );
}

/** `lines`: as SHOW GRANTS answers, also for the roles that are on. Without `databases` all of them are meant, which takes rights on *.*. */
export function missingDumpGrants(lines: readonly string[], databases: readonly string[]): { grants: string[]; on: string } | undefined {
  const held = lines.flatMap((line) => {
    const [, privileges = '', on = ''] = /^GRANT (.+?) ON (\*\.\*|`(?:[^`]|``)+`\.\*) TO /.exec(line) ?? [];
    return on === '' ? [] : [{ privileges: privileges.split(/,\s*/), on }];
  });
  const lacking = (covers: (on: string) => boolean) => {
    const names = new Set(held.filter(({ on }) => covers(on)).flatMap(({ privileges }) => privileges));
    return names.has('ALL PRIVILEGES') ? [] : DUMP_GRANTS.filter((one) => !names.has(one));
  };
  for (const database of databases.length === 0 ? [undefined] : databases) {
    const grants = lacking((on) => on === '*.*' || (database !== undefined && pattern(on).test(database)));
    if (grants.length > 0) return { grants, on: database ?? '*.*' };
  }
  return undefined;
}

/** A grant on databases is a pattern: % and _ as in LIKE, with \ before one that means itself. */
function pattern(on: string): RegExp {
  const name = on.slice(1, -3).replaceAll('``', '`');
  const parts = name.match(/\\[%_\\]|[\s\S]/g) ?? [];
  const source = parts.map((part) =>
    part === '%' ? '[\\s\\S]*' : part === '_' ? '[\\s\\S]' : escaped(part.length > 1 ? part.slice(1) : part),
  );
  return new RegExp(`^${source.join('')}$`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
