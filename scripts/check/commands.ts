import type { SourceFile } from '../project-files.ts';
import type { Outcome } from './outcome.ts';

/** `stash COMMAND ...` up to the end of what it stands in: of code, a prompt or a line in documents; of quotes in what the program says. */
const IN_DOCUMENTS = /(?:["`(]|^\s*\$ |^\s*|kubectl[ -])stash ([a-z][a-z-]*)\b([^"`\n|#;]*)/gm;
const IN_SOURCES = /"stash ([a-z][a-z-]*)\b([^"\n]*)"/g;
/** Generated from the program itself: a heading a command, and its help below. */
const REFERENCE = 'docs/cli.md';

/** Every command line that the documentation or a remedy names is one that the program has, with its options. */
export function checkCommands(files: readonly SourceFile[]): Outcome {
  const known = knownCommands(files.find(({ name }) => name === REFERENCE)?.text ?? '');
  let count = 0;
  const problems = files.filter(isRead).flatMap(({ name, text }) =>
    mentions(text, name.endsWith('.md') ? IN_DOCUMENTS : IN_SOURCES).flatMap(({ command, rest, line }) => {
      const options = known.get(command);
      count++;
      if (options === undefined) return [`${name}:${line}: there is no command "stash ${command}"`];
      const unknown = [...rest.matchAll(/(?<=\s)--[a-z][a-z-]*/g)].map(([option]) => option).filter((option) => !options.has(option));
      return unknown.map((option) => `${name}:${line}: stash ${command} has no option ${option}`);
    }),
  );
  return { note: `${count} command lines`, problems };
}

function isRead({ name }: SourceFile): boolean {
  if (name === REFERENCE || name === 'CHANGELOG.md') return false;
  return name.endsWith('.md') || (name.startsWith('src/') && name.endsWith('.ts') && !name.endsWith('.test.ts'));
}

function mentions(text: string, pattern: RegExp): { command: string; rest: string; line: number }[] {
  const whole = text.replace(/\\+\n/g, '  ');
  return [...whole.matchAll(pattern)].map(({ 1: command = '', 2: rest = '', index }) => ({
    command,
    rest,
    line: whole.slice(0, index).split('\n').length,
  }));
}

function knownCommands(reference: string): Map<string, Set<string>> {
  const [shared = '', ...sections] = reference.split(/^## stash /m);
  const common = optionsIn(shared);
  return new Map(sections.map((section) => [/^[a-z-]+/.exec(section)?.[0] ?? '', new Set([...common, ...optionsIn(section)])]));
}

function optionsIn(text: string): string[] {
  return [...text.matchAll(/--[a-z][a-z-]*/g)].map(([option]) => option);
}
