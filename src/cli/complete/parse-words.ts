import type { Command, Option } from 'commander';

/** What a half-written command line has so far, and what its last word stands for. */
export interface Situation {
  command: Command;
  /** Arguments before the word, without the command itself. */
  positionals: string[];
  /** Options before it by their long name without dashes; `true` without a value. */
  options: ReadonlyMap<string, string | true>;
  /** The word that is being written, perhaps empty. */
  current: string;
  /** The option whose value it is, if it is one. */
  pending?: Option;
}

/** Reads the words after the program's name as commander would, without running anything. */
export function parseWords(program: Command, words: readonly string[]): Situation {
  let command = program;
  const positionals: string[] = [];
  const options = new Map<string, string | true>();
  const before = words.slice(0, -1);
  let pending: Option | undefined;
  for (const word of before) {
    if (pending !== undefined) {
      options.set(pending.name(), word);
      pending = undefined;
    } else if (word.startsWith('-') && word !== '-') {
      const [flag = '', value] = word.split(/=(.*)/s);
      const option = findOption(program, command, flag);
      if (option === undefined) continue;
      if (value !== undefined || !takesValue(option)) options.set(option.name(), value ?? true);
      else pending = option;
    } else {
      const sub = command === program ? program.commands.find((one) => one.name() === word) : undefined;
      if (sub !== undefined) command = sub;
      else positionals.push(word);
    }
  }
  return { command, positionals, options, current: words.at(-1) ?? '', ...(pending === undefined ? {} : { pending }) };
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

function findOption(program: Command, command: Command, flag: string): Option | undefined {
  return [...command.options, ...program.options].find((option) => option.long === flag || option.short === flag);
}
