import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The packages with all that they depend on, by the place of each below `modules`. */
export async function withDependencies(modules: string, names: Iterable<string>): Promise<string[]> {
  const found = new Set<string>();
  const open = [...names].map((name) => ({ name, from: '' }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const place = await placeOf(modules, next.name, next.from);
    if (place === undefined || found.has(place.path) || NEVER_LOADED.test(next.name)) continue;
    found.add(place.path);
    open.push(...Object.keys(place.dependencies).map((name) => ({ name, from: place.path })));
  }
  return [...found].toSorted();
}

/** What Node loads of a package: no types, maps, tests, documents. */
export async function copyPackage(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, filter: (path) => !NOT_NEEDED.test(path.slice(from.length)) });
}

/** For another runtime than Node: their users ask for them there alone. */
const NEVER_LOADED = /^(bare-|@types\/)/;

const NOT_NEEDED = new RegExp(
  [
    /\.(d\.[cm]?ts|[cm]?ts|map|md|markdown|flow|ya?ml|tsbuildinfo)$/,
    // Of the package itself alone: a library may well have a module that is called so.
    /^\/(test|tests|__tests__|docs?|examples?|benchmarks?|\.[^/]*)$/,
    /\/node_modules$/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** As Node looks for it: in the folders of the one who asks, from the inside out. A dependency that was left out as optional is nowhere. */
async function placeOf(modules: string, name: string, from: string) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = folder === '' ? name : `${folder}/node_modules/${name}`;
    const text = await readFile(join(modules, path, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) return { path, dependencies: (JSON.parse(text) as { dependencies?: object }).dependencies ?? {} };
    if (folder === '') return undefined;
  }
}
