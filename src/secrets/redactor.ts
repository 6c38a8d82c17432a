import { formsOf } from './forms.ts';

/** Takes registered secret values out of text, and whatever logs in within a URL. */
export interface Redactor {
  /** From now on the value, and the forms it takes in JSON, URLs and base64, read `***`. May be called again with the same. */
  add(value: string): void;
  text(text: string): string;
  /** The same for every string inside a JSON-like value; errors become `{code, message, cause}`. */
  value(value: unknown): unknown;
}

/** Secrets change while an operator lives; of the values it read, so many are known, those registered last. */
const MOST = 2_000;

export function redactor(values: Iterable<string> = [], most = MOST): Redactor {
  const known = new Map<string, readonly string[]>();
  let longestFirst: string[] | undefined;

  const add = (value: string) => {
    const forms = known.get(value) ?? formsOf(value);
    if (forms.length === 0) return;
    // Put at the end: what is still in use is registered again and again, and stays.
    if (known.delete(value)) {
      known.set(value, forms);
      return;
    }
    known.set(value, forms);
    for (const oldest of known.keys()) {
      if (known.size <= most) break;
      known.delete(oldest);
    }
    longestFirst = undefined;
  };
  const text = (input: string) => {
    // The longest first, so that a secret that contains another one leaves no rest of itself behind.
    longestFirst ??= [...new Set([...known.values()].flat())].sort((a, b) => b.length - a.length);
    return withoutLogins(longestFirst.reduce((result, secret) => result.replaceAll(secret, '***'), input));
  };
  for (const value of values) add(value);
  return { add, text, value: (value) => redactValue(value, text, 0) };
}

/** User and password of URLs, and the signature of Azure's signed ones, in whatever order and spelling the rest of it is. */
function withoutLogins(text: string): string {
  return text.replaceAll(/:\/\/[^/@\s"]*@/g, '://***@').replaceAll(/([?&]sig=)[^&\s"]+/g, '$1***');
}

const DEEPEST = 8;

function redactValue(value: unknown, text: (input: string) => string, depth: number): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '…';
  if (value instanceof Date) return value;
  if (value instanceof Error) return redactValue(plainError(value), text, depth + 1);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, text, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactValue(item, text, depth + 1)]));
}

function plainError(error: Error): Record<string, unknown> {
  return {
    ...('code' in error ? { code: error.code } : {}),
    message: error.message,
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  };
}
