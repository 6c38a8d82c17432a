import { isTrue, jsonOf, templateError, textOf, type Value } from './value.ts';

/** Go's printf with the verbs %s %v %d %q %t %f and %%, without widths. Anything else, and a missing or spare argument, is refused. */
export function printf(format: string, args: readonly Value[]): string {
  let used = 0;
  const text = format.replace(/%(.?)/gsu, (whole, verb: string) => {
    if (verb === '%') return '%';
    const write = VERBS[verb];
    if (!write) throw templateError(`printf's "${whole}" is not supported; there are %s, %v, %d, %q, %t, %f and %%`);
    if (used >= args.length) throw templateError(`printf has too few values for "${format}"`);
    return write(args[used++]);
  });
  if (used < args.length) throw templateError(`printf has ${args.length - used} values too many for "${format}"`);
  return text;
}

const VERBS: Record<string, (value: Value) => string> = {
  s: textOf,
  v: textOf,
  q: (value) => jsonOf(textOf(value)),
  d: (value) => String(number('d', value)),
  f: (value) => number('f', value).toFixed(6),
  t: (value) => String(isTrue(value)),
};

function number(verb: string, value: Value): number {
  if (typeof value === 'number') return value;
  throw templateError(`printf's "%${verb}" takes a number`);
}
