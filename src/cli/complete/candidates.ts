import type { Command } from 'commander';
import { FORMATS } from '../output/print.ts';
import { parseWords, type Situation } from './parse-words.ts';

/** What only the store knows. Every function answers with an empty list where it cannot tell. */
export interface Lookup {
  namespaces: () => Promise<string[]>;
  kinds: () => string[];
  /** Names of the objects of a kind, in any of its spellings. */
  names: (kind: string, namespace: string | undefined) => Promise<string[]>;
  aliases: (config: string, namespace: string | undefined) => Promise<string[]>;
}

/** Asks the shell to complete file names itself. */
export const FILES = ':files';

/** The words that can stand at the end of a half-written command line. */
export async function candidates(program: Command, words: readonly string[], lookup: Lookup): Promise<string[]> {
  const situation = parseWords(program, words);
  const found = await all(program, situation, lookup);
  return found.filter((word) => word === FILES || word.startsWith(situation.current));
}

async function all(program: Command, situation: Situation, lookup: Lookup): Promise<string[]> {
  const { command, pending, current, positionals } = situation;
  if (pending !== undefined) return pending.argChoices ?? optionValues(pending.name(), situation, lookup);
  if (current.startsWith('-'))
    return [...command.options, ...program.options].flatMap((option) => (option.hidden || !option.long ? [] : [option.long]));
  if (command === program) return program.commands.map((one) => one.name()).filter((name) => !name.startsWith('_'));
  const argument = command.registeredArguments[Math.min(positionals.length, command.registeredArguments.length - 1)];
  if (argument === undefined || (positionals.length >= command.registeredArguments.length && !argument.variadic)) return [];
  return argument.argChoices ?? argumentValues(argument.name(), situation, lookup);
}

async function optionValues(name: string, { positionals, options }: Situation, lookup: Lookup): Promise<string[]> {
  const namespace = text(options.get('namespace'));
  switch (name) {
    case 'namespace':
      return lookup.namespaces();
    case 'output':
      return [...FORMATS];
    case 'alias':
      return positionals[0] === undefined ? [] : lookup.aliases(positionals[0], namespace);
    case 'for':
      return [...(await lookup.names('BackupConfiguration', namespace)), ...(await prefixed('backupbatch', namespace, lookup))];
    case 'to':
      return [...(await prefixed('AppBinding', namespace, lookup)), FILES];
    case 'filename':
    case 'data-dir':
    case 'kubeconfig':
      return [FILES];
    default:
      return [];
  }
}

async function argumentValues(name: string, { positionals, options, current }: Situation, lookup: Lookup): Promise<string[]> {
  const namespace = text(options.get('namespace'));
  const names = (kind: string) => lookup.names(kind, namespace);
  switch (name) {
    case 'kind':
      return current.includes('/') ? prefixed(current.slice(0, current.indexOf('/')), namespace, lookup) : lookup.kinds();
    case 'names':
      return positionals[0] === undefined || positionals[0].includes('/') ? [] : names(positionals[0]);
    case 'config':
      return [...(await names('BackupConfiguration')), ...(await prefixed('backupbatch', namespace, lookup))];
    case 'source':
      return [...(await names('BackupConfiguration')), ...(await names('Repository'))];
    case 'repository':
      return names('Repository');
    case 'session':
      return [...(await names('BackupSession')), ...(await names('RestoreSession')), ...(await prefixed('repository', namespace, lookup))];
    default:
      return [];
  }
}

async function prefixed(kind: string, namespace: string | undefined, lookup: Lookup): Promise<string[]> {
  return (await lookup.names(kind, namespace)).map((name) => `${kind}/${name}`);
}

function text(value: string | true | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
