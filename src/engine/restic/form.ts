/**
 * Whether a value parsed from JSON has a form. A few lines of our own: a library for schemas would be a quarter of what an idle agent holds
 * in memory (20 of 84 MB, measured), in every pod, to read flat objects of numbers and texts.
 */
export type Form<T> = (value: unknown) => value is T;

/** What has the form. */
type Formed<F> = F extends Form<infer T> ? T : never;

type Fields = Readonly<Record<string, Form<unknown>>>;
type Required<F extends Fields> = { [K in keyof F]: Formed<F[K]> };
type Optional<F extends Fields> = { [K in keyof F]?: Formed<F[K]> };

export const text: Form<string> = (value) => typeof value === 'string';
export const number: Form<number> = (value): value is number => typeof value === 'number' && Number.isFinite(value);
export const flag: Form<boolean> = (value) => typeof value === 'boolean';
export const nothing: Form<null> = (value) => value === null;

export function exactly<const T extends string>(wanted: T): Form<T> {
  return (value): value is T => value === wanted;
}

export function matching(pattern: RegExp): Form<string> {
  return (value): value is string => typeof value === 'string' && pattern.test(value);
}

export function either<A, B>(one: Form<A>, other: Form<B>): Form<A | B> {
  return (value): value is A | B => one(value) || other(value);
}

export function list<T>(item: Form<T>): Form<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every((each) => item(each));
}

/** With other fields beside these, or without. */
export function object<R extends Fields, O extends Fields = Record<never, never>>(
  required: R,
  optional?: O,
): Form<Required<R> & Optional<O>> {
  return (value): value is Required<R> & Optional<O> => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const fields = value as Record<string, unknown>;
    const has = ([name, form]: [string, Form<unknown>]) => form(fields[name]);
    const mayHave = ([name, form]: [string, Form<unknown>]) => fields[name] === undefined || form(fields[name]);
    return Object.entries(required).every(has) && Object.entries(optional ?? {}).every(mayHave);
  };
}
