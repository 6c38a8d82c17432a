import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SourceFile {
  /** Relative to the root of the project. */
  name: string;
  text: string;
}

export function readProjectFiles(root: string): SourceFile[] {
  return projectFiles(root).map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));
}

/** The files of the project by hand or by generation, relative to `root` and sorted; what installing, running or building left is not there. */
export function projectFiles(root: string): string[] {
  return globSync(['**/*', '.*', '.*/**/*'], {
    cwd: root,
    exclude: (entry) => LEFT_OUT.has(entry.name) || entry.name.endsWith('.log'),
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length + 1))
    .sort();
}

const LEFT_OUT = new Set(['.git', '.tools', '.demo', '.e2e', 'node_modules']);
