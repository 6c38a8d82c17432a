import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, visit } from 'yaml';
import { nodeAt } from './manifest-path.ts';

interface ManifestProblem {
  /** File name or the like, as it was given. */
  source: string;
  /** Line in it, from 1. */
  line: number;
  message: string;
}

interface ManifestDocument {
  object: unknown;
  /** Line it begins at, from 1. */
  line: number;
  /** Line of a field, named as `spec.execOps[1].schedule`; of what it would stand in, when it is not there. */
  lineAt(path: string): number;
}

/** All objects of a text with YAML or JSON: several documents, and the members of `List` kinds. Empty documents are left out. */
export function readManifests(text: string, source: string): { documents: ManifestDocument[]; problems: ManifestProblem[] } {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge: true, uniqueKeys: false });
  const read = (Array.isArray(parsed) ? parsed : []).map((document) => readDocument(document, text, lines));
  return {
    documents: read.flatMap(({ documents }) => documents),
    problems: read.flatMap(({ problems }) => problems.map((problem) => ({ source, ...problem }))),
  };
}

type Read = { documents: ManifestDocument[]; problems: Omit<ManifestProblem, 'source'>[] };

function readDocument(document: Document.Parsed, text: string, lines: LineCounter): Read {
  const textLines = text.split('\n');
  const faults = [
    ...document.errors.map(({ pos: [offset], message }) => ({ offset, message })),
    ...unknownAliases(document),
    ...contradictions(document, text),
  ].map(({ offset, message }) => ({ line: lines.linePos(offset).line, message }));
  if (faults.length > 0) {
    const byLine = Map.groupBy(faults, ({ line }) => line);
    // What else the parser found on a line that only lacks quotes is of no help.
    return {
      documents: [],
      problems: [...byLine].map(([line, [first]]) => ({
        line,
        message: unquoted(textLines[line - 1] ?? '') ?? sentence(first?.message ?? ''),
      })),
    };
  }
  if (document.contents === null) return { documents: [], problems: [] };
  try {
    return { documents: documentsOf(document.contents, document.toJS(), lines), problems: [] };
  } catch (error) {
    return {
      documents: [],
      problems: [{ line: lineOf(document.contents, lines), message: sentence(error instanceof Error ? error.message : String(error)) }],
    };
  }
}

interface Fault {
  offset: number;
  message: string;
}

function unknownAliases(document: Document.Parsed): Fault[] {
  const found: Fault[] = [];
  visit(document, (_, node) => {
    if (isAlias(node) && node.resolve(document) === undefined) {
      found.push({ offset: node.range?.[0] ?? 0, message: `"*${node.source}" refers to an anchor that is not there` });
    }
  });
  return found;
}

/** Keys given twice with different values. Twice with the same value does no harm, and some published manifests have it. */
function contradictions(document: Document.Parsed, text: string): Fault[] {
  const found: Fault[] = [];
  visit(document, {
    Map: (_, map) => {
      const first = new Map<unknown, string>();
      for (const { key, value } of map.items) {
        if (!isScalar(key)) continue;
        const written = isNode(value) ? text.slice(value.range?.[0], value.range?.[1]) : '';
        if (first.has(key.value) && first.get(key.value) !== written) {
          found.push({ offset: key.range?.[0] ?? 0, message: `"${key.value}" is given twice, with different values` });
        }
        first.set(key.value, written);
      }
    },
  });
  return found;
}

/** YAML gives "@" and "*" meanings of their own, so schedules that begin with them need quotes; many notes leave them out. */
function unquoted(line: string): string | undefined {
  const value = /(?:^|[:\-,[{])\s*([@*][^,}\]#]*)/.exec(line)?.[1]?.trim();
  return value === undefined || value.includes('"') ? undefined : `a value that begins with "${value[0]}" needs quotes: write "${value}"`;
}

function documentsOf(node: Node, object: unknown, lines: LineCounter): ManifestDocument[] {
  const { kind, items } = (object ?? {}) as { kind?: unknown; items?: unknown };
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) {
    return object === null || object === undefined ? [] : [manifestDocument(object, node, lines)];
  }
  const itemsNode = isMap(node) ? node.get('items', true) : undefined;
  return items.map((item: unknown, index) => {
    const itemNode = isSeq(itemsNode) ? (itemsNode.items[index] as Node | undefined) : undefined;
    return manifestDocument(item, itemNode ?? node, lines);
  });
}

function manifestDocument(object: unknown, node: Node, lines: LineCounter): ManifestDocument {
  return { object, line: lineOf(node, lines), lineAt: (path) => lineOf(nodeAt(node, path), lines) };
}

function lineOf(node: Node, lines: LineCounter): number {
  return lines.linePos(node.range?.[0] ?? 0).line || 1;
}

function sentence(message: string): string {
  return message.replace(/ at line \d+, column \d+:?[\s\S]*$/, '');
}
