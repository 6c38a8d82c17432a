import { EXIT_CODES, exitCode } from '../../src/cli/exit-code.ts';
import { CATALOGUE, type ErrorCode } from '../../src/errors/catalogue.ts';
import { StashError } from '../../src/errors/error.ts';

/** `docs/reference/errors.md`: every code of the catalogue, in the order of the alphabet, as somebody looks it up. */
export function errorFiles(): [name: string, text: string][] {
  const codes = (Object.keys(CATALOGUE) as ErrorCode[]).sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  return [['docs/reference/errors.md', `${INTRODUCTION}${codes.map(row).join('\n')}\n`]];
}

function row(code: ErrorCode): string {
  const { transient, remedy } = CATALOGUE[code];
  const exit = exitCode(new StashError(code, ''));
  const meaning = EXIT_CODES.find(([number]) => number === exit)?.[1] ?? '';
  return `| <a id="${code.toLowerCase()}"></a>\`${code}\` | ${exit}, ${meaning} | ${transient ? 'yes' : ''} | ${remedy.replaceAll('|', '\\|')} |`;
}

const INTRODUCTION = `# Error codes
<!-- Made by "npm run generate" from src/errors/catalogue.ts. Do not edit. -->

A code stands in parentheses after the message of a command, in \`reason\` and \`errorCode\` of status, and in events. It never changes its
meaning. The exit code is that of a command which fails with it; a session that was waited for and did not succeed always ends with 5.
*Passing*: it may go away without anything being changed. What often lies behind the codes is in [troubleshooting](../troubleshooting.md).

| Code | Exit code | Passing | What to do |
|---|---|---|---|
`;
