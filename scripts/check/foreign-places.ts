import type { SourceFile } from '../project-files.ts';
import type { Outcome } from './outcome.ts';

/** The project works wherever it is put, so nothing in it may name a place that is only on one machine, or where a machine gets its packages. */
export function checkForeignPlaces(files: readonly SourceFile[]): Outcome {
  const problems = files.flatMap(({ name, text }) =>
    text.split('\n').flatMap((line, index) =>
      PLACES.filter(({ pattern, except }) => name !== except && pattern.test(line)).map(({ what, pattern }) => {
        const [found] = pattern.exec(line) ?? [''];
        return `${name}:${index + 1}: "${found}" is ${what}`;
      }),
    ),
  );
  return { note: `${files.length} files`, problems };
}

const MACHINE = 'a place on one machine; use a path inside the repository or a temporary one';
const REGISTRY = "the host of a package registry; use the machine's own settings";

const PLACES: readonly { pattern: RegExp; what: string; except?: string }[] = [
  { pattern: /(?<![\w.$}/-])\/work\/\w+/, what: MACHINE },
  { pattern: /(?<![\w.$}/-])\/Users\/\w+/, what: MACHINE },
  // Where CI finds a cluster, if there is one.
  { pattern: /\.\.\/shared\//, what: 'outside the repository', except: '.ci/run' },
  { pattern: /[\w.-]*\bnpmjs\.(org|com)/, what: REGISTRY },
  { pattern: /\b(deb|ftp|security|snapshot)\.debian\.org/, what: REGISTRY },
  { pattern: /\b(archive|security)\.ubuntu\.com/, what: REGISTRY },
  { pattern: /\b(proxy|sum)\.golang\.org/, what: REGISTRY },
  { pattern: /\bpypi\.org|\bpythonhosted\.org|\bcrates\.io/, what: REGISTRY },
  { pattern: /\brepo1?\.maven\.(apache\.)?org/, what: REGISTRY },
];
