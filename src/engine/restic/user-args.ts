import { StashError } from '../../errors/error.ts';

type Command = 'backup' | 'restore';

/** Flags without a value, and with one. Everything else could reach other files, programs, repositories or the driver's own business. */
const ALLOWED: Record<Command, { switches: string[]; valued: string[] }> = {
  backup: {
    switches: [
      '--exclude-caches',
      '--one-file-system',
      '-x',
      '--with-atime',
      '--ignore-inode',
      '--ignore-ctime',
      '--no-scan',
      '--force',
      '-f',
    ],
    valued: [
      '--exclude',
      '-e',
      '--iexclude',
      '--exclude-if-present',
      '--exclude-larger-than',
      '--tag',
      '--compression',
      '--pack-size',
      '--read-concurrency',
      '--limit-upload',
      '--limit-download',
      '--retry-lock',
    ],
  },
  restore: {
    switches: ['--verify', '--sparse', '--delete', '--ownership-by-name'],
    valued: [
      '--include',
      '-i',
      '--iinclude',
      '--exclude',
      '-e',
      '--iexclude',
      '--include-xattr',
      '--exclude-xattr',
      '--overwrite',
      '--limit-upload',
      '--limit-download',
      '--retry-lock',
    ],
  },
};

/**
 * Checks the flags a user gave for restic (`target.args`) and returns them in the form `--flag=value`; Invalid names the first that is
 * not allowed. Among what is not: `-o`, `--repo` and `--password-command` reach elsewhere, `--host`, `--time` and `--json` are the driver's own.
 */
export function checkUserArgs(command: Command, args: readonly string[]): string[] {
  const { switches, valued } = ALLOWED[command];
  const checked: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const text = args[index] ?? '';
    const [flag = '', ...rest] = text.split('=');
    if (switches.includes(flag) && (rest.length === 0 || isBoolean(rest.join('=')))) {
      checked.push(text);
    } else if (valued.includes(flag)) {
      const value = rest.length > 0 ? rest.join('=') : args[++index];
      if (value === undefined) throw new StashError('Invalid', `args: ${flag} needs a value`);
      checked.push(...joined(flag, value));
    } else {
      throw refused(command, text);
    }
  }
  return checked;
}

function isBoolean(text: string): boolean {
  return text === 'true' || text === 'false';
}

/** In one word, so that a value that begins with a dash stays a value. */
function joined(flag: string, value: string): string[] {
  return flag.startsWith('--') ? [`${flag}=${value}`] : [`${flag}${value}`];
}

function refused(command: Command, text: string): StashError {
  const { switches, valued } = ALLOWED[command];
  const accepted = [...switches, ...valued].filter((flag) => flag.startsWith('--')).toSorted();
  return new StashError(
    'Invalid',
    `args: ${JSON.stringify(text)} is not allowed for restic ${command}; accepted are ${accepted.join(', ')}`,
  );
}
