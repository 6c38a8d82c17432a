import { posix } from 'node:path';

const TEST_FOLDERS = ['src/', 'scripts/', 'bench/', 'e2e/harness/'];

/** The test files that the arguments mean: a folder, a file (a source means its test), or a part of a name. None given: all. */
export function selectFiles(files: readonly string[], args: readonly string[]): string[] {
  const tests = files.filter((name) => name.endsWith('.test.ts') && TEST_FOLDERS.some((folder) => name.startsWith(folder)));
  if (args.length === 0) return tests;
  const wanted = args.map((arg) => posix.normalize(arg).replace(/\/$/, ''));
  return tests.filter((name) => wanted.some((arg) => means(arg, name)));
}

function means(arg: string, name: string): boolean {
  if (arg === '.' || name === arg || name.startsWith(`${arg}/`) || name === arg.replace(/\.ts$/, '.test.ts')) return true;
  return !arg.includes('/') && name.includes(arg);
}
