import { posix } from 'node:path';
import { importsOf } from '../check/imports.ts';

interface Reached {
  /** Source files, as `read` knows them. */
  files: Set<string>;
  /** Packages by name. */
  packages: Set<string>;
}

/** What the programs load when they run, from their source texts: imports of types are none, and neither are Node's own modules. */
export function trace(programs: readonly string[], read: (file: string) => string): Reached {
  const reached: Reached = { files: new Set(), packages: new Set() };
  const open = [...programs];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.files.has(file)) continue;
    reached.files.add(file);
    if (!file.endsWith('.ts')) continue;
    for (const { specifier, typeOnly } of importsOf(read(file))) {
      if (typeOnly || specifier.startsWith('node:')) continue;
      if (specifier.startsWith('.')) open.push(posix.join(posix.dirname(file), specifier));
      else reached.packages.add(packageOf(specifier));
    }
  }
  return reached;
}

/** `a/b` is in package `a`, `@a/b/c` in `@a/b`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
