/** One import or re-export as it is written. */
export interface Import {
  specifier: string;
  typeOnly: boolean;
  line: number;
}

/**
 * All imports of a source text. Statements are found at the beginning of a line, where the formatter puts them; `import()` anywhere.
 */
export function importsOf(text: string): Import[] {
  return [...text.matchAll(STATEMENT), ...text.matchAll(DYNAMIC)].map((match) => ({
    specifier: match.groups?.specifier ?? '',
    typeOnly: match.groups?.type !== undefined,
    line: text.slice(0, match.index).split('\n').length,
  }));
}

const STATEMENT = /^(?:import|export)\s+(?<type>type\s+)?(?:[^;'"=]*?\sfrom\s+)?'(?<specifier>[^'\n]+)'/gm;
const DYNAMIC = /\bimport\(\s*'(?<specifier>[^'\n]+)'\s*\)/g;
