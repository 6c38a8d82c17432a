import type { TemplateFunction } from './functions.ts';
import { templateError, textOf, type Value } from './value.ts';

/** sprig's functions on texts. The text they work on comes last, so that a pipe can bring it. */
export const STRING_FUNCTIONS: readonly [name: string, apply: TemplateFunction][] = [
  ['toString', (value) => textOf(value)],
  ['upper', (value) => textOf(value).toUpperCase()],
  ['lower', (value) => textOf(value).toLowerCase()],
  ['title', (value) => textOf(value).replace(/(^|\s)(\S)/g, (_, space: string, first: string) => space + first.toUpperCase())],
  ['trim', (value) => textOf(value).trim()],
  ['trimAll', (signs, value) => trimAll(textOf(signs), textOf(value))],
  ['trimPrefix', (prefix, value) => (hasPrefix(prefix, value) ? textOf(value).slice(textOf(prefix).length) : value)],
  [
    'trimSuffix',
    (suffix, value) => (hasSuffix(suffix, value) ? textOf(value).slice(0, textOf(value).length - textOf(suffix).length) : value),
  ],
  ['hasPrefix', hasPrefix],
  ['hasSuffix', hasSuffix],
  ['contains', (part, value) => textOf(value).includes(textOf(part))],
  ['replace', (old, fresh, value) => textOf(value).replaceAll(textOf(old), () => textOf(fresh))],
  ['nospace', (value) => textOf(value).replace(/\s/g, '')],
  ['repeat', (count, value) => textOf(value).repeat(size('repeat', count))],
  ['trunc', (count, value) => truncate(count, textOf(value))],
  ['abbrev', (count, value) => abbreviate(size('abbrev', count), textOf(value))],
  ['indent', (count, value) => indent(size('indent', count), textOf(value))],
  ['nindent', (count, value) => `\n${indent(size('nindent', count), textOf(value))}`],
  ['cat', (...args) => args.map(textOf).join(' ')],
  ['join', (separator, value) => (Array.isArray(value) ? value : [value]).map(textOf).join(textOf(separator))],
  ['splitList', (separator, value) => textOf(value).split(textOf(separator))],
  ['quote', (...args) => args.map((value) => JSON.stringify(textOf(value))).join(' ')],
  ['squote', (...args) => args.map((value) => `'${textOf(value)}'`).join(' ')],
  ['b64enc', (value) => Buffer.from(textOf(value)).toString('base64')],
  ['b64dec', (value) => Buffer.from(textOf(value), 'base64').toString()],
];

function hasPrefix(prefix: Value, value: Value): boolean {
  return textOf(value).startsWith(textOf(prefix));
}

function hasSuffix(suffix: Value, value: Value): boolean {
  return textOf(value).endsWith(textOf(suffix));
}

function trimAll(signs: string, text: string): string {
  const letters = [...text];
  const first = letters.findIndex((letter) => !signs.includes(letter));
  const last = letters.findLastIndex((letter) => !signs.includes(letter));
  return first === -1 ? '' : letters.slice(first, last + 1).join('');
}

/** A negative count keeps the end. */
function truncate(count: Value, text: string): string {
  if (typeof count !== 'number') throw templateError('"trunc" takes a number');
  const letters = [...text];
  return (count < 0 ? letters.slice(count) : letters.slice(0, count)).join('');
}

function abbreviate(length: number, text: string): string {
  const letters = [...text];
  return letters.length <= length || length < 4 ? text : `${letters.slice(0, length - 3).join('')}...`;
}

function indent(count: number, text: string): string {
  const space = ' '.repeat(count);
  return space + text.replaceAll('\n', `\n${space}`);
}

/** Bounded, so that a typing mistake cannot ask for a text of gigabytes. */
function size(name: string, count: Value): number {
  if (typeof count === 'number' && count >= 0 && count <= 10_000) return count;
  throw templateError(`"${name}" takes a number from 0 to 10000`);
}
