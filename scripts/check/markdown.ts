import { lexer, type Token, walkTokens } from 'marked';

interface CodeBlock {
  language: string;
  code: string;
  /** Line of its first line of code, less one. */
  line: number;
}

export function codeBlocks(text: string): CodeBlock[] {
  return tokensOf(text).flatMap((token) =>
    token.type === 'code' ? [{ language: token.lang ?? '', code: token.text, line: lineOf(text, token.raw) }] : [],
  );
}

interface Link {
  href: string;
  line: number;
}

/** Links and images; those inside code are none. */
export function linksOf(text: string): Link[] {
  return tokensOf(text).flatMap((token) =>
    token.type === 'link' || token.type === 'image' ? [{ href: token.href, line: lineOf(text, token.raw) }] : [],
  );
}

/** What `#...` may name in this document: its headings as code hosts name them, and anchors written as HTML. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const token of tokensOf(text)) {
    if (token.type === 'heading') anchors.add(unused(slugOf(token.text), anchors));
    if (token.type === 'html') for (const [, id] of token.raw.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(id ?? '');
  }
  return anchors;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  void walkTokens(lexer(text), (token) => {
    tokens.push(token);
  });
  return tokens;
}

/** Lower case, without punctuation, with hyphens for spaces; a link in a heading counts with its text. */
function slugOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

function unused(slug: string, taken: ReadonlySet<string>): string {
  for (let n = 0; ; n++) {
    const candidate = n === 0 ? slug : `${slug}-${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function lineOf(text: string, raw: string): number {
  const at = text.indexOf(raw);
  return at < 0 ? 1 : text.slice(0, at).split('\n').length;
}
