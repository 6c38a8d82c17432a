import { StashError } from '../../../errors/error.ts';

/** What is restored of a dump. */
export interface RestoreOptions {
  /** Empty: all that it has. */
  databases: string[];
  /** Further options for the client, all from the list below. */
  options: string[];
  users: boolean;
}

const FLAGS = ['--compress', '-C', '--binary-mode'];
const VALUED = ['--default-character-set', '--max-allowed-packet', '--net-buffer-length'];
const ONE = ['--one-database', '-o'];

/**
 * The parameters `databases`, `args` and `users`. Of `args`, which Stash's addon gives to the client, the ones that choose a database and a
 * few harmless ones are understood: others could run commands, hide errors or log in as somebody else. Throws Invalid.
 */
export function restoreOptions(given: {
  databases?: string | undefined;
  args?: string | undefined;
  users?: string | undefined;
}): RestoreOptions {
  const databases = words(given.databases?.replaceAll(',', ' '));
  const options: string[] = [];
  const args = words(given.args);
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    const [name = '', value] = word.split(/=(.*)/s);
    if (!word.startsWith('-')) databases.push(word);
    else if (ONE.includes(word)) continue;
    else if (FLAGS.includes(word)) options.push(word);
    else if (['-D', '--database', ...VALUED].includes(name)) {
      const found = value ?? args[++at];
      if (found === undefined || found === '' || found.startsWith('-')) throw invalid(`args: ${name} needs a value`);
      if (VALUED.includes(name)) options.push(`${name}=${found}`);
      else databases.push(found);
    } else
      throw invalid(`args: ${name} is not allowed`, {
        remedy: `Leave it out. Allowed are ${[...ONE, '--database', ...FLAGS, ...VALUED].join(' ')} and the name of a database.`,
      });
  }
  return { databases: [...new Set(databases)], options, users: given.users === 'true' };
}

function words(text = ''): string[] {
  return text.split(/\s+/).filter((one) => one !== '');
}

function invalid(message: string, options: { remedy?: string } = {}): StashError {
  return new StashError('Invalid', `mariadb-dump-restore: ${message}`, options);
}
