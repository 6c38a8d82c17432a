import { posix } from 'node:path';
import type { SourceFile } from '../project-files.ts';
import { type Import, importsOf } from './imports.ts';
import { LAYERS, type Layer } from './layer-table.ts';
import type { Outcome } from './outcome.ts';

/**
 * Holds the sources to the table of layers. A table, since the linter's rule for imports can only list what is forbidden, by the text of
 * the import: a new folder would be free to all, and `../rules/a.ts` means another file in each folder.
 */
export function checkLayers(files: readonly SourceFile[], layers: Readonly<Record<string, Layer>> = LAYERS): Outcome {
  const sources = files.filter(({ name }) => name.startsWith('src/') && name.endsWith('.ts'));
  const problems = sources.flatMap((file) => fileProblems(file, layers));
  return { note: `${sources.length} files in ${Object.keys(layers).length} layers`, problems };
}

function fileProblems({ name, text }: SourceFile, layers: Readonly<Record<string, Layer>>): string[] {
  const folder = name.split('/')[1] ?? '';
  const layer = layers[folder];
  if (layer === undefined) return [`${name}: src/${folder} has no line in scripts/check/layer-table.ts: say what it may import`];
  if (TEST_SUPPORT.test(name)) return [];
  return importsOf(text).flatMap((found) => {
    const refused = refusal(name, folder, layer, found);
    return refused === undefined ? [] : [`${name}:${found.line}: ${refused}: ${layer.reason}`];
  });
}

/** Tests and what only they use may start the real things. */
const TEST_SUPPORT = /\.test\.ts$|\/(testing|testdata|emulators|conformance)\//;

function refusal(name: string, folder: string, layer: Layer, { specifier, typeOnly }: Import): string | undefined {
  if (specifier.startsWith('node:')) {
    return layer.node === undefined || layer.node.includes(specifier) ? undefined : `src/${folder} may not import ${specifier}`;
  }
  if (!specifier.startsWith('.')) return undefined;
  const path = posix.join(posix.dirname(name), specifier);
  if (path.startsWith(`src/${folder}/`) || !path.startsWith('src/')) return undefined;
  const target = path.slice('src/'.length);
  if (allows(layer.uses, target)) return undefined;
  if (!allows(layer.knows ?? [], target)) return `src/${folder} may not import ${path}`;
  return typeOnly ? undefined : `src/${folder} may import only types from ${path} ("import type")`;
}

function allows(places: readonly string[], target: string): boolean {
  return places.some((place) => target === place || target.startsWith(`${place}/`));
}
