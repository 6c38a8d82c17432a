/**
 * Whether resource version `a` is later than `b`, both of one kind: they are decimal numbers that grow, as client-go takes them too.
 * Anything else is not comparable; what came last counts then.
 */
export function isLater(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return false;
  if (a === undefined || b === undefined || !DECIMAL.test(a) || !DECIMAL.test(b)) return true;
  return a.length === b.length ? a > b : a.length > b.length;
}

const DECIMAL = /^(0|[1-9]\d*)$/;
