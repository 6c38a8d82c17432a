import { posix } from 'node:path';
import type { SourceFile } from '../project-files.ts';
import { anchorsOf, linksOf } from './markdown.ts';
import type { Outcome } from './outcome.ts';

/** Every link of the documentation into the repository leads to a file or folder that is there, and to a heading in it. */
export function checkDocsLinks(files: readonly SourceFile[]): Outcome {
  const documents = new Map(files.filter(({ name }) => name.endsWith('.md')).map(({ name, text }) => [name, text]));
  const places = new Set(files.flatMap(({ name }) => [name, ...foldersOf(name)]));
  let count = 0;
  const problems = [...documents].flatMap(([name, text]) =>
    linksOf(text).flatMap(({ href, line }) => {
      if (/^[a-z][a-z+.-]*:|^\/\//i.test(href)) return [];
      count++;
      const problem = linkProblem(name, href, documents, places);
      return problem === undefined ? [] : [`${name}:${line}: link to "${href}": ${problem}`];
    }),
  );
  return { note: `${count} links in ${documents.size} documents`, problems };
}

function linkProblem(from: string, href: string, documents: ReadonlyMap<string, string>, places: ReadonlySet<string>): string | undefined {
  const [path = '', anchor] = decodeURI(href).split('#');
  const target = path === '' ? from : posix.join(posix.dirname(from), path).replace(/\/$/, '');
  if (!places.has(target)) return `there is no ${target}`;
  const text = documents.get(target);
  if (anchor === undefined || text === undefined || anchorsOf(text).has(anchor)) return undefined;
  return `${target} has no heading "#${anchor}"`;
}

/** All folders above a file, and the root. */
function foldersOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return ['.', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}
