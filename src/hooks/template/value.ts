import { StashError } from '../../errors/error.ts';

/** What an expression in a template can be. undefined is Go's "no value": a key that a dict does not have. */
export type Value = string | number | boolean | null | undefined | Value[] | Map<string, Value> | GoStruct;

/** A value with fixed fields: asking for one it does not have is an error in the template, not an empty text. */
export class GoStruct {
  readonly #fields: ReadonlyMap<string, Value>;
  readonly #json: ReadonlyMap<string, Value>;

  constructor(fields: readonly [goName: string, jsonName: string, value: Value][]) {
    this.#fields = new Map(fields.map(([goName, , value]) => [goName, value]));
    this.#json = new Map(fields.map(([, jsonName, value]) => [jsonName, value]));
  }

  field(name: string): Value {
    if (this.#fields.has(name)) return this.#fields.get(name);
    throw templateError(`field "${name}" does not exist; here are ${[...this.#fields.keys()].join(', ')}`);
  }

  /** Fields by their names in JSON. */
  entries(): Iterable<[string, Value]> {
    return this.#json.entries();
  }
}

export function templateError(message: string): StashError {
  return new StashError('Invalid', `hook template: ${message}`);
}

/** Whether Go's `if` takes it for true: everything but zero, empty and absent values. */
export function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  return value instanceof GoStruct || Boolean(value);
}

/** The text a value becomes in the output. What would only come out as Go's internal notation is refused. */
export function textOf(value: Value): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined || value === null)
    throw templateError('a value is missing (a key that is not in its dict); use "default" to give one');
  throw templateError('a list, a dict or a whole object has no text of its own; use "toJson"');
}

/** JSON as Go writes it: keys of a dict in order. */
export function jsonOf(value: Value, indent?: number): string {
  return JSON.stringify(plain(value), null, indent);
}

function plain(value: Value): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map)
    return Object.fromEntries([...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, plain(entry)]));
  if (value instanceof GoStruct) return Object.fromEntries([...value.entries()].map(([key, entry]) => [key, plain(entry)]));
  return value ?? null;
}
