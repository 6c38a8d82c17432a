import { printf } from './printf.ts';
import { STRING_FUNCTIONS } from './string-functions.ts';
import { isTrue, jsonOf, templateError, textOf, type Value } from './value.ts';

export type TemplateFunction = (...args: Value[]) => Value;

/**
 * The functions templates may call: Go's own and, of the sprig library that Stash adds, those that work on texts, dicts and lists. Left out
 * are those that read the environment, the clock, the network or randomness: what a hook sends depends on its summary alone.
 */
export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  // of Go
  ['and', (...args) => args.find((value, index) => !isTrue(value) || index === args.length - 1)],
  ['or', (...args) => args.find((value, index) => isTrue(value) || index === args.length - 1)],
  ['not', (value) => !isTrue(value)],
  ['eq', (first, ...others) => others.some((other) => compare('eq', first, other) === 0)],
  ['ne', (a, b) => compare('ne', a, b) !== 0],
  ['lt', (a, b) => compare('lt', a, b) < 0],
  ['le', (a, b) => compare('le', a, b) <= 0],
  ['gt', (a, b) => compare('gt', a, b) > 0],
  ['ge', (a, b) => compare('ge', a, b) >= 0],
  ['len', (value) => sizeOf(value)],
  ['index', (value, ...keys) => keys.reduce(at, value)],
  ['print', (...args) => args.map(textOf).join('')],
  ['println', (...args) => `${args.map(textOf).join(' ')}\n`],
  ['printf', (format, ...args) => printf(textOf(format), args)],
  ['urlquery', (...args) => encodeURIComponent(args.map(textOf).join('')).replaceAll('%20', '+')],
  // of sprig: values
  ['default', (fallback, value) => (isTrue(value) ? value : fallback)],
  ['empty', (value) => !isTrue(value)],
  ['coalesce', (...args) => args.find((value) => isTrue(value))],
  ['ternary', (yes, no, condition) => (isTrue(condition) ? yes : no)],
  ['dict', (...args) => dict(args)],
  ['list', (...args) => args],
  ['get', (value, key) => at(value, key) ?? ''],
  ['hasKey', (value, key) => value instanceof Map && value.has(textOf(key))],
  // of sprig: JSON. Go's encoder writes <, > and & as escapes, the "raw" one does not.
  ['toJson', (value) => escapeHtml(jsonOf(value))],
  ['toPrettyJson', (value) => escapeHtml(jsonOf(value, 2))],
  ['toRawJson', (value) => jsonOf(value)],
  ...STRING_FUNCTIONS,
]);

function compare(name: string, a: Value, b: Value): number {
  if (typeof a !== typeof b || typeof a === 'object' || typeof b === 'object') {
    throw templateError(`"${name}" compares two texts, two numbers or two booleans`);
  }
  if (a === b) return 0;
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

function sizeOf(value: Value): number {
  if (value instanceof Map) return value.size;
  if (Array.isArray(value)) return value.length;
  if (typeof value === 'string') return Buffer.byteLength(value);
  throw templateError('"len" takes a text, a list or a dict');
}

function at(value: Value, key: Value): Value {
  if (value instanceof Map) return value.get(textOf(key));
  if (!Array.isArray(value) || typeof key !== 'number') throw templateError('"index" takes a dict and a key, or a list and a number');
  if (key in value) return value[key];
  throw templateError(`a list of ${value.length} has no entry ${key}`);
}

function dict(args: Value[]): Map<string, Value> {
  const pairs = Array.from({ length: Math.ceil(args.length / 2) }, (_, index) => args.slice(index * 2, index * 2 + 2));
  return new Map(pairs.map(([key, value = '']) => [textOf(key), value]));
}

function escapeHtml(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
