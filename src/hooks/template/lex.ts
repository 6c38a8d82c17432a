import { templateError } from './value.ts';

export type Token =
  | { type: 'text'; text: string }
  | { type: 'open' | 'close' }
  | { type: 'string'; value: string }
  | { type: 'number'; value: number }
  /** `.` alone has an empty path; `.Status.Phase` has two names. */
  | { type: 'field'; path: string[] }
  /** `$` alone has an empty name. */
  | { type: 'variable'; name: string; path: string[] }
  | { type: 'word'; word: string }
  | { type: 'sign'; sign: Sign };

export type Sign = '(' | ')' | '|' | ':=' | '=';

/** Cuts a template into its text and the tokens of its actions; white space next to `{{-` and `-}}` is gone already, comments too. */
export function lex(template: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  let trimNext = false;
  while (position <= template.length) {
    const open = template.indexOf('{{', position);
    const text = template.slice(position, open === -1 ? undefined : open);
    const trimsBefore = open !== -1 && /^\{\{-\s/.test(template.slice(open, open + 4));
    pushText(tokens, text, trimNext, trimsBefore);
    if (open === -1) break;
    const action = lexAction(template, open + (trimsBefore ? 3 : 2));
    tokens.push(...action.tokens);
    position = action.end;
    trimNext = action.trimsAfter;
  }
  return tokens;
}

function pushText(tokens: Token[], text: string, trimStart: boolean, trimEnd: boolean): void {
  const start = trimStart ? text.trimStart() : text;
  const trimmed = trimEnd ? start.trimEnd() : start;
  if (trimmed !== '') tokens.push({ type: 'text', text: trimmed });
}

interface Action {
  tokens: Token[];
  end: number;
  trimsAfter: boolean;
}

function lexAction(template: string, start: number): Action {
  const comment = take(/\s*\/\*[\s\S]*?\*\/(\s-)?\}\}/y, template, start);
  if (comment) return { tokens: [], end: start + comment[0].length, trimsAfter: comment[1] !== undefined };
  const tokens: Token[] = [{ type: 'open' }];
  for (let position = start; ; ) {
    const close = take(/(\s+-|\s*)\}\}|\s+/y, template, position);
    if (close?.[0].endsWith('}}')) {
      return { tokens: [...tokens, { type: 'close' }], end: position + close[0].length, trimsAfter: close[1]?.endsWith('-') === true };
    }
    const from = position + (close?.[0].length ?? 0);
    const { token, length } = lexToken(template, from);
    tokens.push(token);
    position = from + length;
  }
}

const NAMES = String.raw`(?:\.[A-Za-z_]\w*)+`;

const KINDS: readonly [pattern: RegExp, read: (text: string) => Token][] = [
  [/"(?:[^"\\\n]|\\.)*"/y, (text) => ({ type: 'string', value: unquote(text) })],
  [/`[^`]*`/y, (text) => ({ type: 'string', value: text.slice(1, -1) })],
  [/[-+]?\d+(?:\.\d+)?(?![\w.])/y, (text) => ({ type: 'number', value: Number(text) })],
  [new RegExp(`${NAMES}|\\.`, 'y'), (text) => ({ type: 'field', path: namesIn(text) })],
  [new RegExp(`\\$\\w*(?:${NAMES})?`, 'y'), (text) => ({ type: 'variable', name: /^\$(\w*)/.exec(text)?.[1] ?? '', path: namesIn(text) })],
  [/[A-Za-z_]\w*/y, (text) => ({ type: 'word', word: text })],
  [/:=|[()|=]/y, (text) => ({ type: 'sign', sign: text as Sign })],
];

function lexToken(template: string, position: number): { token: Token; length: number } {
  for (const [pattern, read] of KINDS) {
    const match = take(pattern, template, position);
    if (match) return { token: read(match[0]), length: match[0].length };
  }
  if (position >= template.length) throw templateError('an action is not closed with "}}"');
  throw templateError(`"${template.slice(position, position + 20)}" is not understood`);
}

/** The pattern is sticky: it matches at the position or not at all. Works on a copy, since a pattern keeps where it was. */
function take(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  const sticky = new RegExp(pattern);
  sticky.lastIndex = position;
  return sticky.exec(text);
}

function namesIn(text: string): string[] {
  return text
    .split('.')
    .slice(1)
    .filter((name) => name !== '');
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text.replaceAll('\t', '\\t')));
  } catch (cause) {
    throw templateError(`the text ${text} has an escape that is not supported (${cause instanceof Error ? cause.message : ''})`);
  }
}
