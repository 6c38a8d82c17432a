/** An account as a server has it. */
interface Account {
  user: string;
  host: string;
}

/**
 * The statements of a dump that make accounts, without those about accounts that are there: these keep their passwords and grants, the
 * restoring one among them. mariadb-dump writes each statement as a line.
 */
export function missingAccounts(text: string, there: readonly Account[]): string {
  const known = new Set(there.flatMap(({ user, host }) => [quoted('`', user, host), quoted("'", user, host)]));
  return text
    .split('\n')
    .filter((line) => {
      const account = accountOf(line);
      return account === undefined || !known.has(account);
    })
    .join('\n');
}

const NAME = /(`(?:[^`]|``)*`@`(?:[^`]|``)*`|'(?:[^'\\]|\\.|'')*'@'(?:[^'\\]|\\.|'')*')/.source;
const STATEMENTS = [
  new RegExp(`^CREATE USER IF NOT EXISTS ${NAME}`),
  new RegExp(`^GRANT .+ TO ${NAME}(?: |;|$)`),
  new RegExp(`^/\\*M!\\d+ SET DEFAULT ROLE .+ FOR ${NAME} \\*/;`),
  new RegExp(`^/\\*!\\d+ ALTER USER ${NAME} DEFAULT ROLE `),
];

function accountOf(line: string): string | undefined {
  return STATEMENTS.map((pattern) => pattern.exec(line)?.[1]).find((found) => found !== undefined);
}

function quoted(quote: string, user: string, host: string): string {
  return [user, host].map((text) => `${quote}${text.replaceAll(quote, quote + quote)}${quote}`).join('@');
}
