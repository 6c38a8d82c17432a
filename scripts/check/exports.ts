import { posix } from 'node:path';
import type { SourceFile } from '../project-files.ts';
import type { Outcome } from './outcome.ts';

/**
 * Every exported name has somebody who imports it: a program, or the test beside it. What only its own file uses is not exported, so that
 * the reader of a file sees what others rely on, and dead code is found by the compiler (a name that is neither exported nor used).
 */
export function checkExports(files: readonly SourceFile[]): Outcome {
  const sources = files.filter(({ name }) => /^(src|scripts|bench|e2e)\/.*\.ts$/.test(name));
  const users = usersOf(sources);
  const exported = sources.filter(({ name }) => !name.endsWith('.test.ts')).flatMap(exportsOf);
  return { note: `${exported.length} names`, problems: exported.flatMap((one) => problemOf(one, users)) };
}

interface Exported {
  file: string;
  line: number;
  name: string;
}

/** Exports begin at the beginning of a line, where the formatter puts them. */
function exportsOf({ name: file, text }: SourceFile): Exported[] {
  const declared = [...text.matchAll(DECLARATION)].map((match) => ({ match, names: [match.groups?.name ?? ''] }));
  const listed = [...text.matchAll(LIST)].map((match) => ({ match, names: namesIn(match.groups?.names ?? '', 'outer') }));
  return [...declared, ...listed].flatMap(({ match, names }) => {
    const line = text.slice(0, match.index).split('\n').length;
    return names.map((name) => ({ file, line, name }));
  });
}

const DECLARATION = /^export (?:declare |abstract |async )*(?:const|let|function\*?|class|interface|type) (?<name>[\w$]+)/gm;
const LIST = /^export (?:type )?\{(?<names>[^}]*)\}/gm;

/** Files that import a name, by `FILE NAME`; by `FILE *` those that may use any of it. */
function usersOf(sources: readonly SourceFile[]): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>();
  for (const { name: file, text } of sources) {
    for (const { groups } of [...text.matchAll(NAMED), ...text.matchAll(WHOLE)]) {
      const from = posix.join(posix.dirname(file), groups?.specifier ?? '');
      for (const name of groups?.names === undefined ? ['*'] : namesIn(groups.names, 'inner')) {
        const key = `${from} ${name}`;
        users.set(key, (users.get(key) ?? new Set()).add(file));
      }
    }
  }
  return users;
}

const NAMED = /^(?:import|export) (?:type )?\{(?<names>[^}]*)\} from '(?<specifier>\.[^'\n]+)'/gm;
/** Of a whole module nobody can tell here which names are used. */
const WHOLE = /(?:^import \* as \w+ from |\bimport\(\s*)'(?<specifier>\.[^'\n]+)'/gm;

/** Of `a as b` the name in the file that exports it (inner), or the one that others see (outer). */
function namesIn(list: string, side: 'inner' | 'outer'): string[] {
  return list
    .split(',')
    .map((one) => one.trim().replace(/^type /, ''))
    .filter((one) => one !== '')
    .map((one) => one.split(' as ').at(side === 'inner' ? 0 : -1) ?? one);
}

function problemOf({ file, line, name }: Exported, users: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const all = [...(users.get(`${file} ${name}`) ?? []), ...(users.get(`${file} *`) ?? [])].filter((user) => user !== file);
  const place = `${file}:${line}: ${name} is exported`;
  if (all.length === 0) return [`${place}, and no other file imports it: drop "export", or delete it where nothing uses it`];
  const beside = posix.dirname(file);
  if (isForTests(file) || all.some((user) => !isForTests(user) || folderOfTest(user) === beside)) return [];
  return [`${place} for a test elsewhere alone (${all.join(', ')}): test it beside the file, or by what a program uses, and drop "export"`];
}

/** Tests, and what only tests use. */
function isForTests(file: string): boolean {
  return /\.test\.ts$|^e2e\/|(?:^|\/)(?:testing|testdata|emulators|conformance)\/|\/(?:conformance|test-clock)\.ts$/.test(file);
}

/** What stands in `x/testing/` is for the tests of `x`. */
function folderOfTest(file: string): string {
  return posix.dirname(file).replace(/\/(?:testing|testdata|emulators|conformance)$/, '');
}
